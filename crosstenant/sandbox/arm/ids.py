"""ARM IDs inside the sandbox: comparison, parts, and look-up in the state."""

from __future__ import annotations

import re
from typing import Any, Final

from crosstenant.sandbox.arm.refusals import group_not_found, resource_not_found, subscription_not_found
from crosstenant.sandbox.world.ids import is_uuid
from crosstenant.sandbox.world.state import State

Json = dict[str, Any]

__all__ = ["find_group", "find_resource", "find_scope", "group_of", "is_uuid", "key", "same", "subscription_of"]

_SUBSCRIPTION: Final = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)
_GROUP: Final = re.compile(r"(/subscriptions/[^/]+/resourceGroups/([^/]+))", re.IGNORECASE)
_TYPE: Final = re.compile(r"/providers/([^/]+/[^/]+)/([^/]+)", re.IGNORECASE)


def key(arm_id: str) -> str:
    """The ID for comparison and for the state's keys: in lower case, without doubled or closing slashes."""
    return "/" + "/".join(part for part in arm_id.lower().split("/") if part)


def same(left: str, right: str) -> bool:
    """Whether two IDs name the same object."""
    return key(left) == key(right)


def subscription_of(arm_id: str) -> str | None:
    """The subscription ID at the start of an ARM ID, in lower case."""
    match = _SUBSCRIPTION.match(arm_id)
    return match[1].lower() if match else None


def group_of(arm_id: str) -> str | None:
    """The name of the resource group in an ARM ID."""
    match = _GROUP.match(arm_id)
    return match[2] if match else None


def find_group(state: State, arm_id: str) -> Json:
    """The resource group of an ARM ID.

    :param arm_id: The group's own ID, or the ID of a resource in it.
    :raises ArmRefusal: The resource group does not exist (404).
    """
    match = _GROUP.match(arm_id)
    group = state["resources"].get(key(match[1])) if match else None
    if group is None:
        raise group_not_found(match[2] if match else arm_id)
    return group


def find_resource(state: State, arm_id: str) -> Json:
    """The resource of an ARM ID.

    :raises ArmRefusal: The resource or its resource group does not exist (404).
    """
    found = state["resources"].get(key(arm_id))
    if found is not None:
        return found
    group = find_group(state, arm_id)
    match = _TYPE.search(arm_id)
    resource_type, name = (match[1], match[2]) if match else ("", arm_id.rsplit("/", 1)[-1])
    raise resource_not_found(resource_type, name, group["name"])


def find_scope(state: State, arm_id: str) -> str:
    """The canonical spelling of the scope of a role assignment: a subscription, a resource group or a resource.

    :raises ArmRefusal: The scope does not exist (404).
    """
    subscription_id = subscription_of(arm_id)
    if subscription_id is None or subscription_id not in state["subscriptions"]:
        raise subscription_not_found(subscription_id or arm_id)
    if key(arm_id) == f"/subscriptions/{subscription_id}":
        return f"/subscriptions/{subscription_id}"
    return find_resource(state, arm_id)["id"]
