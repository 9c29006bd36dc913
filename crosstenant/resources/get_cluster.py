"""The function ``get_cluster``: a cluster's identity and state, for a plan."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import pulumi

from crosstenant.resources.invoking import Answer, Refuse, call, call_now


@dataclass(frozen=True)
class GetClusterResult:
    """An AKS cluster in Azure Resource Manager."""

    cluster_id: str
    """ARM ID, as Azure spells it."""
    exists: bool
    """Whether the cluster exists; if not, the other fields are empty."""
    identity_kind: str
    """``ServicePrincipal`` or ``ManagedIdentity``."""
    client_id: str
    """Client ID of the application it uses, if it uses one."""
    provisioning_state: str
    """``Succeeded``, ``Updating``, ..."""
    power_state: str
    """``Running`` or ``Stopped``."""
    node_pools: Sequence[str]
    """Names of its node pools."""
    node_resource_group: str
    """Name of the resource group that holds its nodes."""
    location: str
    """Azure region."""
    oidc_issuer_enabled: bool = False
    """Whether the cluster's OIDC issuer is on."""
    oidc_issuer_url: str = ""
    """The OIDC issuer of its service accounts' tokens, to the letter: the trailing slash counts. Empty where the issuer
    is off."""
    workload_identity_enabled: bool = False
    """Whether the workload identity webhook is on."""


class AwaitableGetClusterResult(GetClusterResult):
    """The same result, for programs that await it."""

    def __await__(self) -> Generator[None, None, GetClusterResult]:
        yield from ()
        return GetClusterResult(**vars(self))


def get_cluster(cluster_id: str, opts: pulumi.InvokeOptions | None = None) -> AwaitableGetClusterResult:
    """Reads a cluster, in the tenant of the provider in ``opts``.

    :param cluster_id: ARM ID of the cluster.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the cluster's tenant.
    :returns: The cluster; ``exists=False`` if it does not exist.
    :raises pulumi.RunError: Its subscription belongs to another tenant, or the caller may not read it
        (``Microsoft.ContainerService/managedClusters/read``).
    """
    answer = call_now("getCluster", {"clusterId": cluster_id}, opts)
    return AwaitableGetClusterResult(**vars(_result(answer)))


def get_cluster_output(
    cluster_id: pulumi.Input[str], opts: pulumi.InvokeOptions | None = None
) -> pulumi.Output[GetClusterResult]:
    """``get_cluster`` for an ID that is an output.

    :param cluster_id: ARM ID of the cluster.
    :param opts: Invoke options with a ``crosstenant.Provider`` of the cluster's tenant.
    """
    return look_up_cluster(cluster_id, opts, pulumi.RunError)


def look_up_cluster(
    cluster_id: pulumi.Input[str], opts: pulumi.InvokeOptions | None, refuse: Refuse
) -> pulumi.Output[GetClusterResult]:
    """The same for a component, which names its argument in the error.

    :param refuse: Makes the error that ends the run from the sentence that says why.
    """
    return call("getCluster", {"clusterId": cluster_id}, opts, refuse).apply(_result)


def _result(answer: Answer) -> GetClusterResult:
    return GetClusterResult(
        cluster_id=answer["clusterId"],
        exists=answer["exists"],
        identity_kind=answer["identityKind"],
        client_id=answer["clientId"],
        provisioning_state=answer["provisioningState"],
        power_state=answer["powerState"],
        node_pools=answer["nodePools"],
        node_resource_group=answer["nodeResourceGroup"],
        location=answer["location"],
        oidc_issuer_enabled=answer["oidcIssuerEnabled"],
        oidc_issuer_url=answer["oidcIssuerUrl"],
        workload_identity_enabled=answer["workloadIdentityEnabled"],
    )
