"""Two things that are measured side by side, in turn and in one go, so that what else the machine does hits both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Pairs = Sequence[tuple[float, float]]
"""The seconds of the one thing and of the other, run after each other."""


@dataclass(frozen=True)
class Figure:
    """Pairs of runs, and how far apart they may be: without a bound as far as they are."""

    what: str
    pairs: Pairs
    bound: float | None = None

    @property
    def ours(self) -> float:
        """The median of the one, in seconds."""
        return statistics.median(first for first, _ in self.pairs)

    @property
    def theirs(self) -> float:
        """The median of the other."""
        return statistics.median(second for _, second in self.pairs)

    @property
    def ratio(self) -> float:
        """How many times as long ours takes: the median of the pairs' ratios, so that a load may come and go."""
        return statistics.median(first / second for first, second in self.pairs)

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its bound."""
        return self.bound is None or self.ratio <= self.bound

    def __str__(self) -> str:
        """One line for the reader."""
        said = f"{self.what}: {self.ours:.2f} s beside {self.theirs:.2f} s; ratio {self.ratio:.2f}"
        return said if self.bound is None else f"{said}, bound {self.bound:.2f}: {verdict(self.holds)}"


def verdict(holds: bool) -> str:
    """How a bound that holds is called, and one that does not."""
    return "holds" if holds else "BROKEN"


def in_pairs(first: Callable[[], float | None], second: Callable[[], float | None], runs: int) -> Pairs:
    """The durations of each, run in turn; who goes first alternates.

    :param first: Does the one thing once; returns its seconds where it measures them itself.
    :param second: Does the other.
    :param runs: How often each is done.
    """
    pairs: list[tuple[float, float]] = []
    for number in range(runs):
        times = [0.0, 0.0]
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            start = time.perf_counter()
            seconds = (first, second)[which]()
            times[which] = time.perf_counter() - start if seconds is None else seconds
        pairs.append((times[0], times[1]))
    return pairs
