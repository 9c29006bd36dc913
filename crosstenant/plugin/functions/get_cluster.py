"""The function ``getCluster``: what a plan must know of an AKS cluster before it runs."""

from __future__ import annotations

from typing import Any, ClassVar

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.refusals.plain_errors import plainly
from crosstenant.model.arm_id import CLUSTER_TYPE, parse_arm_id
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.resource import Failure, Function, Properties


class GetCluster(Function[Context]):
    """Reads a cluster of the provider's tenant."""

    token: ClassVar[str] = "crosstenant:index:getCluster"  # noqa: S105
    schema: ClassVar[dict[str, Any]] = {
        "description": (
            "Reads an AKS cluster: what it acts as in its tenant, and in which state it is. The provider's caller needs"
            " `Microsoft.ContainerService/managedClusters/read` on it (the role Reader)."
        ),
        "inputs": {
            "type": "object",
            "properties": {
                "clusterId": {
                    "type": "string",
                    "description": "ARM ID of the cluster, in a subscription of the provider's tenant.",
                }
            },
            "required": ["clusterId"],
        },
        "outputs": {
            "type": "object",
            "properties": {
                "clusterId": {"type": "string", "description": "ARM ID of the cluster, as Azure spells it."},
                "exists": {
                    "type": "boolean",
                    "description": "Whether there is such a cluster; if not, all but `clusterId` is empty.",
                },
                "identityKind": {"type": "string", "description": "`ServicePrincipal` or `ManagedIdentity`."},
                "clientId": {
                    "type": "string",
                    "description": "Client ID of the application that it acts as; empty for a managed identity.",
                },
                "provisioningState": {"type": "string", "description": "`Succeeded`, `Updating`, `Failed`, ..."},
                "powerState": {"type": "string", "description": "`Running` or `Stopped`."},
                "nodePools": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Names of the node pools.",
                },
                "nodeResourceGroup": {
                    "type": "string",
                    "description": "Name of the resource group that holds the nodes.",
                },
                "location": {"type": "string", "description": "Azure region."},
            },
            "required": [
                "clusterId",
                "exists",
                "identityKind",
                "clientId",
                "provisioningState",
                "powerState",
                "nodePools",
                "nodeResourceGroup",
                "location",
            ],
        },
    }

    def __init__(self, context: Context, clusters: Clusters | None = None) -> None:
        """
        :param context: The tenant.
        :param clusters: The tenant's clusters; those that Azure tells of if not given.
        """
        super().__init__(context)
        self._clusters = clusters or Clusters(context.tenant)

    async def call(self, args: Properties) -> tuple[Properties, list[Failure]]:
        """Reads the cluster; a malformed ID is a failure of the argument, all else a ``OperatorError``."""
        cluster_id = args.get("clusterId")
        if not isinstance(cluster_id, str):
            return {}, [Failure("clusterId", "the ARM ID of a cluster is required")]
        try:
            parsed = parse_arm_id(cluster_id, CLUSTER_TYPE)
        except ValueError as error:
            return {}, [Failure("clusterId", str(error))]
        with plainly("reading cluster", cluster_id, self.context.tenant):
            state = await self._clusters.get(parsed)
        return (_nothing(cluster_id) if state is None else _described(state)), []


def _described(state: ClusterState) -> Properties:
    return {
        "clusterId": state.cluster_id,
        "exists": True,
        "identityKind": state.identity_kind.value,
        "clientId": "" if state.uses_managed_identity else state.client_id,
        "provisioningState": state.provisioning_state,
        "powerState": state.power_state,
        "nodePools": [pool.name for pool in state.node_pools],
        "nodeResourceGroup": state.node_resource_group,
        "location": state.location,
    }


def _nothing(cluster_id: str) -> Properties:
    texts = ("identityKind", "clientId", "provisioningState", "powerState", "nodeResourceGroup", "location")
    nothing: Properties = {"clusterId": cluster_id, "exists": False, "nodePools": []}
    return nothing | dict.fromkeys(texts, "")
