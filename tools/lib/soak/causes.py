"""Which refused pulls a change outside the stack explains: those between the change and the end of its repair."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from lib.soak.changes import Drift


@dataclass
class Cause:
    """A change, as long as it lasts."""

    drift: Drift
    day: int
    begins: float
    ends: float = float("inf")
    refused: Counter[str] = field(default_factory=Counter[str])
    """Refused pulls, by cluster."""

    def explains(self, cluster: str, begins: float, ends: float) -> bool:
        """Whether a pull of the cluster's nodes may be refused for this change."""
        return cluster in self.drift.stops and begins < self.ends and self.begins < ends


class Causes:
    """All changes of a run, and the pulls that were refused without any."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """
        :param now: The clock.
        """
        self._now, self._lock = now, threading.Lock()
        self._all: list[Cause] = []
        self.unexplained: list[str] = []

    def begin(self, drift: Drift, day: int) -> None:
        """From now on the change may refuse pulls."""
        with self._lock:
            self._all.append(Cause(drift, day, self._now()))

    def end(self) -> None:
        """All changes are repaired: pulls that begin from now on are granted."""
        with self._lock:
            for it in self._all:
                it.ends = min(it.ends, self._now())

    def forget(self) -> None:
        """The last change was none: there was nothing to change."""
        with self._lock:
            self._all.pop()

    def refused(self, cluster: str, node: str, begins: float, text: str) -> None:
        """A pull that began then was refused.

        :param cluster: The name of the node's cluster.
        :param node: The name of the node.
        :param begins: When the pull began.
        :param text: What the node was told.
        """
        with self._lock:
            for it in self._all:
                if it.explains(cluster, begins, self._now()):
                    it.refused[cluster] += 1
                    return
            self.unexplained.append(f"cluster {cluster}, node {node}: {text}")

    @property
    def by_name(self) -> Counter[str]:
        """Refused pulls, by the change that explains them."""
        found = Counter[str]()
        for it in self._all:
            if it.drift.stops:
                found[it.drift.name] += it.refused.total()
        return found

    @property
    def unnoticed(self) -> list[str]:
        """Changes that stop pulls, and of which the nodes noticed nothing: then they do not prove anything either."""
        return [
            f"day {it.day}: {it.drift.name}: no pull of cluster {cluster} was refused until its repair"
            for it in self._all
            for cluster in it.drift.stops
            if not it.refused[cluster]
        ]
