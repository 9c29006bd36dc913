"""The credential of one cluster as a resource, and as an output of the component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pulumi

from crosstenant.components.arguments.cluster_args import ClusterSpec
from crosstenant.components.output_objects import ClusterCredential
from crosstenant.components.pieces.node_pull import AskedPull
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.components.pieces.reset_waves import ResetCluster, Turn
from crosstenant.components.pull_identity import PullIdentity
from crosstenant.components.tenant import TenantProviders
from crosstenant.resources.service_principal_credential import ServicePrincipalCredential
from crosstenant.resources.service_principal_profile import ServicePrincipalProfile


def set_cluster_credential(
    name: str,
    cluster: ClusterSpec,
    identity: PullIdentity,
    proved: Sequence[pulumi.Resource],
    turn: Turn,
    component: pulumi.Resource,
    providers: TenantProviders,
    replication_seconds: int | None,
    expiry_warning_days: int | None = None,
    asked: AskedPull | None = None,
) -> ServicePrincipalProfile:
    """Declares the credential, a child of ``component``.

    :param name: Prefix of its name.
    :param cluster: The cluster.
    :param identity: The application and its secret.
    :param proved: The resources that must exist before the reset.
    :param turn: When it is reset.
    :param component: The component that it belongs to.
    :param providers: The providers of the cluster tenant.
    :param replication_seconds: How long to wait until Entra knows the application and its secret, if the program says.
    :param expiry_warning_days: Days before the end of its secret from which a waiting cluster causes a warning.
    :param asked: What its nodes are asked at a refresh.
    """
    asked = asked if asked and asked.may_reset else None
    waits = cluster.holds.waits_by is not None
    window = cluster.holds.reset_window or {}

    def resource_name(stack_name: str) -> str:
        return f"{name}-{stack_name}-profile"

    return ServicePrincipalProfile(
        resource_name(cluster.name.text),
        cluster_id=cluster.id.text,
        client_id=identity.client_id,
        secret=identity.secret,
        secret_made_at=identity.secret_made_at,
        secret_expires_at=identity.secret_expires_at,
        wait_for_principal_seconds=replication_seconds,
        secret_key_id=identity.secret_key_id,
        abandon_on_delete=cluster.abandon_on_delete,
        created_by_this_stack=cluster.created_by_this_stack,
        wave=turn.wave,
        waves=turn.waves,
        max_parallel_resets=turn.at_once,
        when_stopped=cluster.holds.when_stopped,
        reset_days=window.get("days"),
        reset_start=window.get("start"),
        reset_duration_minutes=window.get("duration_minutes"),
        reset_in_maintenance=window.get("cluster_maintenance"),
        reset_not_before=cluster.holds.reset_not_before,
        repair_failed=cluster.holds.repair_failed,
        previous_secret_key_id=cast("pulumi.Output[str]", identity.previous_secret_key_id) if waits else None,
        previous_secret_expires_at=cast("pulumi.Output[str]", identity.previous_secret_expires_at) if waits else None,
        expiry_warning_days=expiry_warning_days if waits else None,
        node_pull_image=asked and asked.image,
        node_pull_coverage=asked and asked.coverage,
        node_pull_namespace=asked and asked.namespace,
        node_pull_timeout_seconds=asked and asked.timeout_seconds,
        # Its own check guards the cluster: it cannot be deleted while the cluster uses the application.
        opts=replaceable(
            pulumi.ResourceOptions(
                parent=component,
                provider=providers.crosstenant,
                replacement_trigger=providers.tenant_id,
                depends_on=[*proved, *turn.after],
                custom_timeouts=cluster.reset_timeouts,
                aliases=cluster.name.aliases(resource_name),
            )
        ),
    )


def describe(cluster: ClusterSpec, declared: ResetCluster) -> ClusterCredential:
    """The component's output for a cluster."""
    profile, none = declared.profile, pulumi.Output.from_input(None)
    return ClusterCredential(
        cluster_id=profile.cluster_id,
        name=cluster.name.text,
        credential_state=profile.credential_state,
        node_pools=profile.node_pools,
        provisioning_state=profile.provisioning_state,
        reset_at=profile.reset_at,
        node_pull_result=next((it.result for it in declared.proofs), none),
        waits_for=profile.waits_for,
    )


def credential_after(
    profiles: Sequence[ServicePrincipalProfile], client_id: pulumi.Output[str], secret: pulumi.Output[str]
) -> pulumi.Output[ServicePrincipalCredential]:
    """The application's credential, known when every cluster has it: a new cluster with it is created after that.

    :param profiles: The credentials of the clusters, if there are some.
    :param client_id: The application's client ID (UUID).
    :param secret: The application's secret.
    """
    if not profiles:
        known = pulumi.Output.all(client_id, secret).apply(
            lambda it: ServicePrincipalCredential(client_id=it[0], secret=it[1])
        )
        return pulumi.Output.secret(known)
    every = pulumi.Output.all(*(it.service_principal_profile for it in profiles))
    return pulumi.Output.secret(every.apply(lambda it: ServicePrincipalCredential(it[0])))
