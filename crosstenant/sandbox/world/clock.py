"""The sandbox's clock: the real time plus what tests and people add to it."""

from __future__ import annotations

import re
from typing import Final

from crosstenant.sandbox.world.state import State

_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def forward_clock(state: State, seconds: float) -> None:
    """Moves the sandbox's clock forward: secrets expire and operations end earlier by ``seconds``."""
    state["clock"]["ahead_seconds"] = float(state["clock"]["ahead_seconds"]) + seconds


def ahead_note(state: State) -> str:
    """A sentence about the clock's lead; empty while the clock shows the real time.

    A program that computes an end date from the machine's clock can get Azure's refusal of a date in the past, which
    does not say why.
    """
    ahead = float(state["clock"]["ahead_seconds"])
    if abs(ahead) < 1:
        return ""
    return (
        f"the sandbox's clock is {_duration(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} this machine's, which "
        "programs read: their rotations are due by the machine's clock, and an end date that they compute can be in "
        "the past here ('crosstenant sandbox set clock/ahead_seconds 0' ends the difference)"
    )


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def seconds_of(text: str) -> float:
    """The seconds of a duration such as ``90``, ``15m``, ``12h`` or ``30d``.

    :raises ValueError: The text has another form.
    """
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)([smhd]?)", text)
    if match is None:
        raise ValueError(f"'{text}' must be a duration: seconds, or a number followed by s, m, h or d")
    return float(match[1]) * _UNITS[match[2]]
