"""The resources of one registry: the role assignment for its mode, and the pull check."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import authorization

from crosstenant.components.arguments.registry_args import RegistrySpec
from crosstenant.components.output_objects import RegistryGrant
from crosstenant.components.pieces.pull_role import PullingPrincipal, assign_pull_role
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.repository_condition import repository_within
from crosstenant.resources.get_registry import GetRegistryResult
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
    principal = PullingPrincipal(application.service_principal_id, "the application", application.replication_seconds)
    assignment = assign_pull_role(name, registry, info, principal, component, providers)
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
