"""What brings the pull secrets to the namespaces of a cluster, as the program chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from crosstenant.components.arguments.federated_cluster_args import FederatedClusterSpec
from crosstenant.components.pieces.cluster_objects import ClusterObjects
from crosstenant.components.pieces.external_secrets_delivery import deliver_by_external_secrets
from crosstenant.components.pieces.pull_plans import external_secrets_plan, refresher_plan
from crosstenant.components.pieces.refresher_delivery import deliver_by_refresher
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.kubernetes.plan import RefresherConfig
from crosstenant.model.modes import PullDelivery


def deliver(
    name: str,
    cluster: FederatedClusterSpec,
    delivery: PullDelivery,
    ready_made: Mapping[str, pulumi.ProviderResource],
    config: pulumi.Output[RefresherConfig],
    login_servers: Sequence[pulumi.Output[str]],
    permitted: Sequence[pulumi.Resource],
    component: pulumi.Resource,
    providers: TenantProviders,
) -> None:
    """Declares it in a cluster; nothing for the delivery ``none``.

    :param name: The component's name.
    :param cluster: The cluster.
    :param delivery: The delivery.
    :param ready_made: The program's Kubernetes providers, by name of a cluster in the stack.
    :param config: The configuration of the cluster's refresher.
    :param login_servers: Host of each registry.
    :param permitted: What permits the pull: federated credentials and role assignments.
    :param component: The component that the objects belong to.
    :param providers: The providers of the registry tenant.
    """
    if delivery is PullDelivery.NONE:
        return
    objects = ClusterObjects.of(name, cluster, ready_made, component)
    if delivery is PullDelivery.REFRESHER:
        deliver_by_refresher(objects, refresher_plan(cluster, providers.cloud), config, permitted)
        return
    deliver_by_external_secrets(
        objects,
        external_secrets_plan(cluster, providers.cloud),
        tenant_id=providers.tenant_id,
        client_id=config.apply(lambda it: it.client_id),
        login_servers=login_servers,
        permitted=permitted,
    )
