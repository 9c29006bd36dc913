"""The schema's descriptions and names as its readers have them.

Descriptions come from docstrings, which are reStructuredText and use Python's names; they become Markdown, with
properties as the schema spells them.
"""

from __future__ import annotations

import inspect
import re
from typing import Any, Final, cast


def describe_in_markdown(schema: dict[str, Any], names: dict[str, str]) -> None:
    """Rewrites each description of the schema in place.

    :param schema: A package schema, or a part of one.
    :param names: The schema's names of properties, by their Python names.
    """
    for key, value in schema.items():
        # A property may be called `description` itself; then this is its schema, and no text.
        if key == "description" and isinstance(value, str):
            schema[key] = as_markdown(value, names)
        for part in cast("list[Any]", value) if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                describe_in_markdown(cast("dict[str, Any]", part), names)


def name_members_in_pascal_case(types: dict[str, Any]) -> None:
    """Renames the members of each enumeration in place: `US_GOVERNMENT` becomes `UsGovernment`.

    Go and TypeScript take the name as it is; Python's SDK turns it back.

    :param types: The types of a package schema.
    """
    for kind in types.values():
        for member in kind.get("enum") or ():
            member["name"] = "".join(word.capitalize() for word in member["name"].split("_"))


def rename_members_of_their_class(schema: dict[str, Any]) -> None:
    """Names in place what C# does not compile: a member with the name of its class (CS0542) is `NameValue` there.

    :param schema: A package schema.
    """
    for token, kind in {**schema["resources"], **schema["types"]}.items():
        of_its_class = token.rpartition(":")[2]
        for name, described in kind.get("properties", {}).items():
            if name[0].upper() + name[1:] == of_its_class:
                described["language"] = {"csharp": {"name": f"{of_its_class}Value"}}


def as_markdown(docstring: str, names: dict[str, str]) -> str:
    """A docstring as the schema has descriptions: single backticks, and properties as the schema spells them.

    :param names: The schema's names of properties, by their Python names.
    """

    def quoted(match: re.Match[str]) -> str:
        return f"`{_SNAKE_CASE.sub(lambda word: names.get(word[0], word[0]), match[1])}`"

    return re.sub(r"``(.+?)``", quoted, inspect.cleandoc(docstring))


_SNAKE_CASE: Final = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")
