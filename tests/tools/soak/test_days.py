"""The days of a run follow from its seed alone."""

from __future__ import annotations

import pytest

from crosstenant.sandbox.world.faults import new_fault
from lib.soak.changes import DRIFTS
from lib.soak.days import TARGETS, plan_days


def test_a_seed_gives_the_same_days_and_a_short_run_the_first_of_a_long_one():
    year = plan_days(365, 1)
    assert year == plan_days(365, 1)
    assert year[:20] == plan_days(20, 1)
    assert year != plan_days(365, 2)
    assert [it.number for it in year if it.has_update][:3] == [7, 14, 21]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_year_has_every_change_and_every_kind_of_request_goes_wrong(seed: int):
    year = plan_days(365, seed)
    assert {it.drift.name for it in year if it.drift} == {it.name for it in DRIFTS}
    assert {it.fault.target for it in year if it.fault} == set(TARGETS)


def test_each_fault_of_a_year_is_one_that_the_sandbox_knows_and_that_changes_nothing():
    for planned in filter(None, (it.fault for it in plan_days(365, 1))):
        fault = new_fault(planned.settings)
        assert fault["after"] is False
        assert fault["answer"] == "error" or not planned.target.changes
        assert fault["times"] == 1 or not planned.target.changes
