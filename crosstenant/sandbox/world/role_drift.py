"""Drift of role assignments: changes that an administrator of a registry may make outside a stack."""

from __future__ import annotations

import uuid
from typing import Any, Final

from crosstenant.sandbox.world.built_in_roles import BUILT_IN, role_definition_id
from crosstenant.sandbox.world.drift import REGISTRIES, resource
from crosstenant.sandbox.world.state import State

Json = dict[str, Any]

ROLE_NAMES: Final = sorted(role.name for role in BUILT_IN.values())


def change_role(state: State, registry: str, client_id: str, role: str) -> str:
    """Replaces the role of an application's assignment on a registry; the assignment keeps its name.

    Azure refuses to change the role of an assignment: an administrator deletes it and creates another of the same name.

    :raises LookupError: The application has no role there, or the registry or the role does not exist.
    """
    found = _assignment(state, registry, client_id)
    found["properties"]["roleDefinitionId"] = _definition(found["properties"]["scope"], role)
    return f"application {client_id} now has role {role} on registry {registry}"


def change_condition(state: State, registry: str, client_id: str, condition: str | None) -> str:
    """Changes the condition of an application's role assignment on a registry.

    :param condition: The new condition; None for no condition.
    :raises LookupError: The application has no role there, or the registry does not exist.
    """
    found = _assignment(state, registry, client_id)["properties"]
    found.update(condition=condition, conditionVersion="2.0" if condition else None)
    return f"the role of application {client_id} on registry {registry} now has the condition: {condition or 'none'}"


def rename_role_assignment(state: State, registry: str, client_id: str) -> str:
    """Deletes an application's role assignment on a registry, and creates the same assignment under another name.

    :raises LookupError: The application has no role there, or the registry does not exist.
    """
    found = _assignment(state, registry, client_id)
    del state["roleAssignments"][found["id"].lower()]
    _add(state, found["properties"])
    return f"the role of application {client_id} on registry {registry} was deleted and assigned again"


def add_role(state: State, registry: str, client_id: str, role: str) -> str:
    """Assigns one more role to an application on a registry where it already has one.

    :raises LookupError: The application has no role there, or the registry or the role does not exist.
    """
    properties = _assignment(state, registry, client_id)["properties"]
    definition = _definition(properties["scope"], role)
    _add(state, {**properties, "roleDefinitionId": definition, "condition": None, "conditionVersion": None})
    return f"application {client_id} also has role {role} on registry {registry}"


def _assignment(state: State, registry: str, client_id: str) -> Json:
    scope = resource(state, REGISTRIES, registry)["id"].lower()
    principals = {one["id"] for one in state["servicePrincipals"].values() if one["appId"] == client_id.lower()}
    for one in state["roleAssignments"].values():
        if one["properties"]["scope"].lower() == scope and one["properties"]["principalId"] in principals:
            return one
    raise LookupError(f"application {client_id} has no role on registry {registry}")


def _definition(scope: str, name: str) -> str:
    for role in BUILT_IN.values():
        if name.lower() in (role.name.lower(), role.id):
            return role_definition_id(scope.split("/")[2], role.id)
    raise LookupError(f"role '{name}' does not exist; roles are {', '.join(ROLE_NAMES)}")


def _add(state: State, properties: Json) -> None:
    name = str(uuid.uuid4())
    assignment_id = f"{properties['scope']}/providers/Microsoft.Authorization/roleAssignments/{name}"
    state["roleAssignments"][assignment_id.lower()] = {
        "id": assignment_id,
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": dict(properties),
        "_effective_at": 0.0,
    }
