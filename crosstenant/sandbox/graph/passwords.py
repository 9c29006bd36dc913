"""Password credentials of applications and service principals, under the tenant's application management policy.

https://learn.microsoft.com/graph/api/application-addpassword,
https://learn.microsoft.com/graph/api/application-removepassword,
https://learn.microsoft.com/graph/api/serviceprincipal-addpassword and
https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
"""

from __future__ import annotations

import secrets
import string
import uuid
from typing import Final

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.directory import check_properties, find_to_change
from crosstenant.sandbox.graph.refusals import GraphRefusal, bad_request
from crosstenant.sandbox.graph.request import GraphRequest, Json
from crosstenant.sandbox.world.directory_documents import new_password
from crosstenant.sandbox.world.state import public
from crosstenant.sandbox.world.times import epoch, timestamp

_DAY: Final = 86400
_TWO_YEARS: Final = 730 * _DAY
_ALPHABET: Final = string.ascii_letters + string.digits + "._~-"
_PROPERTIES: Final = (
    "customKeyIdentifier",
    "displayName",
    "endDateTime",
    "hint",
    "keyId",
    "secretText",
    "startDateTime",
)
_POLICY: Final = "00000000-0000-4000-8000-00000000b011"


def add_password(request: GraphRequest, kind: str) -> Json:
    """``POST /applications/{id}/addPassword``: the only answer that contains the secret.

    A service principal has the same request: its secret signs in to its own tenant only.
    """
    holder = find_to_change(request, kind)
    check_properties({"passwordCredential": dict.fromkeys(_PROPERTIES)}, request.body)
    given: Json = request.body.get("passwordCredential") or {}
    start = _time(given, "startDateTime", request.time)
    end = _time(given, "endDateTime", start + _TWO_YEARS)
    if end <= start or end <= request.time:
        raise bad_request(
            "Key credential end date is invalid.", "KeyCredentialsInvalidEndDate", source=sources.INVALID_END_DATE
        )
    _check_policy(request.state["tenants"][holder["_tenant"]]["_policies"], (end - start) / _DAY)
    secret = "".join(secrets.choice(_ALPHABET[:62]) for _ in range(3)) + "8Q~"
    secret += "".join(secrets.choice(_ALPHABET) for _ in range(34))
    usable_at = request.time + float(request.state["settings"]["lag"]["secret"])
    credential = new_password(
        str(uuid.uuid4()), secret, given.get("displayName"), timestamp(start), timestamp(end), usable_at
    )
    holder["passwordCredentials"].append(credential)
    context = f"{request.root}/{request.version}/$metadata#microsoft.graph.passwordCredential"
    return {"@odata.context": context, **public(credential), "secretText": secret}


def remove_password(request: GraphRequest, kind: str) -> None:
    """``POST /applications/{id}/removePassword``; a service principal has the same request."""
    holder = find_to_change(request, kind)
    key_id = str(request.body.get("keyId", "")).lower()
    credentials = holder["passwordCredentials"]
    kept = [credential for credential in credentials if credential["keyId"] != key_id]
    if len(kept) == len(credentials):
        raise bad_request(f"No password credential found with keyId '{key_id}'.", source=sources.PASSWORD_NOT_FOUND)
    holder["passwordCredentials"] = kept


def _check_policy(policies: Json, days: float) -> None:
    if policies["passwordAdditionBlocked"]:
        raise GraphRefusal(
            400,
            "CredentialTypeNotAllowedAsPerAppPolicy",
            f"Credential type not allowed as per assigned policy '{_POLICY}'.",
            source=sources.PASSWORD_POLICY,
        )
    most = policies["maxPasswordLifetimeDays"]
    if most is not None and days > most:
        message = f"Credential lifetime exceeds the max value allowed as per assigned policy '{_POLICY}'."
        details = [{"code": "InvalidKeyEndDate", "message": message, "target": "EndDate"}]
        raise GraphRefusal(
            400, "CredentialInvalidLifetimeAsPerAppPolicy", message, details, source=sources.LIFETIME_POLICY
        )


def _time(given: Json, name: str, default: float) -> float:
    value = given.get(name)
    if not value:
        return default
    try:
        return epoch(value)
    except (TypeError, ValueError):
        raise bad_request(
            f"Cannot convert the literal '{value}' to the expected type 'Edm.DateTimeOffset'.",
            source=sources.INVALID_DATE,
        ) from None
