"""Clusters and their roles as a program describes them: read, or refused with the argument's name and a remedy."""

from __future__ import annotations

import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.pieces.cluster_args import (
    ClusterArgs,
    ClusterRole,
    ClusterRoleArgs,
    check_cluster_roles,
    check_clusters,
    reset_timeouts,
)
from crosstenant.model.arm_id import REGISTRY_TYPE, parse_arm_id

OWNER = "CrossTenantPull 'prod'"
SUBSCRIPTION = "a0000000-0000-4000-8000-0000000000a1"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-network"
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/hub/subnets/aks"
REGISTRY = parse_arm_id(
    "/subscriptions/b0000000-0000-4000-8000-0000000000b1/resourceGroups/rg/providers/"
    "Microsoft.ContainerRegistry/registries/images",
    REGISTRY_TYPE,
)
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"


def cluster(aks: str, group: str = "one", **more: object) -> ClusterArgs:
    cluster_id = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters"
    )
    return ClusterArgs(cluster_id=f"{cluster_id}/{aks}", **more)  # pyright: ignore[reportArgumentType]


def test_clusters_of_one_name_need_another_in_the_stack():
    found = check_clusters(OWNER, [cluster("aks"), cluster("aks", "two", name="aks-two")])
    assert [it.resource_group for it in found] == ["one", "two"]

    with pytest.raises(ArgumentError, match=r"clusters\[1\]\.name.*'aks'.*another name"):
        check_clusters(OWNER, [cluster("aks"), cluster("aks", "two")])


def test_a_cluster_given_twice_is_refused():
    with pytest.raises(ArgumentError, match=r"clusters\[1\]\.cluster_id.*given twice"):
        check_clusters(OWNER, [cluster("aks"), cluster("AKS", "ONE")])


def test_a_time_limit_bounds_create_and_update():
    with pytest.raises(ArgumentError, match=r"clusters\[0\]\.reset_timeout_minutes.*1 or more"):
        check_clusters(OWNER, [cluster("aks", reset_timeout_minutes=0)])
    limits = reset_timeouts(cluster("aks", reset_timeout_minutes=30))
    assert limits is not None
    assert (limits.create, limits.update, limits.delete) == ("30m", "30m", None)
    assert reset_timeouts(cluster("aks")) is None


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (SUBNET, SUBNET),
        (f"{GROUP}/", GROUP),
        (f"/subscriptions/{SUBSCRIPTION.upper()}", f"/subscriptions/{SUBSCRIPTION.upper()}"),
    ],
)
@pytest.mark.parametrize(
    "role",
    [
        NETWORK_CONTRIBUTOR,
        f"/providers/Microsoft.Authorization/roleDefinitions/{NETWORK_CONTRIBUTOR}",
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{NETWORK_CONTRIBUTOR.upper()}",
    ],
)
def test_a_role_is_read_in_every_spelling(scope: str, expected: str, role: str):
    (found,) = check_cluster_roles(OWNER, [ClusterRoleArgs(scope=scope, role=role)], [REGISTRY])
    assert found == ClusterRole(expected, NETWORK_CONTRIBUTOR, SUBSCRIPTION)
    assert found.definition_id == (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{NETWORK_CONTRIBUTOR}"
    )


@pytest.mark.parametrize(
    ("change", "path", "remedy"),
    [
        ({"scope": "rg-network"}, "scope", "its form is /subscriptions/<subscription ID>"),
        ({"scope": "/subscriptions/contoso"}, "scope", "its form is"),
        ({"scope": f"{GROUP}/providers/Microsoft.Network/virtualNetworks"}, "scope", "its form is"),
        ({"scope": str(REGISTRY)}, "scope", "belongs to the registries' tenant"),
        ({"role": "Network Contributor"}, "role", 'az role definition list --name "Network Contributor"'),
        ({"role": f"{GROUP}/{NETWORK_CONTRIBUTOR}"}, "role", "whole ARM ID"),
    ],
)
def test_a_role_that_is_none_is_refused(change: dict[str, str], path: str, remedy: str):
    good = ClusterRoleArgs(scope=SUBNET, role=NETWORK_CONTRIBUTOR)
    bad = ClusterRoleArgs(scope=change.get("scope", GROUP), role=change.get("role", NETWORK_CONTRIBUTOR))
    with pytest.raises(ArgumentError, match=rf"cluster_role_assignments\[1\]\.{path}") as refused:
        check_cluster_roles(OWNER, [good, bad], [REGISTRY])
    assert remedy in str(refused.value)


def test_a_role_given_twice_is_refused():
    role = ClusterRoleArgs(scope=GROUP, role=NETWORK_CONTRIBUTOR)
    again = ClusterRoleArgs(scope=f"{GROUP.upper()}/", role=NETWORK_CONTRIBUTOR.upper())
    with pytest.raises(ArgumentError, match=r"cluster_role_assignments\[1\].*given twice"):
        check_cluster_roles(OWNER, [role, again], [])
