"""Entra's token endpoint, and tokens in the wrong place."""

from __future__ import annotations

import uuid

from tests.contract.caller import ARM, GRAPH
from tests.contract.question import Replies, question, refused, states
from tests.contract.replies import Reply, claims
from tests.contract.world import World


@question(
    "sign-in-granted",
    "sign-in with a client ID and secret; the token's claims",
    states("200; the token names tenant and application", lambda it: it[-1].status == 200 and _named(it[-1])),
)
def granted(world: World) -> Reply:
    app = world.pulling
    reply = world.sign_in(world.a.id, app.client_id, app.secret)
    found = claims(reply.body["access_token"])
    shown = {name: found.get(name, "(absent)") for name in ("aud", "tid", "appid", "oid", "idtyp")}
    return reply.showing(token_type=reply.body["token_type"], claims=shown)


def _named(reply: Reply) -> bool:
    return {"tid", "appid", "oid"} <= {name for name, value in reply.body["claims"].items() if value != "(absent)"}


@question("sign-in-wrong-secret", "sign-in with a wrong secret", refused(401, "AADSTS7000215"))
def wrong_secret(world: World) -> Reply:
    return world.sign_in(world.a.id, world.pulling.client_id, "not-the-secret-of-this-application")


@question("sign-in-unknown-application", "sign-in of an application that does not exist", refused(400, "AADSTS700016"))
def unknown_application(world: World) -> Reply:
    return world.sign_in(world.a.id, str(uuid.uuid4()), "any-secret")


@question("sign-in-unknown-tenant", "sign-in to a tenant that does not exist", refused(400, "AADSTS90002"))
def unknown_tenant(world: World) -> Reply:
    return world.sign_in(str(uuid.uuid4()), world.pulling.client_id, world.pulling.secret)


@question(
    "sign-in-no-service-principal",
    "sign-in of a multi-tenant application to a tenant in which it has no service principal",
    refused(401, "AADSTS7000229"),
)
def no_service_principal(world: World) -> Reply:
    return world.sign_in(world.b.id, world.absent.client_id, world.absent.secret)


@question(
    "sign-in-single-tenant-elsewhere",
    "sign-in of a single-tenant application to another tenant",
    refused(400, "AADSTS700016"),
)
def single_tenant_elsewhere(world: World) -> Reply:
    return world.sign_in(world.b.id, world.single_tenant.client_id, world.single_tenant.secret)


@question("sign-in-unknown-audience", "sign-in for a resource that does not exist", refused(400, "AADSTS500011"))
def unknown_audience(world: World) -> Reply:
    app = world.pulling
    return world.sign_in(world.a.id, app.client_id, app.secret, audience="https://contract.invalid")


@question("sign-in-scope-without-default", "sign-in with a scope that lacks /.default", refused(400, "AADSTS1002012"))
def scope_without_default(world: World) -> Reply:
    app = world.pulling
    return world.sign_in(world.a.id, app.client_id, app.secret, scope=f"{ARM}/user_impersonation")


@question(
    "token-of-wrong-audience",
    "a registry, asked of Resource Manager with a token for Microsoft Graph",
    refused(401, "InvalidAuthenticationTokenAudience"),
)
def token_of_wrong_audience(world: World) -> Reply:
    return world.call("GET", ARM + world.estate.registry, world.b, token=world.token(world.b, GRAPH))


@question(
    "token-of-other-tenant",
    "a registry, asked of Resource Manager with a token of the cluster tenant",
    refused(401, "InvalidAuthenticationTokenTenant"),
)
def token_of_other_tenant(world: World) -> Replies:
    return [world.call("GET", ARM + world.estate.registry, world.b, token=world.token(world.a, ARM))]
