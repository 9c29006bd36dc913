"""The directory as a caller reads it: its own tenant's objects, as of ``lag.graphRead`` seconds ago.

Graph reads from replicas: an object may be missing for some time after its creation, and visible for some time after
its deletion (https://learn.microsoft.com/entra/architecture/architecture). Each change keeps the previous version in
the state's ``history`` until all replicas have the change.
"""

from __future__ import annotations

import copy
from typing import Any, Final

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.refusals import bad_request, denied, not_found
from crosstenant.sandbox.graph.request import GraphRequest, Json
from crosstenant.sandbox.world.ids import is_uuid
from crosstenant.sandbox.world.managed_identities import PRINCIPAL_TYPE
from crosstenant.sandbox.world.state import State

APPLICATIONS: Final = "applications"
SERVICE_PRINCIPALS: Final = "servicePrincipals"


def keep_history(state: State, kind: str, object_id: str, time: float) -> None:
    """Keeps the present version of an object for readers. Every change of an object calls this first."""
    lag = float(state["settings"]["lag"]["graphRead"])
    history: dict[str, list[Json]] = state.setdefault("history", {})
    kept = [entry for entry in history.get(object_id, []) if entry["until"] > time]
    if lag > 0:
        kept.append({"until": time + lag, "kind": kind, "document": copy.deepcopy(state[kind].get(object_id))})
    if kept:
        history[object_id] = kept
    else:
        history.pop(object_id, None)


def seen(state: State, kind: str, object_id: str, time: float) -> Json | None:
    """The version of an object that readers see now; None if the object does not exist for them."""
    for entry in state.get("history", {}).get(object_id, []):
        if entry["until"] > time:
            return entry["document"]
    return state[kind].get(object_id)


def all_seen(state: State, kind: str, time: float) -> list[Json]:
    """All objects of a kind that readers see now, in all tenants."""
    history: dict[str, list[Json]] = state.get("history", {})
    ids = {**state[kind], **{key: None for key, entries in history.items() if entries and entries[0]["kind"] == kind}}
    found = (seen(state, kind, object_id, time) for object_id in ids)
    return [document for document in found if document is not None]


def find(request: GraphRequest, kind: str) -> Json:
    """The object that a request's path names by ``object_id`` or ``app_id``, as readers see it.

    :raises GraphRefusal: The object does not exist in the caller's tenant.
    """
    app_id = request.path.get("app_id")
    if app_id is None:
        object_id = request.path["object_id"]
        document = seen(request.state, kind, object_id, request.time)
        if document is None or document["_tenant"] != request.caller.tenant_id:
            raise not_found(object_id)
        return document
    if not is_uuid(app_id):
        raise bad_request(
            "Invalid value specified for object reference property 'appId'. Please ensure that this value has an "
            "appropriate syntax and length.",
            source=sources.INVALID_ALTERNATE_KEY,
        )
    for document in all_seen(request.state, kind, request.time):
        if document["appId"] == app_id and document["_tenant"] == request.caller.tenant_id:
            return document
    raise not_found(app_id)


def find_to_change(request: GraphRequest, kind: str) -> Json:
    """The latest version of the same object, for changing; readers keep the previous version.

    :raises GraphRefusal: The object does not exist for readers, or the caller may not change it.
    """
    request.may_create()
    object_id: str = find(request, kind)["id"]
    document: Json | None = request.state[kind].get(object_id)
    if document is None:
        raise not_found(object_id)
    request.may_write(document)
    if document.get("servicePrincipalType") == PRINCIPAL_TYPE:
        # Only Resource Manager changes what belongs to a managed identity, whatever the caller may do.
        raise denied()
    keep_history(request.state, kind, object_id, request.time)
    return document


def check_properties(document: Json, changes: Json) -> None:
    """Checks that a PATCH names no property that an object of Graph's, or an object in it, does not have.

    :raises GraphRefusal: A property is unknown (400).
    """
    for name, value in changes.items():
        if name.startswith("@"):
            continue
        if name not in document or name.startswith("_"):
            raise bad_request(f"Invalid property '{name}'.", source=sources.INVALID_PROPERTY)
        current: Any = document[name]
        if isinstance(current, dict) and isinstance(value, dict):
            check_properties(current, value)  # pyright: ignore[reportUnknownArgumentType] - JSON


def check_length(resource: str, changes: Json, name: str, most: int) -> None:
    """Checks the length of a text in a PATCH.

    :param resource: What Graph calls the object, ``Application``.
    :raises GraphRefusal: The text is too long (400).
    """
    if len(changes.get(name) or "") > most:
        raise bad_request(
            f"Invalid value specified for property '{name}' of resource '{resource}'.", source=sources.TEXT_TOO_LONG
        )


def merge(document: Json, changes: Json) -> None:
    """Applies a PATCH: merges objects and replaces all other values."""
    for name, value in changes.items():
        current: Any = document.get(name)
        if isinstance(current, dict) and isinstance(value, dict):
            merge(current, value)  # pyright: ignore[reportUnknownArgumentType] - JSON
        else:
            document[name] = value
