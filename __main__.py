"""Quickstart: one AKS cluster pulls images from a container registry in another Entra tenant."""

import pulumi

from crosstenant import (
    ClusterArgs,
    CrossTenantPull,
    CrossTenantPullArgs,
    PullCheckOptions,
    RegistryArgs,
    tenant_from_config,
)

config = pulumi.Config()

check = PullCheckOptions()
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
pulumi.export("loginServers", [it.login_server for it in pull.registries])
pulumi.export("pullResults", [it.pull_result for it in pull.registries])
pulumi.export("secretExpiresAt", pull.secret_expires_at)
pulumi.export("imagePullSecret", pull.image_pull_secret)
