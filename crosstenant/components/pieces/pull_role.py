"""The role that permits pulls from one registry, in the registry's mode: for an application or an identity."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import authorization

from crosstenant.components.arguments.registry_args import RegistrySpec
from crosstenant.components.pieces.assignment_spelling import KEEPS_SCOPE, taken_over
from crosstenant.components.pieces.role_advice import may_not_assign_pull_role, pull_role_advice
from crosstenant.components.pieces.role_assignment import assign_role
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.arm_id import RoleAssignmentId, role_definition_id
from crosstenant.model.names import role_assignment_name
from crosstenant.model.repository_condition import CONDITION_VERSION, repository_condition
from crosstenant.resources.get_registry import GetRegistryResult, look_up_registry
from crosstenant.resources.internal_functions import role_assignment_exists


@dataclass(frozen=True)
class PullingPrincipal:
    """Who pulls."""

    object_id: pulumi.Output[str]
    """Object ID (UUID) of its service principal in the registry tenant."""
    called: str
    """What it is in a message: ``the application``, ``the identity``."""
    replication_seconds: int | None
    """How long to wait until the service principal and its role are known, if the program says."""


def look_up(
    registry: RegistrySpec, component: pulumi.Resource, providers: TenantProviders
) -> pulumi.Output[GetRegistryResult]:
    """The registry in Azure; it must permit the program's arguments.

    :param registry: The registry's arguments.
    :param component: The component that it belongs to.
    :param providers: The providers of the registry tenant.
    """

    def fitting(info: GetRegistryResult) -> GetRegistryResult:
        registry.check_mode(info.role_assignment_mode)
        return info

    return look_up_registry(
        providers.once_signed_in(registry.id.text),
        pulumi.InvokeOptions(parent=component, provider=providers.crosstenant),
        registry.id.at.error,
    ).apply(fitting)


def assign_pull_role(
    name: str,
    registry: RegistrySpec,
    info: pulumi.Output[GetRegistryResult],
    principal: PullingPrincipal,
    component: pulumi.Resource,
    providers: TenantProviders,
) -> authorization.RoleAssignment:
    """Declares the role assignment, a child of ``component``.

    :param name: Prefix of its name.
    :param registry: The registry's arguments.
    :param info: The registry in Azure.
    :param principal: Who pulls.
    :param component: The component that it belongs to.
    :param providers: The providers of the registry tenant.
    """

    def role_name(stack_name: str) -> str:
        return f"{name}-{stack_name}-pull-role"

    scope, existing = registry.id.text, registry.existing_assignment
    role_guid = info.apply(lambda it: it.pull_role_definition_id)
    derived = pulumi.Output.all(scope, principal.object_id, role_guid).apply(
        lambda it: role_assignment_name(it[0], it[1], it[2])
    )
    definition = pulumi.Output.all(registry.id.subscription_id, role_guid).apply(
        lambda it: role_definition_id(it[0], it[1])
    )
    repositories, prefixes = registry.repositories, registry.repository_prefixes
    restricted = bool(repositories or prefixes)
    resource_name = role_name(registry.name.text)
    return assign_role(
        resource_name,
        role_assignment_name=_existing(registry, existing, component, providers) if existing else derived,
        scope=existing.scope if existing else scope,
        principal_id=principal.object_id,
        role_definition_id=definition,
        condition=repository_condition(repositories, prefixes) if restricted else None,
        condition_version=CONDITION_VERSION if restricted else None,
        advice=pull_role_advice(resource_name, providers, component, principal.called),
        forbidden=may_not_assign_pull_role(providers),
        replication_seconds=principal.replication_seconds,
        component=component,
        providers=providers,
        opts=pulumi.ResourceOptions.merge(
            pulumi.ResourceOptions(aliases=registry.name.aliases(role_name)),
            taken_over(existing, str(registry.id.known), component) if existing else KEEPS_SCOPE,
        ),
    )


def _existing(
    registry: RegistrySpec, existing: RoleAssignmentId, component: pulumi.Resource, providers: TenantProviders
) -> pulumi.Output[str]:
    """Name of the assignment that the program gives, which must exist: it is imported.

    :raises ArgumentError: It does not exist. Pulumi's engine would say so without the argument.
    """
    assignment_id = str(existing)
    at = registry.at / "role_assignment_name"

    def there(exists: bool) -> str:
        if not exists:
            raise at.error(
                f"there is no role assignment {assignment_id}: omit role_assignment_name, and the update assigns the"
                " role by an assignment of its own"
            )
        return existing.name

    options = pulumi.InvokeOptions(parent=component, provider=providers.crosstenant)
    waiting = providers.once_signed_in(assignment_id)
    return role_assignment_exists(waiting, options, at.error).apply(there)
