"""The condition that narrows a role assignment on a registry to some of its repositories.

Only registries in ABAC mode evaluate it; the scope of the assignment stays the registry.
https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from crosstenant.model.argument_text import has_look_of_name, quoted_name

CONDITION_VERSION: Final = "2.0"
"""The version of the condition language, ``conditionVersion`` of the role assignment."""

_ACTIONS: Final = (
    "Microsoft.ContainerRegistry/registries/repositories/content/read",
    "Microsoft.ContainerRegistry/registries/repositories/metadata/read",
)
_NAME_ATTRIBUTE: Final = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]"

# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests; neither quotes nor anything
# else that means something in a condition can be in a name, so that no escaping is needed.
_SEGMENT: Final = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_REPOSITORY: Final = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_LONGEST_NAME: Final = 255


def repository_condition(repositories: Sequence[str], prefixes: Sequence[str]) -> str:
    """The condition under which a registry reader may pull: from ``repositories``, and from all under ``prefixes``.

    The same lists in the same order give the same text, because another text would update the assignment. For the whole
    registry omit the condition.

    :param repositories: Whole names of repositories, ``backend/api``.
    :param prefixes: Beginnings of names, each with its closing slash, ``backend/``.
    :raises ValueError: A name or prefix has another form, or both lists are empty; the message says what to write.
    """
    for name in repositories:
        check_repository(name)
    for prefix in prefixes:
        check_prefix(prefix)
    terms = [f"{_NAME_ATTRIBUTE} StringEqualsIgnoreCase '{name}'" for name in _unique(repositories)]
    terms += [f"{_NAME_ATTRIBUTE} StringStartsWithIgnoreCase '{prefix}'" for prefix in _unique(prefixes)]
    if not terms:
        raise ValueError("no repository and no prefix is given: omit the condition to grant the whole registry")
    other_action = " AND ".join(f"!(ActionMatches{{'{action}'}})" for action in _ACTIONS)
    return f"(({other_action}) OR ({' OR '.join(terms)}))"


def repository_within(repositories: Sequence[str], prefixes: Sequence[str], name: str) -> str:
    """A repository for a pull check that the condition of the same lists covers; it need not exist.

    :param repositories: As for ``repository_condition``; the first is the answer, if there is one.
    :param prefixes: As for ``repository_condition``; otherwise the answer is ``name`` under the first.
    :param name: The last part of the name; without repositories and prefixes the whole name.
    """
    return repositories[0] if repositories else f"{prefixes[0] if prefixes else ''}{name}"


def check_repository(name: str) -> None:
    """Accepts the whole name of a repository in a registry.

    :param name: Lowercase letters and digits with single ``.``, ``_``, ``__`` or dashes between them, parts divided by
        ``/``: ``backend/api``. No login server, tag or digest, and no wildcard.
    :raises ValueError: The text has another form; the message says what to write.
    """
    if "*" in name:
        raise ValueError(
            f"{quoted_name(name)} has a wildcard: name a repository as a whole, or give a prefix such as 'backend/'"
        )
    if name.endswith("/"):
        raise ValueError(f"{quoted_name(name)} is a prefix: name a repository as a whole, or give it as a prefix")
    _check_form(name, name, "repository name")


def check_prefix(prefix: str) -> None:
    """Accepts the beginning of repository names, up to and with a slash.

    :param prefix: Parts of a name, each with a slash after it: ``backend/``.
    :raises ValueError: The text has another form; the message says what to write.
    """
    bare = prefix.rstrip("*/")
    if "*" in prefix:
        usable = "*" not in bare and bare and has_look_of_name(bare)
        advice = f"write '{bare}/', which covers all under it" if usable else "write 'backend/'"
        raise ValueError(f"{quoted_name(prefix)} has a wildcard: {advice}")
    if prefix and not prefix.endswith("/"):
        shown = prefix if has_look_of_name(prefix) else "backend"
        raise ValueError(
            f"{quoted_name(prefix)} does not end with '/': it would also cover '{shown}-infra' and every other name"
            f" that begins with it; write '{shown}/'"
        )
    _check_form(prefix.removesuffix("/"), prefix, "repository prefix")


def _check_form(name: str, given: str, kind: str) -> None:
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"{quoted_name(f'{given[:40]}...')} is longer than the {_LONGEST_NAME} characters of a {kind}")
    if _REPOSITORY.fullmatch(name):
        return
    hint = ""
    if not has_look_of_name(given):
        hint = ""
    elif name != name.lower() and _REPOSITORY.fullmatch(name.lower()):
        hint = f"; registries accept lowercase names only: write '{given.lower()}'"
    elif re.search(r"[:@]", name):
        hint = "; omit the tag or digest"
    raise ValueError(
        f"{quoted_name(given)} is not a {kind}: lowercase letters and digits with single '.', '_' or '-' between them, "
        f"parts divided by '/', such as 'backend/api'{hint}"
    )


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
