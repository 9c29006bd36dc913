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
