"""The claims of an access token."""

from __future__ import annotations

import re
from typing import Any, Final

_ISSUER: Final = re.compile(r"https://[^/]+/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/|\Z)", re.IGNORECASE)


def claims_of(token: str) -> dict[str, Any] | None:
    """The claims of an access token; ``None`` if it is not a JWT.

    The claims are not verified: the token came from the service that issued it, and no protection depends on them.

    :param token: The token.
    """
    import jwt

    try:
        return jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError):
        # PyJWT lets the errors of what it is made of through: a text that has no UTF-8 form, JSON nested without end.
        return None


def tenant_of(token: str, otherwise: str) -> str:
    """The ID (UUID, lower case) of the tenant that an access token is of.

    :param token: The token.
    :param otherwise: The tenant to take where the token does not say.
    """
    claims = claims_of(token) or {}
    # The issuer names the tenant as well:
    # https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    issuer = _ISSUER.match(str(claims.get("iss") or ""))
    return str(claims.get("tid") or (issuer[1] if issuer else otherwise)).lower()
