"""What an identity or application trusts, compared with what the clusters are at present."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.identities.identities import FederatedCredential
from crosstenant.cli.check.chain import Link, LinkState, Tenancy
from crosstenant.cli.check.federated.chain import CREDENTIAL, REPAIR, FederatedChain, FederatedCluster
from crosstenant.cli.check.reading import Unseen
from crosstenant.model.arm_id import ArmId
from crosstenant.model.shell_words import shell_word

TO_READ: Final = {
    False: "for this link the caller needs Reader on the identity",
    True: "for this link the caller needs the Microsoft Graph permission Application.Read.All",
}
"""What a caller needs for the credentials; by whether they are those of an application."""


def credential_link(
    chain: FederatedChain,
    cluster: FederatedCluster,
    state: ClusterState | Unseen | None,
    credentials: list[FederatedCredential] | Unseen | None,
    audiences: Sequence[str],
) -> Link:
    """Whether the identity trusts the present issuer of a cluster, for the right subjects.

    :param chain: The chain.
    :param cluster: The cluster.
    :param state: Its state.
    :param credentials: The identity's credentials; none without an identity.
    :param audiences: Of these the credential must have one; the first, if it is made anew.
    """
    # Credentials belong to what trusts: an identity of the registry tenant, an application of the cluster tenant.
    tenancy = Tenancy.REGISTRY if chain.identity_id else Tenancy.CLUSTER

    def link(state: LinkState, finding: str, remedy: str = "") -> Link:
        return Link(tenancy, CREDENTIAL, cluster.cluster_id.name, state, finding, remedy)

    if credentials is None:
        return link(LinkState.SKIPPED, f"there is no {'identity' if chain.identity_id else 'application'} to trust it")
    if isinstance(credentials, Unseen):
        return link(LinkState.UNSEEN, credentials.reason, TO_READ[chain.identity_id is None])
    if not isinstance(state, ClusterState):
        return link(LinkState.SKIPPED, "the cluster's issuer is not known")
    if not state.oidc_issuer:
        return link(LinkState.SKIPPED, "the cluster has no issuer")
    for subject in cluster.subjects or (None,):
        problem = _problem(state.oidc_issuer, subject, credentials, audiences)
        if problem:
            remedy = f"{REPAIR}, or '{_command(chain, cluster, state.oidc_issuer, subject, credentials, audiences[0])}'"
            return link(LinkState.BROKEN, problem, remedy)
    own = of_issuer(state.oidc_issuer, credentials)
    trusted = cluster.subjects or tuple(it.subject for it in own)
    return link(LinkState.OK, f"{own[0].name} trusts {' and '.join(trusted)}")


def of_issuer(issuer: str, credentials: Sequence[FederatedCredential]) -> list[FederatedCredential]:
    """The credentials for one issuer.

    :param issuer: Its URL; Entra compares it to the letter.
    :param credentials: The identity's credentials.
    """
    return [it for it in credentials if it.issuer == issuer]


def _problem(
    issuer: str, subject: str | None, credentials: list[FederatedCredential], audiences: Sequence[str]
) -> str | None:
    """Why a token of the issuer for a subject is refused; nothing if it is accepted."""
    own = of_issuer(issuer, credentials)
    if not own:
        return _without_issuer(issuer, subject, credentials)
    right = [it for it in own if subject in (None, it.subject)]
    if not right:
        trusted = ", ".join(f"'{it.subject}'" for it in own)
        return f"trusts {trusted} of this cluster, not '{subject}'"
    if not any(set(audiences).intersection(it.audiences) for it in right):
        named = ", ".join(right[0].audiences) or "none"
        return f"{right[0].name} has audience {named}, not {' or '.join(audiences)}"
    return None


def _without_issuer(issuer: str, subject: str | None, credentials: list[FederatedCredential]) -> str:
    for one in credentials:
        if _folded(one.issuer) == _folded(issuer):
            return f"{one.name} has issuer '{one.issuer}', the cluster '{issuer}': each letter and the last slash count"
    for one in credentials:
        if subject in (None, one.subject) and _tenant_part(one.issuer) == _tenant_part(issuer):
            return f"{one.name} trusts issuer '{one.issuer}'; the cluster has '{issuer}', as one that was built again"
    return f"the cluster's issuer '{issuer}' is not trusted"


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
    found = chain.identity_id
    if found is not None:
        return (
            f"az identity federated-credential {verb} --name {shell_word(name)} {of_identity(found)}"
            f" --issuer {shell_word(issuer)} --subject {shell_word(subject)} --audiences {shell_word(audience)}"
        )
    which = f" --federated-credential-id {shell_word(name)}" if wrong else ""
    document = json.dumps({"name": name, "issuer": issuer, "subject": subject, "audiences": [audience]})
    return f"az ad app federated-credential {verb} --id {chain.client_id}{which} --parameters {shell_word(document)}"


def of_identity(identity_id: ArmId) -> str:
    """The options with which az names an identity.

    :param identity_id: The identity.
    """
    return (
        f"--identity-name {identity_id.name} --resource-group {shell_word(identity_id.resource_group)}"
        f" --subscription {identity_id.subscription_id}"
    )
