"""The OIDC issuer of a cluster, which signs the tokens of its service accounts."""

from __future__ import annotations

import pulumi

from crosstenant.components.arguments.federated_cluster_args import FederatedClusterSpec
from crosstenant.components.pieces.planned import planned, unknown_text
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.shell_words import shell_word
from crosstenant.resources.get_cluster import GetClusterResult, look_up_cluster


def cluster_issuer(
    cluster: FederatedClusterSpec, component: pulumi.Resource, providers: TenantProviders
) -> pulumi.Output[str]:
    """The issuer to the letter; a cluster without one is refused, at preview where the cluster exists already.

    :param cluster: The cluster's arguments.
    :param component: The component that it belongs to.
    :param providers: The providers of the cluster tenant.
    """
    at = cluster.at / "cluster_id"

    async def issuer(found: GetClusterResult) -> str | None:
        if found.oidc_issuer_url:
            return found.oidc_issuer_url
        if pulumi.runtime.is_dry_run() and await planned(cluster.id.text, "oidc_issuer_profile"):
            # The program itself has the cluster, and may be about to switch the issuer on.
            return None
        raise at.error(_without_issuer(found))

    found = look_up_cluster(
        providers.once_signed_in(cluster.id.text),
        pulumi.InvokeOptions(parent=component, provider=providers.crosstenant),
        at.error,
    )
    return found.apply(issuer).apply(lambda it: unknown_text() if it is None else it)


def _without_issuer(found: GetClusterResult) -> str:
    if not found.exists:
        return (
            f"there is no cluster {found.cluster_id} that the caller can see: check the ID. A cluster that this program"
            " creates is given by the output of its ID"
        )
    group, name = shell_word(found.cluster_id.split("/")[4]), found.cluster_id.rsplit("/", 1)[-1]
    return (
        f"the OIDC issuer of cluster {found.cluster_id} is off, and without it nothing outside can trust the cluster's"
        f" tokens: switch it on, 'az aks update -g {group} -n {name} --enable-oidc-issuer'. That restarts the"
        " cluster's API server, reimages no node, and cannot be undone"
    )
