"""Many AKS clusters of Tenant A, in any of its subscriptions, with one identity that pulls from Tenant B."""

import pulumi

from crosstenant import ClusterArgs, CrossTenantPull, CrossTenantPullArgs, RegistryArgs, SecretArgs, TenantArgs

config = pulumi.Config()


def tenant(side: str) -> TenantArgs:
    """One tenant from the stack's configuration; without a client ID the Azure CLI signs in."""
    args = TenantArgs(tenant_id=config.require(f"{side}TenantId"))
    if client_id := config.get(f"{side}ClientId"):
        args["client_id"] = client_id
        args["client_secret"] = config.require_secret(f"{side}ClientSecret")
    return args


pull = CrossTenantPull(
    "fleet",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
        # Each cluster has its subscription in its ID, so one provider of the tenant serves them all.
        clusters=[
            ClusterArgs(cluster_id=cluster_id, reset_timeout_minutes=config.require_int("resetTimeoutMinutes"))
            for cluster_id in config.require_object("clusters")
        ],
        secret=SecretArgs(rotation_trigger=config.get("rotation") or "0"),
    ),
)

pulumi.export("clientId", pull.client_id)
pulumi.export("secretExpiresAt", pull.secret_expires_at)
pulumi.export("resetAt", {profile.pulumi_resource_name: profile.reset_at for profile in pull.profiles})
