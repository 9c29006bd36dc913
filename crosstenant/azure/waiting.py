"""Waiting for Azure: a clock that tests can replace, and attempts that are repeated."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import TypeVar

from crosstenant.model.pauses import Pauses

T = TypeVar("T")
E = TypeVar("E", bound=Exception)

OnWait = Callable[[str], Awaitable[None]]
"""Told what is being waited for, in a few words."""


async def unheard(message: str) -> None:
    """An ``OnWait`` for which there is no listener."""
    del message


def seconds_of(retry_after: str) -> float:
    """The seconds in a ``Retry-After``; 0 for another text."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0


class Clock:
    """The machine's clocks."""

    def now(self) -> float:
        """Seconds on a clock that never goes back; deadlines are times on it."""
        return time.monotonic()

    def utc(self) -> datetime:
        """The time of day."""
        return datetime.now(timezone.utc)

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)


GONE_PAUSE = 5.0
"""Seconds after which Azure is asked again whether something is gone, or otherwise, than a stack has it."""


async def surely(
    look: Callable[[], Awaitable[T | None]], clock: Clock, is_believed: Callable[[T], bool] = lambda found: True
) -> T | None:
    """What ``look`` finds; it looks a second time before nothing is believed.

    A read may be answered by a replica that lags. Where a refresh believes it, the record of a cluster leaves the
    state, and the next update resets the cluster for no reason.

    :param look: Looks once; ``None`` where there is nothing.
    :param clock: The clock to wait on.
    :param is_believed: Whether what was found needs no second look.
    """
    found = await look()
    if found is None or not is_believed(found):
        await clock.sleep(GONE_PAUSE)
        found = await look()
    return found


async def retried(
    attempt: Callable[[], Awaitable[T]],
    refusals: type[E],
    pause_after: Callable[[E, float], Awaitable[float]],
    pauses: Pauses,
    clock: Clock,
) -> T:
    """What ``attempt`` returns, tried again until it succeeds or ``pause_after`` gives up.

    :param attempt: One attempt.
    :param refusals: What it raises where another attempt may succeed.
    :param pause_after: Told of each refusal and the pause that is due; returns the pause to make, or raises.
    :param pauses: Which pauses are due.
    :param clock: The clock to wait on.
    """
    due = iter(pauses)
    while True:
        try:
            return await attempt()
        except refusals as refusal:
            pause = await pause_after(refusal, next(due))
        await clock.sleep(pause)


def lasting(seconds: float) -> str:
    """A duration for a status line: ``40 s``, ``12 min``."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
