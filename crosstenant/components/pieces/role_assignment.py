"""A role assignment of a service principal, as both tenants have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pulumi
from pulumi.resource_hooks import ResourceHookBinding
from pulumi_azure_native import authorization

from crosstenant.components.pieces.hooks import Advise, on_error
from crosstenant.components.pieces.kept_order import keep_order_in_transforms
from crosstenant.components.pieces.missing_rights import ASSIGN, refuse_without_actions
from crosstenant.components.pieces.refusal_advice import of_tenant
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.matched_texts.provider_texts import PRINCIPAL_REPLICATING


def assign_role(
    resource_name: str,
    *,
    role_assignment_name: pulumi.Input[str],
    scope: pulumi.Input[str],
    principal_id: pulumi.Input[str],
    role_definition_id: pulumi.Input[str],
    advice: Advise,
    forbidden: Callable[[str], str],
    replication_seconds: int | None,
    component: pulumi.Resource,
    providers: TenantProviders,
    opts: pulumi.ResourceOptions,
    condition: str | None = None,
    condition_version: str | None = None,
) -> authorization.RoleAssignment:
    """Declares the assignment, a child of ``component``.

    :param resource_name: Its name in the stack.
    :param role_assignment_name: Its name (UUID) in Azure.
    :param scope: ARM ID of its scope.
    :param principal_id: Object ID (UUID) of the service principal.
    :param role_definition_id: ARM ID of the role's definition.
    :param advice: What to do when Azure refuses it.
    :param forbidden: What to do where the caller may not assign roles on a scope (ARM ID).
    :param replication_seconds: How long to wait until the service principal is known, if the program says.
    :param component: The component that it belongs to.
    :param providers: The providers of its tenant.
    :param opts: The options in which it differs from others.
    :param condition: Its condition, if it has one.
    :param condition_version: The version of the condition's language.
    """
    keep_order_in_transforms()
    hook = on_error(
        resource_name,
        component,
        of_tenant(providers, advice),
        replicating=PRINCIPAL_REPLICATING,
        replication_seconds=replication_seconds,
    )
    check = refuse_without_actions(resource_name, _scope, [ASSIGN], forbidden, component, providers)
    own = pulumi.ResourceOptions(
        parent=component,
        provider=providers.azure_native,
        replacement_trigger=providers.tenant_id,
        hooks=ResourceHookBinding(before_create=check, on_error=hook),
        # azure-native would first delete a resource with a given name, and leave a time without the role.
        delete_before_replace=None if opts.import_ else False,
    )
    return authorization.RoleAssignment(
        resource_name,
        role_assignment_name=role_assignment_name,
        scope=scope,
        principal_id=principal_id,
        # The SDK's default is "User", which Azure refuses for a service principal that is not replicated yet.
        principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
        role_definition_id=role_definition_id,
        condition=condition,
        condition_version=condition_version,
        opts=pulumi.ResourceOptions.merge(replaceable(own), opts),
    )


def _scope(inputs: Mapping[str, object]) -> str | None:
    scope = inputs.get("scope")
    return scope if isinstance(scope, str) else None
