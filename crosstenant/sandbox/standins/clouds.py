"""The Azure clouds and their hosts, for the stand-ins.

https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud. The sandbox has its own list: a
double that imported the package's list would repeat its mistakes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.http import Http
from crosstenant.sandbox.standins.settings import Settings


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
# The directory of US Government that the Department of Defense uses has a Graph of its own.
DEPARTMENT_OF_DEFENSE: Final = Cloud(
    "usgovernmentl5", US_GOVERNMENT.login_host, "dod-graph.microsoft.us", US_GOVERNMENT.arm_host
)

AZUREAD_ENVIRONMENTS: Final[dict[str, Cloud]] = {
    "": PUBLIC,
    "global": PUBLIC,
    "public": PUBLIC,
    "usgovernment": US_GOVERNMENT,
    "usgovernmentl4": US_GOVERNMENT,
    "dod": DEPARTMENT_OF_DEFENSE,
    "usgovernmentl5": DEPARTMENT_OF_DEFENSE,
    "china": CHINA,
}
"""What azuread takes for ``environment``, in any case (hashicorp/go-azure-sdk, sdk/environments: ``FromName``)."""

AZURE_NATIVE_ENVIRONMENTS: Final[dict[str, Cloud]] = {
    "": PUBLIC,
    "public": PUBLIC,
    "azurecloud": PUBLIC,
    "usgov": US_GOVERNMENT,
    "usgovernment": US_GOVERNMENT,
    "usgovernmentl4": US_GOVERNMENT,
    "azureusgovernment": US_GOVERNMENT,
    "azureusgovernmentcloud": US_GOVERNMENT,
    "china": CHINA,
    "azurechinacloud": CHINA,
}
"""What azure-native takes for it, in any case (pulumi/pulumi-azure-native, provider/pkg/azure/cloud: ``FromName``)."""


async def cloud_of_metadata(settings: Settings, http: Http) -> Cloud | None:
    """The cloud that a metadata host describes; ``None`` if no host is named.

    Both providers ask it first, and use the hosts of its answer in place of those of an ``environment`` that is given.

    :raises OperatorError: The host gives no such answer.
    """
    host = settings.text("metadataHost", "ARM_METADATA_HOSTNAME")
    if not host:
        return None
    answer = await http.send("GET", f"https://{host}/metadata/endpoints?api-version=2022-09-01")
    found = answer.json
    if answer.status != 200 or "resourceManager" not in found:
        raise OperatorError(f"failed to get Azure environment metadata from {host}: {answer.reason}")
    login: Any = found.get("authentication") or {}
    return Cloud(
        str(found.get("name", "")),
        _host(login.get("loginEndpoint")),
        _host(found.get("microsoftGraphResourceId")),
        _host(found["resourceManager"]),
    )


def in_region(cloud: Cloud, environ: Mapping[str, str]) -> Cloud:
    """The cloud, with the sign-in host of the region that the environment names, if it names one.

    Azure/azure-sdk-for-go, sdk/azidentity/confidential_client.go: ``newMSALClient``, and below it
    AzureAD/microsoft-authentication-library-for-go, apps/confidential/confidential.go: ``New``, and
    apps/internal/oauth/ops/authority/authority.go: ``AADInstanceDiscovery``.

    :param cloud: The cloud.
    :param environ: The environment.
    """
    region = environ.get("AZURE_REGIONAL_AUTHORITY_NAME") or environ.get("MSAL_FORCE_REGION") or ""
    if not region or region.lower() == "disablemsalforceregion":
        return cloud
    central = "login.microsoft.com" if cloud.login_host == PUBLIC.login_host else cloud.login_host
    return replace(cloud, login_host=f"{region}.{central}")


def _host(address: object) -> str:
    return urlsplit(str(address or "")).netloc
