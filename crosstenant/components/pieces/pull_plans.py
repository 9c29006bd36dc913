"""What each cluster gets, and the service accounts that may act as the identity: known before anything is deployed."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from crosstenant.components.arguments.federated_cluster_args import FederatedClusterSpec
from crosstenant.components.arguments.registry_args import RegistrySpec
from crosstenant.components.pieces.federated_credentials import Trust
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.clouds import Cloud
from crosstenant.model.federation import OPERATOR_AUDIENCE, token_audience
from crosstenant.model.kubernetes.external_secrets_objects import ENVIRONMENT_TYPES, ExternalSecretsPlan
from crosstenant.model.kubernetes.manifests import external_secrets_manifests, refresher_manifests
from crosstenant.model.kubernetes.plan import ProvedRegistry, RefresherConfig, RefresherPlan
from crosstenant.model.kubernetes.schedule import longest_gap
from crosstenant.model.modes import PullCheckMode, PullDelivery
from crosstenant.model.repository_condition import repository_within


def trusts_of(clusters: Sequence[FederatedClusterSpec], delivery: PullDelivery, cloud: Cloud) -> list[Trust]:
    """The service accounts that pull.

    :param clusters: The clusters.
    :param delivery: What brings the pull secrets.
    :param cloud: The cloud of both tenants.
    """
    if delivery is not PullDelivery.EXTERNAL_SECRETS:
        return [Trust(it, refresher_plan(it, cloud).subject, token_audience(cloud)) for it in clusters]
    return [
        Trust(cluster, subject, OPERATOR_AUDIENCE, namespace.name)
        for cluster in clusters
        for namespace, subject in zip(cluster.namespaces, external_secrets_plan(cluster, cloud).subjects, strict=True)
    ]


def refresher_plan(cluster: FederatedClusterSpec, cloud: Cloud) -> RefresherPlan:
    """The refresher of a cluster.

    :param cluster: The cluster.
    :param cloud: The cloud of both tenants.
    """
    refresher = cluster.refresher
    return RefresherPlan(
        namespace=refresher.namespace,
        namespaces=cluster.namespaces,
        schedule=refresher.schedule,
        service_account=refresher.service_account,
        image=refresher.image,
        audience=token_audience(cloud),
    )


def external_secrets_plan(cluster: FederatedClusterSpec, cloud: Cloud) -> ExternalSecretsPlan:
    """The objects of the External Secrets Operator in a cluster.

    :param cluster: The cluster.
    :param cloud: The cloud of both tenants.
    """
    return ExternalSecretsPlan(
        name=cluster.refresher.namespace,
        namespaces=cluster.namespaces,
        environment_type=ENVIRONMENT_TYPES[cloud.name],
    )


def refresher_config(
    cluster: FederatedClusterSpec,
    registries: Sequence[RegistrySpec],
    login_servers: Sequence[pulumi.Output[str]],
    client_id: pulumi.Output[str],
    providers: TenantProviders,
) -> pulumi.Output[RefresherConfig]:
    """The configuration of a cluster's refresher.

    :param cluster: The cluster.
    :param registries: The registries.
    :param login_servers: Host of each registry.
    :param client_id: Client ID (UUID) of the identity.
    :param providers: The providers of the registry tenant.
    """

    def configured(known: Sequence[str]) -> RefresherConfig:
        client, *hosts = known
        return RefresherConfig(
            tenant_id=providers.tenant_id,
            client_id=client,
            authority=f"https://{providers.cloud.login_host}",
            registries=[_proved(*it) for it in zip(registries, hosts, strict=True)],
            namespaces=cluster.namespaces,
            period_seconds=longest_gap(cluster.refresher.schedule),
        )

    return pulumi.Output.all(client_id, *login_servers).apply(configured)


def manifests_of(
    cluster: FederatedClusterSpec,
    delivery: PullDelivery,
    config: pulumi.Output[RefresherConfig],
    providers: TenantProviders,
) -> pulumi.Output[str]:
    """What the cluster gets, as YAML without a secret.

    :param cluster: The cluster.
    :param delivery: What brings the pull secrets.
    :param config: The configuration of its refresher.
    :param providers: The providers of the registry tenant.
    """
    cloud, tenant_id = providers.cloud, providers.tenant_id
    if delivery is not PullDelivery.EXTERNAL_SECRETS:
        plan = refresher_plan(cluster, cloud)
        return config.apply(lambda it: refresher_manifests(plan, it))
    external = external_secrets_plan(cluster, cloud)
    return config.apply(
        lambda it: external_secrets_manifests(
            external, tenant_id, it.client_id, [registry.login_server for registry in it.registries]
        )
    )


def _proved(registry: RegistrySpec, login_server: str) -> ProvedRegistry:
    check, repositories, prefixes = registry.pull_check, registry.repositories, registry.repository_prefixes
    mode = check.get("mode")
    return ProvedRegistry(
        login_server=login_server,
        # A role for some repositories proves nothing about others.
        repository=check.get("repository")
        or (repository_within(repositories, prefixes, "probe") if repositories or prefixes else None),
        reference=check.get("reference"),
        mode="require" if mode is None else PullCheckMode(mode).value,
    )
