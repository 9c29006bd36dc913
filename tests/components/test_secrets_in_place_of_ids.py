"""A secret in the place of an ID, of a name or of a time in an argument of a component: refused, and not printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.cluster_args import ClusterArgs, read_clusters
from crosstenant.components.arguments.cluster_role_args import ClusterRoleArgs, read_cluster_roles
from crosstenant.components.arguments.registry_args import RegistryArgs, read_registries
from crosstenant.components.arguments.rotation_args import RotationArgs
from crosstenant.components.arguments.rotation_plan import plan_secrets
from crosstenant.components.arguments.tenant_args import check_tenant

PLANTED = "abc8Q~Zt-secret_of.the~form~that_entra-makes"
AT = ArgPath("CrossTenantPull 'prod'")
TENANT = "a0000000-0000-4000-8000-00000000000a"
GROUP = "/subscriptions/b0000000-0000-4000-8000-0000000000b1/resourceGroups/rg"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/fabrikamimages"
ROLE = "4d97b98b-1d4f-4787-a291-c67834d212e7"


def registry(**given: Any) -> Callable[[], object]:
    return lambda: read_registries(AT / "registries", [RegistryArgs(registry_id=REGISTRY, **given)])


def cluster(**given: Any) -> Callable[[], object]:
    return lambda: read_clusters(AT / "clusters", [ClusterArgs(cluster_id=CLUSTER, **given)])


def rotation(**given: Any) -> Callable[[], object]:
    return lambda: plan_secrets(AT / "rotation", RotationArgs(**given), datetime.now(timezone.utc))


def tenant(name: str) -> Callable[[], object]:
    given: Any = {"tenant_id": TENANT, name: PLANTED}
    return lambda: check_tenant(AT / "registry_tenant", given, environ={})


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("registry_tenant.tenant_id", tenant("tenant_id")),
        ("registry_tenant.subscription_id", tenant("subscription_id")),
        ("registry_tenant.client_id", tenant("client_id")),
        ("registry_tenant.environment", tenant("environment")),
        ("clusters[0].cluster_id", lambda: read_clusters(AT / "clusters", [ClusterArgs(cluster_id=PLANTED)])),
        ("registries[0].registry_id", lambda: read_registries(AT / "registries", [RegistryArgs(registry_id=PLANTED)])),
        (
            "registries[0].role_assignment_name",
            lambda: read_registries(
                AT / "registries", [RegistryArgs(registry_id=REGISTRY, role_assignment_name=PLANTED)]
            ),
        ),
        ("roles[0].scope", lambda: read_cluster_roles(AT / "roles", [ClusterRoleArgs(scope=PLANTED, role=ROLE)])),
        ("roles[0].role", lambda: read_cluster_roles(AT / "roles", [ClusterRoleArgs(scope=GROUP, role=PLANTED)])),
        ("registries[0]", registry(repositories=[PLANTED])),
        ("registries[0]", registry(repositories=[f"{PLANTED}/*"])),
        ("registries[0]", registry(repository_prefixes=[PLANTED])),
        ("registries[0]", registry(repository_prefixes=[f"{PLANTED}*"])),
        ("registries[0].pull_check.repository", registry(pull_check={"repository": f"{PLANTED}/"})),
        ("registries[0].pull_check.reference", registry(pull_check={"repository": "a", "reference": f"a:{PLANTED}"})),
        ("clusters[0].prove_on_nodes.image", cluster(prove_on_nodes={"image": PLANTED})),
        ("clusters[0].prove_on_nodes.namespace", cluster(prove_on_nodes={"namespace": PLANTED})),
        ("clusters[0].reset_not_before", cluster(reset_not_before=PLANTED)),
        ("rotation.end_date", rotation(end_date=PLANTED)),
        ("rotation.rotate_from", rotation(rotate_every_days=30, rotate_from=PLANTED)),
        ("rotation.rotation_trigger", rotation(keep_previous=True, rotation_trigger=PLANTED)),
    ],
)
def test_secret_in_the_place_of_an_id_is_refused_and_not_printed(path: str, read: Callable[[], object]):
    with pytest.raises(ArgumentError) as refused:
        read()
    assert refused.value.property_path == path
    assert PLANTED not in str(refused.value)
