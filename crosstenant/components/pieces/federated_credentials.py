"""The federated credentials of an identity: which clusters' service accounts may act as it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi.resource_hooks import ResourceHookBinding

from crosstenant.components.arguments.federated_cluster_args import FederatedClusterSpec
from crosstenant.components.pieces.hooks import on_error
from crosstenant.components.pieces.identity_advice import STILL_AT_ONCE
from crosstenant.components.pieces.refusal_advice import of_tenant
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.components.pieces.trusting_identity import CredentialSpec, TrustingIdentity
from crosstenant.model.federation import CREDENTIAL_LIMIT, credential_name
from crosstenant.model.matched_texts.identity_texts import CREDENTIALS_AT_ONCE
from crosstenant.resources.internal_functions import PresentIdentity

_LIMIT: Final = f"an identity can hold {CREDENTIAL_LIMIT} federated credentials"


@dataclass(frozen=True)
class Trust:
    """One service account of one cluster, which may act as the identity."""

    cluster: FederatedClusterSpec
    subject: str
    """``system:serviceaccount:NAMESPACE:NAME``."""
    audience: str
    """The audience of its tokens for Entra ID."""
    part: str = ""
    """What tells it from the cluster's others: the namespace; empty where there is one for each cluster."""

    def resource_name(self, name: str) -> str:
        """The name of its resource in the stack.

        :param name: The component's name.
        """
        return self._called(name, self.cluster.name.text)

    def aliases(self, name: str) -> list[pulumi.Input[str | pulumi.Alias]] | None:
        """The aliases of its resource."""
        return self.cluster.name.aliases(lambda cluster: self._called(name, cluster))

    def azure_name(self, name: str) -> str:
        """Its name in Azure."""
        cluster = self.cluster.name.text
        # An underscore, which no namespace has: 'aks' and 'dev-team' must not become what 'aks-dev' and 'team' do.
        return credential_name(name, f"{cluster}_{self.part}" if self.part else cluster)

    def _called(self, name: str, cluster: str) -> str:
        return f"{name}-{cluster}.{self.part}-credential" if self.part else f"{name}-{cluster}-credential"


def check_limit(trusts: Sequence[Trust]) -> None:
    """Checks that one identity can hold the credentials.

    :param trusts: The service accounts.
    :raises ArgumentError: There are too many; the error names the first one that is.
    """
    if len(trusts) > CREDENTIAL_LIMIT:
        first = trusts[CREDENTIAL_LIMIT]
        what = "namespace" if first.part else "cluster"
        raise first.cluster.at.error(
            f"{_LIMIT}, and this component needs {len(trusts)}, one for each {what}: declare another FederatedPull,"
            " with an identity of its own, for the rest"
        )


def trust_clusters(
    name: str,
    trusts: Sequence[Trust],
    issuers: Sequence[pulumi.Output[str]],
    identity: TrustingIdentity,
    component: pulumi.Resource,
    *,
    replication_seconds: int | None,
) -> list[pulumi.CustomResource]:
    """Declares the credentials, children of ``component``, in the order of ``trusts``.

    :param name: The component's name.
    :param trusts: The service accounts.
    :param issuers: The issuer of each one's cluster.
    :param identity: The identity.
    :param component: The component that they belong to.
    :param replication_seconds: For how long to repeat a write that another one keeps off, if the program says.
    """
    providers = identity.providers
    checked = _checked_issuers(name, trusts, issuers, identity)
    declared: list[pulumi.CustomResource] = []
    for trust, issuer in zip(trusts, checked, strict=True):
        resource_name = trust.resource_name(name)
        hook = on_error(
            resource_name,
            component,
            of_tenant(providers, identity.advice(resource_name)),
            replicating=CREDENTIALS_AT_ONCE,
            replication_seconds=replication_seconds,
            still=STILL_AT_ONCE,
        )
        own = pulumi.ResourceOptions(
            parent=component,
            provider=identity.provider,
            replacement_trigger=providers.tenant_id,
            hooks=ResourceHookBinding(before_create=identity.refuse(resource_name), on_error=hook),
            # Azure refuses to write two credentials of one identity at the same time:
            # https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
            depends_on=declared[-1:],
            # A second one for the same issuer and subject is refused.
            delete_before_replace=True,
            # A component that is renamed must not make another credential.
            ignore_changes=[identity.kept_name],
            aliases=trust.aliases(name),
        )
        credential = CredentialSpec(trust.azure_name(name), issuer, trust.subject, trust.audience)
        declared.append(identity.declare(resource_name, credential, replaceable(own)))
    return declared


def _checked_issuers(
    name: str, trusts: Sequence[Trust], issuers: Sequence[pulumi.Output[str]], identity: TrustingIdentity
) -> list[pulumi.Output[str]]:
    """The issuers, which fail where Azure would refuse the credential."""

    def checked(index: int) -> pulumi.Output[str]:
        trust = trusts[index]
        # An issuer that a preview does not know must not hide those that it knows.
        earlier = [it for it in range(index) if trusts[it].subject == trust.subject]
        if trust.cluster.id.known:
            earlier = [it for it in earlier if trusts[it].cluster.id.known]

        def check(known: Sequence[object]) -> str:
            present, issuer, *others = known
            assert isinstance(present, PresentIdentity)
            _refuse_one_too_many(name, trusts, present)
            if issuer in others:
                same = trusts[earlier[others.index(issuer)]].cluster
                raise (trust.cluster.at / "cluster_id").error(
                    f"has the issuer of cluster '{same.name.text}', {issuer}, and the same subject, {trust.subject}:"
                    " both would be one federated credential. Remove one"
                )
            return str(issuer)

        return pulumi.Output.all(identity.present, issuers[index], *(issuers[it] for it in earlier)).apply(check)

    return [checked(index) for index in range(len(trusts))]


def _refuse_one_too_many(name: str, trusts: Sequence[Trust], present: PresentIdentity) -> None:
    names, subjects = {it.azure_name(name) for it in trusts}, {it.subject for it in trusts}
    others = [it.name for it in present.credentials if it.name not in names and it.subject not in subjects]
    if len(others) + len(trusts) > CREDENTIAL_LIMIT:
        raise trusts[-1].cluster.at.error(
            f"{_LIMIT}, and this one has {len(others)} besides the {len(trusts)} of this component"
            f" ({', '.join(others)}): remove those that nothing uses, or let this component have an identity of its own"
            " (identity.resource_group)"
        )
