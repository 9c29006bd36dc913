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
    az_name: str
    """The name that ``az cloud set`` takes."""
    login_host: str
    """Host of the Microsoft identity platform."""
    graph_host: str
    """Host of Microsoft Graph."""
    arm_host: str
    """Host of Azure Resource Manager."""
    registry_suffixes: tuple[str, ...]
    """Domain suffixes of container registries, without the leading dot."""
    storage_suffixes: tuple[str, ...]
    """Domain suffixes of the storage accounts in which registries keep layers, without the leading dot."""

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
    az_name="AzureCloud",
    login_host="login.microsoftonline.com",
    graph_host="graph.microsoft.com",
    arm_host="management.azure.com",
    registry_suffixes=("azurecr.io",),
    storage_suffixes=("blob.core.windows.net", "blob.storage.azure.net"),
)
US_GOVERNMENT: Final = Cloud(
    name="usgovernment",
    az_name="AzureUSGovernment",
    login_host="login.microsoftonline.us",
    graph_host="graph.microsoft.us",
    arm_host="management.usgovcloudapi.net",
    registry_suffixes=("azurecr.us",),
    storage_suffixes=("blob.core.usgovcloudapi.net",),
)
CHINA: Final = Cloud(
    name="china",
    az_name="AzureChinaCloud",
    login_host="login.partner.microsoftonline.cn",
    graph_host="microsoftgraph.chinacloudapi.cn",
    arm_host="management.chinacloudapi.cn",
    registry_suffixes=("azurecr.cn",),
    storage_suffixes=("blob.core.chinacloudapi.cn",),
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


def cloud_of_registry(login_server: str) -> Cloud | None:
    """The cloud whose registries have such a login server, if there is one.

    :param login_server: A host, ``name.azurecr.io``.
    """
    return next((it for it in CLOUDS.values() if it.owns_login_server(login_server)), None)


def keeps_layers_of(login_server: str, host: str) -> bool:
    """Whether a registry may redirect a request for a layer to ``host``: its own data endpoint, or a storage account.

    https://learn.microsoft.com/azure/container-registry/container-registry-firewall-access-rules

    :param login_server: The registry's host, ``name.azurecr.io``.
    :param host: A host name.
    """
    name, _, suffix = login_server.lower().rstrip(".").partition(".")
    cloud = next((it for it in CLOUDS.values() if suffix in it.registry_suffixes), None)
    if cloud is None:
        return False
    label = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
    own = rf"{re.escape(name)}\.{label}\.data\.{re.escape(suffix)}"
    storage = "|".join(rf"({label}\.)+{re.escape(it)}" for it in cloud.storage_suffixes)
    return re.fullmatch(f"{own}|{storage}", host.lower()) is not None
