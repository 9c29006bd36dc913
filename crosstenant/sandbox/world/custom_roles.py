"""Custom role definitions: a name and the actions that somebody has chosen, beside the built-in roles.

https://learn.microsoft.com/azure/role-based-access-control/custom-roles. They are kept in the state, and no client
makes one: tests do, to give a caller exactly the actions that a document names.
"""

from __future__ import annotations

import uuid

from crosstenant.sandbox.world.built_in_roles import BUILT_IN, BuiltInRole
from crosstenant.sandbox.world.resource_documents import NAMES
from crosstenant.sandbox.world.state import State

_KEY = "customRoles"


def add_custom_role(state: State, name: str, actions: tuple[str, ...]) -> str:
    """Adds a role definition; returns its GUID, which follows from the name."""
    guid = str(uuid.uuid5(NAMES, f"custom role {name}"))
    state.setdefault(_KEY, {})[guid] = {"name": name, "actions": list(actions)}
    return guid


def known_role(state: State, guid: str) -> BuiltInRole | None:
    """The role definition with this GUID: a built-in one, or one of the state's own."""
    found = BUILT_IN.get(guid)
    custom = state.get(_KEY, {}).get(guid)
    if found is None and custom is not None:
        return BuiltInRole(guid, custom["name"], "", actions=tuple(custom["actions"]))
    return found
