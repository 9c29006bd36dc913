"""Federated credentials of an identity: reading, listing, writing and deleting.

https://learn.microsoft.com/rest/api/managedidentity/federated-identity-credentials and
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations. A write takes
``settings.identity.write_seconds``, and another write of the same identity in that time is refused. Sign-in knows a
credential after ``settings.lag.federatedCredential`` seconds.
"""

from __future__ import annotations

from typing import Any, Final, cast

from crosstenant.sandbox.arm.identities.checks import (
    check_content,
    check_location,
    check_name,
    check_not_writing,
    check_rate,
    check_room,
    parent_not_found,
)
from crosstenant.sandbox.arm.ids import find_resource, key
from crosstenant.sandbox.arm.policies import check_policy
from crosstenant.sandbox.arm.refusals import ArmRefusal, resource_not_found
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.world.ids import IDENTITY_TYPE
from crosstenant.sandbox.world.managed_identities import CREDENTIALS

Json = dict[str, Any]

KIND: Final = "federatedIdentityCredentials"


def list_credentials(request: ArmRequest) -> Answer:
    """``GET .../userAssignedIdentities/{name}/federatedIdentityCredentials``."""
    identity = find_resource(request.state, request.scope)
    return Answer(200, {"value": [_document(identity, one) for one in identity[CREDENTIALS]]})


def get_credential(request: ArmRequest) -> Answer:
    """``GET .../federatedIdentityCredentials/{credential}``."""
    identity = find_resource(request.state, request.scope)
    found = _find(identity, request.part("credential"))
    if found is None:
        name = f"{identity['name']}/{KIND}/{request.part('credential')}"
        raise resource_not_found(IDENTITY_TYPE, name, request.part("group"))
    return Answer(200, _document(identity, found))


def put_credential(request: ArmRequest) -> Answer:
    """``PUT .../federatedIdentityCredentials/{credential}``: creates a credential, or replaces its values."""
    name = request.part("credential")
    check_policy(request, "federated_credential", name)
    identity = _parent(request)
    check_location(identity)
    check_name(name)
    given = check_content(cast(Json, request.body.get("properties") or {}))
    check_not_writing(request, identity)
    check_rate(request, identity)
    credentials: list[Json] = identity[CREDENTIALS]
    found = _find(identity, name)
    check_room(credentials, found, given)
    usable_at = request.time + float(request.state["settings"]["lag"].get("federatedCredential", 0))
    written = {**given, "_usable_at": usable_at}
    created = found is None
    if found is None:
        credentials.append(found := cast(Json, {"name": name}))
    found.update(written)
    return Answer(201 if created else 200, _document(identity, found), seconds=_begin_write(request, identity))


def delete_credential(request: ArmRequest) -> Answer:
    """``DELETE .../federatedIdentityCredentials/{credential}``: 204 if it does not exist."""
    identity = request.state["resources"].get(key(request.scope))
    found = _find(identity, request.part("credential")) if identity else None
    if identity is None or found is None:
        return Answer(204)
    check_not_writing(request, identity)
    check_rate(request, identity)
    identity[CREDENTIALS].remove(found)
    return Answer(200, seconds=_begin_write(request, identity))


def _parent(request: ArmRequest) -> Json:
    try:
        return find_resource(request.state, request.scope)
    except ArmRefusal:
        raise parent_not_found() from None


def _find(identity: Json, name: str) -> Json | None:
    return next((one for one in identity[CREDENTIALS] if one["name"].lower() == name.lower()), None)


def _begin_write(request: ArmRequest, identity: Json) -> float:
    """Marks an identity as being written; the answer follows when the write has ended."""
    seconds = float(request.state["settings"].get("identity", {}).get("write_seconds", 0))
    identity["_writing_until"] = request.time + seconds
    identity["_written_at"] = request.time
    return seconds


def _document(identity: Json, credential: Json) -> Json:
    return {
        "id": f"{identity['id']}/{KIND}/{credential['name']}",
        "name": credential["name"],
        "type": f"{IDENTITY_TYPE}/{KIND}",
        "properties": {name: credential[name] for name in ("issuer", "subject", "audiences")},
    }
