"""Each cluster as Resource Manager shows it: its issuer, and whether it runs."""

from __future__ import annotations

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.cli.check.chain import CLUSTER, Link, LinkState, Tenancy
from crosstenant.cli.check.reading import Unseen
from crosstenant.model.arm_id import ArmId
from crosstenant.model.shell_words import shell_word

_A = Tenancy.CLUSTER


def cluster_link(cluster_id: ArmId, found: ClusterState | Unseen | None) -> Link:
    """A cluster's issuer and power state.

    :param cluster_id: The cluster.
    :param found: Its state.
    """
    name = cluster_id.name
    if isinstance(found, Unseen):
        remedy = "for this link the caller needs Reader on the cluster"
        return Link(_A, CLUSTER, name, LinkState.UNSEEN, found.reason, remedy)
    if found is None:
        remedy = "create it, or remove it from the stack"
        return Link(_A, CLUSTER, name, LinkState.BROKEN, f"there is no {cluster_id}", remedy)
    if not found.oidc_issuer:
        return Link(_A, CLUSTER, name, LinkState.BROKEN, "its OIDC issuer is off", _enable(cluster_id))
    issuer = f"issuer {found.oidc_issuer}"
    if found.is_stopped:
        remedy = "its pull secrets are not renewed while it is stopped: start it with 'az aks start'"
        return Link(_A, CLUSTER, name, LinkState.NOTE, f"is stopped; {issuer}", remedy)
    if found.has_failed:
        return Link(_A, CLUSTER, name, LinkState.NOTE, f"its last operation failed; {issuer}", "check 'az aks show'")
    return Link(_A, CLUSTER, name, LinkState.OK, issuer)


def _enable(cluster_id: ArmId) -> str:
    group = shell_word(cluster_id.resource_group)
    return (
        f"'az aks update --name {cluster_id.name} --resource-group {group} --subscription"
        f" {cluster_id.subscription_id} --enable-oidc-issuer', which restarts the API server and cannot be undone; then"
        " 'pulumi up --refresh'"
    )
