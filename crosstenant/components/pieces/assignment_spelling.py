"""Options by which another spelling of an ID does not change a role assignment.

azure-native compares the scope's letter case from the resource type on, and the engine compares the ID of an import as
text: another one is imported, and what it takes for the former object is deleted. Both would be the same assignment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import monitor_supports_feature

from crosstenant.model.arm_id import RoleAssignmentId

# Another scope is another name, which replaces the assignment, and a replacement takes the program's scope.
KEEPS_SCOPE: Final = pulumi.ResourceOptions(ignore_changes=["scope"])
"""For an assignment whose name is derived from its scope: the state keeps the scope as it is spelled there."""

OLD_ENGINE: Final = (
    "the Pulumi CLI, or the backend of this stack, has no state migrations: upgrade the CLI. Until then, do not apply a"
    " preview that replaces this role assignment (import-replacement): if only the spelling of registry_id or"
    " role_assignment_name differs from the state, it would delete the assignment"
)
"""The warning for an engine that cannot correct the spelling of an import's ID in the state."""


def taken_over(assignment: RoleAssignmentId, registry_id: str, component: pulumi.Resource) -> pulumi.ResourceOptions:
    """The options for an assignment that exists and is imported.

    :param assignment: Its ID, in one spelling.
    :param registry_id: ARM ID of the registry as the program spells it.
    :param component: The component that it belongs to.
    """
    assignment_id = str(assignment)
    options = pulumi.ResourceOptions(import_=assignment_id, ignore_changes=["scope", "roleAssignmentName"])
    if monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS):
        options.state_migrations = [_spelling(assignment_id)]
    elif assignment.scope != registry_id:
        pulumi.log.warn(OLD_ENGINE, component)
    return options


def _spelling(assignment_id: str) -> pulumi.StateMigration:
    def spell(args: pulumi.StateMigrationArgs) -> pulumi.StateMigrationResult | None:
        former, *others = args.old_state
        spelled = respelled(former, assignment_id)
        return None if spelled is None else pulumi.StateMigrationResult([spelled, *others])

    return spell


def respelled(state: Mapping[str, Any], assignment_id: str) -> dict[str, Any] | None:
    """The record of the assignment with this spelling of the ID under which it was imported.

    :param state: The assignment's record in the stack's state.
    :param assignment_id: ARM ID of the assignment that the program has.
    :return: ``None`` if nothing is to be changed, or if the record is of another assignment.
    """
    imported = str(state.get("importID") or state.get("id") or "")
    if imported == assignment_id or imported.lower() != assignment_id.lower():
        return None
    return {**state, "importID": assignment_id}
