"""A mapping whose values are made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


class MadeWhenAsked(Mapping[str, T]):
    """Values by key, each made once, from a name that the key stands for."""

    def __init__(self, names: Mapping[str, str], make: Callable[[str], T]) -> None:
        """
        :param names: By key, what ``make`` is given.
        :param make: Makes a value.
        """
        self._names = names
        self._make = make
        self._made: dict[str, T] = {}

    def __getitem__(self, key: str) -> T:
        """The value, made if this is the first time."""
        if key not in self._made:
            self._made[key] = self._make(self._names[key])
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        """All keys, made or not."""
        return iter(self._names)

    def __len__(self) -> int:
        """How many there are, made or not."""
        return len(self._names)
