"""The roles that the application needs in the cluster tenant, as the identity that the clusters are to have."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization

from crosstenant.components.arguments.cluster_role_args import ClusterRoleSpec
from crosstenant.components.pieces.assignment_spelling import KEEPS_SCOPE
from crosstenant.components.pieces.role_advice import cluster_role_advice, may_not_assign_cluster_role
from crosstenant.components.pieces.role_assignment import assign_role
from crosstenant.components.tenant import TenantProviders
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
    resource_name = f"{name}-{role.name.text}-cluster-role"
    return assign_role(
        resource_name,
        role_assignment_name=pulumi.Output.all(role.scope.text, service_principal_id).apply(
            lambda known: role_assignment_name(known[0], known[1], role.guid)
        ),
        scope=role.scope.text,
        principal_id=service_principal_id,
        role_definition_id=role.definition_id,
        advice=cluster_role_advice(role.guid, resource_name, providers, component),
        forbidden=may_not_assign_cluster_role(role.guid, providers),
        replication_seconds=replication_seconds,
        component=component,
        providers=providers,
        opts=KEEPS_SCOPE,
    )
