"""One identity in the cluster tenant, with pull roles in two registry tenants."""

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

# The providers of the cluster tenant are shared by the identity and the cluster's credential.
cluster_tenant = TenantProviders("contoso", tenant_from_config(config, "cluster"))
identity = PullIdentity("puller", PullIdentityArgs(), cluster_providers=cluster_tenant)

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
    secret_key_id=identity.secret_key_id,
    # Both tenants' pull checks come first: a pull that is refused never takes the running cluster down.
    opts=pulumi.ResourceOptions(provider=cluster_tenant.crosstenant, depends_on=accesses),
)

registries = [registry for access in accesses for registry in access.registries]
pulumi.export("clientId", identity.client_id)
pulumi.export("loginServers", [it.login_server for it in registries])
pulumi.export("pullResults", [it.pull_result for it in registries])
# One for each registry tenant: a pod or service account names both.
pulumi.export("imagePullSecrets", [access.image_pull_secret for access in accesses])
