"""The image pull secret of another tenant's registry, as a Kubernetes Secret that pods or a service account name."""

import pulumi
import pulumi_kubernetes as kubernetes

from crosstenant import CrossTenantPull, CrossTenantPullArgs, RegistryArgs, tenant_from_config

config = pulumi.Config()

# No clusters: one with a managed identity keeps it, and takes nothing but the Secret below.
pull = CrossTenantPull(
    "images",
    CrossTenantPullArgs(
        cluster_tenant=tenant_from_config(config, "cluster"),
        registry_tenant=tenant_from_config(config, "registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"))],
    ),
)

cluster = kubernetes.Provider("cluster", render_yaml_to_directory=config.get("renderTo") or None)
secret = kubernetes.core.v1.Secret(
    "registry-credentials",
    metadata=kubernetes.meta.v1.ObjectMetaArgs(name="registry-credentials", namespace=config.get("namespace")),
    type="kubernetes.io/dockerconfigjson",
    string_data={".dockerconfigjson": pull.image_pull_secret},
    # Only once a pull is proved: pods that name the Secret earlier would fail with it.
    opts=pulumi.ResourceOptions(provider=cluster, depends_on=[pull]),
)

pulumi.export("secretName", secret.metadata.name)
pulumi.export("loginServers", [it.login_server for it in pull.registries])
pulumi.export("secretExpiresAt", pull.secret_expires_at)
