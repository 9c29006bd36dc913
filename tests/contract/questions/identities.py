"""Managed identities: their federated credentials, and sign-in with a token that nothing vouches for.

A token of a cluster's service account needs the cluster's own API, which no question here asks.
"""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.contract.caller import ARM, LOGIN
from tests.contract.question import Replies, question, refused, states
from tests.contract.replies import Reply
from tests.contract.world import World

AUDIENCE = "api://AzureADTokenExchange"
REGISTRY_SCOPE = "https://containerregistry.azure.net/.default"
SUBJECT = "system:serviceaccount:contract:contract"
_NOT_REPLICATED = ("AADSTS700016", "AADSTS70021", "AADSTS700211")
_SHOWN = ("name", "type", "properties")
_MOST = 20


def _issuer(world: World) -> str:
    """An issuer in the form of a cluster's; it does not exist."""
    issuer = f"https://westeurope.oic.prod-aks.azure.com/{world.a.id}/{uuid.UUID(int=1)}/"
    world.names.name(issuer, "absent-issuer")
    return issuer


def _credential(world: World, name: str, identity: str = "", **changed: Any) -> Reply:
    values = {"issuer": _issuer(world), "subject": SUBJECT, "audiences": [AUDIENCE], **changed}
    address = f"{ARM}{identity or world.identity}/federatedIdentityCredentials/{name}"
    return world.call("PUT", address, world.b, {"properties": {key: it for key, it in values.items() if it}})


@question(
    "identities-create",
    "a managed identity, created and changed",
    states(
        "201, then 200; the answer has clientId, principalId and tenantId",
        lambda it: [reply.status for reply in it] == [201, 200] and _has_ids(it[-1]),
    ),
)
def create(world: World) -> Replies:
    names = ("id", "name", "type", "properties.tenantId", "properties.clientId", "properties.principalId")
    return [world.put_identity("twice").pick(*names), world.put_identity("twice").pick(*names)]


def _has_ids(reply: Reply) -> bool:
    return "(absent)" not in reply.body.values()


@question(
    "identities-credential",
    "a federated credential, created and repeated",
    states("201, then 200", lambda it: [reply.status for reply in it] == [201, 200]),
)
def credential(world: World) -> Replies:
    return [_credential(world, "contract").pick(*_SHOWN), _credential(world, "contract").pick(*_SHOWN)]


@question(
    "identities-credential-two-audiences",
    "a federated credential with two audiences",
    refused(400, "BadRequest", "must have exactly 1 audience"),
)
def two_audiences(world: World) -> Reply:
    return _credential(world, "two-audiences", subject="two", audiences=[AUDIENCE, "api://contract"])


@question(
    "identities-credential-without-subject",
    "a federated credential without a subject",
    refused(400, "BadRequest", "has empty properties"),
)
def without_subject(world: World) -> Reply:
    return _credential(world, "without-subject", subject=None)


@question(
    "identities-credential-name",
    "a federated credential whose name has a dot",
    refused(400, "BadRequest", "is invalid"),
)
def credential_name(world: World) -> Reply:
    return _credential(world, "with.a.dot", subject="dot")


@question(
    "identities-credential-issuer-form",
    "a federated credential whose issuer is an http address",
    refused(400, "BadRequest"),
)
def issuer_form(world: World) -> Reply:
    return _credential(world, "http-issuer", issuer="http://contract.invalid/")


@question(
    "identities-credential-same-subject",
    "a second federated credential of the same issuer and subject",
    refused(400, "BadRequest", "Issuer and subject combination already exists"),
)
def same_subject(world: World) -> Reply:
    _credential(world, "contract")
    return _credential(world, "the-same")


@question(
    "identities-credential-without-identity",
    "a federated credential of an identity that does not exist",
    refused(404, "NotFound", "The parent user-assigned identity does not exist"),
)
def without_identity(world: World) -> Reply:
    return _credential(world, "contract", f"{world.identity}-absent")


@question(
    "identities-credentials-at-once",
    "six federated credentials of one identity, written at the same time",
    states(
        "some 201, some 409 ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
        lambda it: (
            [(reply.status, reply.code) for reply in it]
            == [(201, ""), (409, "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity")]
        ),
    ),
)
def at_once(world: World) -> Replies:
    _ = world.identity
    world.token(world.b, ARM)
    names = [f"at-once-{number}" for number in range(6)]
    with ThreadPoolExecutor(len(names)) as threads:
        replies = list(threads.map(lambda name: _credential(world, name, subject=name), names))
    # Which of them are refused, and how many, is chance: one answer of each kind is told.
    told = [replace(reply.pick("type"), request="PUT six credentials at once") for reply in replies]
    return [one for _, one in sorted({reply.status: reply for reply in told}.items())]


@question(
    "identities-credential-too-many",
    "the 21st federated credential of an identity",
    refused(400, "BadRequest"),
)
def twenty_first(world: World) -> Reply:
    full = world.expect(world.put_identity("full"), 200, 201)["id"]
    for number in range(_MOST):
        world.expect(_credential(world, f"c-{number:02}", full, subject=f"s{number}"), 200, 201)
    return _credential(world, "one-too-many", full, subject="another")


@question(
    "identities-region-without-credentials",
    "a federated credential of an identity in New Zealand North",
    refused(405, "MethodNotAllowed", "Support for federated identity credentials not enabled"),
)
def region(world: World) -> Reply:
    far = world.expect(world.put_identity("region", location="newzealandnorth"), 200, 201)["id"]
    return _credential(world, "contract", far)


def _sign_in(world: World, tenant: str, issuer: str) -> Reply:
    """Entra's answer to a token that a key of this run has signed."""
    time_now = int(time.time())
    claims = {"iss": issuer, "sub": SUBJECT, "aud": [AUDIENCE], "iat": time_now, "nbf": time_now, "exp": time_now + 600}
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = {
        "grant_type": "client_credentials",
        "client_id": world.identity_client,
        "scope": REGISTRY_SCOPE,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(claims, key, algorithm="RS256", headers={"kid": "contract"}),
    }
    return world.send("POST", f"{LOGIN}/{tenant}/oauth2/v2.0/token", data=form)


@question(
    "identities-sign-in-untrusted-issuer",
    "sign-in of an identity with a token whose issuer no credential names",
    refused(401, "AADSTS700211"),
)
def untrusted_issuer(world: World) -> Reply:
    other = _issuer(world).replace("westeurope", "northeurope")
    world.names.name(other, "untrusted-issuer")
    return world.patiently(lambda: _sign_in(world, world.b.id, other), lambda reply: reply.code != "AADSTS700016")


@question(
    "identities-sign-in-other-tenant",
    "sign-in of an identity to the cluster tenant",
    refused(400, "AADSTS700016"),
)
def other_tenant(world: World) -> Reply:
    return _sign_in(world, world.a.id, _issuer(world))


@question(
    "identities-sign-in-absent-issuer",
    "sign-in of an identity with a token of an issuer that is trusted and does not exist",
    refused(400, "AADSTS90061"),
)
def absent_issuer(world: World) -> Reply:
    _credential(world, "contract")
    return world.patiently(
        lambda: _sign_in(world, world.b.id, _issuer(world)), lambda reply: reply.code not in _NOT_REPLICATED
    )


@question(
    "identities-sign-in-forged",
    "sign-in of an identity with a token that names a cluster's issuer, which did not sign it",
    refused(401, "AADSTS7000272"),
    need="managed identity cluster",
)
def forged(world: World) -> Reply:
    body = world.expect(world.call("GET", f"{ARM}{world.estate.managed_identity_cluster}", world.a), 200)
    issuer = str(body["properties"]["oidcIssuerProfile"]["issuerURL"])
    world.names.name(issuer, "issuer")
    _credential(world, "of-the-cluster", issuer=issuer)
    return world.patiently(lambda: _sign_in(world, world.b.id, issuer), lambda reply: reply.code not in _NOT_REPLICATED)
