"""A new AKS cluster, created with the identity that pulls from a registry in another tenant."""

import pulumi
from pulumi_azure_native import containerservice

from crosstenant import (
    ClusterArgs,
    CrossTenantPull,
    CrossTenantPullArgs,
    RegistryArgs,
    RotationArgs,
    TenantProviders,
    tenant_from_config,
)

config = pulumi.Config()

# The cluster takes its credential from the pull, so the pull cannot take the cluster's ID from the cluster: the ID is
# written down once here, and the cluster is declared with the same names.
subscription_id, group, name = (config.require(key) for key in ("subscriptionId", "resourceGroup", "clusterName"))
cluster_id = (
    f"/subscriptions/{subscription_id}/resourceGroups/{group}"
    f"/providers/Microsoft.ContainerService/managedClusters/{name}"
)

# The providers of the cluster tenant serve the pull and the cluster.
cluster_tenant = TenantProviders(
    "contoso", tenant_from_config(config, "cluster"), default_subscription_id=subscription_id
)
pull = CrossTenantPull(
    "pull",
    CrossTenantPullArgs(
        registry_tenant=tenant_from_config(config, "registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
        clusters=[ClusterArgs(cluster_id=cluster_id, created_by_this_stack=True)],
        rotation=RotationArgs(rotation_trigger=config.get("rotation") or "0"),
    ),
    cluster_providers=cluster_tenant,
)

cluster = containerservice.ManagedCluster(
    "cluster",
    resource_group_name=group,
    resource_name_=name,
    dns_prefix=name,
    agent_pool_profiles=[
        containerservice.ManagedClusterAgentPoolProfileArgs(
            name="system", mode="System", count=config.require_int("nodeCount"), vm_size=config.require("vmSize")
        )
    ],
    # Known once the credential is proved, and at a rotation once the cluster has it: this update then carries what is
    # there already, and Azure refuses any other.
    service_principal_profile=containerservice.ManagedClusterServicePrincipalProfileArgs(
        client_id=pull.service_principal_profile["client_id"], secret=pull.service_principal_profile["secret"]
    ),
    # Another name, DNS prefix, network or node resource group replaces a cluster: the running one is deleted first.
    opts=pulumi.ResourceOptions(provider=cluster_tenant.azure_native, protect=True),
)

pulumi.export("clusterId", cluster.id)
pulumi.export("pullResults", [it.pull_result for it in pull.registries])
pulumi.export("secretExpiresAt", pull.secret_expires_at)
