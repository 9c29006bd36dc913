"""The tokens that a registry issues: refresh tokens for sign-in, and access tokens for repositories.

Claims as in https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md#azure-container-registry-token-claim-sets.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

import jwt

from crosstenant.sandbox.entra import tokens
from crosstenant.sandbox.registry.login_server import Registry
from crosstenant.sandbox.registry.refusals import unauthorized
from crosstenant.sandbox.world.state import State, now

Json = dict[str, Any]

ACCESS: Final = "access_token"
REFRESH: Final = "refresh_token"
DEFAULT_ACCESS_SECONDS: Final = 4500
"""The lifetime of an access token, unless the state has ``settings.registry_token_seconds``."""
REFRESH_SECONDS: Final = 3 * 3600

_ISSUER: Final = "Azure Container Registry"


@dataclass(frozen=True)
class Identity:
    """A service principal of the registry's tenant."""

    client_id: str
    object_id: str


def refresh_token(state: State, registry: Registry, identity: Identity) -> str:
    """A refresh token: clients exchange it for access tokens."""
    permissions = {"actions": ["*"], "notActions": []}
    return _token(state, registry, identity, REFRESH, {"permissions": permissions, "roles": []}, REFRESH_SECONDS)


def access_token(state: State, registry: Registry, identity: Identity | None, access: list[Json]) -> str:
    """A token that permits the actions in ``access`` until it expires, even if the role assignments change.

    :param access: ``{"type", "name", "actions"}`` of each docker scope.
    """
    seconds = int(state["settings"].get("registry_token_seconds", DEFAULT_ACCESS_SECONDS))
    return _token(state, registry, identity, ACCESS, {"access": access, "roles": []}, seconds)


def read_token(state: State, registry: Registry, token: str, grant_type: str) -> Json:
    """The claims of one of this registry's own tokens.

    :param grant_type: The kind that the token must have: ``ACCESS`` or ``REFRESH``.
    :raises RegistryRefusal: The token is forged, has expired, is another registry's, or has another kind.
    """
    try:
        claims = tokens.read(state, token)
    except jwt.InvalidTokenError:
        raise unauthorized() from None
    ours = claims.get("iss") == _ISSUER and claims.get("aud") == registry.login_server
    if not ours or claims.get("grant_type") != grant_type or float(claims["exp"]) <= now(state):
        raise unauthorized()
    return claims


def _token(
    state: State, registry: Registry, identity: Identity | None, grant_type: str, claims: Json, seconds: int
) -> str:
    time = int(now(state))
    common: Json = {
        "jti": str(uuid.uuid4()),
        "sub": identity.object_id if identity else "",
        "nbf": time,
        "exp": time + seconds,
        "iat": time,
        "iss": _ISSUER,
        "aud": registry.login_server,
        "version": "1.0",
        "grant_type": grant_type,
        "appid": identity.client_id if identity else "",
        "tenant": registry.tenant_id,
    }
    return tokens.sign(state, {**common, **claims})
