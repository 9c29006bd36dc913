"""Role assignments in force: where they count, from when, and what they permit."""

import pytest

from crosstenant.sandbox.arm.roles.action_patterns import matches
from crosstenant.sandbox.arm.roles.effective_roles import (
    allowed_data_actions,
    covers,
    effective_roles,
    is_allowed,
    is_data_allowed,
)
from crosstenant.sandbox.world.built_in_roles import ACR_PULL, CONTRIBUTOR, OWNER, READER, REPOSITORY_READER
from crosstenant.sandbox.world.seed import (
    ABAC_REGISTRY,
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_GROUP,
    CLUSTER_SUBSCRIPTION,
    REGISTRY,
    REGISTRY_GROUP,
    REGISTRY_POWERLESS_ID,
)
from crosstenant.sandbox.world.state import State
from tests.sandbox.arm_world import Arm, refusal

CALLER = "a0000000-0000-4000-8000-0000000000d1"
OWNER_OF_CLUSTERS = "a0000000-0000-4000-8000-0000000000d3"
POWERLESS = "b0000000-0000-4000-8000-0000000000d2"
CONTENT_READ = "Microsoft.ContainerRegistry/registries/repositories/content/read"
NAME = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]"


@pytest.fixture
def state(arm: Arm) -> State:
    with arm.store.read() as state:
        return state


def assign(state: State, scope: str, role: str, principal: str, *, at: float = 0, condition: str | None = None) -> None:
    state["roleAssignments"][f"{scope}/test/{role}".lower()] = {
        "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{role}",
        "name": role,
        "properties": {
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
            "principalId": principal,
            "scope": scope,
            "condition": condition,
        },
        "_effective_at": at,
    }


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "Microsoft.ContainerService/managedClusters/write", True),
        ("*/read", "Microsoft.ContainerRegistry/registries/read", True),
        ("*/read", "Microsoft.ContainerRegistry/registries/write", False),
        ("Microsoft.Authorization/*/Write", "microsoft.authorization/roleAssignments/write", True),
        (
            "Microsoft.ContainerService/managedClusters/*",
            "Microsoft.ContainerService/managedClusters/start/action",
            True,
        ),
        ("Microsoft.ContainerService/managedClusters", "Microsoft.ContainerService/managedClusters/read", False),
    ],
)
def test_patterns_of_actions(pattern: str, action: str, expected: bool) -> None:
    assert matches(pattern, action) is expected


def test_scopes_cover_what_is_below_them_and_nothing_beside() -> None:
    assert covers(CLUSTER_GROUP, CLUSTER)
    assert covers(CLUSTER_GROUP.upper(), CLUSTER)
    assert not covers(CLUSTER, CLUSTER_GROUP)
    assert not covers(CLUSTER_GROUP, f"{CLUSTER_GROUP}-2/providers/x/y/z")


def test_assignments_above_a_resource_count_at_it(state: State) -> None:
    at_cluster = effective_roles(state, CLUSTER, OWNER_OF_CLUSTERS, 1.0)
    assert [(one.role.id, one.scope) for one in at_cluster] == [(OWNER, f"/subscriptions/{CLUSTER_SUBSCRIPTION}")]
    assert effective_roles(state, f"/subscriptions/{CLUSTER_SUBSCRIPTION}", CALLER, 1.0) == []


def test_contributor_manages_everything_but_access(state: State) -> None:
    assign(state, REGISTRY_GROUP, CONTRIBUTOR, POWERLESS)
    assert is_allowed(state, REGISTRY, POWERLESS, 1.0, "Microsoft.ContainerRegistry/registries/delete")
    assert not is_allowed(state, REGISTRY, POWERLESS, 1.0, "Microsoft.Authorization/roleAssignments/write")


def test_an_assignment_counts_when_it_has_spread(state: State) -> None:
    assign(state, REGISTRY, ACR_PULL, POWERLESS, at=100.0)
    assert effective_roles(state, REGISTRY, POWERLESS, 99.0) == []
    assert [one.role.name for one in effective_roles(state, REGISTRY, POWERLESS, 100.0)] == ["AcrPull"]


def test_actions_are_no_data_actions(state: State) -> None:
    assign(state, ABAC_REGISTRY, ACR_PULL, POWERLESS)
    assign(state, ABAC_REGISTRY, OWNER, POWERLESS)
    assert allowed_data_actions(state, ABAC_REGISTRY, POWERLESS, 1.0) == set()
    assert is_allowed(state, ABAC_REGISTRY, POWERLESS, 1.0, "Microsoft.ContainerRegistry/registries/pull/read")


def test_condition_narrows_data_actions_to_repositories(state: State) -> None:
    condition = f"(!(ActionMatches{{'{CONTENT_READ}'}}) OR ({NAME} StringStartsWithIgnoreCase 'backend/'))"
    assign(state, ABAC_REGISTRY, REPOSITORY_READER, POWERLESS, condition=condition)
    ask = (state, ABAC_REGISTRY, POWERLESS, 1.0, CONTENT_READ)
    assert is_data_allowed(*ask, {NAME: "backend/api"})
    assert not is_data_allowed(*ask, {NAME: "backend-infra/tools"})
    assert not is_data_allowed(*ask)


def test_seeded_callers_have_the_rights_that_the_docs_ask_for_and_no_more(arm: Arm) -> None:
    group_level = {"caller": CLUSTER_CALLER_ID}
    assert arm.get(CLUSTER, **group_level).status_code == 200
    assert arm.get(f"/subscriptions/{CLUSTER_SUBSCRIPTION}", **group_level).status_code == 200
    assert refusal(arm.put(CLUSTER_GROUP, {"location": "westeurope"}, **group_level)) == (403, "AuthorizationFailed")
    assert refusal(arm.get(f"/subscriptions/{CLUSTER_SUBSCRIPTION}/providers", **group_level)) == (
        403,
        "AuthorizationFailed",
    )
    assert refusal(arm.get(REGISTRY, caller=REGISTRY_POWERLESS_ID)) == (403, "AuthorizationFailed")


def test_reader_reads_and_writes_nothing(state: State) -> None:
    assign(state, REGISTRY_GROUP, READER, POWERLESS)
    assert is_allowed(state, REGISTRY, POWERLESS, 1.0, "Microsoft.ContainerRegistry/registries/read")
    assert not is_allowed(state, REGISTRY, POWERLESS, 1.0, "Microsoft.ContainerRegistry/registries/write")
