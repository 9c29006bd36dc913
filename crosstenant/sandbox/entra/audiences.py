"""The resources that access tokens are for: Resource Manager, Microsoft Graph, registries and
clusters, in each cloud.

https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud. A service is named here by its
audience in the public cloud.
"""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.clouds import PUBLIC, Cloud

ARM_AUDIENCE: Final = f"https://{PUBLIC.arm_host}/"
GRAPH_AUDIENCE: Final = f"https://{PUBLIC.graph_host}"
REGISTRY_AUDIENCE: Final = "https://containerregistry.azure.net"
"""The same in every cloud: https://github.com/Azure/azure-cli, ``ACR_AUDIENCE_RESOURCE_NAME``."""

KUBERNETES_AUDIENCE: Final = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The application of the API servers of Entra-integrated clusters, in every cloud:
https://azure.github.io/kubelogin/concepts/aks.html."""

_GRAPH_ID: Final = "00000003-0000-0000-c000-000000000000"


OTHER_SERVICES: Final = {
    "https://vault.azure.net",
    "https://storage.azure.com",
    "https://database.windows.net",
    "https://ossrdbms-aad.database.windows.net",
    "https://cognitiveservices.azure.com",
    "https://servicebus.azure.net",
    "https://eventhubs.azure.net",
    "https://api.loganalytics.io",
    "https://batch.core.windows.net",
    "https://datalake.azure.net",
    "https://graph.windows.net",
    "00000002-0000-0000-c000-000000000000",
    "499b84ac-1321-427f-aa17-267ca6975798",
}
"""Services of Azure that clients ask tokens for, and that the sandbox does not have; the last one is Azure DevOps."""


def known_audience(cloud: Cloud, resource: str) -> str | None:
    """The audience of a cloud's tokens for a resource, which clients write with or without a closing slash; None if the
    cloud does not have the resource."""
    graph = f"https://{cloud.graph_host}"
    known = {
        f"https://{cloud.arm_host}": f"https://{cloud.arm_host}/",
        cloud.service_management.rstrip("/"): cloud.service_management,
        graph: graph,
        _GRAPH_ID: graph,
        REGISTRY_AUDIENCE: REGISTRY_AUDIENCE,
        KUBERNETES_AUDIENCE: KUBERNETES_AUDIENCE,
    }
    return known.get(resource.lower().rstrip("/"))


def accepted_audiences(cloud: Cloud, service: str) -> set[str]:
    """The audiences that a service of a cloud accepts, without a closing slash.

    :param service: ``ARM_AUDIENCE``, ``GRAPH_AUDIENCE`` or ``REGISTRY_AUDIENCE``.
    """
    if service == GRAPH_AUDIENCE:
        return {f"https://{cloud.graph_host}"}
    arm = {f"https://{cloud.arm_host}", cloud.service_management.rstrip("/")}
    return arm | {REGISTRY_AUDIENCE} if service == REGISTRY_AUDIENCE else arm
