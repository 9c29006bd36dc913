"""One identity in the cluster's tenant, with the right to pull in two others."""

import pulumi

from crosstenant import (
    PullIdentity,
    PullIdentityArgs,
    RegistryAccess,
    RegistryAccessArgs,
    RegistryArgs,
    ServicePrincipalProfile,
    TenantProviders,
    tenant_from_config,
)

config = pulumi.Config()

# The providers of Tenant A are shared by the identity and the cluster's credential.
cluster_tenant = TenantProviders("contoso", tenant_from_config(config, "cluster"))
identity = PullIdentity(
    "puller", PullIdentityArgs(tenant=tenant_from_config(config, "cluster")), cluster_providers=cluster_tenant
)

accesses = [
    RegistryAccess(
        name,
        RegistryAccessArgs(
            tenant=tenant_from_config(config, side),
            client_id=identity.client_id,
            secret=identity.secret,
            registries=[RegistryArgs(registry_id=config.require(f"{side}Id"))],
        ),
    )
    for name, side in (("fabrikam", "registry"), ("northwind", "secondRegistry"))
]

ServicePrincipalProfile(
    "aks",
    cluster_id=config.require("clusterId"),
    client_id=identity.client_id,
    secret=identity.secret,
    # Both tenants' pull checks come first: a grant that fails never takes the running cluster down.
    opts=pulumi.ResourceOptions(provider=cluster_tenant.crosstenant, depends_on=accesses),
)

login_servers = pulumi.Output.all(*(access.login_servers for access in accesses)).apply(
    lambda lists: [server for servers in lists for server in servers]
)
pulumi.export("clientId", identity.client_id)
pulumi.export("loginServers", login_servers)
pulumi.export("pullResults", [access.pull_results for access in accesses])
pulumi.export("imagePullSecret", identity.image_pull_secret(login_servers))
