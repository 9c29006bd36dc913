"""A small writer of YAML: mappings, lists, strings, numbers and booleans, with texts of several lines as blocks.

Every string but a plain word is written as JSON, which YAML reads as it is (https://yaml.org/spec/1.2.2/#12-overview).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final, cast

# Words that YAML 1.1 reads as something else than a string; numbers have no letter first.
_WORD: Final = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9_./-]*", re.IGNORECASE | re.ASCII)
# JSON writes a character above U+FFFF as two escapes, which are two characters in YAML; and DEL as it is.
_NOT_IN_YAML: Final = re.compile(r"[\x7f\U00010000-\U0010ffff]")
_BLOCK: Final = re.compile(r"(?! )[\x20-\x7e\n]*[^\n ]\n")


def yaml_text(value: Mapping[str, object]) -> str:
    """The text of a document, its keys in their order.

    :param value: A mapping of plain values.
    :raises TypeError: A value is something else.
    """
    return "".join(f"{line}\n" for line in _mapping(value))


def _mapping(value: Mapping[str, object]) -> list[str]:
    lines: list[str] = []
    for key, item in value.items():
        name = _scalar(key)
        if isinstance(item, str) and "\n" in item and _BLOCK.fullmatch(item):
            lines += [f"{name}: |", *(f"  {line}" if line else "" for line in item[:-1].split("\n"))]
        elif _is_full(item):
            inner = _lines(item)
            lines += [f"{name}:", *(f"  {line}" if line else "" for line in inner)]
        else:
            lines.append(f"{name}: {_scalar(item)}")
    return lines


def _lines(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return _mapping(cast("Mapping[str, object]", value))
    lines: list[str] = []
    for item in cast("list[object]", value):
        inner = _lines(item) if _is_full(item) else [_scalar(item)]
        lines += [f"- {inner[0]}", *(f"  {line}" if line else "" for line in inner[1:])]
    return lines


def _is_full(value: object) -> bool:
    return isinstance(value, Mapping | list) and bool(cast("object", value))


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value if _WORD.fullmatch(value) else _quoted(value)
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, Mapping | list):
        return "{}" if isinstance(value, Mapping) else "[]"
    raise TypeError(f"{type(value).__name__} cannot be written as YAML")


def _quoted(text: str) -> str:
    begin, parts = 0, list[str]()
    for found in _NOT_IN_YAML.finditer(text):
        parts += [json.dumps(text[begin : found.start()])[1:-1], f"\\U{ord(found[0]):08x}"]
        begin = found.end()
    return f'"{"".join(parts)}{json.dumps(text[begin:])[1:]}'
