"""The resources of one registry: the role assignment for its mode, and the pull check."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import authorization

from crosstenant.components.arguments.registry_args import RegistrySpec
from crosstenant.components.output_objects import RegistryGrant
from crosstenant.components.pieces.assignment_spelling import KEEPS_SCOPE, taken_over
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.components.pieces.role_advice import pull_role_advice
from crosstenant.components.pieces.role_assignment import assign_role
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.arm_id import RoleAssignmentId, role_definition_id
from crosstenant.model.names import role_assignment_name
from crosstenant.model.repository_condition import CONDITION_VERSION, repository_condition, repository_within
from crosstenant.resources.get_registry import GetRegistryResult, look_up_registry
from crosstenant.resources.internal_functions import role_assignment_exists
from crosstenant.resources.pull_check import PullCheck


@dataclass(frozen=True)
class PullingApplication:
    """The application that pulls."""

    client_id: pulumi.Input[str]
    secret: pulumi.Input[str]
    service_principal_id: pulumi.Output[str]
    """Object ID (UUID) of its service principal in the registry tenant."""
    secret_made_at: pulumi.Input[str] | None
    secret_expires_at: pulumi.Input[str] | None
    replication_seconds: int | None
    """How long to wait until its service principal and role are known, if the program says."""


@dataclass(frozen=True)
class PullGrant:
    """The role assignment on one registry and its proof."""

    assignment: authorization.RoleAssignment
    check: PullCheck
    described: RegistryGrant
    """The component's output for the registry."""


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
        pulumi.Output.all(providers.signed_in_tenant_id, registry.id.text).apply(lambda known: known[1]),
        pulumi.InvokeOptions(parent=component, provider=providers.crosstenant),
        registry.id.at.error,
    ).apply(fitting)


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
    waiting = pulumi.Output.all(providers.signed_in_tenant_id, assignment_id).apply(lambda known: known[1])
    return role_assignment_exists(waiting, options, at.error).apply(there)


def grant_pull(
    name: str,
    registry: RegistrySpec,
    info: pulumi.Output[GetRegistryResult],
    application: PullingApplication,
    component: pulumi.Resource,
    providers: TenantProviders,
) -> PullGrant:
    """Declares both, children of ``component``.

    :param name: Prefix of their names.
    :param registry: The registry's arguments.
    :param info: The registry in Azure.
    :param application: The application.
    :param component: The component that they belong to.
    :param providers: The providers of the registry tenant.
    """
    assignment = _assign(name, registry, info, application, component, providers)
    options = registry.pull_check

    def check_name(stack_name: str) -> str:
        return f"{name}-{stack_name}-pull-check"

    repositories, prefixes = registry.repositories, registry.repository_prefixes
    # A role for some repositories proves nothing about others: check one of those.
    permitted = repository_within(repositories, prefixes, "probe") if repositories or prefixes else None
    check = PullCheck(
        check_name(registry.name.text),
        registry_id=registry.id.text,
        client_id=application.client_id,
        secret=application.secret,
        repository=options.get("repository") or permitted,
        reference=options.get("reference"),
        # A role for repositories may come before their first images.
        filled_later=options.get("filled_later", None if "repository" in options else bool(permitted) or None),
        granted_repositories=repositories or None,
        mode=options.get("mode"),
        timeout_seconds=options.get("timeout_seconds", application.replication_seconds),
        secret_made_at=application.secret_made_at,
        secret_expires_at=application.secret_expires_at,
        triggers=[assignment.id],
        opts=replaceable(
            pulumi.ResourceOptions(
                parent=component,
                provider=providers.crosstenant,
                replacement_trigger=providers.tenant_id,
                depends_on=[assignment],
                aliases=registry.name.aliases(check_name),
            )
        ),
    )
    described = RegistryGrant(
        registry_id=check.registry_id,
        name=registry.name.text,
        login_server=info.apply(lambda it: it.login_server),
        role_assignment_mode=info.apply(lambda it: it.role_assignment_mode),
        role_assignment_id=assignment.id,
        pull_result=check.result,
        not_proved=check.not_proved,
        refusal=check.refusal,
    )
    return PullGrant(assignment, check, described)


def _assign(
    name: str,
    registry: RegistrySpec,
    info: pulumi.Output[GetRegistryResult],
    application: PullingApplication,
    component: pulumi.Resource,
    providers: TenantProviders,
) -> authorization.RoleAssignment:
    def role_name(stack_name: str) -> str:
        return f"{name}-{stack_name}-pull-role"

    scope, existing = registry.id.text, registry.existing_assignment
    role_guid = info.apply(lambda it: it.pull_role_definition_id)
    derived = pulumi.Output.all(scope, application.service_principal_id, role_guid).apply(
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
        principal_id=application.service_principal_id,
        role_definition_id=definition,
        condition=repository_condition(repositories, prefixes) if restricted else None,
        condition_version=CONDITION_VERSION if restricted else None,
        advice=pull_role_advice(resource_name, providers, component),
        replication_seconds=application.replication_seconds,
        component=component,
        providers=providers,
        opts=pulumi.ResourceOptions.merge(
            pulumi.ResourceOptions(aliases=registry.name.aliases(role_name)),
            taken_over(existing, str(registry.id.known), component) if existing else KEEPS_SCOPE,
        ),
    )
