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
    CONDITION_UNMET,
    OWN_ASSIGNMENT_EXISTS,
    ROLE_ASSIGNMENT_EXISTS,
    ROLE_CHANGED,
    ROLE_FORBIDDEN,
)
from crosstenant.model.roles import RBAC_ADMINISTRATOR, built_in_role
from crosstenant.model.shell_words import shell_word

_TYPE: Final = "azure-native:authorization:RoleAssignment"


def may_not_assign_pull_role(providers: TenantProviders) -> Callable[[str], str]:
    """What to do where the caller may not assign the pull role on a scope (ARM ID).

    :param providers: The providers of the registry tenant.
    """
    return lambda scope: (
        f"the caller in tenant {providers.tenant_id} may not assign roles on {scope}: give it the role"
        f" {RBAC_ADMINISTRATOR.name} there; a new assignment takes some minutes to count"
    )


def may_not_assign_cluster_role(role_guid: str, providers: TenantProviders) -> Callable[[str], str]:
    """What to do where the caller may not assign a role of the clusters' identity on a scope (ARM ID).

    :param role_guid: GUID of the role's definition.
    :param providers: The providers of the cluster tenant.
    """
    return lambda scope: (
        f"the caller in tenant {providers.tenant_id} may not assign roles on {scope}: give it the role"
        f" {RBAC_ADMINISTRATOR.name} there, or have an administrator assign role"
        f" {role_guid} and remove it from cluster_role_assignments"
    )


def pull_role_advice(
    name: str, providers: TenantProviders, component: pulumi.Resource, called: str = "the application"
) -> Advise:
    """Advice about a pull role that is assigned already, or that the caller may not assign.

    :param name: Name of the role assignment's resource.
    :param providers: The providers of the registry tenant.
    :param component: The component that it belongs to.
    :param called: Who pulls.
    """

    def exists(failure: Failure, name: str | None) -> str:
        return assigned_already(failure, name, called)

    return _role_advice(name, providers, component, exists, may_not_assign_pull_role(providers))


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
            f"the application has role {role_guid} on {scope} already, by an assignment of another"
            f" name: remove it from cluster_role_assignments, or remove that assignment{existing} and run"
            " 'pulumi up' again"
        )

    return _role_advice(name, providers, component, exists, may_not_assign_cluster_role(role_guid, providers))


def _role_advice(
    name: str,
    providers: TenantProviders,
    component: pulumi.Resource,
    exists: Callable[[Failure, str | None], str],
    forbidden: Callable[[str], str],
) -> Advise:
    """The advice on the refusals that a role has in either tenant.

    :param name: Name of the role assignment's resource.
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
            return await _own_assignment(failure, name, component, providers)
        if ROLE_CHANGED.is_in(failure.error):
            return _other_role(failure)
        if ROLE_FORBIDDEN.is_in(failure.error) and failure.operation == "create":
            return forbidden(str(failure.inputs.get("scope", "")))
        unmet = CONDITION_UNMET.search(failure.error)
        if unmet:
            return _condition(failure, providers, surely=bool(unmet["surely"]))
        return None

    return advise


async def _own_assignment(failure: Failure, name: str, component: pulumi.Resource, providers: TenantProviders) -> str:
    existing = _assignment_id(failure.inputs.get("scope"), failure.inputs.get("roleAssignmentName"))
    command = await import_command(_TYPE, name, existing, component, providers.azure_native)
    return (
        f"the assignment {existing} exists already, under the name that this stack gives it. If an interrupted update"
        f" left it, or a person made it, let this stack manage it: {command}"
    )


def _condition(failure: Failure, providers: TenantProviders, *, surely: bool) -> str:
    """The caller has a role for role assignments, with a condition that this assignment does not fulfil.

    :param failure: Azure's refusal.
    :param providers: The providers of the scope's tenant.
    :param surely: Whether Azure's answer leaves no other cause open.
    """
    guid = str(failure.inputs.get("roleDefinitionId", "")).rsplit("/", 1)[-1]
    built_in = built_in_role(guid)
    role = f"role {built_in.name} ({guid})" if built_in else f"role {guid}" if guid else "this role"
    other = "" if surely else ", or the caller has no role for role assignments there"
    return (
        f"the caller in tenant {providers.tenant_id} may not {failure.operation} an assignment of {role} on"
        f" {failure.inputs.get('scope', 'the scope')}: the condition of its own role there does not permit it{other}."
        f" Have the condition permit {role} for service principals, as docs/rights.md ('Conditions') writes it; a"
        " change takes some minutes to count"
    )


def _other_role(failure: Failure) -> str:
    scope, existing = failure.inputs.get("scope"), failure.inputs.get("roleAssignmentName")
    return (
        "an assignment of another role has the name of this stack's assignment, and Azure does not change the role of"
        f" an existing assignment. Remove it, '{_delete(scope, existing)}', and run 'pulumi up --refresh'"
    )


def _delete(scope: object, name: object) -> str:
    return f"az role assignment delete --ids {shell_word(_assignment_id(scope, name))}"


def _assignment_id(scope: object, name: object) -> str:
    return str(RoleAssignmentId(str(scope), str(name)))
