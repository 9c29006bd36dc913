"""The roles that the application needs in the cluster tenant, as the identity that the clusters are to have."""

from __future__ import annotations

import pulumi
from pulumi.resource_hooks import ResourceHookBinding
from pulumi_azure_native import authorization

from crosstenant.components.arguments.cluster_role_args import ClusterRoleSpec
from crosstenant.components.pieces.assignment_spelling import KEEPS_SCOPE
from crosstenant.components.pieces.hooks import on_error
from crosstenant.components.pieces.kept_order import keep_order_in_transforms
from crosstenant.components.pieces.refusal_advice import of_tenant
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.components.pieces.role_advice import cluster_role_advice
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.matched_texts.provider_texts import PRINCIPAL_REPLICATING
from crosstenant.model.names import role_assignment_name


def assign_cluster_role(
    name: str,
    role: ClusterRoleSpec,
    service_principal_id: pulumi.Output[str],
    component: pulumi.Resource,
    providers: TenantProviders,
    replication_seconds: int | None,
) -> authorization.RoleAssignment:
    """Declares the assignment of a role, a child of ``component``.

    :param name: Prefix of its name.
    :param role: The role.
    :param service_principal_id: Object ID (UUID) of the application's service principal in the cluster tenant.
    :param component: The component that it belongs to.
    :param providers: The providers of the cluster tenant.
    :param replication_seconds: How long to wait until the service principal is known, if the program says.
    """
    keep_order_in_transforms()
    resource_name = f"{name}-{role.name.text}-cluster-role"
    advice = of_tenant(providers, cluster_role_advice(role.guid, resource_name, providers, component))
    return authorization.RoleAssignment(
        resource_name,
        role_assignment_name=pulumi.Output.all(role.scope.text, service_principal_id).apply(
            lambda known: role_assignment_name(known[0], known[1], role.guid)
        ),
        scope=role.scope.text,
        principal_id=service_principal_id,
        # The SDK's default is "User", which Azure refuses for a service principal that is not replicated yet.
        principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
        role_definition_id=role.definition_id,
        opts=pulumi.ResourceOptions.merge(
            replaceable(
                pulumi.ResourceOptions(
                    parent=component,
                    provider=providers.azure_native,
                    replacement_trigger=providers.tenant_id,
                    hooks=ResourceHookBinding(
                        on_error=on_error(
                            resource_name,
                            component,
                            advice,
                            replicating=PRINCIPAL_REPLICATING,
                            replication_seconds=replication_seconds,
                        )
                    ),
                    # azure-native would first delete a resource with a given name, and leave a time without the role.
                    delete_before_replace=False,
                )
            ),
            KEEPS_SCOPE,
        ),
    )
