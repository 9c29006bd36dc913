"""Quickstart: one AKS cluster in Tenant A pulls images from one container registry in Tenant B."""

import pulumi

from crosstenant import (
    ClusterArgs,
    CrossTenantPull,
    CrossTenantPullArgs,
    PullCheckArgs,
    RegistryArgs,
    tenant_from_config,
)

config = pulumi.Config()

check = PullCheckArgs()
if repository := config.get("repository"):
    check["repository"] = repository
if reference := config.get("reference"):
    check["reference"] = reference

pull = CrossTenantPull(
    "quickstart",
    CrossTenantPullArgs(
        cluster_tenant=tenant_from_config(config, "cluster"),
        registry_tenant=tenant_from_config(config, "registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"), pull_check=check)],
        clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
    ),
)

pulumi.export("clientId", pull.client_id)
pulumi.export("consentUrl", pull.consent_url)
pulumi.export("loginServers", pull.login_servers)
pulumi.export("pullResults", pull.pull_results)
pulumi.export("secretExpiresAt", pull.secret_expires_at)
pulumi.export("imagePullSecret", pull.image_pull_secret)
