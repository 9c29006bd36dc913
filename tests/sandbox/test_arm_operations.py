"""``settle``: a state brought up to a time, by whoever opens it."""

import copy

import pytest

from crosstenant.sandbox.arm.clusters import operations
from crosstenant.sandbox.arm.clusters.operation_status import ROLE
from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_POWERLESS_ID,
    CLUSTER_SUBSCRIPTION,
    REGISTRY_OWNER_ID,
    REGISTRY_SUBSCRIPTION,
)
from crosstenant.sandbox.world.state import State
from tests.sandbox.arm_world import NEW_APP, NEW_SECRET, Arm, refusal

NEW = {"clientId": NEW_APP, "secret": NEW_SECRET}
OPERATIONS = "providers/Microsoft.ContainerService/locations/westeurope/operations"


@pytest.fixture
def state(arm: Arm) -> State:
    with arm.store.read() as state:
        return copy.deepcopy(state)


def begin(state: State, start: float = 1000.0, seconds: float = 10.0) -> str:
    cluster = state["resources"][CLUSTER.lower()]
    return operations.begin(state, operations.RESET, cluster, start, seconds, apply=NEW)


def test_settle_changes_nothing_until_something_is_due(state: State) -> None:
    begin(state)
    before = copy.deepcopy(state)
    assert operations.settle(state, 1001.9) is False
    assert state == before
    assert operations.settle(state, 1002.0) is True
    assert operations.settle(state, 1002.0) is False


def test_settle_depends_on_state_and_time_alone(state: State) -> None:
    begin(state)
    in_steps, at_once = copy.deepcopy(state), copy.deepcopy(state)
    for time in (1003.0, 1005.5, 1009.0, 1010.0):
        operations.settle(in_steps, time)
    assert operations.settle(at_once, 5000.0) is True
    assert in_steps == at_once
    reimaged = [node["reimagedAt"] for node in at_once["resources"][CLUSTER.lower()]["_nodes"]]
    assert reimaged == [f"1970-01-01T00:16:{40 + 2 * (number + 1)}Z" for number in range(5)]


def test_finished_operations_stay_as_they_are(state: State) -> None:
    begin(state)
    operations.settle(state, 1010.0)
    assert operations.settle(state, 9999.0) is False


def test_operation_of_a_cluster_that_is_gone_is_canceled(state: State) -> None:
    operation_id = begin(state)
    del state["resources"][CLUSTER.lower()]
    assert operations.settle(state, 1001.0) is True
    assert state["operations"][operation_id]["outcome"] == "Canceled"
    assert state["operations"][operation_id]["_apply"] == {}


def test_records_of_others_are_left_alone(state: State) -> None:
    state["operations"]["other"] = {"kind": "somethingElse", "done": False, "_end": 0}
    assert operations.settle(state, 9999.0) is False


def test_any_caller_of_the_tenant_may_look_and_no_other(arm: Arm) -> None:
    link = arm.post(f"{CLUSTER}/stop").headers["Azure-AsyncOperation"].partition("?")[0]
    path = link.removeprefix("https://management.azure.com")
    assert arm.get(path, caller=CLUSTER_POWERLESS_ID, version="2016-03-30").json()["status"] == "InProgress"
    foreign = arm.get(path, caller=REGISTRY_OWNER_ID, version="2016-03-30")
    assert refusal(foreign) == (401, "InvalidAuthenticationTokenTenant")
    elsewhere = path.replace(CLUSTER_SUBSCRIPTION, REGISTRY_SUBSCRIPTION)
    assert refusal(arm.get(elsewhere, caller=REGISTRY_OWNER_ID)) == (404, "NotFound")


@pytest.mark.parametrize("kind", ["operations", "operationresults"])
def test_setting_hides_an_operation_from_a_caller_without_its_action_at_the_subscription(arm: Arm, kind: str) -> None:
    arm.settings("operations", readable_by=ROLE)
    links = arm.post(f"{CLUSTER}/stop").headers
    link = links["Azure-AsyncOperation" if kind == "operations" else "Location"].partition("?")[0]
    path = link.removeprefix("https://management.azure.com")
    assert arm.get(path, version="2016-03-30").status_code in (200, 202)
    hidden = arm.get(path, caller=CLUSTER_CALLER_ID, version="2016-03-30")
    assert refusal(hidden) == (403, "AuthorizationFailed")
    message = hidden.json()["error"]["message"]
    assert (
        f"'Microsoft.ContainerService/locations/{kind}/read' over scope '/subscriptions/{CLUSTER_SUBSCRIPTION}'"
        in message
    )


def test_unknown_operation(arm: Arm) -> None:
    assert refusal(arm.get(f"/subscriptions/{CLUSTER_SUBSCRIPTION}/{OPERATIONS}/none")) == (404, "NotFound")
