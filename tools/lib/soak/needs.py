"""How many resets a chain needs: one to begin with, one for each rotation, one for each loss of a credential.

It is counted beside the stack, from dates and changes alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date


class Needs:
    """The resets that were needed so far, by cluster."""

    def __init__(self, clusters: tuple[str, ...], first_day: date, every_days: int) -> None:
        """
        :param clusters: The names of the clusters.
        :param first_day: The first day of the first period.
        :param every_days: Days in a period.
        """
        self._first_day, self._every_days = first_day, every_days
        self.resets = Counter[str]()
        self.rotations = 0
        self._lost = set(clusters)
        self._period: int | None = None

    def period(self, day: date) -> int:
        """The number of the day's period, from 0."""
        return (day - self._first_day).days // self._every_days

    def is_due(self, day: date) -> bool:
        """Whether the day's first update has to rotate."""
        return self._period is not None and self.period(day) != self._period

    def secrets(self, day: date) -> int:
        """How many secrets the application must have after an update of the day: the current and the previous one."""
        return 2 if self.period(day) else 1

    def lost(self, clusters: Iterable[str]) -> None:
        """These have lost their credential, or its secret."""
        self._lost |= set(clusters)

    def updated(self, day: date, clusters: tuple[str, ...]) -> None:
        """An update has succeeded on this day."""
        due = self.is_due(day)
        self.rotations += due
        self.resets.update(it for it in clusters if due or it in self._lost)
        self._lost.clear()
        self._period = self.period(day)
