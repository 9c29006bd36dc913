"""The programs of the stacks whose processes die, and what both tenants have of each when it is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from crosstenant.sandbox.world import seed

CHAIN: Final = """
    import json
    from pathlib import Path

    import pulumi

    from crosstenant import (
        ClusterArgs, CrossTenantPull, CrossTenantPullArgs, PullCheckOptions, RegistryArgs, RotationArgs,
        tenant_from_config,
    )

    config = pulumi.Config()
    asked = json.loads(Path("asked.json").read_text())
    group = config.require("clusterId").rsplit("/", 1)[0]
    CrossTenantPull(
        "mortal",
        CrossTenantPullArgs(
            cluster_tenant=tenant_from_config(config, "cluster"),
            registry_tenant=tenant_from_config(config, "registry"),
            registries=[
                RegistryArgs(
                    registry_id=config.require("registryId"),
                    pull_check=PullCheckOptions(repository="hello", reference="1.0", timeout_seconds=5),
                )
            ],
            clusters=[
                ClusterArgs(cluster_id=f"{group}/{name}", wave=wave) for name, wave in asked["waves"].items()
            ],
            rotation=RotationArgs(rotation_trigger=asked["trigger"]),
        ),
    )
"""
_GROUP: Final = seed.IDENTITY_GROUP.rsplit("/", 1)[-1]
FEDERATED: Final = f"""
    import pulumi

    from crosstenant import (
        FederatedClusterArgs, FederatedIdentityArgs, FederatedPull, FederatedPullArgs, PullNamespaceArgs, RegistryArgs,
        tenant_from_config,
    )

    config = pulumi.Config()
    FederatedPull(
        "mortal",
        FederatedPullArgs(
            cluster_tenant=tenant_from_config(config, "cluster"),
            registry_tenant=tenant_from_config(config, "registry"),
            registries=[RegistryArgs(registry_id=config.require("registryId"))],
            identity=FederatedIdentityArgs(resource_group="{_GROUP}"),
            clusters=[
                FederatedClusterArgs(
                    cluster_id="{seed.MANAGED_IDENTITY_CLUSTER}", namespaces=[PullNamespaceArgs(name="shop")]
                )
            ],
            delivery="none",
        ),
    )
"""


@dataclass(frozen=True)
class Program:
    """A program, and what both tenants have of it."""

    name: str
    source: str
    objects: Mapping[str, int]
    """How many objects of each kind it makes."""

    waves: Mapping[str, int] = field(default_factory=lambda: {})
    """The clusters that it resets, and the wave of each."""


_CHAIN_OBJECTS: Final = {"applications": 1, "servicePrincipals": 2, "roleAssignments": 1, "resources": 0, "trusts": 0}
ONE_CLUSTER: Final = Program("one-cluster", CHAIN, _CHAIN_OBJECTS, {"aks-prod": 0})
TWO_WAVES: Final = Program("two-waves", CHAIN, _CHAIN_OBJECTS, {"canary-a": 0, "canary-b": 0, "rest": 1})
NO_SECRET: Final = Program(
    "no-secret",
    FEDERATED,
    {"applications": 0, "servicePrincipals": 1, "roleAssignments": 1, "resources": 1, "trusts": 1},
)
