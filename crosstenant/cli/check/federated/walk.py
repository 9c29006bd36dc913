"""Checks a chain without a secret in both tenants, and in the clusters whose kubeconfigs are given."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

from crosstenant.azure.arm import Arm
from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.identities.identities import (
    FederatedCredential,
    ManagedIdentity,
    federated_credentials,
    find_identity,
)
from crosstenant.azure.kubernetes.api_server import ApiServer
from crosstenant.azure.kubernetes.kubeconfig import ApiAccess
from crosstenant.azure.registries.lookup import find_registry
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.check.chain import REGISTRY, Link, LinkState, Report, Tenancy
from crosstenant.cli.check.federated.chain import REFRESHER, FederatedChain, FederatedCluster
from crosstenant.cli.check.federated.cluster_links import cluster_link
from crosstenant.cli.check.federated.credential_links import credential_link, identity_link, of_issuer
from crosstenant.cli.check.federated.in_cluster import Expected, in_cluster, service_account_of
from crosstenant.cli.check.reading import Unseen, access, look
from crosstenant.cli.check.registry_links import RoleLinks, absent_registry, network_link, registry_link
from crosstenant.errors import OperatorError
from crosstenant.model.federation import token_audience

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
        clusters, identity = await asyncio.gather(
            _read_clusters(chain, cluster_tenant), _read_identity(chain, registry_tenant)
        )
        client_id = identity.found.client_id if isinstance(identity.found, ManagedIdentity) else chain.client_id
        inside = await _inside(chain, clusters, identity, client_id, kubeconfigs)
    finally:
        await cluster_tenant.aclose()
        await registry_tenant.aclose()
    links = [
        clusters.entry,
        *[cluster_link(it.cluster_id, state) for it, state in clusters.states],
        *inside,
        *[Link(Tenancy.CLUSTER, REFRESHER, "of a kubeconfig", LinkState.UNSEEN, it) for it in unusable],
        identity.entry,
        *identity.links(chain, clusters.states, token_audience(registry_tenant.cloud)),
        *identity.of_registries,
    ]
    return Report(replace(chain, client_id=client_id), tuple(links))


class _Clusters:
    """The cluster tenant's half, as it was read."""

    def __init__(self, entry: Link, states: list[tuple[FederatedCluster, State]]) -> None:
        self.entry = entry
        self.states = states


class _Identity:
    """The registry tenant's half, as it was read."""

    def __init__(self, entry: Link) -> None:
        self.entry = entry
        self.found: ManagedIdentity | Unseen | None = Unseen("the registry tenant could not be entered")
        self.credentials: list[FederatedCredential] | Unseen | None = None
        self.of_registries: list[Link] = []

    def links(self, chain: FederatedChain, states: list[tuple[FederatedCluster, State]], audience: str) -> list[Link]:
        """The identity, and its credential for each cluster."""
        if self.entry.state is LinkState.UNSEEN:
            return []
        credentials = self.credentials
        listed = [] if credentials is None or isinstance(credentials, Unseen) else credentials
        others = [it for it in listed if not any(_serves(it, *pair) for pair in states)]
        return [
            identity_link(chain, self.found, [] if credentials is None else credentials, others),
            *[credential_link(chain, it, state, credentials, audience) for it, state in states],
        ]


def _serves(credential: FederatedCredential, cluster: FederatedCluster, state: State) -> bool:
    """Whether a credential is for a cluster; one whose issuer could not be read may be."""
    if not isinstance(state, ClusterState):
        return True
    issuer = state.oidc_issuer
    return (
        issuer is not None
        and bool(of_issuer(issuer, [credential]))
        and (not cluster.subjects or credential.subject in cluster.subjects)
    )


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


async def _read_identity(chain: FederatedChain, tenant: Tenant) -> _Identity:
    half = _Identity(await access(tenant, Tenancy.REGISTRY))
    if half.entry.state is LinkState.UNSEEN:
        return half
    arm = Arm(tenant)
    try:
        about = str(chain.identity_id)
        half.found = await look(find_identity(arm, chain.identity_id), "reading identity", about, tenant)
        if isinstance(half.found, ManagedIdentity):
            reading = federated_credentials(arm, chain.identity_id)
            half.credentials = await look(reading, "reading the federated credentials of", about, tenant)
        elif half.found is not None:
            half.credentials = half.found
        half.of_registries = await _registries(chain, tenant, arm, half.found)
    finally:
        await arm.aclose()
    return half


async def _registries(
    chain: FederatedChain, tenant: Tenant, arm: Arm, identity: ManagedIdentity | Unseen | None
) -> list[Link]:
    principal_id = identity.principal_id if isinstance(identity, ManagedIdentity) else None
    roles = RoleLinks(tenant, arm, principal_id, "there is no identity to look for")
    links: list[Link] = []
    for registry_id in chain.registries:
        name = registry_id.name
        found = await look(find_registry(tenant, str(registry_id)), "reading registry", "", tenant)
        if isinstance(found, Unseen):
            links.append(Link(Tenancy.REGISTRY, REGISTRY, name, LinkState.UNSEEN, found.reason))
        elif found is None:
            links.append(absent_registry(name, str(registry_id)))
        else:
            links += [registry_link(name, found), await roles.link(name, found), network_link(name, found)]
    return links


async def _inside(
    chain: FederatedChain,
    clusters: _Clusters,
    identity: _Identity,
    client_id: str,
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
        expected = Expected(cluster.cluster_id.name, client_id, chain.registry_tenant_id)
        accounts = _accounts(cluster, state, identity)
        if not accounts:
            finding = "nothing of it is trusted that could renew a pull secret"
            links.append(Link(Tenancy.CLUSTER, REFRESHER, expected.cluster, LinkState.SKIPPED, finding))
        for account in accounts:
            links += await _of_account(own[0], state, account, expected)
    return [*links, *[_of_no_cluster(it) for it in unused]]


def _accounts(cluster: FederatedCluster, state: ClusterState, identity: _Identity) -> list[tuple[str, str]]:
    """The service accounts that pull, from the subjects that the stack or the identity names."""
    listed = identity.credentials if isinstance(identity.credentials, list) else []
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
