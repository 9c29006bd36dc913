"""The sandbox's clock: the real time plus what tests and people add to it."""

from __future__ import annotations

import re
from typing import Final

from crosstenant.sandbox.world.state import State

_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def forward_clock(state: State, seconds: float) -> None:
    """Moves the sandbox's clock forward: secrets expire and operations end earlier by ``seconds``."""
    state["clock"]["ahead_seconds"] = float(state["clock"]["ahead_seconds"]) + seconds


def seconds_of(text: str) -> float:
    """The seconds of a duration such as ``90``, ``15m``, ``12h`` or ``30d``.

    :raises ValueError: The text has another form.
    """
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)([smhd]?)", text)
    if match is None:
        raise ValueError(f"'{text}' must be a duration: seconds, or a number followed by s, m, h or d")
    return float(match[1]) * _UNITS[match[2]]
