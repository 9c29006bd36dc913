"""Maintenance configurations of a cluster: what AKS takes, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant.sandbox.world.maintenance import set_maintenance
from crosstenant.sandbox.world.seed import CLUSTER, REGISTRY_CALLER_ID
from crosstenant.sandbox.world.state import Store
from tests.sandbox.arm_world import Arm, Json, message, refusal

PATH = f"{CLUSTER}/maintenanceConfigurations"
NODE_OS = "aksManagedNodeOSUpgradeSchedule"
WEEKLY = {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Saturday"}}


@pytest.fixture
def arm(store: Store) -> Arm:
    return Arm(store)


def window(**changes: Any) -> Json:
    return {
        "properties": {"maintenanceWindow": {"schedule": WEEKLY, "durationHours": 4, "startTime": "22:00"} | changes}
    }


def test_a_configuration_is_written_read_listed_and_deleted(arm: Arm) -> None:
    assert arm.get(PATH).json() == {"value": []}
    written = arm.put(f"{PATH}/{NODE_OS.lower()}", window())
    assert written.status_code == 200
    found = arm.get(f"{PATH}/{NODE_OS}").json()
    assert found == written.json()
    assert (found["name"], found["id"]) == (NODE_OS, f"{CLUSTER}/maintenanceConfigurations/{NODE_OS}")
    assert found["properties"] == window()["properties"]
    assert arm.get(PATH).json() == {"value": [found]}
    assert [arm.delete(f"{PATH}/{NODE_OS}").status_code for _ in range(2)] == [200, 204]
    assert refusal(arm.get(f"{PATH}/{NODE_OS}")) == (404, "ResourceNotFound")


def test_the_old_form_is_for_the_default_alone(arm: Arm) -> None:
    old = {"properties": {"timeInWeek": [{"day": "Monday", "hourSlots": [1, 2]}]}}
    assert arm.put(f"{PATH}/default", old).status_code == 200
    assert refusal(arm.put(f"{PATH}/{NODE_OS}", old)) == (400, "InvalidParameter")
    assert arm.put(f"{PATH}/default", window()).status_code == 200


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("nightly", {}, "Only 'default', 'aksManagedAutoUpgradeSchedule' and 'aksManagedNodeOSUpgradeSchedule'"),
        (
            "default",
            {"schedule": {"daily": {"intervalDays": 1}}},
            "Only weekly schedule is supported for",
        ),
        (NODE_OS, {"schedule": {**WEEKLY, "daily": {"intervalDays": 1}}}, "One and only one"),
        (NODE_OS, {"durationHours": 3}, "not from 4 to 24 hours"),
        (NODE_OS, {"startTime": "24:00"}, "not of the form HH:mm"),
        (NODE_OS, {"utcOffset": "CET"}, "not of the form"),
        (NODE_OS, {"startTime": None}, "maintenanceWindow.startTime is missing"),
    ],
)
def test_what_aks_refuses(arm: Arm, name: str, changes: Json, words: str) -> None:
    answer = arm.put(f"{PATH}/{name}", window(**changes))
    assert refusal(answer) == (400, "InvalidParameter")
    assert words in message(answer)
    assert arm.get(PATH).json() == {"value": []}


def test_a_caller_of_another_tenant_reads_none(arm: Arm) -> None:
    assert arm.get(PATH, caller=REGISTRY_CALLER_ID).status_code in (401, 403)


def test_drift_gives_a_cluster_a_configuration(arm: Arm, store: Store) -> None:
    with store.change() as state:
        said = set_maintenance(state, "aks-prod", NODE_OS, "Saturday", "22:00", 4)
    assert said == f"cluster aks-prod has {NODE_OS}: Saturday, 22:00 UTC, 4 hours"
    [found] = arm.get(PATH).json()["value"]
    assert found["properties"]["maintenanceWindow"]["schedule"] == WEEKLY
