"""One cluster and one registry in two tenants; the providers sign in to both with the token of a job."""

import os

import pulumi

from crosstenant import (
    ClusterArgs,
    CrossTenantPull,
    CrossTenantPullArgs,
    RegistryArgs,
    TenantArgs,
    tenant_from_config,
)

config = pulumi.Config()


def tenant(side: str) -> TenantArgs:
    """One tenant; outside a job the Azure CLI signs in. ``crosstenant check`` reads the same variables."""
    args = tenant_from_config(config, side)
    if token_file := os.environ.get(f"{side.upper()}_OIDC_TOKEN_FILE_PATH"):
        args["client_id"] = os.environ[f"{side.upper()}_CLIENT_ID"]
        args["oidc_token_file_path"] = token_file
    return args


pull = CrossTenantPull(
    "images",
    CrossTenantPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
        clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
    ),
)

pulumi.export("clientId", pull.client_id)
pulumi.export("pullResults", [it.pull_result for it in pull.registries])
