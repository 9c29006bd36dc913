"""The order in which a component resets its clusters: waves, and how many resets run at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_SHOWN: Final = 5


@dataclass(frozen=True)
class Wave:
    """Clusters that are reset in one wave."""

    number: int
    clusters: tuple[str, ...]
    """The clusters' names."""

    def __str__(self) -> str:
        """``wave 1 (aks-one, aks-two)``, with the first names of many."""
        return f"wave {self.number} ({in_short(self.clusters)})"


@dataclass(frozen=True)
class WavePlace:
    """The place of one cluster in the order."""

    number: int | None = None
    """Its wave; none where there is one wave only."""
    waves: tuple[Wave, ...] = ()
    """All waves, the first one first."""
    at_once: int | None = None
    """How many clusters of its application are reset at the same time at most."""

    @classmethod
    def read(cls, number: float | None, waves: Mapping[str, str] | None, at_once: float | None) -> WavePlace:
        """The place, as the inputs of a resource have it.

        :param number: The cluster's wave.
        :param waves: The names of each wave's clusters, as ``names_of`` writes them, by the wave's number.
        :param at_once: How many resets run at the same time at most.
        """
        found = [Wave(int(it), tuple(names.split(_BETWEEN))) for it, names in (waves or {}).items()]
        return cls(
            None if number is None else int(number),
            tuple(sorted(found, key=lambda it: it.number)),
            None if at_once is None else int(at_once),
        )

    @property
    def earlier(self) -> tuple[Wave, ...]:
        """The waves that end before this one begins."""
        return () if self.number is None else tuple(it for it in self.waves if it.number < self.number)

    @property
    def later(self) -> tuple[Wave, ...]:
        """The waves that begin after this one has ended."""
        return () if self.number is None else tuple(it for it in self.waves if it.number > self.number)


NO_WAVES: Final = WavePlace()
"""A cluster that waits for no other."""

_BETWEEN: Final = ", "


def names_of(clusters: Mapping[int, list[str]]) -> dict[str, str]:
    """The waves, as the inputs of a resource have them.

    :param clusters: The names of each wave's clusters, by the wave's number.
    """
    return {str(number): _BETWEEN.join(clusters[number]) for number in sorted(clusters)}


def in_short(names: tuple[str, ...] | list[str]) -> str:
    """Names for a sentence: ``aks-one, aks-two``; of many the first ones and the number of the others."""
    if len(names) <= _SHOWN + 1:
        return ", ".join(names)
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
