"""A schedule's form, and the longest time that it lets a pull secret go without renewal."""

from __future__ import annotations

import pytest

from crosstenant.model.kubernetes.schedule import hourly, is_schedule, longest_gap


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("7 * * * *", 3600),
        ("*/20 * * * *", 1200),
        ("5,50 * * * *", 2700),
        ("0 */2 * * *", 7200),
        ("0 8-18 * * *", 14 * 3600),
        ("30 6 * * *", 86400),
        ("0 * * * 1-5", (48 + 1) * 3600),
        ("0 0 * * 0", 7 * 86400),
        ("0 0 * * 7", 7 * 86400),
        ("0 0 1 * 0", 7 * 86400),
        ("0 0 31 12 *", 62 * 86400),
    ],
)
def test_longest_time_between_two_runs(schedule: str, seconds: int):
    assert is_schedule(schedule)
    assert longest_gap(schedule) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "@hourly", "60 * * * *", "* 24 * * *", "a * * * *", "5-1 * * * *", "*/0 * * * *", "*/ * * * *"],
)
def test_other_text_is_refused(text: str):
    assert not is_schedule(text)


def test_hourly_schedules_are_spread_and_stay_the_same():
    schedules = {key: hourly(key) for key in map(str, range(100))}
    assert len(set(schedules.values())) > 30
    assert all(longest_gap(it) == 3600 for it in schedules.values())
    assert schedules == {key: hourly(key) for key in schedules}
