"""The times at which a program lets a cluster's credential be reset: days of the week and a time of day, in UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from crosstenant.model.recurring import Recurring

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days of a week, in the order of ``date.weekday``."""
LONGEST_MINUTES: Final = 7 * 24 * 60
"""Of a window: a week."""

_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class WindowError(ValueError):
    """A window is malformed: which of its parts, and what to write."""

    def __init__(self, part: str, reason: str) -> None:
        """
        :param part: ``days``, ``start`` or ``duration_minutes``.
        :param reason: What to write instead.
        """
        super().__init__(f"{part} {reason}")
        self.part = part
        self.reason = reason


@dataclass(frozen=True)
class ResetWindow:
    """A window of some days of the week; one that begins late goes on after midnight."""

    days: frozenset[int]
    """Days on which it opens, Monday as 0."""
    start: time
    """When it opens, in UTC."""
    minutes: int

    @classmethod
    def read(cls, days: Sequence[str] | None, start: str, duration_minutes: float) -> ResetWindow:
        """Reads a window.

        :param days: Days of the week, ``saturday``; every day if not given.
        :param start: A time of day in UTC, ``22:00``.
        :param duration_minutes: How long it stays open, in whole minutes.
        :raises WindowError: A part has another form.
        """
        unknown = [it for it in days or () if it.lower() not in DAYS]
        if unknown or (days is not None and not days):
            raise WindowError("days", f"must be days of the week, {', '.join(DAYS)}; omit it for every day")
        found = _TIME.fullmatch(start)
        if found is None:
            raise WindowError("start", "must be a time of day in UTC of the form 22:00")
        # In this order: "not a number" and infinity have no integer.
        if not 1 <= duration_minutes <= LONGEST_MINUTES or duration_minutes != int(duration_minutes):
            raise WindowError("duration_minutes", f"must be a number of minutes from 1 to {LONGEST_MINUTES}")
        chosen = frozenset(DAYS.index(it.lower()) for it in days) if days else frozenset(range(7))
        return cls(chosen, time(int(found[1]), int(found[2])), int(duration_minutes))

    def is_open_at(self, now: datetime) -> bool:
        """Whether it is open; its first instant counts, its last does not.

        :param now: A time, in UTC.
        """
        return self.next_opening(now) == now

    def next_opening(self, now: datetime) -> datetime:
        """The first instant from ``now`` on at which it is open; ``now`` itself while it is.

        :param now: The present time, in UTC.
        """
        found = self.recurring.next_opening(now)
        assert found is not None, "a window of the week opens within a week"
        return found

    @property
    def recurring(self) -> Recurring:
        """The same as intervals."""
        return Recurring(lambda day: day.weekday() in self.days, self.start, timedelta(minutes=self.minutes))
