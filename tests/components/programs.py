"""Programs with one component each, for the construction tests."""

from __future__ import annotations

from typing import Any

import pulumi

from crosstenant import (
    ClusterArgs,
    ClusterRoleArgs,
    CrossTenantPull,
    CrossTenantPullArgs,
    PullIdentity,
    PullIdentityArgs,
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
