"""Role assignments at a registry: asked after the registry's own questions, because Reader includes pull."""

from __future__ import annotations

import uuid

from tests.contract.caller import ARM
from tests.contract.question import Replies, question, refused, states
from tests.contract.replies import Reply
from tests.contract.world import ASSIGNMENTS, READER, World

_SHOWN = [f"properties.{name}" for name in ("scope", "principalType", "condition", "conditionVersion")]
_UNKNOWN = "00000000-0000-4000-8000-0000000000ff"


def _principal(world: World) -> str:
    return world.roleless.principals[world.b.id]


def _assigned(world: World) -> tuple[Reply, str]:
    """The Reader role of an application at the plain registry, and the assignment's name; put anew each time."""
    name = str(uuid.uuid5(uuid.UUID(_UNKNOWN), _principal(world)))
    world.names.name(name, "assignment-name")
    return world.put_assignment(world.estate.registry, name, READER, _principal(world)), name


@question(
    "roles-same-twice",
    "the same role assignment, put twice under one name",
    states("201, then 200", lambda it: [reply.status for reply in it] == [201, 200]),
)
def same_twice(world: World) -> Replies:
    return [_assigned(world)[0].pick(*_SHOWN), _assigned(world)[0].pick(*_SHOWN)]


@question(
    "roles-same-under-another-name",
    "the role assignment of the same scope, principal and role under another name",
    refused(409, "RoleAssignmentExists", "The ID of the existing role assignment is"),
)
def same_under_another_name(world: World) -> Reply:
    _assigned(world)
    return world.put_assignment(world.estate.registry, str(uuid.uuid4()), READER, _principal(world))


@question(
    "roles-other-role-under-same-name",
    "another role under the name of a role assignment",
    refused(400, "RoleAssignmentUpdateNotPermitted"),
)
def other_role_under_same_name(world: World) -> Reply:
    _, name = _assigned(world)
    contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c"
    return world.put_assignment(world.estate.registry, name, contributor, _principal(world))


@question(
    "roles-unknown-principal",
    "a role for a principal that does not exist, with principalType ServicePrincipal",
    refused(400, "PrincipalNotFound"),
)
def unknown_principal(world: World) -> Reply:
    return world.put_assignment(world.estate.registry, str(uuid.uuid4()), READER, _UNKNOWN)


@question(
    "roles-unknown-principal-without-type",
    "a role for a principal that does not exist, without principalType",
    refused(400, "PrincipalNotFound"),
)
def unknown_principal_without_type(world: World) -> Reply:
    return world.put_assignment(world.estate.registry, str(uuid.uuid4()), READER, _UNKNOWN, None)


@question(
    "roles-wrong-principal-type",
    "a role for a service principal, with principalType User",
    refused(400, "UnmatchedPrincipalType"),
)
def wrong_principal_type(world: World) -> Reply:
    principal = world.pulling.principals[world.b.id]
    return world.put_assignment(world.estate.registry, str(uuid.uuid4()), READER, principal, "User")


@question(
    "roles-delete-absent",
    "the removal of a role assignment that does not exist",
    states("204", lambda it: it[-1].status == 204),
)
def delete_absent(world: World) -> Reply:
    return world.call("DELETE", f"{ARM}{world.estate.registry}/{ASSIGNMENTS}/{uuid.uuid4()}", world.b)


@question("roles-get-absent", "a role assignment that does not exist", refused(404, "RoleAssignmentNotFound"))
def get_absent(world: World) -> Reply:
    return world.call("GET", f"{ARM}{world.estate.registry}/{ASSIGNMENTS}/{uuid.uuid4()}", world.b)


@question(
    "roles-scope-letter-case",
    "a role assignment whose scope was written with other letter case",
    states(
        "201; the scope in the answer is written as the registry's ARM ID",
        lambda it: it[-1].status == 201 and it[-1].body["asTheRegistry"] is True,
    ),
)
def scope_letter_case(world: World) -> Reply:
    registry = world.estate.registry
    _, _, subscription, _, group, _, provider, kind, name = registry.split("/")
    other = f"/subscriptions/{subscription}/resourcegroups/{group.upper()}/providers/{provider}/{kind}/{name.upper()}"
    principal = world.pulling.principals[world.b.id]
    reply = world.put_assignment(other, str(uuid.uuid4()), READER, principal).pick("properties.scope", "id")
    if reply.status >= 400:
        return reply
    scope = reply.body["properties.scope"]
    return reply.showing(asTheRegistry=scope == registry, asTheRequest=scope == other, scope=scope, id=reply.body["id"])


@question("roles-bad-condition", "a condition that cannot be read", refused(400, "InvalidCondition"))
def bad_condition(world: World) -> Reply:
    principal, name = world.pulling.principals[world.b.id], str(uuid.uuid4())
    return world.put_assignment(world.estate.abac_registry, name, READER, principal, condition="((this is not one")
