"""Advice for refusals of Azure, logged beside the provider's own error.

The azuread and azure-native providers repeat Azure's answer. Some answers have one cause and one remedy here.
"""

from __future__ import annotations

from typing import Final

import pulumi

from crosstenant.components.pieces.hooks import Advise, Failure
from crosstenant.components.pieces.import_command import import_command
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.matched_texts.provider_texts import (
    DENIED_BY_ASSIGNMENT,
    DIRECTORY_FORBIDDEN,
    ENTRA_CODE,
    LIFETIME_CAPPED,
    OBJECT_GONE,
    POLICY_FORBIDS,
    SCOPE_LOCKED,
    SECRET_GONE,
    SECRETS_FORBIDDEN,
    SERVICE_PRINCIPAL_EXISTS,
    SERVICE_REFERENCE,
)

_REFERENCE: Final = (
    "the directory of the cluster tenant accepts no application without a valid service management reference: set"
    " service_management_reference to the application's entry in the service management database, which the"
    " directory's administrator knows"
)
_PRINCIPAL: Final = "azuread:index/servicePrincipal:ServicePrincipal"
_CONSENTED: Final = "set service_principal (registry_service_principal of CrossTenantPull) to 'consented'"


def of_tenant(providers: TenantProviders, advise: Advise | None = None) -> Advise:
    """Advice for every failure: where there is none, the tenant and the argument that the error is about.

    The errors of azuread and azure-native name neither, and a program has two providers of each.

    :param providers: The providers of the resource's tenant.
    :param advise: What to do about the failures of the resource.
    """

    async def advise_or_name(failure: Failure) -> str | None:
        advice = await advise(failure) if advise else None
        if advice:
            return advice
        if OBJECT_GONE.is_in(failure.error) and failure.operation == "delete":
            return (
                f"what is to be deleted in tenant {providers.tenant_id} does not exist any longer: run the same command"
                " with --refresh, which takes it out of the state"
            )
        tenant = f"tenant {providers.tenant_id} ({providers.signed_in_with})"
        locked, policy = SCOPE_LOCKED.search(failure.error), POLICY_FORBIDS.search(failure.error)
        if locked:
            return (
                f"a lock on {locked['scope'] or failure.inputs.get('scope', 'the scope')} forbids the"
                f" {failure.operation} in {tenant}: have the lock removed, run the same command again, and have the"
                " lock set again"
            )
        denied = DENIED_BY_ASSIGNMENT.search(failure.error)
        if denied:
            return (
                f"the deny assignment {denied['name'] or 'in the error'} forbids the {failure.operation} in {tenant},"
                " whatever roles the caller has: the deployment stack or managed application that made it has to"
                " exclude the caller"
            )
        if policy:
            return (
                f"the Azure Policy assignment {policy['assignment'] or 'in the error'} forbids the"
                f" {failure.operation} in {tenant}: have its administrator exempt"
                f" {failure.inputs.get('scope', 'this resource')}, and run the same command again"
            )
        code = ENTRA_CODE.search(failure.error)
        if code:
            return (
                f"the provider cannot sign in to {tenant}: docs/errors.md, 'Signing in', says what to do on {code[0]}"
            )
        return f"the {failure.operation} failed in {tenant}"

    return advise_or_name


def may_not_write_application(providers: TenantProviders, what: str = "may not make applications") -> str:
    """What to do where the caller may not make or change the application.

    :param providers: The providers of the cluster tenant.
    :param what: What it may not do.
    """
    return (
        f"the caller in tenant {providers.tenant_id} ({providers.signed_in_with}) {what}: give it the Microsoft Graph"
        " permission Application.ReadWrite.OwnedBy, or the Entra role Cloud Application Administrator; docs/rights.md"
        " has the table"
    )


def may_not_make_service_principals(providers: TenantProviders) -> str:
    """What to do where the caller may not make the application's service principal in the registry tenant.

    :param providers: The providers of the registry tenant.
    """
    return (
        f"the caller in tenant {providers.tenant_id} may not make service principals: give it the Microsoft Graph"
        " permission Application.ReadWrite.All or the Entra role Cloud Application Administrator there; or"
        f" {_CONSENTED}, which needs no right in the directory"
    )


def application_advice(providers: TenantProviders) -> Advise:
    """Advice about an application, or its service principal in its own tenant, that the caller may not create.

    :param providers: The providers of the cluster tenant.
    """

    async def advise(failure: Failure) -> str | None:
        if SERVICE_REFERENCE.is_in(failure.error):
            return _REFERENCE
        if not DIRECTORY_FORBIDDEN.is_in(failure.error):
            return None
        return may_not_write_application(providers, f"may not {failure.operation} this there")

    return advise


def own_service_principal_advice(name: str, providers: TenantProviders, component: pulumi.Resource) -> Advise:
    """Advice about the application's service principal in its own tenant: it exists already, or may not be created.

    :param name: Name of the service principal's resource.
    :param providers: The providers of the cluster tenant.
    :param component: The component that it belongs to.
    """

    async def advise(failure: Failure) -> str | None:
        found = SERVICE_PRINCIPAL_EXISTS.search(failure.error)
        if not found:
            return await application_advice(providers)(failure)
        command = await import_command(
            _PRINCIPAL, name, f"/servicePrincipals/{found['id']}", component, providers.azuread
        )
        return (
            f"the application has its service principal in tenant {providers.tenant_id} already. If an interrupted"
            f" update left it, let this stack manage it: {command}"
        )

    return advise


def service_principal_advice(name: str, providers: TenantProviders, component: pulumi.Resource) -> Advise:
    """Advice about a service principal that exists already, or that the caller may not create.

    :param name: Name of the service principal's resource.
    :param providers: The providers of its tenant.
    :param component: The component that it belongs to.
    """

    async def advise(failure: Failure) -> str | None:
        found = SERVICE_PRINCIPAL_EXISTS.search(failure.error)
        if found:
            command = await import_command(
                _PRINCIPAL, name, f"/servicePrincipals/{found['id']}", component, providers.azuread
            )
            return (
                f"the application has a service principal in tenant {providers.tenant_id} already. If a person or"
                f" another stack made it, {_CONSENTED}, which uses it as it is and leaves it alone. If it is to be this"
                f" stack's, or an interrupted update left it, let this stack manage it: {command}. If a move to another"
                " tenant is taken back: docs/providers.md, 'An interrupted move, taken back'"
            )
        if DIRECTORY_FORBIDDEN.is_in(failure.error) and failure.operation == "create":
            return may_not_make_service_principals(providers)
        return None

    return advise


async def secret_advice(failure: Failure) -> str | None:
    """Advice about an application secret that the tenant's policy refuses, or that does not exist any longer."""
    if SERVICE_REFERENCE.is_in(failure.error):
        return _REFERENCE
    if SECRETS_FORBIDDEN.is_in(failure.error):
        return (
            "the app management policy of the cluster tenant forbids new secrets, and a cluster cannot sign in"
            " without one: an administrator of that tenant has to exempt this application (a policy of its own,"
            " assigned to it, takes the place of the tenant's)"
        )
    if LIFETIME_CAPPED.is_in(failure.error):
        return (
            "the app management policy of the cluster tenant lets no secret last that long: shorten"
            " rotation.rotate_every_days or rotation.margin_days, or give an earlier rotation.end_date; write the"
            " policy's days to rotation.lifetime_cap_days to hear of it at preview; or have an administrator of that"
            " tenant exempt this application"
        )
    if SECRET_GONE.is_in(failure.error):
        return (
            "the secret to be removed does not exist any longer: 'pulumi up --refresh' ('pulumi destroy --refresh')"
            " records that and continues"
        )
    return None
