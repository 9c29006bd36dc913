"""How long to wait between two attempts at what Azure may only not be ready for: in seconds, one list for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Pauses:
    """Pauses that grow: the first, then twice as long each time, up to the longest; without end."""

    first: float
    longest: float

    def __iter__(self) -> Iterator[float]:
        pause = self.first
        while True:
            yield pause
            pause = min(pause * 2, self.longest)


SIGN_IN: Final = Pauses(2, 15)
"""A new secret or service principal that has not reached all of Entra."""
PULL: Final = Pauses(1, 15)
"""A registry that does not know a new grant, or is busy."""
RESET: Final = Pauses(3, 60)
"""A cluster that cannot take a reset now."""
IDLE: Final = Pauses(1, 15)
"""A cluster that another operation is changing."""
CONSENT: Final = Pauses(3, 30)
"""An administrator who has yet to open the consent page."""
PRINCIPAL: Final = (2, 5, 10, 20, 30, 30, 30)
"""A role assignment whose principal has not reached the directory that Resource Manager asks; about two minutes in all:
https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---assigning-a-role-to-a-new-principal-sometimes-fails
"""
