"""The schedule at its edges: which generation a moment lies in, and how long that one's secret is good."""

from datetime import date, datetime, timedelta, timezone

import pytest

from crosstenant.model.rotation import FIRST_DAY, Generation, Schedule


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


EVERY_60 = Schedule(every_days=60, margin_days=30)


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("2026-01-01T00:00:00", 0),  # the first instant of the first day
        ("2025-12-31T23:59:59.999999", -1),
        ("2026-03-01T23:59:59.999999", 0),
        ("2026-03-02T00:00:00", 1),  # a boundary belongs to the generation that begins there
        ("2026-03-02T00:00:00.000001", 1),
        ("2026-12-31T12:00:00", 6),
        ("2025-11-02T00:00:00", -1),
        ("2025-11-01T23:59:59", -2),
    ],
)
def test_a_moment_lies_in_one_generation(moment: str, number: int):
    assert EVERY_60.generation_at(utc(moment)).number == number


def test_a_generation_has_its_dates():
    assert EVERY_60.generation_at(utc("2026-04-15T08:30:00")) == Generation(
        number=1,
        starts_at=utc("2026-03-02T00:00:00"),
        next_rotation_at=utc("2026-05-01T00:00:00"),
        secret_ends_at=utc("2026-05-31T00:00:00"),
    )


def test_every_moment_of_a_generation_asks_for_the_same_secret():
    generation = EVERY_60.generation(3)
    moments = [generation.starts_at + timedelta(hours=hours) for hours in range(0, 60 * 24, 7)]
    assert {EVERY_60.generation_at(moment) for moment in moments} == {generation}


def test_generations_follow_one_another_without_a_gap():
    for number in range(-20, 20):
        assert EVERY_60.generation(number).next_rotation_at == EVERY_60.generation(number + 1).starts_at


@pytest.mark.parametrize("keep_previous", [False, True])
def test_a_secret_outlives_all_its_work_by_the_margin(keep_previous: bool):
    schedule = Schedule(every_days=60, margin_days=30, keep_previous=keep_previous)
    at_work = schedule.generation(6 if keep_previous else 5).next_rotation_at
    assert schedule.generation(5).secret_ends_at - at_work == timedelta(days=30)
    assert schedule.lifetime_days == (150 if keep_previous else 90)


@pytest.mark.parametrize(
    ("first_day", "moment", "starts", "ends"),
    [
        (date(2028, 2, 1), "2028-02-29T12:00:00", "2028-02-29", "2028-03-28"),  # a leap day begins one
        (date(2028, 2, 29), "2028-02-29T00:00:00", "2028-02-29", "2028-03-28"),
        (date(2028, 2, 29), "2028-02-28T23:59:59", "2028-02-01", "2028-02-29"),
        (date(2027, 2, 1), "2027-03-01T00:00:00", "2027-03-01", "2027-03-29"),  # and there is none in that year
        (date(2026, 12, 20), "2027-01-10T00:00:00", "2026-12-20", "2027-01-17"),  # over the turn of a year
    ],
)
def test_days_are_those_of_the_calendar(first_day: date, moment: str, starts: str, ends: str):
    generation = Schedule(every_days=28, margin_days=1, first_day=first_day).generation_at(utc(moment))
    assert (str(generation.starts_at.date()), str(generation.next_rotation_at.date())) == (starts, ends)


def test_one_day_is_the_shortest_generation():
    daily = Schedule(every_days=1, margin_days=1)
    assert daily.generation_at(utc("2026-01-31T23:59:59")).number == 30
    assert daily.generation_at(utc("2026-02-01T00:00:00")).number == 31


def test_a_clock_elsewhere_in_the_world_sees_the_same_generation():
    boundary = utc("2026-03-02T00:00:00")
    for hours in (-11, 5.5, 14):
        there = boundary.astimezone(timezone(timedelta(hours=hours)))
        assert EVERY_60.generation_at(there).number == 1
        assert EVERY_60.generation_at(there - timedelta(microseconds=1)).number == 0


def test_two_stacks_agree_on_the_first_day():
    assert date(2026, 1, 1) == FIRST_DAY
    assert EVERY_60.generation(0).starts_at == utc("2026-01-01T00:00:00")


def test_first_days_in_step_give_the_same_dates():
    moment = utc("2026-11-24T10:00:00")
    in_step = Schedule(every_days=60, margin_days=30, first_day=date(2026, 1, 1) + timedelta(days=4 * 60))
    here, there = EVERY_60.generation_at(moment), in_step.generation_at(moment)
    assert (here.number, there.number) == (5, 1)
    assert (here.starts_at, here.secret_ends_at) == (there.starts_at, there.secret_ends_at)


@pytest.mark.parametrize(
    ("days", "starts", "ends"),
    [(60, "2026-10-28", "2027-01-26"), (50, "2026-10-28", "2027-01-16"), (45, "2026-11-12", "2027-01-26")],
)
def test_another_period_is_counted_from_the_same_day(days: int, starts: str, ends: str):
    generation = Schedule(every_days=days, margin_days=30).generation_at(utc("2026-11-24T10:00:00"))
    assert (str(generation.starts_at.date()), str(generation.secret_ends_at.date())) == (starts, ends)
