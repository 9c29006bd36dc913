"""The roles that the application needs in the clusters' own tenant, as the identity that the clusters are to have."""

from __future__ import annotations

import asyncio

import pulumi
from pulumi.resource_hooks import ErrorHook, ErrorHookArgs, ResourceHookBinding
from pulumi_azure_native import authorization

from crosstenant.components.pieces.cluster_args import ClusterRole
from crosstenant.components.pieces.refusal_hints import hook_name, in_this_run
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.names import role_assignment_name

# A service principal that was just made may not be known everywhere yet.
_REPLICATION_PAUSES = (2, 5, 10, 20, 30, 30)


def assign_cluster_roles(
    name: str,
    roles: list[ClusterRole],
    service_principal_id: pulumi.Output[str],
    component: pulumi.Resource,
    providers: TenantProviders,
) -> list[authorization.RoleAssignment]:
    """Declares an assignment for each role, children of ``component``.

    :param name: Prefix of their names.
    :param roles: The roles.
    :param service_principal_id: Object ID (UUID) of the application's service principal in the clusters' tenant.
    :param component: The component that they belong to.
    :param providers: The providers of the clusters' tenant.
    """
    return [_assign(name, role, service_principal_id, component, providers) for role in roles]


def _assign(
    name: str,
    role: ClusterRole,
    service_principal_id: pulumi.Output[str],
    component: pulumi.Resource,
    providers: TenantProviders,
) -> authorization.RoleAssignment:
    # Subnets of two networks may share a name; what tells two roles apart is scope and definition.
    place = role.scope.rsplit("/", 1)[-1].lower()
    resource_name = f"{name}-{place}-{role_assignment_name(role.scope, '', role.guid)[:8]}-cluster-role"
    return authorization.RoleAssignment(
        resource_name,
        role_assignment_name=service_principal_id.apply(
            lambda principal: role_assignment_name(role.scope, principal, role.guid)
        ),
        scope=role.scope,
        principal_id=service_principal_id,
        # The SDK's default is "User", which Azure refuses for a service principal that has not replicated yet.
        principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
        role_definition_id=role.definition_id,
        opts=pulumi.ResourceOptions(
            parent=component,
            provider=providers.azure_native,
            hooks=ResourceHookBinding(on_error=[_on_error(resource_name, role, providers, component)]),
            # azure-native would delete first what is named by the program, and leave a while without the right.
            delete_before_replace=False,
        ),
    )


def _on_error(name: str, role: ClusterRole, providers: TenantProviders, component: pulumi.Resource) -> ErrorHook:
    async def explain_or_wait(failed: ErrorHookArgs) -> bool:
        tried = len(failed.errors)
        if "PrincipalNotFound" in failed.errors[0] and tried <= len(_REPLICATION_PAUSES):
            await asyncio.sleep(_REPLICATION_PAUSES[tried - 1])
            return True
        if "RoleAssignmentExists" in failed.errors[0]:
            pulumi.log.error(
                f"the application has role {role.guid} on {role.scope} already, by an assignment that this stack did"
                " not make: remove it from cluster_role_assignments, or remove that assignment and run again",
                component,
            )
        elif "AuthorizationFailed" in failed.errors[0] and failed.failed_operation == "create":
            pulumi.log.error(
                f"the caller in tenant {providers.tenant_id} may not assign roles on {role.scope}: give it the role"
                " Role Based Access Control Administrator there, or have somebody else assign role"
                f" {role.guid} and remove it from cluster_role_assignments",
                component,
            )
        return False

    return ErrorHook(hook_name(name, "error"), in_this_run(explain_or_wait))
