"""Settings of the sandbox: how much time its services take, and which answers they give where Azure has several."""

from __future__ import annotations

import json
from typing import Any, cast

from crosstenant.sandbox.world.open_questions import QUESTIONS, find_question
from crosstenant.sandbox.world.state import State


def set_setting(state: State, name: str, value: Any) -> None:
    """Changes one setting.

    :param name: Its path below ``settings``: ``lag.secret``, ``reset.seconds``.
    :param value: A value of the setting's type; for a number also its text.
    :raises ValueError: The setting does not exist, or the value has another type, or is not one of its answers.
    """
    question = find_question(name)
    if question is not None:
        question.put(state, str(value))
        return
    *groups, last = name.split(".")
    container: dict[str, Any] = state["settings"]
    for group in groups:
        container = container.get(group, {})
    current = container.get(last)
    if current is None or isinstance(current, dict):
        raise ValueError(f"setting '{name}' does not exist; settings are {', '.join(setting_names(state))}")
    if isinstance(current, str):
        container[last] = str(value)
        return
    try:
        number = json.loads(value) if isinstance(value, str) else value
        container[last] = number + 0
    except (ValueError, TypeError):
        raise ValueError(f"setting '{name}' must be a number, not '{value}'") from None


def setting_names(state: State) -> list[str]:
    """The names of all settings, as in ``lag.secret``."""
    return list(dict.fromkeys([*_names(state["settings"]), *(it.setting for it in QUESTIONS)]))


def _names(settings: dict[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, value in settings.items():
        nested = isinstance(value, dict)
        names += _names(cast("dict[str, Any]", value), f"{prefix}{name}.") if nested else [f"{prefix}{name}"]
    return names
