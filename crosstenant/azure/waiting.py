"""Time, as far as waiting for Azure goes: a clock that tests can replace, and pauses that grow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime, timezone


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


def growing(first: float, most: float) -> Iterator[float]:
    """Pauses in seconds: ``first``, then twice as long each time, ``most`` at the longest; without end."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 2, most)


def lasting(seconds: float) -> str:
    """A span of time for a status line: ``40 s``, ``12 min``."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
