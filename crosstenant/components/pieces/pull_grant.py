"""What one registry gives an application: the role that its mode takes, and the proof of a pull."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pulumi
from pulumi.resource_hooks import ResourceHookBinding
from pulumi_azure_native import authorization

from crosstenant.components.pieces.refusal_hints import on_role_assignment_error
from crosstenant.components.pieces.registry_args import PullCheckArgs, RegistryArgs
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.arm_id import ArmId
from crosstenant.model.names import role_assignment_name
from crosstenant.model.repository_condition import CONDITION_VERSION, repository_condition, repository_within
from crosstenant.resources.get_registry import GetRegistryResult
from crosstenant.resources.pull_check import PullCheck

if TYPE_CHECKING:
    from crosstenant.model.modes import PullCheckModeText


@dataclass(frozen=True)
class Puller:
    """The application that shall pull."""

    client_id: pulumi.Input[str]
    secret: pulumi.Input[str]
    service_principal_id: pulumi.Output[str]
    """Object ID (UUID) of its service principal in the registry's tenant."""


@dataclass(frozen=True)
class PullGrant:
    """The role assignment on one registry and its proof."""

    assignment: authorization.RoleAssignment
    check: PullCheck


def grant_pull(
    name: str,
    registry: RegistryArgs,
    registry_id: ArmId,
    info: pulumi.Output[GetRegistryResult],
    puller: Puller,
    component: pulumi.Resource,
    providers: TenantProviders,
) -> PullGrant:
    """Declares both, children of ``component``.

    :param name: Prefix of their names.
    :param registry: The registry as the program describes it.
    :param registry_id: Its ID.
    :param info: The registry as Azure describes it.
    :param puller: The application.
    :param component: The component that they belong to.
    :param providers: The providers of the registry's tenant.
    """
    assignment = _assign(
        f"{name}-{registry_id.name}-pull-role", registry, registry_id, info, puller, component, providers
    )
    check = registry.get("pull_check") or PullCheckArgs()
    repositories, prefixes = registry.get("repositories", []), registry.get("repository_prefixes", [])
    # A grant for some repositories says nothing about others: ask for one of those.
    granted = repository_within(repositories, prefixes, "probe") if repositories or prefixes else None
    return PullGrant(
        assignment,
        PullCheck(
            f"{name}-{registry_id.name}-pull-check",
            registry_id=registry["registry_id"],
            client_id=puller.client_id,
            secret=puller.secret,
            repository=check.get("repository") or granted,
            reference=check.get("reference"),
            mode=cast("PullCheckModeText | None", check.get("mode")),
            timeout_seconds=check.get("timeout_seconds"),
            triggers=[assignment.id],
            opts=pulumi.ResourceOptions(parent=component, provider=providers.crosstenant, depends_on=[assignment]),
        ),
    )


def _assign(
    name: str,
    registry: RegistryArgs,
    registry_id: ArmId,
    info: pulumi.Output[GetRegistryResult],
    puller: Puller,
    component: pulumi.Resource,
    providers: TenantProviders,
) -> authorization.RoleAssignment:
    scope = registry["registry_id"]
    definitions = f"/subscriptions/{registry_id.subscription_id}/providers/Microsoft.Authorization/roleDefinitions"
    role_guid = info.apply(lambda it: it.pull_role_definition_id)
    derived = pulumi.Output.all(puller.service_principal_id, role_guid).apply(
        lambda it: role_assignment_name(scope, it[0], it[1])
    )
    existing = registry.get("role_assignment_name")
    repositories, prefixes = registry.get("repositories", []), registry.get("repository_prefixes", [])
    restricted = bool(repositories or prefixes)
    return authorization.RoleAssignment(
        name,
        role_assignment_name=existing or derived,
        scope=scope,
        principal_id=puller.service_principal_id,
        # The SDK's default is "User", which Azure refuses for a service principal that has not replicated yet.
        principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
        role_definition_id=role_guid.apply(lambda guid: f"{definitions}/{guid}"),
        condition=repository_condition(repositories, prefixes) if restricted else None,
        condition_version=CONDITION_VERSION if restricted else None,
        opts=pulumi.ResourceOptions(
            parent=component,
            provider=providers.azure_native,
            hooks=ResourceHookBinding(on_error=[on_role_assignment_error(name, providers, component)]),
            # azure-native would delete first what is named by the program, and leave a while without the right.
            delete_before_replace=None if existing else False,
            import_=f"{scope}/providers/Microsoft.Authorization/roleAssignments/{existing}" if existing else None,
        ),
    )
