"""A clock that goes on by the pauses that are made on it: a matrix of faults cannot wait for each."""

from __future__ import annotations

import asyncio
import time

from crosstenant.azure.waiting import Clock


class FastClock(Clock):
    """The machine's clock, and the pauses of which only a moment is slept."""

    def __init__(self) -> None:
        self.paused = 0.0

    def now(self) -> float:
        return time.monotonic() + self.paused

    async def sleep(self, seconds: float) -> None:
        self.paused += seconds
        await asyncio.sleep(min(seconds, 0.02))
