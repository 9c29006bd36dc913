"""Whether a cluster's new application can run the cluster: reported after a reset, not repaired."""

from __future__ import annotations

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.provider_kit.engine_log import EngineLog


async def report_missing_role(
    clusters: Clusters, log: EngineLog, urn: str, state: ClusterState, object_id: str
) -> None:
    """Warns if the application holds no role on the group of the cluster's nodes.

    Load balancers, disks and routes are made there with the application's rights. AKS usually gives it its role on a
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
        await log.info(urn, f"whether {who} has a role on {group} could not be looked up ({right})")
    elif held == 0:
        await log.warning(
            urn,
            f"{who} has no role on the node resource group {group} of cluster {state.cluster_id}: its load balancers,"
            f" disks and routes may fail. Assign Contributor there to object ID {object_id}",
        )
