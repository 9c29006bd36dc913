"""Small changes to the state that command line and control host share: settings, the clock, shown documents."""

from __future__ import annotations

import json
import re
from typing import Any, Final, cast

from crosstenant.sandbox.world.state import State

_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SECRET: Final = {"signing_key", "secret", "secretText", "_sha256", "_key"}


def set_setting(state: State, name: str, value: Any) -> None:
    """Changes one of the settings, named like ``lag.secret`` or ``reset.seconds``.

    :param value: Of the kind that the setting has; text is read as JSON where it is not text that the setting holds.
    :raises ValueError: No such setting, or a value of another kind.
    """
    *groups, last = name.split(".")
    container: dict[str, Any] = state["settings"]
    for group in groups:
        container = container.get(group, {})
    current = container.get(last)
    if current is None or isinstance(current, dict):
        raise ValueError(f"there is no setting '{name}'; settings are {', '.join(_names(state['settings']))}")
    if isinstance(current, str):
        container[last] = str(value)
        return
    try:
        number = json.loads(value) if isinstance(value, str) else value
        container[last] = number + 0
    except (ValueError, TypeError):
        raise ValueError(f"setting '{name}' is a number, not '{value}'") from None


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


def without_secrets(value: Any) -> Any:
    """A copy of a document with its secrets and keys blotted out."""
    if isinstance(value, dict):
        document = cast("dict[str, Any]", value)
        return {key: "(hidden)" if key in _SECRET and item else without_secrets(item) for key, item in document.items()}
    if isinstance(value, list):
        return [without_secrets(item) for item in cast("list[Any]", value)]
    return value


def _names(settings: dict[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, value in settings.items():
        nested = isinstance(value, dict)
        names += _names(cast("dict[str, Any]", value), f"{prefix}{name}.") if nested else [f"{prefix}{name}"]
    return names
