"""Access tokens: issued after sign-in, and verified as Resource Manager and Graph verify them.

Claims: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, Final, cast

import jwt

from crosstenant.sandbox.entra import sources
from crosstenant.sandbox.entra.audiences import (
    ARM_AUDIENCE,
    GRAPH_AUDIENCE,
    REGISTRY_AUDIENCE,
    accepted_audiences,
    known_audience,
)
from crosstenant.sandbox.entra.refusals import TokenRefusal
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.provenance import Source
from crosstenant.sandbox.world.signing_keys import base64url, private_key, public_key_document
from crosstenant.sandbox.world.state import State, now

__all__ = [
    "ARM_AUDIENCE",
    "GRAPH_AUDIENCE",
    "LIFETIME",
    "REGISTRY_AUDIENCE",
    "Caller",
    "issue",
    "key_set",
    "known_audience",
    "read",
    "refusal_elsewhere",
    "sign",
    "verify",
]

Json = dict[str, Any]

LIFETIME: Final = 3599

# Every application's token for Graph has it, with the directory roles that the application has (here: none):
# https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/1782.
_EVERY_APPLICATION: Final = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"


@dataclass(frozen=True)
class Caller:
    """The service principal whose token a request carries."""

    tenant_id: str
    client_id: str
    object_id: str
    roles: tuple[str, ...]
    """The Graph application permissions of the token."""


def issue(state: State, tenant_id: str, service_principal: Json, audience: str, lifetime: int = LIFETIME) -> str:
    """An access token.

    :param service_principal: The service principal's document, from ``authenticate``.
    :param audience: The audience, from ``known_audience``.
    :param lifetime: Seconds until it expires, by the sandbox's clock.
    """
    time, issuer = int(now(state)), f"{cloud_of(state).issuer}{tenant_id}/"
    claims: Json = {
        "aud": audience,
        "iss": issuer,
        "iat": time,
        "nbf": time,
        "exp": time + lifetime,
        "appid": service_principal["appId"],
        "appidacr": "1",
        "app_displayname": service_principal["appDisplayName"],
        "idp": issuer,
        "idtyp": "app",
        "oid": service_principal["id"],
        "sub": service_principal["id"],
        "tid": tenant_id,
        "uti": uuid.uuid4().hex,
        "ver": "1.0",
    }
    if audience == f"https://{cloud_of(state).graph_host}":
        claims["wids"] = [_EVERY_APPLICATION]
        if service_principal["_graph_permissions"]:
            claims["roles"] = service_principal["_graph_permissions"]
    return sign(state, claims)


def sign(state: State, claims: Json) -> str:
    """A JWT of ``claims``, signed with the sandbox's key, which the tenants publish."""
    key = private_key(state["signing_key"])
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": _key_id(state["signing_key"])})


def verify(state: State, authorization_header: str | None, audience: str) -> Caller:
    """Reads the bearer token of a request.

    :param authorization_header: The header, ``Bearer <token>``.
    :param audience: The service of the request: ``ARM_AUDIENCE``, ``GRAPH_AUDIENCE`` or ``REGISTRY_AUDIENCE``.
    :raises TokenRefusal: The token is missing, forged, for another service, or has expired.
    """
    words = _GRAPH_WORDS if audience == GRAPH_AUDIENCE else _ARM_WORDS
    scheme, _, token = (authorization_header or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise words["missing"].refusal()
    try:
        claims = read(state, token.strip())
    except jwt.InvalidTokenError:
        raise words["invalid"].refusal() from None
    cloud = cloud_of(state)
    found = str(claims.get("aud", ""))
    if found.rstrip("/") not in accepted_audiences(cloud, audience):
        arm, older = f"https://{cloud.arm_host}/", cloud.service_management
        allowed = ",".join(f"'{one}','{one.rstrip('/')}'" for one in (older, arm))
        raise words["audience"].refusal(audience=found, allowed=allowed)
    time = now(state)
    if not float(claims["nbf"]) - 300 <= time < float(claims["exp"]):
        raise words["expired"].refusal(expiry=_us_time(float(claims["exp"])), time=_us_time(time))
    if claims["tid"] not in state["tenants"] or claims["iss"] != f"{cloud.issuer}{claims['tid']}/":
        raise words["invalid"].refusal()
    return Caller(claims["tid"], claims["appid"], claims["oid"], tuple(claims.get("roles", ())))


def refusal_elsewhere(authorization_header: str | None, audience: str) -> TokenRefusal:
    """The refusal by a service of another cloud, which does not know the key of the token.

    :param audience: The service of the request: ``ARM_AUDIENCE`` or ``GRAPH_AUDIENCE``.
    """
    words = _GRAPH_WORDS if audience == GRAPH_AUDIENCE else _ARM_WORDS
    return words["invalid" if authorization_header else "missing"].refusal()


def read(state: State, token: str) -> Json:
    """The claims of a token that is signed with the sandbox's key; the claims are not checked.

    :raises jwt.InvalidTokenError: The text is not a token, or has another signature.
    """
    public_key = private_key(state["signing_key"]).public_key()
    unchecked = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    claims: Json = jwt.decode(token, public_key, algorithms=["RS256"], options=cast(Any, unchecked))
    return claims


def key_set(state: State) -> Json:
    """The JWKS document that holds the public half of the signing key."""
    pem = state["signing_key"]
    return {"keys": [public_key_document(pem, _key_id(pem))]}


@dataclass(frozen=True)
class _Words:
    code: str
    message: str
    source: Source

    def refusal(self, **parts: str) -> TokenRefusal:
        return TokenRefusal(401, self.code, self.message.format(**parts), source=self.source)


_ARM_WORDS: Final = {
    "missing": _Words(
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
        source=sources.ARM_TOKEN_MISSING,
    ),
    "invalid": _Words("InvalidAuthenticationToken", "The access token is invalid.", source=sources.ARM_TOKEN_INVALID),
    "audience": _Words(
        "InvalidAuthenticationTokenAudience",
        "The access token has been obtained for wrong audience or resource '{audience}'. It should exactly match with "
        "one of the allowed audiences {allowed}.",
        source=sources.ARM_TOKEN_AUDIENCE,
    ),
    "expired": _Words(
        "ExpiredAuthenticationToken",
        "The access token expiry UTC time '{expiry}' is earlier than current UTC time '{time}'.",
        source=sources.ARM_TOKEN_EXPIRED,
    ),
}
_GRAPH_WORDS: Final = {
    "missing": _Words("InvalidAuthenticationToken", "Access token is empty.", source=sources.GRAPH_TOKEN_MISSING),
    "invalid": _Words(
        "InvalidAuthenticationToken",
        "Signature is invalid.",
        source=sources.GRAPH_TOKEN_INVALID,
    ),
    "audience": _Words(
        "InvalidAuthenticationToken",
        "Access token validation failure. Invalid audience.",
        source=sources.GRAPH_TOKEN_AUDIENCE,
    ),
    "expired": _Words(
        "InvalidAuthenticationToken",
        "Lifetime validation failed, the token is expired.",
        source=sources.GRAPH_TOKEN_EXPIRED,
    ),
}


@lru_cache(maxsize=4)
def _key_id(pem: str) -> str:
    modulus = private_key(pem).public_key().public_numbers().n
    return base64url(hashlib.sha256(modulus.to_bytes(256, "big")).digest()[:20])


def _us_time(time: float) -> str:
    date = datetime.fromtimestamp(time, timezone.utc)
    return f"{date.month}/{date.day}/{date.year} {date.hour % 12 or 12}:{date:%M:%S %p}"
