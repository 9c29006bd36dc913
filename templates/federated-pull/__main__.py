"""A cluster with an OIDC issuer pulls from a registry in another tenant, and there is no secret."""

import pulumi

from crosstenant import FederatedPull, FederatedPullArgs, RegistryArgs, tenant_from_config

config = pulumi.Config()

pull = FederatedPull(
    "images",
    FederatedPullArgs(
        cluster_tenant=tenant_from_config(config, "cluster"),
        registry_tenant=tenant_from_config(config, "registry"),
        registries=[
            RegistryArgs(
                registry_id=config.require("registryId"),
                # The image whose manifest the cluster fetches as its proof.
                pull_check={"repository": config.require("repository"), "reference": config.require("reference")},
            )
        ],
        identity={"resource_group": config.require("identityGroup")},
        clusters=[
            {
                "cluster_id": config.require("clusterId"),
                "kubeconfig": config.require_secret("kubeconfig"),
                "namespaces": [{"name": config.get("namespace") or "default", "service_accounts": ["default"]}],
            }
        ],
    ),
)

pulumi.export("clientId", pull.client_id)
pulumi.export("issuers", pull.issuers)
pulumi.export("loginServers", [it.login_server for it in pull.registries])
