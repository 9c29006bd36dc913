"""The sandbox's clock, which tests and people move forward."""

from __future__ import annotations

import re
from typing import Final

from crosstenant.sandbox.world.state import State

_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def forward_clock(state: State, seconds: float) -> None:
    """Moves the sandbox's clock: what expires or takes time does so that much earlier."""
    state["clock"]["ahead_seconds"] = float(state["clock"]["ahead_seconds"]) + seconds


def seconds_of(text: str) -> float:
    """A span of time, ``90``, ``15m``, ``12h`` or ``30d``, in seconds.

    :raises ValueError: It is none.
    """
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)([smhd]?)", text)
    if match is None:
        raise ValueError(f"'{text}' is no span of time: give seconds, or a number with s, m, h or d")
    return float(match[1]) * _UNITS[match[2]]
