"""The schedule of a rotation: the secret that a date needs, computed from the date only.

Time is divided into generations of equal length, counted from a fixed day. Nothing is kept between runs: each run in a
generation needs the same secret, on any machine, and the first run after it needs the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

FIRST_DAY: Final = date(2026, 1, 1)
"""The default first day of generation 0: the same for all stacks."""


@dataclass(frozen=True)
class Generation:
    """The time in which one secret is current."""

    number: int
    """0 for the generation that begins on the first day; negative before it."""

    starts_at: datetime
    """Its first instant, midnight UTC."""

    next_rotation_at: datetime
    """The first instant of the next generation."""

    secret_ends_at: datetime
    """The end of its secret, which is later than the end of the generation."""


@dataclass(frozen=True)
class Schedule:
    """How long a secret is current, and how long it is valid."""

    every_days: int
    """Days in a generation, at least 1."""

    margin_days: int
    """Days that a secret is valid after the last generation in which it is used."""

    first_day: date = FIRST_DAY
    """The day on which generation 0 begins, at midnight UTC."""

    keep_previous: bool = False
    """Whether a secret is used for one more generation, as the previous secret."""

    @property
    def lifetime_days(self) -> int:
        """The longest lifetime of a secret: from the first instant of its generation to its end."""
        return self.every_days * (2 if self.keep_previous else 1) + self.margin_days

    def generation_at(self, now: datetime) -> Generation:
        """The generation of ``now`` (with a time zone), including its first instant."""
        return self.generation(int((now - self._origin) // self._length))

    def generation(self, number: int) -> Generation:
        """The generation with this number."""
        starts_at = self._origin + number * self._length
        return Generation(
            number=number,
            starts_at=starts_at,
            next_rotation_at=starts_at + self._length,
            secret_ends_at=starts_at + timedelta(days=self.lifetime_days),
        )

    @property
    def _origin(self) -> datetime:
        # Every day in UTC has 24 hours; days with daylight saving time do not.
        return datetime.combine(self.first_day, time(), timezone.utc)

    @property
    def _length(self) -> timedelta:
        return timedelta(days=self.every_days)
