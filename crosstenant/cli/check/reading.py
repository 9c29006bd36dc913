"""Reads that may be refused, and sign-in, for both tenants."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from crosstenant.azure.directory.graph import Graph, ServicePrincipal
from crosstenant.azure.refusals.explained import explained
from crosstenant.azure.sign_in.secret_proof import ApplicationUnknown, SignInError, prove_secret
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import Clock, unheard
from crosstenant.cli.check.chain import ACCESS, Link, LinkState, Tenancy
from crosstenant.errors import OperatorError
from crosstenant.model.credentials.kinds import AppCredential

T = TypeVar("T")


@dataclass(frozen=True)
class Unseen:
    """The reason why something could not be read."""

    reason: str


@dataclass(frozen=True)
class SignIn:
    """The result of a sign-in to a tenant as the application."""

    object_id: str = ""
    """Object ID of its service principal there."""
    refusal: SignInError | None = None


async def look(reading: Awaitable[T], doing: str, on: str, tenant: Tenant) -> T | Unseen:
    """The result of a client's read, or the reason of its failure.

    :param reading: The client's call.
    :param doing: What it does, ``reading application``.
    :param on: On what.
    :param tenant: The tenant signed in to.
    """
    try:
        with explained(doing, on, tenant):
            return await reading
    except OperatorError as error:
        return Unseen(str(error))


async def access(tenant: Tenant, tenancy: Tenancy) -> Link:
    """Whether the caller can sign in to a tenant."""
    about = f"to {tenant.tenant_id}"
    found = await look(_signing_in(tenant), "signing in", about, tenant)
    if isinstance(found, Unseen):
        return Link(
            tenancy, ACCESS, about, LinkState.UNSEEN, found.reason, "sign in with a credential that can read it"
        )
    return Link(tenancy, ACCESS, about, LinkState.OK, f"{tenant.caller} signs in")


async def _signing_in(tenant: Tenant) -> None:
    # Whether a certificate can be read shows only when the credential is made.
    await tenant.credential().get_token(tenant.cloud.arm_scope)


async def sign_in(tenant: Tenant, client_id: str, secret: str | None) -> SignIn | None:
    """Signs in to a tenant as the application; nothing without its secret.

    :param tenant: The tenant.
    :param client_id: Client ID (UUID) of the application.
    :param secret: Its secret; it goes only to the tenant's sign-in service.
    """
    if secret is None:
        return None
    try:
        deadline = Clock().now()
        return SignIn(
            await prove_secret(
                tenant.tenant_id, tenant.cloud, AppCredential(client_id, secret), deadline=deadline, on_wait=unheard
            )
        )
    except SignInError as refusal:
        return SignIn(refusal=refusal)


async def service_principal(
    tenant: Tenant, graph: Graph, client_id: str, signed_in: SignIn | None
) -> ServicePrincipal | Unseen | None:
    """The application's service principal in a tenant.

    A sign-in as the application finds it even if the caller may not read the directory.

    :param tenant: The tenant.
    :param graph: Its directory.
    :param client_id: Client ID (UUID) of the application.
    :param signed_in: The result of the sign-in as the application, if its secret is known.
    """
    found = await look(graph.service_principal(client_id), "reading the service principal of", client_id, tenant)
    if not isinstance(found, Unseen) or signed_in is None:
        return found
    if signed_in.refusal is None:
        return ServicePrincipal(signed_in.object_id, enabled=True)
    return None if isinstance(signed_in.refusal, ApplicationUnknown) else found
