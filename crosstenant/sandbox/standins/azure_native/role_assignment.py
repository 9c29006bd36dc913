"""``azure-native:authorization:RoleAssignment``."""

from __future__ import annotations

import uuid
from typing import ClassVar

from crosstenant.sandbox.standins.azure_native.resource import ArmResource, Input, Inputs, observed, seeded


class RoleAssignment(ArmResource):
    """A role of a principal at a scope. Nothing but scope, principal and name asks for replacement."""

    token = "azure-native:authorization:RoleAssignment"
    api_version = "2022-04-01"
    path = "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}"
    name_input = "roleAssignmentName"
    inputs: ClassVar[Inputs] = {
        "scope": Input("string", place="path", required=True, replaces=True),
        "roleAssignmentName": Input("string", place="path", replaces=True),
        "principalId": Input("string", required=True, replaces=True),
        "roleDefinitionId": Input("string", required=True),
        "principalType": Input("string", default="User"),
        "condition": Input("string"),
        "conditionVersion": Input("string"),
        "delegatedManagedIdentityResourceId": Input("string"),
        "description": Input("string"),
    }
    outputs = observed("createdBy", "createdOn", "name", "systemData", "type", "updatedBy", "updatedOn")

    def make_name(self, urn: str) -> str:
        """A role assignment's name is a UUID."""
        return str(uuid.UUID(bytes=seeded(urn)[:16], version=4))
