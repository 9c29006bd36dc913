"""Settings of the sandbox: how slow, how strict and how forgetful its services are."""

from __future__ import annotations

import json
from typing import Any, cast

from crosstenant.sandbox.world.state import State


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


def _names(settings: dict[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, value in settings.items():
        nested = isinstance(value, dict)
        names += _names(cast("dict[str, Any]", value), f"{prefix}{name}.") if nested else [f"{prefix}{name}"]
    return names
