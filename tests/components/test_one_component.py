"""A cluster acts as one application, so two components of a program do not share it."""

from __future__ import annotations

import pytest

from crosstenant import ClusterArgs
from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.id_arguments import CLUSTER, read_id
from crosstenant.components.arguments.one_component import hosted_in, of_this_component
from tests.components.construction import CLUSTER_ID, build, later
from tests.components.programs import pull

OTHER_SPELLING = CLUSTER_ID.replace("resourceGroups", "resourcegroups").upper()


def ids(component: str, *given: str) -> None:
    """A component with these clusters."""
    at = ArgPath(component) / "clusters"
    of_this_component([read_id(at / index / "cluster_id", it, CLUSTER) for index, it in enumerate(given)])


def test_cluster_in_two_components_of_a_program_is_refused_under_any_spelling():
    def program() -> None:
        pull()
        ids("CrossTenantPull 'second'", f"{CLUSTER_ID}2", OTHER_SPELLING)

    with pytest.raises(ArgumentError) as caught:
        build(program)
    assert str(caught.value) == (
        "CrossTenantPull 'second': clusters[1].cluster_id: CrossTenantPull 'prod' has cluster 'AKS' as well, and a"
        " cluster acts as one application: each would reset it to its own. Put registries of one tenant in one"
        " component; for those of several tenants, declare one PullIdentity, and a RegistryAccess for each tenant"
        " (examples/many-registries)"
    )


def test_cluster_that_is_an_output_is_refused_when_it_is_known():
    def program() -> None:
        pull()
        ids("CrossTenantPull 'second'", f"{CLUSTER_ID}2")
        pull(clusters=[ClusterArgs(cluster_id=later(CLUSTER_ID), name="aks")])

    with pytest.raises(ArgumentError, match=r"clusters\[0\].cluster_id: CrossTenantPull 'prod' has cluster 'aks'"):
        build(program)


def test_next_program_in_the_process_begins_anew():
    build(pull)
    build(pull)


def test_components_of_one_run_are_one_program_where_the_plugin_constructs_them():
    with hosted_in("127.0.0.1:1"):
        ids("CrossTenantPull 'first'", CLUSTER_ID)
    with hosted_in("127.0.0.1:2"):
        ids("CrossTenantPull 'second'", CLUSTER_ID)
    with hosted_in("127.0.0.1:1"), pytest.raises(ArgumentError, match="CrossTenantPull 'first' has cluster"):
        ids("CrossTenantPull 'second'", CLUSTER_ID)
