"""A cluster with a service principal pulls from a registry in another tenant."""

import pulumi

from crosstenant import ClusterArgs, CrossTenantPull, CrossTenantPullArgs, RegistryArgs, tenant_from_config

config = pulumi.Config()

pull = CrossTenantPull(
    "images",
    CrossTenantPullArgs(
        cluster_tenant=tenant_from_config(config, "cluster"),
        registry_tenant=tenant_from_config(config, "registry"),
        registries=[
            RegistryArgs(
                registry_id=config.require("registryId"),
                pull_check={"repository": config.require("repository"), "reference": config.require("reference")},
            )
        ],
        clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
    ),
)

pulumi.export("clientId", pull.client_id)
pulumi.export("pullResults", [it.pull_result for it in pull.registries])
pulumi.export("secretExpiresAt", pull.secret_expires_at)
