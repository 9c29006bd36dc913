"""Inputs and outputs, declared once: the package schema, the check, the defaults, the diff and the secrets follow.

A resource type is a table of fields, by schema name. This module checks the engine's values against the table;
``field_schema`` makes the schema from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from enum import Enum
from typing import Any, ClassVar, Literal, cast

from crosstenant.provider_kit.resource import Change, Difference, Failure, Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain

Kind = Literal["string", "boolean", "number", "array", "object", "any"]

Refusal = Callable[[str, Plain], "str | None"]
"""The failure of a field's known value, given its name in the messages' spelling; ``None`` for a valid value."""


@dataclass(frozen=True)
class Field:
    """One input or output of a resource or function."""

    kind: Kind
    description: str = ""
    """The description for every language, in Markdown. Its first sentence follows "is required"."""
    _: KW_ONLY
    required: bool = False
    """An input that the program must give; an output that always exists."""
    default: Plain = None
    """The value of an input that the program omits."""
    replaces: bool = False
    """Whether another value replaces the object."""
    compared_as: Callable[[str], str] | None = None
    """What is compared of a text with several spellings: for ARM IDs and UUIDs."""
    informs: bool = False
    """Whether an input only says how to take an answer, so that another value does not change the object."""
    secret: bool = False
    choices: type[Enum] | None = None
    """The values of an enumeration."""
    items: Kind = "any"
    """The kind of the items of a list or object."""
    shape: Shape | None = None
    """The named fields of an object, or of each object of a list, if any."""
    refusal: Refusal | None = None
    """The check of a value of the right type."""


Fields = Mapping[str, Field]
"""By schema name."""


@dataclass(frozen=True)
class Shape:
    """An object with named fields, a type of its own in every language."""

    name: str
    description: str
    fields: Fields


class Wording:
    """A provider's words for the failure of an input."""

    hides_values: ClassVar[bool] = True
    """Whether nothing prints the text of a refused input, which may be a secret in the wrong place."""

    def named(self, name: str) -> str:
        """The field's name in a refusal's own text."""
        return name

    def unknown(self, name: str, fields: Fields) -> str:
        """The input is unknown."""
        return f"is not an input of this type: its inputs are {', '.join(fields)}"

    def missing(self, name: str, field: Field) -> str:
        """A required input is missing."""
        return f"is required: {field.description.split('. ')[0]}"

    def mistyped(self, name: str, field: Field, value: Plain) -> str:
        """The value is of another type."""
        texts = " of strings" if field.items == "string" else ""
        return (
            "must be "
            + {
                "string": "a string",
                "boolean": "true or false",
                "number": "a number",
                "array": f"a list{texts}",
                "object": f"an object{texts}",
                "any": "a value",
            }[field.kind]
        )

    def not_a_choice(self, name: str, choices: list[str], value: Plain) -> str:
        """The value is not in the enumeration."""
        return f"must be {_either([repr(choice) for choice in choices])}"

    def refused(self, reason: str, name: str) -> str:
        """The failure from the field's own check."""
        return reason


def complete(fields: Fields, news: Properties) -> Properties:
    """The program's inputs as far as there are such fields, with the defaults for what it omits."""
    given = {name: value for name, value in news.items() if name in fields and value is not None}
    defaults = {name: field.default for name, field in fields.items() if field.default is not None}
    return {**defaults, **given}


def failures(
    fields: Fields, news: Properties, inputs: Properties, wording: Wording, *, imported: bool = False
) -> Iterator[Failure]:
    """What is wrong with the inputs of a program; values that a preview does not know yet are taken to be right.

    :param news: What the program gives.
    :param inputs: The same, completed.
    :param imported: Whether they were read by an import, which cannot know a secret.
    """
    for name, value in news.items():
        if name not in fields and value is not None:
            yield Failure(name, wording.unknown(name, fields), hides_value=wording.hides_values)
    for name, field in fields.items():
        value = inputs.get(name)
        if value is UNKNOWN:
            continue
        if value is None:
            if field.required and not (imported and field.secret):
                yield Failure(name, wording.missing(name, field))
        elif reason := _reason(name, field, value, wording):
            yield Failure(name, reason, hides_value=field.secret or (wording.hides_values and _has_text(value)))


def check(
    fields: Fields, olds: Properties, news: Properties, wording: Wording | None = None
) -> tuple[Properties, list[Failure]]:
    """The completed inputs, and their failures.

    :param olds: The inputs in the state; empty for a new resource.
    :param news: The inputs of the program.
    :param wording: The words for failures; plain sentences by default.
    """
    inputs = complete(fields, news)
    # During an import the engine checks the inputs of `read` against themselves.
    imported = bool(olds) and olds == news
    return inputs, list(failures(fields, news, inputs, wording or Wording(), imported=imported))


def differences(fields: Fields, olds: Properties, news: Properties) -> dict[str, Difference]:
    """The inputs that differ between the state and the program, as the preview shows them."""
    return {
        name: Difference(
            Change.REPLACE if field.replaces else Change.UPDATE,
            added=olds.get(name) is None,
            removed=news.get(name) is None,
        )
        for name, field in fields.items()
        if not field.informs and not same(field, olds.get(name), news.get(name))
    }


def same(field: Field, old: Plain, new: Plain) -> bool:
    """Whether an input is unchanged; an unknown one is not."""
    if field.compared_as and isinstance(old, str) and isinstance(new, str):
        return field.compared_as(old) == field.compared_as(new)
    return new is not UNKNOWN and bool(old == new)


def secrets(*tables: Fields) -> frozenset[str]:
    """The names of the fields that are Pulumi secrets."""
    return frozenset(name for fields in tables for name, field in fields.items() if field.secret)


def values_of(choices: type[Enum]) -> list[str]:
    """The texts of an enumeration."""
    return [str(choice.value) for choice in choices]


def is_of_kind(kind: Kind, value: Plain) -> bool:
    """Whether a value is of a kind; one inside a list that a preview does not know yet is."""
    if kind == "any" or value is UNKNOWN:
        return True
    if kind == "number":
        # Programs can also give "not a number" and infinity: whatever computes with them would end in a stack trace.
        return isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value)
    return isinstance(value, _TYPES[kind])


def _is_finite(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


_TYPES: dict[Kind, type] = {"string": str, "boolean": bool, "array": list, "object": dict}


def _reason(name: str, field: Field, value: Plain, wording: Wording) -> str | None:
    if not is_of_kind(field.kind, value) or not all(is_of_kind(field.items, item) for item in _items(value)):
        return wording.mistyped(name, field, value)
    if field.choices is not None and value not in (allowed := values_of(field.choices)):
        return wording.not_a_choice(name, allowed, value)
    reason = field.refusal(wording.named(name), value) if field.refusal else None
    return wording.refused(reason, name) if reason else None


def _has_text(value: Plain) -> bool:
    return isinstance(value, str) or any(_has_text(it) for it in _items(value))


def _items(value: Plain) -> Iterable[Any]:
    if isinstance(value, list):
        return cast("list[Any]", value)
    return cast("dict[str, Any]", value).values() if isinstance(value, dict) else ()


def _either(texts: list[str]) -> str:
    *head, last = texts
    return f"{', '.join(head)} or {last}" if head else last
