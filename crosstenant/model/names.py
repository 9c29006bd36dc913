"""Derived names, so that two stacks agree on a name and a changed role replaces its assignment."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

_NAMESPACE: Final = UUID("7d2f5d3c-5f0c-5b0e-9d0a-3a1f0c7f6a51")


def role_assignment_name(scope: str, principal_id: str, role_definition_guid: str) -> str:
    """The name (a UUID) of the role assignment that gives ``principal_id`` the role at ``scope``.

    ARM allows only one assignment of a role to a principal at a scope, under any name
    (https://learn.microsoft.com/azure/role-based-access-control/role-assignments#name), and refuses to change the
    role of an assignment that exists. A name made from all three can neither collide nor be kept for another role.

    :param scope: ARM ID of the scope; its case is ignored.
    :param principal_id: Object ID (UUID) of the service principal in the scope's tenant.
    :param role_definition_guid: The role definition's GUID.
    """
    return str(uuid5(_NAMESPACE, "|".join((scope.lower(), principal_id.lower(), role_definition_guid.lower()))))
