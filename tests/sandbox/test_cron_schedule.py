from datetime import datetime, timezone

import pytest

from crosstenant.sandbox.kubernetes.cron_schedule import due_times, last_of_each_hour


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


def due(schedule: str, after: str, until: str, zone: str | None = None) -> list[str]:
    times = due_times(schedule, at(after), at(until), zone)
    return [datetime.fromtimestamp(time, timezone.utc).strftime("%d %H:%M") for time in times]


@pytest.mark.parametrize(
    ("schedule", "times"),
    [
        ("7 * * * *", ["01 10:07", "01 11:07", "01 12:07"]),
        ("@hourly", ["01 11:00", "01 12:00"]),
        ("*/30 11 * * *", ["01 11:00", "01 11:30"]),
        ("5/20 12 * * *", ["01 12:05", "01 12:25"]),
        ("0,15 11-12 * jan thu", ["01 11:00", "01 11:15", "01 12:00", "01 12:15"]),
        ("0 11 2 * *", []),
        # Either of two limited days will do: it is a Thursday.
        ("0 11 2 * 4", ["01 11:00"]),
        ("0 11 * * 7", []),
    ],
)
def test_schedule_is_due_within_the_time(schedule: str, times: list[str]) -> None:
    assert due(schedule, "2026-01-01T10:00:00", "2026-01-01T12:29:59") == times


def test_time_that_has_been_is_not_due_again_and_the_last_one_counts() -> None:
    assert due("0 * * * *", "2026-01-01T10:00:00", "2026-01-01T12:00:00") == ["01 11:00", "01 12:00"]


def test_sunday_is_0_and_7() -> None:
    sunday = ("2026-01-04T00:00:00", "2026-01-04T23:00:00")
    assert due("0 3 * * 0", *sunday) == due("0 3 * * 7", *sunday) == due("0 3 * * sun", *sunday) == ["04 03:00"]


def test_schedule_follows_its_time_zone() -> None:
    assert due("0 9 * * *", "2026-07-01T00:00:00", "2026-07-01T23:00:00", "Europe/Berlin") == ["01 07:00"]


def test_of_several_times_in_an_hour_the_last_is_kept() -> None:
    times = due_times("*/20 * * * *", at("2026-01-01T10:00:00"), at("2026-01-01T12:00:00"))
    assert last_of_each_hour(times) == [at(f"2026-01-01T{it}:00") for it in ("10:40", "11:40", "12:00")]


@pytest.mark.parametrize("schedule", ["* * * *", "60 * * * *", "* * 0 * *", "x * * * *", "@reboot"])
def test_malformed_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"schedule|invalid literal"):
        due(schedule, "2026-01-01T10:00:00", "2026-01-01T12:00:00")
