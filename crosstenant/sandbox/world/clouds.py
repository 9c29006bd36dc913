"""The Azure clouds that the sandbox emulates, and the one cloud that the objects of a state file are in.

https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and
https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure. The hosts of all clouds
answer, because they exist for every client; only those of the state's cloud know its tenants, subscriptions and
registries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Cloud:
    """One Azure cloud."""

    name: str
    """``public``, ``usgovernment`` or ``china``."""
    metadata_name: str
    """Its name in the endpoint metadata of Resource Manager and for the Azure CLI."""
    login_hosts: tuple[str, ...]
    """Hosts of the Microsoft identity platform; documents name the first."""
    graph_host: str
    arm_host: str
    arm_authority: str
    """The sign-in host that Resource Manager names in its challenges."""
    service_management: str
    """The audience of the older management service, which Resource Manager accepts as well; with its closing slash."""
    registry_suffix: str
    """The domain of its container registries."""
    layer_host: str
    """The storage account that keeps the registries' layers; its domain is the cloud's own."""
    issuer: str
    """The issuer of its access tokens, without the tenant; with its closing slash."""
    federation_audience: str
    """The audience that its portal proposes for federated credentials."""
    directory_domain: str
    """The domain of its tenants' default domains."""
    cluster_domain: str
    """The domain of its clusters' API servers."""
    issuer_domain: str
    """The domain of its clusters' OIDC issuers."""
    locations: dict[str, str]
    """Its locations and their displayed names; the seed's objects are in the first."""
    region_scope: str
    """The scope that its tenants' discovery documents name."""
    directory_graph_host: str
    """The older graph's host, which discovery documents still name."""
    rbac_url: str

    @property
    def login_host(self) -> str:
        """The sign-in host that documents and clients name."""
        return self.login_hosts[0]

    @property
    def location(self) -> str:
        """The location of the seed's objects."""
        return next(iter(self.locations))


PUBLIC: Final = Cloud(
    name="public",
    metadata_name="AzureCloud",
    login_hosts=("login.microsoftonline.com", "login.windows.net", "login.microsoft.com"),
    graph_host="graph.microsoft.com",
    arm_host="management.azure.com",
    arm_authority="login.windows.net",
    service_management="https://management.core.windows.net/",
    registry_suffix="azurecr.io",
    layer_host="sandboxregistrylayers.blob.core.windows.net",
    issuer="https://sts.windows.net/",
    federation_audience="api://AzureADTokenExchange",
    directory_domain="onmicrosoft.com",
    cluster_domain="azmk8s.io",
    issuer_domain="oic.prod-aks.azure.com",
    locations={"westeurope": "West Europe", "northeurope": "North Europe", "eastus": "East US"},
    region_scope="EU",
    directory_graph_host="graph.windows.net",
    rbac_url="https://pas.windows.net",
)
US_GOVERNMENT: Final = Cloud(
    name="usgovernment",
    metadata_name="AzureUSGovernment",
    login_hosts=("login.microsoftonline.us", "login.usgovcloudapi.net"),
    graph_host="graph.microsoft.us",
    arm_host="management.usgovcloudapi.net",
    arm_authority="login.microsoftonline.us",
    service_management="https://management.core.usgovcloudapi.net/",
    registry_suffix="azurecr.us",
    layer_host="sandboxregistrylayers.blob.core.usgovcloudapi.net",
    # The older tokens of US Government have the public cloud's issuer.
    issuer="https://sts.windows.net/",
    federation_audience="api://AzureADTokenExchangeUSGov",
    directory_domain="onmicrosoft.us",
    cluster_domain="cx.aks.containerservice.azure.us",
    issuer_domain="oic.prod-aks.azure.us",
    locations={"usgovvirginia": "USGov Virginia", "usgovarizona": "USGov Arizona", "usgovtexas": "USGov Texas"},
    region_scope="USGov",
    directory_graph_host="graph.windows.net",
    rbac_url="https://pasff.usgovcloudapi.net",
)
CHINA: Final = Cloud(
    name="china",
    metadata_name="AzureChinaCloud",
    login_hosts=("login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
    graph_host="microsoftgraph.chinacloudapi.cn",
    arm_host="management.chinacloudapi.cn",
    arm_authority="login.chinacloudapi.cn",
    service_management="https://management.core.chinacloudapi.cn/",
    registry_suffix="azurecr.cn",
    layer_host="sandboxregistrylayers.blob.core.chinacloudapi.cn",
    issuer="https://sts.chinacloudapi.cn/",
    federation_audience="api://AzureADTokenExchangeChina",
    directory_domain="partner.onmschina.cn",
    cluster_domain="cx.prod.service.azk8s.cn",
    issuer_domain="oic.prod-aks.azure.cn",
    locations={"chinanorth3": "China North 3", "chinaeast2": "China East 2", "chinanorth2": "China North 2"},
    region_scope="AS",
    directory_graph_host="graph.chinacloudapi.cn",
    rbac_url="https://pas.chinacloudapi.cn",
)

CLOUDS: Final[dict[str, Cloud]] = {cloud.name: cloud for cloud in (PUBLIC, US_GOVERNMENT, CHINA)}


def cloud_of(state: dict[str, Any]) -> Cloud:
    """The cloud of a state's objects."""
    return CLOUDS[state.get("cloud", PUBLIC.name)]


def cloud_of_host(host: str) -> Cloud | None:
    """The cloud that a host name, with or without a port, belongs to; None for a host of no cloud."""
    name = host.rsplit(":", 1)[0].lower().rstrip(".")
    for cloud in CLOUDS.values():
        if name in (*cloud.login_hosts, cloud.graph_host, cloud.arm_host, cloud.layer_host):
            return cloud
        if name.endswith((f".{cloud.registry_suffix}", f".{cloud.issuer_domain}")):
            return cloud
    return None


def endpoints(cloud: Cloud) -> dict[str, Any]:
    """A cloud's endpoints as its Resource Manager describes them (``/metadata/endpoints``), as far as the sandbox has
    them."""
    return {
        "name": cloud.metadata_name,
        "authentication": {
            "loginEndpoint": f"https://{cloud.login_host}",
            "audiences": [cloud.service_management, f"https://{cloud.arm_host}/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": f"https://{cloud.arm_host}/",
        "microsoftGraphResourceId": f"https://{cloud.graph_host}/",
        "graph": f"https://{cloud.directory_graph_host}/",
        "graphAudience": f"https://{cloud.directory_graph_host}/",
        "activeDirectoryDataLake": None,
        "suffixes": {"acrLoginServer": cloud.registry_suffix},
    }
