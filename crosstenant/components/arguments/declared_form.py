"""The check of the components' arguments against their declared types.

A type checker finds such mistakes in a typed program. It does not find them in a plain dictionary, in a missing value
of the stack's configuration, or in an output instead of text; without this check they would end in a stack trace.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from difflib import get_close_matches
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin

import pulumi
from typing_extensions import NotRequired, Required, is_typeddict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.model.argument_text import has_look_of_name

T = TypeVar("T")


def checked(at: ArgPath, declared: type[T], given: T) -> T:
    """A copy of ``given`` that has the declared form. ``None`` is the same as an optional argument that is omitted.

    :param at: The argument that holds ``given``; the component itself for its own arguments.
    :param declared: The ``TypedDict`` of the arguments.
    :param given: The program's arguments.
    :raises ArgumentError: An argument is missing, unknown or of another type; the message never repeats its value.
    """
    return cast("T", _read(at, declared, given))


def _read(at: ArgPath, declared: Any, given: Any) -> Any:
    origin = get_origin(declared)
    if origin in (Union, UnionType):  # pulumi.Input: the plain type, or something that becomes it.
        return given if _is_later(given) else _read(at, get_args(declared)[0], given)
    if _is_later(given):
        raise at.error("is an output: write it as a plain value, since the plan is made from it")
    if is_typeddict(declared):
        return _read_dictionary(at, declared, given)
    if origin is list:
        if not isinstance(given, (list, tuple)):
            raise at.error(f"is {_named(given)}: write a list")
        items = cast("list[Any]", given)
        return [_read(at / index, get_args(declared)[0], item) for index, item in enumerate(items)]
    return _read_scalar(at, declared, given)


def _read_dictionary(at: ArgPath, declared: Any, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise at.error(f"is {_named(given)}: write {declared.__name__}(...) or a dictionary of its fields")
    values = cast("Mapping[str, Any]", given)
    fields = {name: _without_marks(declaration) for name, declaration in declared.__annotations__.items()}
    for name in cast("Mapping[object, Any]", values):
        if not isinstance(name, str) or not has_look_of_name(name):
            raise at.error(f"has a name that is not an argument: there are {', '.join(fields)}")
        if name not in fields:
            raise (at / name).error(f"is not an argument: {_instead(name, fields)}")
    for name in fields:
        if name in declared.__required_keys__ and values.get(name) is None:
            if name in values:
                raise (at / name).error("is None: give a value (does the stack's configuration have one?)")
            raise (at / name).error("is missing: it is required")
    return {name: _read(at / name, fields[name], value) for name, value in values.items() if value is not None}


def _read_scalar(at: ArgPath, declared: Any, given: Any) -> Any:
    if issubclass(declared, Enum):
        choices = [member.value for member in declared]
        if given not in choices:
            raise at.error(f"must be one of {', '.join(map(repr, choices))}")
        return declared(given)
    if declared is int and isinstance(given, float) and given.is_integer():
        return int(given)  # As numbers come from a program in another language.
    if isinstance(given, declared) and not (declared is int and isinstance(given, bool)):
        return given
    raise at.error(f"is {_named(given)}: write {_WORDS.get(declared, declared.__name__)}")


_WORDS: dict[Any, str] = {str: "text", int: "a whole number", bool: "True or False"}


def _without_marks(declaration: Any) -> Any:
    return get_args(declaration)[0] if get_origin(declaration) in (NotRequired, Required) else declaration


def _is_later(value: object) -> bool:
    return isinstance(value, pulumi.Output) or inspect.isawaitable(value)


def _named(value: object) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"


def _instead(name: str, fields: Mapping[str, Any]) -> str:
    # tenantId and tenant_id are the commonest of all: other languages spell the same arguments so.
    close = get_close_matches(name.lower().replace("_", ""), {it.replace("_", ""): it for it in fields}, 1)
    by_plain = {it.replace("_", ""): it for it in fields}
    return f"write '{by_plain[close[0]]}'" if close else f"there are {', '.join(fields)}"
