"""The roles that a principal holds on a resource.

https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crosstenant.azure.arm import Arm
from crosstenant.azure.connections.answer_forms import form_due
from crosstenant.azure.pages import listed
from crosstenant.model.arm_id import is_within, parse_role_assignment, parse_role_definition

_API_VERSION = "2022-04-01"


@dataclass(frozen=True)
class RoleAssignment:
    """One role assignment."""

    assignment_id: str
    """ARM ID."""
    scope: str
    """ARM ID of its scope."""
    role_guid: str
    """Name of the role definition, in lower case."""
    condition: str
    """Its condition; empty without one."""
    description: str = ""
    """Its description."""

    @property
    def name(self) -> str:
        """Its name, a UUID."""
        return parse_role_assignment(self.assignment_id).name


async def roles_of(arm: Arm, scope: str, principal_id: str) -> list[RoleAssignment]:
    """The role assignments of a principal that are effective at ``scope``: at the scope itself and above it.

    They do not include roles that the principal has through a group.

    :param arm: Resource Manager of the scope's tenant.
    :param scope: ARM ID of a resource or resource group.
    :param principal_id: Object ID (UUID) of the principal in that tenant.
    :raises azure.core.exceptions.AzureError: Sign-in failed, or ARM refused or could not be reached.
    """
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments"
    entries = await listed(arm, path, _API_VERSION, filter=f"principalId eq '{principal_id}'")
    with form_due():
        found = [_read(one) for one in entries]
    # The filter also finds assignments below the scope, which are not effective at it.
    return [one for one in found if is_within(scope, one.scope)]


def _read(document: dict[str, Any]) -> RoleAssignment:
    properties: dict[str, Any] = document["properties"]
    return RoleAssignment(
        assignment_id=str(document["id"]),
        scope=str(properties["scope"]),
        role_guid=parse_role_definition(str(properties["roleDefinitionId"])),
        condition=str(properties.get("condition") or ""),
        description=str(properties.get("description") or ""),
    )
