"""One identity in the cluster's tenant, with the right to pull in two others."""

import pulumi

from crosstenant import (
    PullIdentity,
    PullIdentityArgs,
    RegistryAccess,
    RegistryAccessArgs,
    RegistryArgs,
    ServicePrincipalProfile,
    TenantArgs,
    TenantProviders,
)

config = pulumi.Config()


def tenant(side: str) -> TenantArgs:
    """One tenant from the stack's configuration; without a client ID the Azure CLI signs in."""
    args = TenantArgs(tenant_id=config.require(f"{side}TenantId"))
    if client_id := config.get(f"{side}ClientId"):
        args["client_id"] = client_id
        args["client_secret"] = config.require_secret(f"{side}ClientSecret")
    return args


# The providers of Tenant A are shared by the identity and the cluster's credential.
cluster_tenant = TenantProviders("contoso", tenant("cluster"))
identity = PullIdentity("puller", PullIdentityArgs(tenant=tenant("cluster")), cluster_providers=cluster_tenant)

accesses = [
    RegistryAccess(
        name,
        RegistryAccessArgs(
            tenant=tenant(side),
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
