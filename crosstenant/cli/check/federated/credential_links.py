"""What an identity trusts, compared with what the clusters are at present."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.identities.identities import FederatedCredential, ManagedIdentity
from crosstenant.cli.check.chain import Link, LinkState, Tenancy
from crosstenant.cli.check.federated.chain import CREDENTIAL, IDENTITY, REPAIR, FederatedChain, FederatedCluster
from crosstenant.cli.check.reading import Unseen
from crosstenant.model.federation import CREDENTIAL_LIMIT

_B = Tenancy.REGISTRY
_TO_READ: Final = "for this link the caller needs Reader on the identity"


def identity_link(
    chain: FederatedChain,
    found: ManagedIdentity | Unseen | None,
    credentials: list[FederatedCredential] | Unseen,
    others: Sequence[FederatedCredential],
) -> Link:
    """The identity itself.

    :param chain: The chain.
    :param found: The identity.
    :param credentials: Its credentials.
    :param others: Those that none of the chain's clusters accounts for.
    """
    name = chain.identity_id.name
    if isinstance(found, Unseen):
        return Link(_B, IDENTITY, name, LinkState.UNSEEN, found.reason, _TO_READ)
    if found is None:
        remedy = (
            f"{REPAIR}, which makes it again with another client ID; or correct the ID"
            if chain.is_all_of_identity
            else "correct the ID"
        )
        return Link(_B, IDENTITY, name, LinkState.BROKEN, f"there is no {chain.identity_id}", remedy)
    if found.tenant_id and found.tenant_id != chain.registry_tenant_id.lower():
        what = f"belongs to tenant {found.tenant_id}, not to the registry tenant"
        return Link(_B, IDENTITY, name, LinkState.BROKEN, what, "make an identity in the registry tenant")
    if chain.client_id and found.client_id != chain.client_id.lower():
        what = f"has client ID {found.client_id}, and the stack has {chain.client_id}: it was made again"
        return Link(_B, IDENTITY, name, LinkState.BROKEN, what, REPAIR)
    what = f"client ID {found.client_id}"
    if isinstance(credentials, Unseen):
        return Link(_B, IDENTITY, name, LinkState.OK, what)
    what = f"{what}; {len(credentials)} of {CREDENTIAL_LIMIT} federated credentials"
    if others and chain.is_all_of_identity:
        names = ", ".join(it.name for it in others)
        remedy = f"delete what serves no other cluster: '{_delete_command(chain, others[0].name)}'"
        return Link(_B, IDENTITY, name, LinkState.NOTE, f"{what}; not of this stack's clusters: {names}", remedy)
    return Link(_B, IDENTITY, name, LinkState.OK, what)


def credential_link(
    chain: FederatedChain,
    cluster: FederatedCluster,
    state: ClusterState | Unseen | None,
    credentials: list[FederatedCredential] | Unseen | None,
    audience: str,
) -> Link:
    """Whether the identity trusts the present issuer of a cluster, for the right subjects.

    :param chain: The chain.
    :param cluster: The cluster.
    :param state: Its state.
    :param credentials: The identity's credentials; none without an identity.
    :param audience: The audience of the cluster's tokens for Entra.
    """
    name = cluster.cluster_id.name
    if credentials is None:
        return Link(_B, CREDENTIAL, name, LinkState.SKIPPED, "there is no identity to trust the cluster")
    if isinstance(credentials, Unseen):
        return Link(_B, CREDENTIAL, name, LinkState.UNSEEN, credentials.reason, _TO_READ)
    if not isinstance(state, ClusterState):
        return Link(_B, CREDENTIAL, name, LinkState.SKIPPED, "the cluster's issuer is not known")
    if not state.oidc_issuer:
        return Link(_B, CREDENTIAL, name, LinkState.SKIPPED, "the cluster has no issuer")
    for subject in cluster.subjects or (None,):
        problem = _problem(state.oidc_issuer, subject, credentials, audience)
        if problem:
            remedy = f"{REPAIR}, or '{_command(chain, cluster, state.oidc_issuer, subject, credentials, audience)}'"
            return Link(_B, CREDENTIAL, name, LinkState.BROKEN, problem, remedy)
    own = of_issuer(state.oidc_issuer, credentials)
    trusted = cluster.subjects or tuple(it.subject for it in own)
    return Link(_B, CREDENTIAL, name, LinkState.OK, f"{own[0].name} trusts {' and '.join(trusted)}")


def of_issuer(issuer: str, credentials: Sequence[FederatedCredential]) -> list[FederatedCredential]:
    """The credentials for one issuer.

    :param issuer: Its URL; Entra compares it to the letter.
    :param credentials: The identity's credentials.
    """
    return [it for it in credentials if it.issuer == issuer]


def _problem(issuer: str, subject: str | None, credentials: list[FederatedCredential], audience: str) -> str | None:
    """Why a token of the issuer for a subject is refused; nothing if it is accepted."""
    own = of_issuer(issuer, credentials)
    if not own:
        return _without_issuer(issuer, subject, credentials)
    right = [it for it in own if subject in (None, it.subject)]
    if not right:
        trusted = ", ".join(f"'{it.subject}'" for it in own)
        return f"trusts {trusted} of this cluster, not '{subject}'"
    if not any(audience in it.audiences for it in right):
        named = ", ".join(right[0].audiences) or "none"
        return f"{right[0].name} has audience {named}, not {audience}"
    return None


def _without_issuer(issuer: str, subject: str | None, credentials: list[FederatedCredential]) -> str:
    for one in credentials:
        if _folded(one.issuer) == _folded(issuer):
            return f"{one.name} has issuer '{one.issuer}', the cluster '{issuer}': each letter and the last slash count"
    for one in credentials:
        if subject in (None, one.subject) and _tenant_part(one.issuer) == _tenant_part(issuer):
            return f"{one.name} trusts issuer '{one.issuer}'; the cluster has '{issuer}', as one that was built again"
    return f"the identity does not trust the cluster's issuer '{issuer}'"


def _folded(issuer: str) -> str:
    return issuer.rstrip("/").lower()


def _tenant_part(issuer: str) -> str:
    """An issuer without its last part, which is new for each cluster: ``https://REGION.oic.../TENANT``."""
    return _folded(issuer).rpartition("/")[0]


def _command(
    chain: FederatedChain,
    cluster: FederatedCluster,
    issuer: str,
    subject: str | None,
    credentials: list[FederatedCredential],
    audience: str,
) -> str:
    """The command that lets the identity trust a subject of the cluster."""
    others = [it for it in cluster.subjects if it != subject]
    subject = subject or "system:serviceaccount:NAMESPACE:pull-refresher"
    free = [it for it in credentials if it.subject not in others]
    present = [it for it in free if _folded(it.issuer) == _folded(issuer)]
    before = [it for it in free if it.subject == subject and _tenant_part(it.issuer) == _tenant_part(issuer)]
    wrong = next(iter([*present, *before]), None)
    verb, name = ("update", wrong.name) if wrong else ("create", cluster.cluster_id.name)
    return (
        f"az identity federated-credential {verb} --name {name} {_of_identity(chain)} --issuer {issuer}"
        f" --subject {subject} --audiences {audience}"
    )


def _delete_command(chain: FederatedChain, name: str) -> str:
    return f"az identity federated-credential delete --name {name} {_of_identity(chain)}"


def _of_identity(chain: FederatedChain) -> str:
    found = chain.identity_id
    return (
        f"--identity-name {found.name} --resource-group {found.resource_group} --subscription {found.subscription_id}"
    )
