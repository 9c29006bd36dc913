"""The schedule of a secret: which one a date calls for, worked out from the date alone.

Time is cut into generations of equal length, counted from a fixed day. Nothing is remembered between runs, so each run
within a generation asks for the same secret, on any machine, and the first one after it asks for the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

FIRST_DAY: Final = date(2026, 1, 1)
"""Where generations are counted from unless told otherwise: the same for all, so that two stacks agree."""


@dataclass(frozen=True)
class Generation:
    """The time in which one secret is the current one."""

    number: int
    """0 for the generation that begins on the first day, negative before it."""

    starts_at: datetime
    """Its first instant, midnight UTC."""

    next_rotation_at: datetime
    """The first instant of the next one."""

    secret_ends_at: datetime
    """When its secret ends; later than the generation."""


@dataclass(frozen=True)
class Schedule:
    """How long a secret is the current one, and for how long it is good."""

    every_days: int
    """Days in a generation, at least 1."""

    margin_days: int
    """Days that a secret is good for after the last generation in which it has work to do."""

    first_day: date = FIRST_DAY
    """The day on which generation 0 begins, at midnight UTC."""

    keep_previous: bool = False
    """Whether a secret has work to do for one more generation, as the previous one."""

    @property
    def lifetime_days(self) -> int:
        """The longest that a secret lasts: from the first instant of its generation to its end."""
        return self.every_days * (2 if self.keep_previous else 1) + self.margin_days

    def generation_at(self, now: datetime) -> Generation:
        """The generation that ``now`` (with a time zone) lies in; its first instant belongs to it."""
        return self.generation(int((now - self._origin) // self._length))

    def generation(self, number: int) -> Generation:
        """The generation of that number."""
        starts_at = self._origin + number * self._length
        return Generation(
            number=number,
            starts_at=starts_at,
            next_rotation_at=starts_at + self._length,
            secret_ends_at=starts_at + timedelta(days=self.lifetime_days),
        )

    @property
    def _origin(self) -> datetime:
        # Days of UTC all have 24 hours; those of a place with daylight saving time have not.
        return datetime.combine(self.first_day, time(), timezone.utc)

    @property
    def _length(self) -> timedelta:
        return timedelta(days=self.every_days)
