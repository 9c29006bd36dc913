"""Role assignments at any scope: reading, listing, creating, updating and deleting.

https://learn.microsoft.com/rest/api/authorization/role-assignments. A new assignment becomes effective after
``settings.lag.roleAssignment`` seconds. When its service principal is deleted, it remains as an orphan.
"""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.ids import find_scope, is_uuid, key, same, subscription_of
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.arm.roles.conditions import parse_condition
from crosstenant.sandbox.arm.roles.definitions import find_role
from crosstenant.sandbox.arm.roles.effective_roles import covers
from crosstenant.sandbox.world.built_in_roles import BuiltInRole, role_definition_id
from crosstenant.sandbox.world.open_questions import ROLE_ASSIGNMENT_SCOPE
from crosstenant.sandbox.world.state import public
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

_TYPE: Final = "Microsoft.Authorization/roleAssignments"
_WRITE: Final = f"{_TYPE}/write"
_DELETE: Final = f"{_TYPE}/delete"
_PRINCIPAL_FILTER: Final = re.compile(r"(?:principalId\s+eq\s+'([^']+)'|assignedTo\('([^']+)'\))", re.IGNORECASE)
_OPTIONAL_TEXTS: Final = ("principalType", "condition", "conditionVersion", "description")
# The ID of a role definition; a bare GUID is none: https://github.com/Azure/azure-cli/issues/2458.
_ROLE: Final = re.compile(r"(/.+)?/providers/Microsoft\.Authorization/roleDefinitions/[^/]+/?", re.IGNORECASE)
_AT_SCOPE: Final = re.compile(r"atScope\(\)", re.IGNORECASE)


def get_role_assignment(request: ArmRequest) -> Answer:
    """``GET {scope}/providers/Microsoft.Authorization/roleAssignments/{name}``."""
    scope = find_scope(request.state, request.scope)
    found = request.state["roleAssignments"].get(_key(scope, request.part("name")))
    if found is None:
        name = request.part("name")
        raise ArmRefusal(
            404,
            "RoleAssignmentNotFound",
            f"The role assignment '{name}' is not found.",
            source=sources.ROLE_ASSIGNMENT_NOT_FOUND,
        )
    return Answer(200, public(found))


def list_role_assignments(request: ArmRequest) -> Answer:
    """``GET {scope}/providers/Microsoft.Authorization/roleAssignments``.

    Without a filter: the assignments above the scope, at it and below it. ``$filter=atScope()`` excludes those below.
    """
    scope = find_scope(request.state, request.scope)
    at_scope, principal_id = _read_filter(request.query.get("$filter", ""))
    found = [
        public(one)
        for one in request.state["roleAssignments"].values()
        if (covers(one["properties"]["scope"], scope) or (not at_scope and covers(scope, one["properties"]["scope"])))
        and (principal_id is None or one["properties"]["principalId"].lower() == principal_id)
    ]
    return Answer(200, {"value": found})


def put_role_assignment(request: ArmRequest) -> Answer:
    """``PUT {scope}/providers/Microsoft.Authorization/roleAssignments/{name}``."""
    request.require_at_all(_WRITE, request.scope)
    name = request.part("name")
    if not is_uuid(name):
        raise ArmRefusal(
            400,
            "InvalidRoleAssignmentId",
            f"The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID.",
            source=sources.INVALID_ROLE_ASSIGNMENT_ID,
        )
    scope = find_scope(request.state, request.scope)
    given = _read_properties(request.body.get("properties") or {})
    role, principal_id = _read_subject(given)
    principal_type = given.get("principalType")
    _require(request, _WRITE, scope, "Request", role.id, principal_id, principal_type)
    condition, condition_version = _read_condition(given)
    written: Json = {
        "condition": condition,
        "conditionVersion": condition_version,
        "description": given.get("description"),
        "updatedOn": timestamp(request.time),
        "updatedBy": request.caller.object_id,
    }
    found = _find_by_name(request, name)
    if found is not None:
        properties = found["properties"]
        unchanged = same(properties["scope"], scope) and properties["principalId"].lower() == principal_id
        if not unchanged or properties["roleDefinitionId"].rsplit("/", 1)[-1] != role.id:
            raise ArmRefusal(
                400,
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
                source=sources.ROLE_ASSIGNMENT_UPDATE_NOT_PERMITTED,
            )
        properties.update(written)
        return Answer(200, public(found))
    _refuse_duplicate(request, scope, role, principal_id)
    _check_principal(request, principal_id, principal_type)
    if ROLE_ASSIGNMENT_SCOPE.answer(request.state) == "request":
        scope = request.scope
    assignment: Json = {
        "id": f"{scope}/providers/{_TYPE}/{name}",
        "name": name,
        "type": _TYPE,
        "properties": {
            "roleDefinitionId": role_definition_id(subscription_of(scope) or "", role.id),
            "principalId": principal_id,
            "principalType": "ServicePrincipal",
            "scope": scope,
            "createdOn": timestamp(request.time),
            "createdBy": request.caller.object_id,
            "delegatedManagedIdentityResourceId": None,
            **written,
        },
        "_effective_at": request.time + float(request.state["settings"]["lag"]["roleAssignment"]),
    }
    request.state["roleAssignments"][_key(scope, name)] = assignment
    return Answer(201, public(assignment))


def delete_role_assignment(request: ArmRequest) -> Answer:
    """``DELETE {scope}/providers/Microsoft.Authorization/roleAssignments/{name}``: 204 if it does not exist."""
    request.require_at_all(_DELETE, request.scope)
    scope = find_scope(request.state, request.scope)
    found = request.state["roleAssignments"].get(_key(scope, request.part("name")))
    if found is None:
        return Answer(204)
    properties = found["properties"]
    role_id = properties["roleDefinitionId"].rsplit("/", 1)[-1]
    _require(request, _DELETE, scope, "Resource", role_id, properties["principalId"], properties["principalType"])
    del request.state["roleAssignments"][_key(scope, request.part("name"))]
    return Answer(200, public(found))


def _require(
    request: ArmRequest,
    action: str,
    scope: str,
    source: str,
    role_id: str,
    principal_id: str,
    principal_type: str | None,
) -> None:
    """Checks the caller's permission; a condition may limit it to some roles and principals.

    A type that the request does not state fulfils no condition on it:
    https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/role_assignment (`principal_type`).
    """
    attributes = {"RoleDefinitionId": role_id, "PrincipalId": principal_id, "PrincipalType": principal_type}
    request.require(action, scope, {f"@{source}[{_TYPE}:{name}]": value for name, value in attributes.items() if value})


def _read_properties(found: Json) -> Json:
    texts = {"roleDefinitionId": str, "principalId": str} | dict.fromkeys(_OPTIONAL_TEXTS, (str, type(None)))
    if not all(isinstance(found.get(name), kind) for name, kind in texts.items()) or not _ROLE.fullmatch(
        found["roleDefinitionId"]
    ):
        raise ArmRefusal(
            400, "BadRequestFormat", "The request was incorrectly formatted.", source=sources.BAD_REQUEST_FORMAT
        )
    return found


def _read_subject(given: Json) -> tuple[BuiltInRole, str]:
    role_text, principal_text = given["roleDefinitionId"], given["principalId"]
    try:
        principal_id = str(UUID(principal_text))
    except ValueError:
        raise ArmRefusal(
            400,
            "InvalidPrincipalId",
            "A valid principal ID must be provided for role assignment.",
            source=sources.INVALID_PRINCIPAL_ID,
        ) from None
    return find_role(role_text, status=400), principal_id


def _read_condition(given: Json) -> tuple[str | None, str | None]:
    condition, version = given.get("condition") or None, given.get("conditionVersion") or None
    if condition is None:
        if version is not None:
            raise ArmRefusal(
                400,
                "InvalidConditionVersion",
                "The condition version can be set only together with a condition.",
                source=sources.INVALID_CONDITION_VERSION,
            )
        return None, None
    if version is None:
        raise ArmRefusal(
            400,
            "InvalidConditionVersion",
            "A condition needs the condition version '2.0'.",
            source=sources.INVALID_CONDITION_VERSION,
        )
    if version != "2.0" or not _is_condition(condition):
        raise ArmRefusal(
            400,
            "InvalidCondition",
            "The given role assignment condition is invalid.",
            source=sources.INVALID_CONDITION,
        )
    return condition, version


def _is_condition(text: str) -> bool:
    try:
        parse_condition(text)
    except ValueError:
        return False
    return True


def _find_by_name(request: ArmRequest, name: str) -> Json | None:
    """The role assignment of this name at any scope: names are unique in a tenant."""
    for found in request.state["roleAssignments"].values():
        subscription = request.state["subscriptions"].get(subscription_of(found["id"]) or "")
        if (
            found["name"].lower() == name.lower()
            and subscription
            and subscription["_tenant"] == request.caller.tenant_id
        ):
            return found
    return None


def _refuse_duplicate(request: ArmRequest, scope: str, role: BuiltInRole, principal_id: str) -> None:
    for found in request.state["roleAssignments"].values():
        properties = found["properties"]
        if (
            same(properties["scope"], scope)
            and properties["principalId"].lower() == principal_id
            and properties["roleDefinitionId"].rsplit("/", 1)[-1] == role.id
        ):
            raise ArmRefusal(
                409,
                "RoleAssignmentExists",
                "The role assignment already exists. The ID of the existing role assignment is "
                f"{found['name'].replace('-', '')}.",
                source=sources.ROLE_ASSIGNMENT_EXISTS,
            )


def _check_principal(request: ArmRequest, principal_id: str, principal_type: str | None) -> None:
    """Checks that the directory has the principal, and that it has the type in the request.

    With the type ``ServicePrincipal`` the principal may be missing in this replica of the directory: see
    https://learn.microsoft.com/azure/role-based-access-control/troubleshooting, "new principal".
    """
    hexadecimal, tenant_id = principal_id.replace("-", ""), request.caller.tenant_id
    principal = request.state["servicePrincipals"].get(principal_id)
    known = principal is not None and principal["_tenant"] == tenant_id
    reached = principal is not None and principal.get("_usable_at", 0.0) <= request.time
    if not known or (not reached and principal_type != "ServicePrincipal"):
        raise ArmRefusal(
            400,
            "PrincipalNotFound",
            f"Principal {hexadecimal} does not exist in the directory {tenant_id}. Check that you have the correct "
            "principal ID. If you are creating this principal and then immediately assigning a role, this error might "
            "be related to a replication delay. In this case, set the role assignment principalType property to a "
            "value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
            source=sources.PRINCIPAL_NOT_FOUND,
        )
    if principal_type not in (None, "", "ServicePrincipal"):
        raise ArmRefusal(
            400,
            "UnmatchedPrincipalType",
            # Azure's own spelling.
            f"The PrincipalId '{hexadecimal}' has type 'ServicePrincipal' , which is different from specified "
            f"PrinciaplType '{principal_type}'.",
            source=sources.UNMATCHED_PRINCIPAL_TYPE,
        )


def _read_filter(text: str) -> tuple[bool, str | None]:
    at_scope, principal_id = False, None
    for term in re.split(r"\s+and\s+", text.strip()) if text.strip() else []:
        principal = _PRINCIPAL_FILTER.fullmatch(term.strip())
        if principal is not None:
            principal_id = str(principal[1] or principal[2]).lower()
        elif _AT_SCOPE.fullmatch(term.strip()):
            at_scope = True
        else:
            raise ArmRefusal(
                400,
                "UnsupportedQuery",
                f"The filter '{text}' is not supported. Supported filters are either 'atScope()' or 'principalId eq "
                "'{value}' or assignedTo('{value}')'.",
                source=sources.ROLE_ASSIGNMENT_FILTER,
            )
    return at_scope, principal_id


def _key(scope: str, name: str) -> str:
    return key(f"{scope}/providers/{_TYPE}/{name}")
