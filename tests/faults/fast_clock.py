"""A clock that goes on by the pauses that are made on it: a matrix of faults cannot wait for each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from crosstenant.azure.waiting import Clock


class FastClock(Clock):
    """The machine's clock, and the pauses of which only a moment is slept."""

    off: ClassVar[float] = 0.0
    """The seconds that the machine's time of day is ahead of Azure's."""
    on_pause: ClassVar[Callable[[float], None] | None] = None
    """Told of each pause before it is made."""

    def __init__(self) -> None:
        self.paused = 0.0

    def now(self) -> float:
        return time.monotonic() + self.paused

    def utc(self) -> datetime:
        return super().utc() + timedelta(seconds=self.off)

    async def sleep(self, seconds: float) -> None:
        if FastClock.on_pause:
            FastClock.on_pause(seconds)
        self.paused += seconds
        await asyncio.sleep(min(seconds, 0.02))
