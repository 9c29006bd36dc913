"""Inputs as the real provider takes them: what an argument may be, and when a difference of it counts.

The real plugin is a Terraform provider behind Pulumi's bridge. That decides three things which a native provider would
do otherwise: defaults become inputs at check, a difference is one between the last observed state and the program (so a
changed object shows without being an input), and what Azure fills in by itself differs only if the program names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, cast

from typing_extensions import override

from crosstenant.provider_kit.fields import Field, Fields, Refusal, Wording
from crosstenant.provider_kit.resource import Change, Diff, Difference, Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain
from crosstenant.sandbox.standins.unknown import does_not_know


@dataclass(frozen=True)
class Argument(Field):
    """One input of a resource."""

    _: KW_ONLY
    computed: bool = False
    """Azure gives it a value when the program does not."""


Arguments = Mapping[str, Argument]


@dataclass(frozen=True)
class BridgedWording(Wording):
    """What is wrong with an input in the words of Pulumi's bridge and Terraform's schema."""

    hides_values: ClassVar[bool] = False
    """The original hides none."""

    resource: str
    """The resource's name in the stack."""

    @override
    def named(self, name: str) -> str:
        return snake(name)

    @override
    def unknown(self, name: str, fields: Fields) -> str:
        known = does_not_know("azuread", f"'{name}' of this type")
        return f"Invalid or unknown key. {self._at(name)}; {known}"

    @override
    def missing(self, name: str, field: Field) -> str:
        reason = f'The argument "{snake(name)}" is required, but no definition was found.'
        return f"Missing required argument. {reason}. {self._at(name)}"

    @override
    def mistyped(self, name: str, field: Field, value: Plain) -> str:
        return self.refused(f"expected type '{field.kind}' for {snake(name)}, got '{type(value).__name__}'", name)

    @override
    def refused(self, reason: str, name: str) -> str:
        return f"{reason}. {self._at(name)}"

    def _at(self, name: str) -> str:
        return f"Examine values at '{self.resource}.{name}'."


def diff_arguments(arguments: Arguments, olds: Properties, news: Properties) -> Diff:
    """Compares the last observed state with the checked inputs."""
    found: dict[str, Difference] = {}
    for name, argument in arguments.items():
        old, new = olds.get(name), news.get(name)
        if (new is None and argument.computed) or same(old, new):
            continue
        change = Change.REPLACE if argument.replaces else Change.UPDATE
        for path in _changed(name, old, new):
            found[path] = Difference(change, is_input=False, added=_is_empty(old), removed=_is_empty(new))
    return Diff(found)


def same(old: Plain, new: Plain) -> bool:
    """Whether two values mean the same to the provider: lists without order, and nothing equal to empty or false."""
    return _comparable(old) == _comparable(new)


def observed_inputs(arguments: Arguments, inputs: Properties, outputs: Properties) -> Properties:
    """The inputs after a read: those that there were with what was observed of them, or all there is for an import."""
    if inputs:
        merged = {
            name: value if same(value, outputs.get(name)) else outputs.get(name) for name, value in inputs.items()
        }
        return {name: value for name, value in merged.items() if value is not None}
    return {name: outputs[name] for name in arguments if not _is_empty(outputs.get(name))}


def one_of(*choices: str) -> Refusal:
    """A value of an enumeration, in its exact spelling."""

    def validate(name: str, value: Plain) -> str | None:
        listed = " ".join(json.dumps(choice) for choice in choices)
        return None if value in choices else f"expected {name} to be one of [{listed}], got {value}"

    return validate


def not_empty(name: str, value: Plain) -> str | None:
    """A string with more than spaces in it."""
    return None if str(value).strip() else f'expected "{name}" to not be an empty string or whitespace'


def uuid_text(name: str, value: Plain) -> str | None:
    """A UUID."""
    form = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
    return None if form.fullmatch(str(value)) else f'expected "{name}" to be a valid UUID, got {value}'


def each(validator: Refusal) -> Refusal:
    """A list, each item of which ``validator`` accepts, and none twice."""

    def validate(name: str, value: Plain) -> str | None:
        items = [item for item in cast("list[Plain]", value) if item is not UNKNOWN]
        reasons = (validator(f"{name}.{index}", item) for index, item in enumerate(items))
        return next((reason for reason in reasons if reason), None)

    return validate


def snake(name: str) -> str:
    """A schema name as the real provider's messages spell it, ``sign_in_audience``."""
    return re.sub(r"([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


def _is_empty(value: Plain) -> bool:
    return _comparable(value) is None


def _comparable(value: Plain) -> Any:
    if value is UNKNOWN:
        return object()  # Unlike anything, itself included: it may turn out to be anything.
    if isinstance(value, list):
        items = [_comparable(item) for item in cast("list[Plain]", value)]
        return sorted(items, key=repr) or None
    if isinstance(value, dict):
        fields = {key: _comparable(item) for key, item in cast("dict[str, Plain]", value).items()}
        return {key: item for key, item in fields.items() if item is not None} or None
    return None if value in ("", False) else value


def _changed(path: str, old: Plain, new: Plain) -> Iterable[str]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [path]
    olds, news = cast("dict[str, Plain]", old), cast("dict[str, Plain]", new)
    keys = [key for key in {**olds, **news} if not same(olds.get(key), news.get(key))]
    return [found for key in keys for found in _changed(f"{path}.{key}", olds.get(key), news.get(key))]
