"""Advice about a managed identity or a federated credential that Azure refuses."""

from __future__ import annotations

from typing import Final

import pulumi

from crosstenant.components.pieces.hooks import Advise, Failure
from crosstenant.components.pieces.import_command import import_command
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.federation import CREDENTIAL_LIMIT
from crosstenant.model.matched_texts.identity_texts import (
    APPLICATION_CREDENTIAL_EXISTS,
    APPLICATION_CREDENTIAL_TWICE,
    CREDENTIAL_TWICE,
    CREDENTIALS_FULL,
    NO_CREDENTIALS_HERE,
    POLICY_NAMED,
)
from crosstenant.model.matched_texts.provider_texts import OWN_ASSIGNMENT_EXISTS, POLICY_FORBIDS, ROLE_FORBIDDEN
from crosstenant.model.roles import CONTRIBUTOR

_KIND: Final = "azure-native:managedidentity:UserAssignedIdentity"
_CREDENTIAL: Final = "azure-native:managedidentity:FederatedIdentityCredential"

_FULL: Final = (
    f"{CREDENTIAL_LIMIT} federated credentials are the most: remove those that nothing uses, or serve some of the"
    " clusters with another FederatedPull, which has an identity of its own"
)
STILL_AT_ONCE: Final = (
    "something else has been writing federated credentials of this identity for {minutes:g} min, and Azure takes one at"
    " a time: run 'pulumi up' again, and let no two stacks change credentials of one identity at the same time"
)
"""The advice where Azure still refuses concurrent writes after all pauses."""


def identity_advice(name: str, providers: TenantProviders, component: pulumi.Resource) -> Advise:
    """Advice about an identity that exists already, or that the caller or Azure Policy does not permit.

    :param name: Name of the identity's resource.
    :param providers: The providers of the registry tenant.
    :param component: The component that it belongs to.
    """

    async def advise(failure: Failure) -> str | None:
        found = OWN_ASSIGNMENT_EXISTS.search(failure.error)
        if found:
            existing = found["id"] or "IDENTITY_ID"
            command = await import_command(_KIND, name, existing, component, providers.azure_native)
            return (
                "there is an identity of this name already. If a person or another stack made it, give its ARM ID as"
                " identity.id, which leaves it alone. If it is to be this stack's, or an interrupted update left it,"
                f" let this stack manage it: {command}. If a move to another tenant is taken back:"
                " docs/providers.md, 'An interrupted move, taken back'"
            )
        return _forbidden(failure, providers, "identities")

    return advise


def credential_advice(
    name: str, providers: TenantProviders, component: pulumi.Resource, cluster_tenant_id: str
) -> Advise:
    """Advice about a federated credential that Azure refuses, or that exists already.

    :param name: Name of the credential's resource.
    :param providers: The providers of the registry tenant.
    :param component: The component that it belongs to.
    :param cluster_tenant_id: UUID of the cluster tenant, whose issuer the credential trusts.
    """

    async def advise(failure: Failure) -> str | None:
        found = OWN_ASSIGNMENT_EXISTS.search(failure.error)
        if found:
            existing = found["id"] or "CREDENTIAL_ID"
            command = await import_command(_CREDENTIAL, name, existing, component, providers.azure_native)
            return (
                "the identity has a credential of this name already. If an interrupted update left it, or a person made"
                f" it, let this stack manage it: {command}"
            )
        policy = POLICY_FORBIDS.search(failure.error)
        if policy:
            return (
                f"{_policy(failure.error, policy['assignment'])} of tenant {providers.tenant_id} forbids a federated"
                " credential for this issuer. Its administrator has to permit issuers of AKS (in"
                f" Microsoft's policies: parameter allowAKS, and tenant {cluster_tenant_id} in allowedTenants), or to"
                " exempt the identity; then run 'pulumi up' again"
            )
        if CREDENTIAL_TWICE.is_in(failure.error):
            return (
                f"the identity has a credential for issuer {failure.inputs.get('issuer')} and subject"
                f" {failure.inputs.get('subject')} under another name, which this stack does not manage (any longer):"
                f" remove it, 'az identity federated-credential list --identity-name"
                f" {failure.inputs.get('resourceName')} -g {failure.inputs.get('resourceGroupName')}' shows it, and run"
                " 'pulumi up' again"
            )
        if CREDENTIALS_FULL.is_in(failure.error):
            return _FULL
        if NO_CREDENTIALS_HERE.is_in(failure.error):
            return (
                "Azure has no federated credentials for identities of this one's region: set identity.location to"
                " another region, which replaces the identity"
            )
        return _forbidden(failure, providers, "federated credentials")

    return advise


async def application_credential_advice(failure: Failure) -> str | None:
    """Advice about a federated credential of an application that the directory refuses."""
    if APPLICATION_CREDENTIAL_TWICE.is_in(failure.error):
        return (
            f"the application has a credential for issuer {failure.inputs.get('issuer')} and subject"
            f" {failure.inputs.get('subject')} under another name, which this stack does not manage (any longer):"
            " remove it, 'az ad app federated-credential list --id APPLICATION_ID' shows it, and run 'pulumi up' again"
        )
    if APPLICATION_CREDENTIAL_EXISTS.is_in(failure.error):
        application = str(failure.inputs.get("applicationId", "APPLICATION_ID")).rsplit("/", 1)[-1]
        return (
            "the application has a credential of this name already. If an interrupted update left it, or a person made"
            f" it, remove it, 'az ad app federated-credential delete --id {application} --federated-credential-id"
            f" {failure.inputs.get('displayName')}', and run 'pulumi up' again"
        )
    if CREDENTIALS_FULL.is_in(failure.error):
        return _FULL
    return None


def _policy(error: str, assignment: str | None) -> str:
    named = POLICY_NAMED.search(error)
    name = f" '{named['name']}'" if named else ""
    return f"Azure Policy{name} (assignment {assignment or 'in the error'})"


def _forbidden(failure: Failure, providers: TenantProviders, what: str) -> str | None:
    if not ROLE_FORBIDDEN.is_in(failure.error):
        return None
    return may_not_write(
        providers, f"{failure.operation} {what}", f"resource group {failure.inputs.get('resourceGroupName')}"
    )


def may_not_write(providers: TenantProviders, what: str, where: str) -> str:
    """What to do where the caller may not write an identity or its credentials.

    :param providers: The providers of the registry tenant.
    :param what: What it may not do: ``create identities``.
    :param where: The resource group or the identity.
    """
    return (
        f"the caller in tenant {providers.tenant_id} ({providers.signed_in_with}) may not {what} in {where}: give it"
        f" the role {CONTRIBUTOR.name} there; a new assignment takes some minutes to count"
    )
