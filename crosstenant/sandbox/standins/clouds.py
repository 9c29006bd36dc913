"""The Azure clouds and their hosts, for the stand-ins.

https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud. The sandbox has its own list: a
double that imported the package's list would repeat its mistakes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Cloud:
    """One Azure cloud."""

    name: str
    login_host: str
    """Host of the Microsoft identity platform."""
    graph_host: str
    """Host of Microsoft Graph."""
    arm_host: str
    """Host of Azure Resource Manager."""

    @property
    def arm_scope(self) -> str:
        """OAuth scope of a token for Azure Resource Manager."""
        return f"https://{self.arm_host}/.default"


PUBLIC: Final = Cloud("public", "login.microsoftonline.com", "graph.microsoft.com", "management.azure.com")
US_GOVERNMENT: Final = Cloud(
    "usgovernment", "login.microsoftonline.us", "graph.microsoft.us", "management.usgovcloudapi.net"
)
CHINA: Final = Cloud(
    "china",
    "login.partner.microsoftonline.cn",
    "microsoftgraph.chinacloudapi.cn",
    "management.chinacloudapi.cn",
)
