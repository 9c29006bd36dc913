"""The Azure clouds: their hosts, and the registry suffixes that a pull secret may be sent to.

An application of one cloud cannot sign in to another, so both tenants of a chain must be in the same cloud.
Hosts: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and
https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Cloud:
    """One Azure cloud."""

    name: str
    """The name that ``TenantArgs.environment`` takes: ``public``, ``usgovernment`` or ``china``."""
    login_host: str
    """Host of the Microsoft identity platform."""
    graph_host: str
    """Host of Microsoft Graph."""
    arm_host: str
    """Host of Azure Resource Manager."""
    registry_suffixes: tuple[str, ...]
    """Domain suffixes of container registries, without the leading dot."""

    @property
    def arm_scope(self) -> str:
        """OAuth scope of a token for Azure Resource Manager."""
        return f"https://{self.arm_host}/.default"

    def owns_login_server(self, host: str) -> bool:
        """Whether ``host`` is a registry login server of this cloud: only such a host gets a pull secret."""
        name, _, suffix = host.lower().rstrip(".").partition(".")
        return suffix in self.registry_suffixes and re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) is not None


PUBLIC: Final = Cloud(
    name="public",
    login_host="login.microsoftonline.com",
    graph_host="graph.microsoft.com",
    arm_host="management.azure.com",
    registry_suffixes=("azurecr.io",),
)
US_GOVERNMENT: Final = Cloud(
    name="usgovernment",
    login_host="login.microsoftonline.us",
    graph_host="graph.microsoft.us",
    arm_host="management.usgovcloudapi.net",
    registry_suffixes=("azurecr.us",),
)
CHINA: Final = Cloud(
    name="china",
    login_host="login.partner.microsoftonline.cn",
    graph_host="microsoftgraph.chinacloudapi.cn",
    arm_host="management.chinacloudapi.cn",
    registry_suffixes=("azurecr.cn",),
)

CLOUDS: Final[dict[str, Cloud]] = {cloud.name: cloud for cloud in (PUBLIC, US_GOVERNMENT, CHINA)}


def cloud_named(name: str) -> Cloud:
    """The cloud with this name.

    :raises ValueError: The name is unknown; the message lists all names.
    """
    try:
        return CLOUDS[name]
    except KeyError:
        raise ValueError(f"must be an Azure cloud ({', '.join(CLOUDS)})") from None
