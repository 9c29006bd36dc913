"""The check whether a cluster's new application has its role: a warning after a reset, no repair."""

from __future__ import annotations

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.provider_kit.engine_log import EngineLog


async def report_missing_role(
    clusters: Clusters, log: EngineLog, urn: str, state: ClusterState, object_id: str
) -> None:
    """Warns if the application has no role on the node resource group.

    The cluster manages load balancers, disks and routes there as the application. AKS usually assigns the role at a
    reset, but not always. https://learn.microsoft.com/azure/aks/kubernetes-service-principal#delegate-access-to-other-azure-resources

    :param clusters: The tenant's clusters.
    :param log: The line to the terminal.
    :param urn: The resource's URN.
    :param state: The cluster after its reset.
    :param object_id: Object ID of the application's service principal; empty if unknown.
    """
    held = await clusters.roles_on_node_group(state, object_id) if object_id else None
    group, who = state.node_resource_group, f"application {state.client_id}"
    if held is None:
        right = "Microsoft.Authorization/roleAssignments/read"
        await log.info(urn, f"whether {who} has a role on {group} could not be read ({right})")
    elif held == 0:
        await log.warning(
            urn,
            f"{who} has no role on the node resource group {group} of cluster {state.cluster_id}: its load balancers,"
            f" disks and routes may fail. Assign Contributor there to object ID {object_id}",
        )
