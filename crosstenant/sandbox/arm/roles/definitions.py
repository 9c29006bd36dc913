"""Role definitions and the caller's own permissions, at any scope.

https://learn.microsoft.com/rest/api/authorization/role-definitions and
https://learn.microsoft.com/rest/api/authorization/permissions
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.ids import find_scope, subscription_of
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.arm.roles.effective_roles import effective_roles
from crosstenant.sandbox.world.built_in_roles import BUILT_IN, BuiltInRole

_FILTER: Final = re.compile(r"\s*(roleName|type)\s+eq\s+'([^']*)'\s*", re.IGNORECASE)


def get_role_definition(request: ArmRequest) -> Answer:
    """``GET {scope}/providers/Microsoft.Authorization/roleDefinitions/{id}``."""
    return Answer(200, find_role(request.part("name")).document(_subscription(request)))


def list_role_definitions(request: ArmRequest) -> Answer:
    """``GET {scope}/providers/Microsoft.Authorization/roleDefinitions``, with ``roleName`` and ``type`` filters."""
    wanted = [_matching(text) for text in re.split(r"\s+and\s+", request.query.get("$filter", "")) if text.strip()]
    roles = [role for role in BUILT_IN.values() if all(_has(role, name, value) for name, value in wanted)]
    return Answer(200, {"value": [role.document(_subscription(request)) for role in roles]})


def list_permissions(request: ArmRequest) -> Answer:
    """``GET {scope}/providers/Microsoft.Authorization/permissions``: the caller's permissions at the scope."""
    scope = find_scope(request.state, request.scope)
    found = effective_roles(request.state, scope, request.caller.object_id, request.time)
    return Answer(200, {"value": [one.role.permission() for one in found]})


def find_role(text: str, status: int = 404) -> BuiltInRole:
    """A built-in role.

    :param text: Its GUID, or the ARM ID of its role definition.
    :param status: The status of the refusal of an unknown role.
    :raises ArmRefusal: The text is not a GUID (400), or the role does not exist.
    """
    name = text.rstrip("/").rsplit("/", 1)[-1].lower()
    try:
        role_id = str(UUID(name))
    except ValueError:
        raise ArmRefusal(
            400,
            "InvalidRoleDefinitionId",
            f"The role definition ID '{name}' is not valid. The role definition ID must be a GUID.",
            source=sources.INVALID_ROLE_DEFINITION_ID,
        ) from None
    role = BUILT_IN.get(role_id)
    if role is None:
        raise ArmRefusal(
            status,
            "RoleDefinitionDoesNotExist",
            f"The specified role definition with ID '{role_id.replace('-', '')}' does not exist.",
            source=sources.ROLE_DEFINITION_DOES_NOT_EXIST,
        )
    return role


def _subscription(request: ArmRequest) -> str:
    return subscription_of(request.scope) or ""


def _matching(text: str) -> tuple[str, str]:
    match = _FILTER.fullmatch(text)
    if match is None:
        if re.fullmatch(r"\s*atScope(AndBelow)?\(\)\s*", text, re.IGNORECASE):
            return "", ""
        raise ArmRefusal(
            400,
            "UnsupportedQuery",
            f"The filter '{text.strip()}' is not supported.",
            source=sources.ROLE_DEFINITION_FILTER,
        )
    return match[1].lower(), match[2]


def _has(role: BuiltInRole, name: str, value: str) -> bool:
    if name == "rolename":
        return role.name.lower() == value.lower()
    # Every role here is built in.
    return name != "type" or value.lower() == "builtinrole"
