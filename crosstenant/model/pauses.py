"""Pauses between two attempts, in seconds, where Azure may not be ready yet: one list for the whole package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final


@dataclass(frozen=True)
class Pauses:
    """Endless pauses that double from ``first`` up to ``longest``."""

    first: float
    longest: float

    def __iter__(self) -> Iterator[float]:
        pause = self.first
        while True:
            yield pause
            pause = min(pause * 2, self.longest)


SIGN_IN: Final = Pauses(2, 15)
"""A new secret or service principal that is not replicated in Entra yet."""
PULL: Final = Pauses(1, 15)
"""A registry that does not apply a new role assignment yet, or is busy."""
RESET: Final = Pauses(3, 60)
"""A cluster that refuses a reset at present."""
IDLE: Final = Pauses(1, 15)
"""A cluster that another operation is changing."""
COMMAND: Final = Pauses(2, 5)
"""A command that a cluster runs."""
CONSENT: Final = Pauses(3, 30)
"""An administrator who has not opened the consent page yet."""
PRINCIPAL: Final = Pauses(2, 30)
"""A role assignment whose principal is not in Resource Manager's replica of the directory yet:
https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---assigning-a-role-to-a-new-principal-sometimes-fails
"""
PRINCIPAL_SECONDS: Final = 120
"""How long such a role assignment is repeated, unless the program says otherwise."""


def pause_within(pauses: Pauses, attempt: int, seconds: float) -> float | None:
    """The pause after an attempt; ``None`` when all pauses together would last longer than ``seconds``.

    :param pauses: The pauses.
    :param attempt: The attempt, from 1.
    :param seconds: How long to try.
    """
    before = sum(islice(pauses, attempt - 1))
    left = seconds - before
    return min(next(islice(pauses, attempt - 1, None)), left) if left > 0 else None
