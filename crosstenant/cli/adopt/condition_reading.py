"""Reads the repositories from a role assignment's condition, if this package could write the condition."""

from __future__ import annotations

import re

from crosstenant.model.repository_condition import repository_condition

# A text in quotes stays as it is; between all else any layout will do, and within a word none.
_TOKEN = re.compile(r"'[^']*'|@\w+\[[^\]\s]*\]|\w+|\S")
_TERM = re.compile(
    r"@Request\[Microsoft\.ContainerRegistry/registries/repositories:name\] "
    r"String(?P<how>Equals|StartsWith)(?:IgnoreCase)? '(?P<name>[^']*)'",
    re.IGNORECASE,
)


def repositories_of(condition: str) -> tuple[list[str], list[str]] | None:
    """The repositories and the prefixes that ``condition`` grants; ``None`` for any other condition.

    Layout is ignored, and so is the case sensitivity of comparisons: names of repositories are in lower case.

    :param condition: The condition of a role assignment on a registry.
    """
    plain = _in_one_layout(condition)
    names = [(term["how"].lower(), term["name"]) for term in _TERM.finditer(plain)]
    repositories = [name for how, name in names if how == "equals"]
    prefixes = [name for how, name in names if how == "startswith"]
    try:
        ours = repository_condition(repositories, prefixes)
    except ValueError:
        return None
    return (repositories, prefixes) if _without_names(plain) == _without_names(_in_one_layout(ours)) else None


def _in_one_layout(condition: str) -> str:
    return " ".join(_TOKEN.findall(condition))


def _without_names(plain: str) -> str:
    return re.sub(r"name(?: OR name)*", "name", _TERM.sub("name", plain)).lower()
