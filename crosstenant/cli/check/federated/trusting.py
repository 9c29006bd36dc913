"""What trusts the clusters, as it was read: a managed identity, or an application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from crosstenant.azure.arm import Arm
from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.identities.identities import FederatedCredential
from crosstenant.azure.registries.lookup import find_registry
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.check.chain import REGISTRY, Link, LinkState, Tenancy
from crosstenant.cli.check.federated.chain import FederatedChain, FederatedCluster
from crosstenant.cli.check.federated.credential_links import credential_link, of_issuer
from crosstenant.cli.check.reading import Unseen, look
from crosstenant.cli.check.registry_links import RoleLinks, absent_registry, network_link, registry_link

Credentials = list[FederatedCredential] | Unseen | None
"""Federated credentials; none without what they would belong to."""

States = Sequence[tuple[FederatedCluster, ClusterState | Unseen | None]]
"""The clusters, each as it was read."""


class Trusting(Protocol):
    """What trusts the clusters."""

    @property
    def client_id(self) -> str:
        """Its client ID (UUID); empty if it is not known."""
        ...

    @property
    def credentials(self) -> Credentials:
        """Its federated credentials."""
        ...

    def links(self, states: States, audiences: Sequence[str]) -> list[Link]:
        """Its own links, those of its credentials, and those of the registries.

        :param states: The clusters.
        :param audiences: Of these a credential must have one; the first, if it is made anew.
        """
        ...


def credential_links(
    chain: FederatedChain, credentials: Credentials, states: States, audiences: Sequence[str]
) -> list[Link]:
    """One link for each cluster.

    :param chain: The chain.
    :param credentials: What is trusted.
    :param states: The clusters.
    :param audiences: Of these a credential must have one; the first, if it is made anew.
    """
    return [credential_link(chain, it, state, credentials, audiences) for it, state in states]


def of_no_cluster(credentials: Credentials, states: States) -> list[FederatedCredential]:
    """The credentials that none of the clusters accounts for.

    :param credentials: What is trusted.
    :param states: The clusters.
    """
    listed = credentials if isinstance(credentials, list) else []
    return [it for it in listed if not any(_serves(it, *pair) for pair in states)]


async def registry_links(
    chain: FederatedChain, tenant: Tenant, arm: Arm, principal_id: str | None, without_principal: str
) -> list[Link]:
    """The links of each registry.

    :param chain: The chain.
    :param tenant: The registry tenant.
    :param arm: Its Resource Manager.
    :param principal_id: Object ID (UUID) of what pulls there; none if it is not known.
    :param without_principal: The finding then.
    """
    roles = RoleLinks(tenant, arm, principal_id, without_principal)
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


def _serves(credential: FederatedCredential, cluster: FederatedCluster, state: ClusterState | Unseen | None) -> bool:
    """Whether a credential is for a cluster; one whose issuer could not be read may be."""
    if not isinstance(state, ClusterState):
        return True
    issuer = state.oidc_issuer
    return (
        issuer is not None
        and bool(of_issuer(issuer, [credential]))
        and (not cluster.subjects or credential.subject in cluster.subjects)
    )
