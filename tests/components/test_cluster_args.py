"""Clusters as a program describes them: read, or refused with the argument's name and a remedy."""

from __future__ import annotations

import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.cluster_args import ClusterArgs, read_clusters

AT = ArgPath("CrossTenantPull 'prod'") / "clusters"


def cluster(aks: str, group: str = "one", **more: object) -> ClusterArgs:
    clusters = (
        f"/subscriptions/a0000000-0000-4000-8000-0000000000a1/resourceGroups/{group}"
        "/providers/Microsoft.ContainerService/managedClusters"
    )
    return ClusterArgs(cluster_id=f"{clusters}/{aks}", **more)  # pyright: ignore[reportArgumentType]


def test_clusters_of_one_name_need_another_in_the_stack():
    found = read_clusters(AT, [cluster("aks"), cluster("aks", "two", name="aks-two")])
    assert [it.name.text for it in found] == ["aks", "aks-two"]

    with pytest.raises(
        ArgumentError, match=r"clusters\[1\]\.name: clusters\[0\] is called 'aks' as well: .*another name"
    ):
        read_clusters(AT, [cluster("aks"), cluster("aks", "two")])


def test_a_cluster_given_twice_is_refused():
    with pytest.raises(ArgumentError, match=r"clusters\[1\]\.cluster_id: .*given twice"):
        read_clusters(AT, [cluster("aks"), cluster("AKS", "ONE", name="other")])


def test_a_time_limit_bounds_create_and_update():
    with pytest.raises(ArgumentError, match=r"clusters\[0\]\.reset_timeout_seconds: must be 1 or more seconds"):
        read_clusters(AT, [cluster("aks", reset_timeout_seconds=0)])
    limited, unlimited = read_clusters(AT, [cluster("aks", reset_timeout_seconds=1800), cluster("other")])
    limits = limited.reset_timeouts
    assert limits is not None
    assert (limits.create, limits.update, limits.delete) == ("1800s", "1800s", None)
    assert unlimited.reset_timeouts is None
