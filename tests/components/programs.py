"""Programs with one component each, for the construction tests."""

from __future__ import annotations

from typing import Any

import pulumi

from crosstenant import (
    ClusterArgs,
    ClusterRoleArgs,
    CrossTenantPull,
    CrossTenantPullArgs,
    FederatedClusterArgs,
    FederatedIdentityArgs,
    FederatedPull,
    FederatedPullArgs,
    PullIdentity,
    PullIdentityArgs,
    PullNamespaceArgs,
    RegistryAccess,
    RegistryAccessArgs,
    RegistryArgs,
    TenantProviders,
)
from tests.components.construction import (
    APP,
    CLUSTER_ID,
    CLUSTER_TENANT,
    REGISTRY_ID,
    REGISTRY_TENANT,
    SECRET,
    SUBSCRIPTION_A,
)

SUBNET = f"/subscriptions/{SUBSCRIPTION_A}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub/subnets/s"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"


def pull(**changes: Any) -> CrossTenantPull:
    args = CrossTenantPullArgs(
        cluster_tenant=CLUSTER_TENANT,
        registry_tenant=REGISTRY_TENANT,
        registries=[RegistryArgs(registry_id=REGISTRY_ID)],
        clusters=[ClusterArgs(cluster_id=CLUSTER_ID)],
    )
    return CrossTenantPull("prod", {**args, **changes})  # type: ignore[typeddict-item]


def identity(**changes: Any) -> PullIdentity:
    return PullIdentity("id", PullIdentityArgs(tenant=CLUSTER_TENANT, **changes))


def access(**changes: Any) -> RegistryAccess:
    args = RegistryAccessArgs(
        tenant=REGISTRY_TENANT,
        client_id=APP,
        secret=pulumi.Output.secret(SECRET),
        registries=[RegistryArgs(registry_id=REGISTRY_ID)],
    )
    return RegistryAccess("images", {**args, **changes})  # type: ignore[typeddict-item]


def role(**changes: Any) -> ClusterRoleArgs:
    return ClusterRoleArgs(**{"scope": SUBNET, "role": NETWORK_CONTRIBUTOR, **changes})


def with_ready_made_providers() -> None:
    clusters = TenantProviders("contoso", CLUSTER_TENANT)
    registries = TenantProviders("fabrikam", REGISTRY_TENANT)
    args = CrossTenantPullArgs(
        registries=[RegistryArgs(registry_id=REGISTRY_ID)], clusters=[ClusterArgs(cluster_id=CLUSTER_ID)]
    )
    CrossTenantPull("prod", args, cluster_providers=clusters, registry_providers=registries)


def federated(name: str = "prod", **changes: Any) -> FederatedPull:
    providers, opts = changes.pop("kubernetes_providers", None), changes.pop("opts", None)
    args = FederatedPullArgs(
        cluster_tenant=CLUSTER_TENANT,
        registry_tenant=REGISTRY_TENANT,
        registries=[RegistryArgs(registry_id=REGISTRY_ID)],
        identity=FederatedIdentityArgs(resource_group="rg-pull"),
        clusters=[federated_cluster()],
        delivery="none",
    )
    merged = {**args, **changes}
    return FederatedPull(name, merged, opts, kubernetes_providers=providers)  # type: ignore[arg-type]


def federated_cluster(name: str = "aks", **changes: Any) -> FederatedClusterArgs:
    namespace = PullNamespaceArgs(name="shop", service_accounts=["default"])
    cluster_id = CLUSTER_ID.removesuffix("/aks") + f"/{name}"
    return FederatedClusterArgs(**{"cluster_id": cluster_id, "namespaces": [namespace], **changes})
