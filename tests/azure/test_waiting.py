"""Attempts that are repeated, and the pauses between them."""

from __future__ import annotations

from itertools import islice

import pytest

from crosstenant.azure.waiting import Clock, lasting, retried, surely
from crosstenant.model import pauses
from crosstenant.model.pauses import Pauses


class Refused(Exception):
    """Not yet."""


class FakeClock(Clock):
    """Notes the pauses and makes none."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Attempts:
    """Succeeds after some refusals."""

    def __init__(self, refusals: int, error: type[Exception] = Refused) -> None:
        self.refusals, self.error = refusals, error

    async def __call__(self) -> str:
        if self.refusals == 0:
            return "done"
        self.refusals -= 1
        raise self.error


async def as_due(refusal: Exception, pause: float) -> float:
    del refusal
    return pause


async def test_attempt_is_repeated_after_growing_pauses_until_it_succeeds():
    clock = FakeClock()
    assert await retried(Attempts(5), Refused, as_due, Pauses(2, 10), clock) == "done"
    assert clock.slept == [2, 4, 8, 10, 10]


async def test_whoever_decides_on_the_pause_may_give_up():
    async def give_up(refusal: Refused, pause: float) -> float:
        raise TimeoutError from refusal

    clock = FakeClock()
    with pytest.raises(TimeoutError):
        await retried(Attempts(1), Refused, give_up, Pauses(2, 10), clock)
    assert clock.slept == []


async def test_other_errors_are_not_repeated():
    clock = FakeClock()
    with pytest.raises(KeyError):
        await retried(Attempts(1, KeyError), Refused, as_due, Pauses(2, 10), clock)
    assert clock.slept == []


@pytest.mark.parametrize("list_", [pauses.SIGN_IN, pauses.PULL, pauses.RESET, pauses.IDLE, pauses.CONSENT])
def test_pauses_start_short_and_stay_below_two_minutes(list_: Pauses):
    due = list(islice(list_, 12))
    assert due == sorted(due)
    assert (due[0], due[-1]) == (list_.first, list_.longest)
    assert due[0] <= 3 < due[-1] <= 60


def test_principal_is_waited_for_about_two_minutes():
    due: list[float] = []
    while (pause := pauses.pause_within(pauses.PRINCIPAL, len(due) + 1, pauses.PRINCIPAL_SECONDS)) is not None:
        due.append(pause)
    assert due == [2, 4, 8, 16, 30, 30, 30]


def test_last_pause_ends_with_the_time():
    assert [pauses.pause_within(pauses.PRINCIPAL, attempt, 15) for attempt in range(1, 6)] == [2, 4, 8, 1, None]


def test_time_is_told_in_seconds_or_minutes():
    assert [lasting(it) for it in (0, 99.4, 100, 5400)] == ["0 s", "99 s", "2 min", "90 min"]


@pytest.mark.parametrize(
    ("answers", "found", "slept"), [(["a"], "a", []), ([None, "a"], "a", [5]), ([None] * 2, None, [5])]
)
async def test_what_a_stack_has_is_gone_only_if_it_is_not_found_twice(
    answers: list[str | None], found: str | None, slept: list[float]
):
    clock, left = FakeClock(), iter(answers)

    async def look() -> str | None:
        return next(left)

    assert await surely(look, clock) == found
    assert clock.slept == slept
    assert next(left, "nothing left") == "nothing left"
