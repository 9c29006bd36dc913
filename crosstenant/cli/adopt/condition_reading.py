"""Reads the repositories from a role assignment's condition, if this package could write the condition."""

from __future__ import annotations

import re

from crosstenant.model.repository_condition import repository_condition

_TERM = re.compile(
    r"@Request\[Microsoft\.ContainerRegistry/registries/repositories:name\]"
    r"String(?P<how>Equals|StartsWith)(?:IgnoreCase)?'(?P<name>[^']*)'",
    re.IGNORECASE,
)


def repositories_of(condition: str) -> tuple[list[str], list[str]] | None:
    """The repositories and the prefixes that ``condition`` grants; ``None`` for any other condition.

    Layout is ignored, and so is the case sensitivity of comparisons: names of repositories are in lower case.

    :param condition: The condition of a role assignment on a registry.
    """
    dense = re.sub(r"\s+", "", condition)
    names = [(term["how"].lower(), term["name"]) for term in _TERM.finditer(dense)]
    repositories = [name for how, name in names if how == "equals"]
    prefixes = [name for how, name in names if how == "startswith"]
    try:
        ours = repository_condition(repositories, prefixes)
    except ValueError:
        return None
    same = _without_names(dense) == _without_names(re.sub(r"\s+", "", ours))
    return (repositories, prefixes) if same else None


def _without_names(dense: str) -> str:
    return re.sub(r"name(?:ORname)*", "name", _TERM.sub("name", dense)).lower()
