"""A reset window: what may be written, when it is open, and when it opens next."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

import pytest

from crosstenant.model.reset_window import DAYS, ResetWindow, WindowError

MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    """A time of the week of Monday, 2026-02-02."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    number = next(index for index, name in enumerate(DAYS) if name.startswith(day))
    return datetime(2026, 2, 2 + number, hour, minute, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("days", "start", "minutes", "now", "opens"),
    [
        (None, "22:00", 60, "mon 12:00", "mon 22:00"),
        (None, "22:00", 60, "mon 22:00", "mon 22:00"),
        (None, "22:00", 60, "mon 22:59", "mon 22:59"),
        (None, "22:00", 60, "mon 23:00", "tue 22:00"),
        (["saturday"], "00:00", 1440, "mon 12:00", "sat 00:00"),
        (["saturday"], "00:00", 1440, "sat 23:59", "sat 23:59"),
        # Over midnight, with the days on which it opens.
        (["Friday"], "23:00", 180, "sat 01:59", "sat 01:59"),
        (["friday"], "23:00", 180, "thu 23:30", "fri 23:00"),
        (["friday"], "23:00", 180, "fri 01:00", "fri 23:00"),
        (["tuesday", "thursday"], "06:30", 30, "tue 07:00", "thu 06:30"),
        # Longer than a day, and a week: it is always open then.
        (["friday"], "18:00", 3 * 1440, "sun 12:00", "sun 12:00"),
        (["friday"], "18:00", 7 * 1440, "thu 17:59", "thu 17:59"),
    ],
)
def test_a_window_opens(days: list[str] | None, start: str, minutes: int, now: str, opens: str):
    window = ResetWindow.read(days, start, minutes)
    assert window.next_opening(at(now)) == at(opens)
    assert window.is_open_at(at(now)) is (now == opens)


def test_next_week_when_this_weeks_is_over():
    assert ResetWindow.read(["monday"], "10:00", 60).next_opening(at("mon 11:00")) == at("mon 10:00") + timedelta(
        days=7
    )


def test_the_next_opening_is_the_first_minute_that_is_open():
    """For windows of every kind: compared with a look at each minute of a fortnight."""
    rng = random.Random(15)
    for _ in range(60):
        days: list[str] = rng.sample(DAYS, rng.randint(1, 7))
        start = f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
        minutes = rng.choice([1, 59, 60, 600, 1439, 1440, 1441, 3000, 10080])
        window = ResetWindow.read(days, start, minutes)
        hour, minute = map(int, start.split(":"))

        def is_open(moment: datetime, days: list[str] = days, begin: int = hour * 60 + minute, length: int = minutes):
            of_week = moment.weekday() * 1440 + moment.hour * 60 + moment.minute
            return any((of_week - DAYS.index(day) * 1440 - begin) % 10080 < length for day in days)

        now = at("mon 00:00") + rng.randrange(10080) * MINUTE
        assert window.is_open_at(now) is is_open(now)
        first = next(now + step * MINUTE for step in range(2 * 10080) if is_open(now + step * MINUTE))
        assert window.next_opening(now) == first, (days, start, minutes, now)


@pytest.mark.parametrize(
    ("days", "start", "minutes", "part"),
    [
        (["sat"], "22:00", 60, "days"),
        ([], "22:00", 60, "days"),
        (None, "22", 60, "start"),
        (None, "24:00", 60, "start"),
        (None, "9:00", 60, "start"),
        (None, "22:00Z", 60, "start"),
        (None, "22:00", 0, "duration_minutes"),
        (None, "22:00", 10081, "duration_minutes"),
        (None, "22:00", 1.5, "duration_minutes"),
        (None, "22:00", float("nan"), "duration_minutes"),
        (None, "22:00", float("inf"), "duration_minutes"),
    ],
)
def test_a_malformed_part_is_named(days: list[str] | None, start: str, minutes: float, part: str):
    with pytest.raises(WindowError) as caught:
        ResetWindow.read(days, start, minutes)
    assert caught.value.part == part
