"""Quickstart: one AKS cluster in Tenant A pulls images from one container registry in Tenant B."""

import pulumi

from crosstenant import ClusterArgs, CrossTenantPull, CrossTenantPullArgs, PullCheckArgs, RegistryArgs, TenantArgs

config = pulumi.Config()


def tenant(side: str) -> TenantArgs:
    """One tenant from the stack's configuration; without a client ID the Azure CLI signs in."""
    args = TenantArgs(
        tenant_id=config.require(f"{side}TenantId"),
        environment=config.get("environment") or "public",
    )
    if client_id := config.get(f"{side}ClientId"):
        args["client_id"] = client_id
        args["client_secret"] = config.require_secret(f"{side}ClientSecret")
    return args


check = PullCheckArgs()
if repository := config.get("repository"):
    check["repository"] = repository
if reference := config.get("reference"):
    check["reference"] = reference

pull = CrossTenantPull(
    "quickstart",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
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
