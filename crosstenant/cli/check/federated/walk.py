"""Checks a chain without a secret in both tenants, and in the clusters whose kubeconfigs are given."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.kubernetes.api_server import ApiServer
from crosstenant.azure.kubernetes.kubeconfig import ApiAccess
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.check.chain import Link, LinkState, Report, Tenancy
from crosstenant.cli.check.federated.application import read_application
from crosstenant.cli.check.federated.chain import REFRESHER, FederatedChain, FederatedCluster
from crosstenant.cli.check.federated.cluster_links import cluster_link
from crosstenant.cli.check.federated.credential_links import of_issuer
from crosstenant.cli.check.federated.in_cluster import Expected, in_cluster, service_account_of
from crosstenant.cli.check.federated.managed_identity import read_identity
from crosstenant.cli.check.federated.trusting import Credentials, Trusting
from crosstenant.cli.check.reading import Unseen, access, look
from crosstenant.errors import OperatorError

State = ClusterState | Unseen | None


async def walk_federated(
    chain: FederatedChain,
    cluster_tenant: Tenant,
    registry_tenant: Tenant,
    kubeconfigs: Sequence[ApiAccess],
    unusable: Sequence[str] = (),
) -> Report:
    """Checks every link of a chain; only reads.

    :param chain: The chain.
    :param cluster_tenant: The cluster tenant, with the caller's credential.
    :param registry_tenant: The registry tenant, likewise.
    :param kubeconfigs: API servers of the chain's clusters; none of the others is sent anything.
    :param unusable: Why other kubeconfigs cannot be used.
    """
    try:
        clusters, trusting = await asyncio.gather(
            _read_clusters(chain, cluster_tenant), _read_trusting(chain, cluster_tenant, registry_tenant)
        )
        inside = await _inside(chain, clusters, trusting, kubeconfigs)
    finally:
        await cluster_tenant.aclose()
        await registry_tenant.aclose()
    links = [
        clusters.entry,
        *[cluster_link(it.cluster_id, state) for it, state in clusters.states],
        *inside,
        *[Link(Tenancy.CLUSTER, REFRESHER, "of a kubeconfig", LinkState.UNSEEN, it) for it in unusable],
        *trusting.links(clusters.states, chain.audiences(registry_tenant.cloud)),
    ]
    return Report(replace(chain, client_id=trusting.client_id), tuple(links))


class _Clusters:
    """The clusters, as they were read."""

    def __init__(self, entry: Link, states: list[tuple[FederatedCluster, State]]) -> None:
        self.entry = entry
        self.states = states


async def _read_clusters(chain: FederatedChain, tenant: Tenant) -> _Clusters:
    entry = await access(tenant, Tenancy.CLUSTER)
    if entry.state is LinkState.UNSEEN:
        return _Clusters(entry, [])
    clusters = Clusters(tenant)
    try:
        found = await asyncio.gather(
            *(look(clusters.get(it.cluster_id), "reading cluster", str(it.cluster_id), tenant) for it in chain.clusters)
        )
    finally:
        await clusters.aclose()
    return _Clusters(entry, list(zip(chain.clusters, found, strict=True)))


async def _read_trusting(chain: FederatedChain, cluster_tenant: Tenant, registry_tenant: Tenant) -> Trusting:
    if chain.identity_id is not None:
        return await read_identity(chain, chain.identity_id, registry_tenant)
    return await read_application(chain, cluster_tenant, registry_tenant)


async def _inside(
    chain: FederatedChain,
    clusters: _Clusters,
    trusting: Trusting,
    kubeconfigs: Sequence[ApiAccess],
) -> list[Link]:
    """What the clusters themselves know, as far as a kubeconfig names them."""
    unused = list(kubeconfigs)
    links: list[Link] = []
    for cluster, state in clusters.states:
        if not isinstance(state, ClusterState):
            continue
        own = [it for it in unused if it.host in state.api_hosts]
        unused = [it for it in unused if it not in own]
        if not own:
            links.append(_not_asked(cluster))
            continue
        expected = Expected(cluster.cluster_id.name, trusting.client_id, chain.registry_tenant_id)
        accounts = _accounts(cluster, state, trusting.credentials)
        if not accounts:
            finding = "nothing of it is trusted that could renew a pull secret"
            links.append(Link(Tenancy.CLUSTER, REFRESHER, expected.cluster, LinkState.SKIPPED, finding))
        for account in accounts:
            links += await _of_account(own[0], state, account, expected)
    return [*links, *[_of_no_cluster(it) for it in unused]]


def _accounts(cluster: FederatedCluster, state: ClusterState, credentials: Credentials) -> list[tuple[str, str]]:
    """The service accounts that pull, from the subjects that the stack or the identity names."""
    listed = credentials if isinstance(credentials, list) else []
    subjects = cluster.subjects or tuple(it.subject for it in of_issuer(state.oidc_issuer or "", listed))
    return [account for it in dict.fromkeys(subjects) if (account := service_account_of(it))]


async def _of_account(
    kubeconfig: ApiAccess, state: ClusterState, account: tuple[str, str], expected: Expected
) -> list[Link]:
    try:
        server = ApiServer(kubeconfig, state.api_hosts)
    except OperatorError as error:
        return [Link(Tenancy.CLUSTER, REFRESHER, expected.cluster, LinkState.UNSEEN, str(error))]
    try:
        return await in_cluster(server, account, expected, datetime.now(timezone.utc))
    finally:
        await server.aclose()


def _not_asked(cluster: FederatedCluster) -> Link:
    finding = "whether it runs, and until when pull secrets are valid, only the cluster knows: give --kubeconfig"
    return Link(Tenancy.CLUSTER, REFRESHER, cluster.cluster_id.name, LinkState.SKIPPED, finding)


def _of_no_cluster(kubeconfig: ApiAccess) -> Link:
    finding = "is not the API server of any cluster of this chain, as Resource Manager reports them: nothing was sent"
    remedy = "use the result of 'az aks get-credentials'"
    return Link(Tenancy.CLUSTER, REFRESHER, kubeconfig.host, LinkState.UNSEEN, finding, remedy)
