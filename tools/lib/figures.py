"""Two things that are measured side by side, in turn and in one go, so that what else the machine does hits both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """Two medians in seconds, and how far apart they may be: without a bound as far as they are."""

    what: str
    ours: float
    theirs: float
    bound: float | None = None

    @property
    def ratio(self) -> float:
        """How many times as long ours takes."""
        return self.ours / self.theirs

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its bound."""
        return self.bound is None or self.ours <= self.bound * self.theirs

    def __str__(self) -> str:
        """One line for the reader."""
        said = f"{self.what}: {self.ours:.2f} s beside {self.theirs:.2f} s; ratio {self.ratio:.2f}"
        return said if self.bound is None else f"{said}, bound {self.bound:.2f}: {verdict(self.holds)}"


def verdict(holds: bool) -> str:
    """How a bound that holds is called, and one that does not."""
    return "holds" if holds else "BROKEN"


def medians(first: Callable[[], float | None], second: Callable[[], float | None], runs: int) -> tuple[float, float]:
    """The median duration of each, run in turn; who goes first alternates.

    :param first: Does the one thing once; returns its seconds where it measures them itself.
    :param second: Does the other.
    :param runs: How often each is done.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(runs):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            start = time.perf_counter()
            seconds = (first, second)[which]()
            times[which].append(time.perf_counter() - start if seconds is None else seconds)
    return statistics.median(times[0]), statistics.median(times[1])
