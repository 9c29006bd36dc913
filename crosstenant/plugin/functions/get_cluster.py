"""The function ``getCluster``: what a plan must know of an AKS cluster before it runs."""

from __future__ import annotations

from typing import ClassVar, Final

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.refusals.explained import explained
from crosstenant.model.arm_id import CLUSTER_TYPE, parse_arm_id
from crosstenant.plugin import forms
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties

_INPUTS: Final[Fields] = {
    "clusterId": Field(
        "string",
        "ARM ID of the cluster, in a subscription of the provider's tenant.",
        required=True,
        refusal=forms.cluster_id,
    )
}
_OUTPUTS: Final[Fields] = {
    "clusterId": Field("string", "ARM ID of the cluster, as Azure spells it.", required=True),
    "exists": Field("boolean", "Whether there is such a cluster; if not, all but `clusterId` is empty.", required=True),
    "identityKind": Field("string", "What it acts as: `ServicePrincipal` or `ManagedIdentity`.", required=True),
    "clientId": Field(
        "string", "Client ID of the application that it acts as; empty for a managed identity.", required=True
    ),
    "provisioningState": Field("string", "`Succeeded`, `Updating`, `Failed`, ...", required=True),
    "powerState": Field("string", "`Running` or `Stopped`.", required=True),
    "nodePools": Field("array", "Names of the node pools.", items="string", required=True),
    "nodeResourceGroup": Field("string", "Name of the resource group that holds the nodes.", required=True),
    "location": Field("string", "Azure region.", required=True),
    "oidcIssuerEnabled": Field("boolean", "Whether the cluster's OIDC issuer is on.", required=True),
    "oidcIssuerUrl": Field(
        "string",
        "The OIDC issuer of its service accounts' tokens, to the letter: the trailing slash counts. Empty where the "
        "issuer is off.",
        required=True,
    ),
    "workloadIdentityEnabled": Field("boolean", "Whether the workload identity webhook is on.", required=True),
}


class GetCluster(DeclaredFunction[Context]):
    """Reads a cluster of the provider's tenant."""

    token: ClassVar[str] = "crosstenant:index:getCluster"  # noqa: S105
    description: ClassVar[str] = (
        "Reads an AKS cluster: what it acts as in its tenant, and in which state it is. The provider's caller needs "
        "`Microsoft.ContainerService/managedClusters/read` on it (the role Reader)."
    )
    inputs: ClassVar[Fields] = _INPUTS
    outputs: ClassVar[Fields] = _OUTPUTS

    def __init__(self, context: Context, clusters: Clusters | None = None) -> None:
        """
        :param context: The tenant.
        :param clusters: The tenant's clusters; those that Azure tells of if omitted.
        """
        super().__init__(context)
        self._clusters = clusters or Clusters(context.tenant)

    async def answer(self, inputs: Properties) -> Properties:
        """Reads the cluster."""
        cluster_id = inputs["clusterId"]
        with explained("reading cluster", cluster_id, self.context.tenant):
            state = await self._clusters.get(parse_arm_id(cluster_id, CLUSTER_TYPE))
        return _nothing(cluster_id) if state is None else _described(state)


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
        "oidcIssuerEnabled": state.oidc_issuer is not None,
        "oidcIssuerUrl": state.oidc_issuer or "",
        "workloadIdentityEnabled": state.workload_identity,
    }


def _nothing(cluster_id: str) -> Properties:
    texts = (name for name, field in _OUTPUTS.items() if field.kind == "string")
    flags = (name for name, field in _OUTPUTS.items() if field.kind == "boolean")
    return dict.fromkeys(texts, "") | dict.fromkeys(flags, False) | {"clusterId": cluster_id, "nodePools": []}
