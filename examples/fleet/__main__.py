"""Many AKS clusters of one tenant, in any of its subscriptions, with one identity that pulls from another tenant.

Their credentials are reset in waves: some canaries first, then the others.
"""

import pulumi

from crosstenant import (
    ClusterArgs,
    CrossTenantPull,
    CrossTenantPullArgs,
    RegistryArgs,
    RotationArgs,
    tenant_from_config,
)

config = pulumi.Config()
canaries = config.require_object("canaries")
others = config.require_object("clusters")
per_wave = config.require_int("clustersPerWave") or len(others) or 1
waves = {cluster_id: 0 for cluster_id in canaries}
waves |= {cluster_id: 1 + place // per_wave for place, cluster_id in enumerate(others)}

pull = CrossTenantPull(
    "fleet",
    CrossTenantPullArgs(
        cluster_tenant=tenant_from_config(config, "cluster"),
        registry_tenant=tenant_from_config(config, "registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
        # Each cluster has its subscription in its ID, so one provider of the tenant serves them all.
        clusters=[
            ClusterArgs(
                cluster_id=cluster_id,
                wave=wave,
                reset_timeout_seconds=config.require_int("resetTimeoutSeconds"),
            )
            for cluster_id, wave in waves.items()
        ],
        rotation=RotationArgs(rotation_trigger=config.get("rotation") or "0"),
    ),
)

pulumi.export("clientId", pull.client_id)
pulumi.export("secretExpiresAt", pull.secret_expires_at)
pulumi.export("resetAt", {cluster.name: cluster.reset_at for cluster in pull.clusters})
