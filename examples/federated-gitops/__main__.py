"""The identity, what it trusts, and its role; what runs in the cluster is an output, for Argo CD or Flux."""

import pulumi

from crosstenant import FederatedPull, FederatedPullArgs, PullNamespaceArgs, RegistryArgs, tenant_from_config

config = pulumi.Config()
namespace = PullNamespaceArgs(name=config.get("namespace") or "default", service_accounts=["default"])

pull = FederatedPull(
    "images",
    FederatedPullArgs(
        cluster_tenant=tenant_from_config(config, "cluster"),
        registry_tenant=tenant_from_config(config, "registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
        identity={"resource_group": config.require("identityGroup")},
        clusters=[
            # The name is the key of the cluster in the outputs.
            {"cluster_id": cluster_id, "name": name, "namespaces": [namespace]}
            for name, cluster_id in config.require_object("clusters").items()
        ],
        delivery="none",
    ),
)

pulumi.export("clientId", pull.client_id)
pulumi.export("subjects", pull.subjects)
# YAML for each cluster, and nothing in it is secret: it belongs into the repository that Argo CD or Flux reads.
pulumi.export("manifests", pull.manifests)
