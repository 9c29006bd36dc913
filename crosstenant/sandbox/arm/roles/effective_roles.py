"""Authorization: the role assignments that are effective for a principal at a scope, and the actions that they permit.

https://learn.microsoft.com/azure/role-based-access-control/overview. The registries use it too: a pull needs a role
assignment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crosstenant.sandbox.arm.roles.action_patterns import matches
from crosstenant.sandbox.arm.roles.conditions import parse_condition
from crosstenant.sandbox.world.built_in_roles import BUILT_IN, BuiltInRole
from crosstenant.sandbox.world.custom_roles import known_role
from crosstenant.sandbox.world.state import State


@dataclass(frozen=True)
class EffectiveRole:
    """An effective role assignment."""

    assignment_id: str
    """The assignment's ARM ID."""
    scope: str
    """The assignment's scope: the requested scope, or a scope above it."""
    role: BuiltInRole
    """The role definition; ``role.id`` is its GUID."""
    condition: str | None

    def permits(self, action: str, attributes: Mapping[str, str] | None = None) -> bool:
        """Whether the assignment, with its condition, permits a control-plane action.

        :param attributes: Attributes for the condition, as conditions spell them:
            ``@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]``.
        """
        return self.names(action) and self._holds(action, attributes)

    def names(self, action: str) -> bool:
        """Whether the role has a control-plane action; ignores the condition."""
        return _covers(self.role.actions, self.role.not_actions, action)

    def permits_data(self, data_action: str, attributes: Mapping[str, str] | None = None) -> bool:
        """Whether the assignment, with its condition, permits a data action.

        :param attributes: Attributes for the condition, as conditions spell them:
            ``@Request[Microsoft.ContainerRegistry/registries/repositories:name]``.
        """
        role = self.role
        return _covers(role.data_actions, role.not_data_actions, data_action) and self._holds(data_action, attributes)

    def _holds(self, action: str, attributes: Mapping[str, str] | None) -> bool:
        if not self.condition:
            return True
        try:
            return parse_condition(self.condition).allows(action, attributes or {})
        except ValueError:
            return False


def effective_roles(state: State, scope_id: str, principal_id: str, at: float) -> list[EffectiveRole]:
    """The effective role assignments of a principal at a scope, including those above the scope.

    :param scope_id: An ARM ID: a subscription, a resource group or a resource.
    :param principal_id: The object ID of a service principal.
    :param at: Seconds since the epoch on the sandbox's clock; assignments that are not replicated yet do not count.
    """
    found: list[EffectiveRole] = []
    for assignment in state["roleAssignments"].values():
        properties = assignment["properties"]
        role = known_role(state, properties["roleDefinitionId"].rsplit("/", 1)[-1].lower())
        if (
            role is not None
            and properties["principalId"].lower() == principal_id.lower()
            and assignment.get("_effective_at", 0.0) <= at
            and covers(properties["scope"], scope_id)
        ):
            condition = properties.get("condition")
            found.append(EffectiveRole(assignment["id"], properties["scope"], role, condition))
    return found


def is_allowed(
    state: State,
    scope_id: str,
    principal_id: str,
    at: float,
    action: str,
    attributes: Mapping[str, str] | None = None,
) -> bool:
    """Whether a principal may do a control-plane action at a scope. Arguments as for ``effective_roles``."""
    return any(role.permits(action, attributes) for role in effective_roles(state, scope_id, principal_id, at))


def is_data_allowed(
    state: State,
    scope_id: str,
    principal_id: str,
    at: float,
    data_action: str,
    attributes: Mapping[str, str] | None = None,
) -> bool:
    """Whether a principal may do a data action at a scope. Arguments as for ``effective_roles``."""
    return any(
        role.permits_data(data_action, attributes) for role in effective_roles(state, scope_id, principal_id, at)
    )


def allowed_data_actions(
    state: State, scope_id: str, principal_id: str, at: float, attributes: Mapping[str, str] | None = None
) -> set[str]:
    """The data actions that a principal may do at a scope. Arguments as for ``effective_roles``."""
    known = {action for role in BUILT_IN.values() for action in role.data_actions}
    roles = effective_roles(state, scope_id, principal_id, at)
    return {action for action in known if any(role.permits_data(action, attributes) for role in roles)}


def covers(scope: str, scope_id: str) -> bool:
    """Whether an assignment at ``scope`` is effective at ``scope_id``: at the same scope, or above it."""
    above, below = scope.lower().rstrip("/"), scope_id.lower().rstrip("/")
    return below == above or below.startswith(f"{above}/")


def _covers(granted: tuple[str, ...], excepted: tuple[str, ...], action: str) -> bool:
    return any(matches(one, action) for one in granted) and not any(matches(one, action) for one in excepted)
