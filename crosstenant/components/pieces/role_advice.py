"""Advice for role assignments that exist already, or that the caller may not make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

import pulumi

from crosstenant.components.pieces.assigned_already import assigned_already
from crosstenant.components.pieces.hooks import Advise, Failure
from crosstenant.components.pieces.import_command import import_command
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.arm_id import RoleAssignmentId
from crosstenant.model.matched_texts.provider_texts import (
    OWN_ASSIGNMENT_EXISTS,
    ROLE_ASSIGNMENT_EXISTS,
    ROLE_CHANGED,
    ROLE_FORBIDDEN,
)
from crosstenant.model.roles import RBAC_ADMINISTRATOR

_TYPE: Final = "azure-native:authorization:RoleAssignment"


def pull_role_advice(name: str, providers: TenantProviders, component: pulumi.Resource) -> Advise:
    """Advice about a pull role that is assigned already, or that the caller may not assign.

    :param name: Name of the role assignment's resource.
    :param providers: The providers of the registry tenant.
    :param component: The component that it belongs to.
    """

    def forbidden(scope: str) -> str:
        return (
            f"the caller in tenant {providers.tenant_id} may not assign roles on {scope}: give it the role"
            f" {RBAC_ADMINISTRATOR.name} there; a new assignment takes some minutes to count"
        )

    return _role_advice(name, "the registry", providers, component, assigned_already, forbidden)


def cluster_role_advice(role_guid: str, name: str, providers: TenantProviders, component: pulumi.Resource) -> Advise:
    """Advice about a role in the cluster tenant that is assigned already, or that the caller may not assign.

    :param role_guid: GUID of the role's definition.
    :param name: Name of the role assignment's resource.
    :param providers: The providers of the cluster tenant.
    :param component: The component that it belongs to.
    """

    def exists(failure: Failure, name: str | None) -> str:
        scope = str(failure.inputs.get("scope", ""))
        existing = f" ('{_delete(scope, str(UUID(name)))}')" if name else ""
        return (
            f"the application has role {role_guid} on {scope} already, by an assignment that this stack did"
            f" not make: remove it from cluster_role_assignments, or remove that assignment{existing} and run"
            " 'pulumi up' again"
        )

    def forbidden(scope: str) -> str:
        return (
            f"the caller in tenant {providers.tenant_id} may not assign roles on {scope}: give it the role"
            f" {RBAC_ADMINISTRATOR.name} there, or have an administrator assign role"
            f" {role_guid} and remove it from cluster_role_assignments"
        )

    return _role_advice(name, "the scope", providers, component, exists, forbidden)


def _role_advice(
    name: str,
    whose: str,
    providers: TenantProviders,
    component: pulumi.Resource,
    exists: Callable[[Failure, str | None], str],
    forbidden: Callable[[str], str],
) -> Advise:
    """The advice on the refusals that a role has in either tenant.

    :param name: Name of the role assignment's resource.
    :param whose: What its scope is to a reader.
    :param providers: The providers of its tenant.
    :param component: The component that it belongs to.
    :param exists: What to do about an assignment of another name (UUID, if Azure tells it).
    :param forbidden: What to do where the caller may not assign the role on a scope (ARM ID).
    """

    async def advise(failure: Failure) -> str | None:
        found = ROLE_ASSIGNMENT_EXISTS.search(failure.error)
        if found:
            return exists(failure, found["id"])
        if OWN_ASSIGNMENT_EXISTS.is_in(failure.error):
            return await _own_assignment(failure, whose, name, component, providers)
        if ROLE_CHANGED.is_in(failure.error):
            return _other_role(failure)
        if ROLE_FORBIDDEN.is_in(failure.error) and failure.operation == "create":
            return forbidden(str(failure.inputs.get("scope", "")))
        return None

    return advise


async def _own_assignment(
    failure: Failure, whose: str, name: str, component: pulumi.Resource, providers: TenantProviders
) -> str:
    # azure-native compares the case of an ID's last names, and the assignment's name does not depend on case: the
    # assignment at the other spelling of its scope is the one that is there.
    existing = _assignment_id(failure.inputs.get("scope"), failure.inputs.get("roleAssignmentName"))
    command = await import_command(_TYPE, name, existing, component, providers.azure_native)
    return (
        f"the assignment {existing} exists already, under the name that this stack gives it. If the ID of {whose} had"
        " another spelling before, letter case included, write that one again. If it had not, an interrupted update"
        f" left the assignment, or it was made by hand: let this stack manage it with {command}"
    )


def _other_role(failure: Failure) -> str:
    scope, existing = failure.inputs.get("scope"), failure.inputs.get("roleAssignmentName")
    return (
        "an assignment of another role has the name of this stack's assignment, and Azure does not change the role of"
        f" an existing assignment. Remove it, '{_delete(scope, existing)}', and run 'pulumi up --refresh'"
    )


def _delete(scope: object, name: object) -> str:
    return f"az role assignment delete --ids {_assignment_id(scope, name)}"


def _assignment_id(scope: object, name: object) -> str:
    return str(RoleAssignmentId(str(scope), str(name)))
