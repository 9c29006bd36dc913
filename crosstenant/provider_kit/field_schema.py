"""Fields in the package schema, for programs in every language.

https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from crosstenant.provider_kit.fields import Field, Fields

Schema = dict[str, Any]
_ANY = {"$ref": "pulumi.json#/Any"}


def resource_schema(package: str, description: str, inputs: Fields, outputs: Fields) -> Schema:
    """A resource type's entry in the schema of ``package``; every input is an output as well."""
    return {
        "description": description,
        "inputProperties": {name: property_schema(package, field) for name, field in inputs.items()},
        "requiredInputs": _required(inputs),
        "properties": {
            name: property_schema(package, field, is_input=False) for name, field in {**inputs, **outputs}.items()
        },
        "required": [name for name, field in inputs.items() if field.required or field.default is not None]
        + _required(outputs),
    }


def function_schema(package: str, description: str, inputs: Fields, outputs: Fields) -> Schema:
    """A function's entry in the schema of ``package``."""
    return {
        "description": description,
        "inputs": _object(package, inputs),
        "outputs": _object(package, outputs),
    }


def property_schema(package: str, field: Field, *, is_input: bool = True) -> Schema:
    """One property."""
    found: Schema = dict(_type(package, field))
    if field.description:
        found["description"] = field.description
    if field.secret:
        found["secret"] = True
    if field.replaces:
        found["willReplaceOnChanges"] = True
    if is_input and field.default is not None:
        found["default"] = getattr(field.default, "value", field.default)
    return found


def named_types(package: str, tables: Iterable[Fields]) -> dict[str, Schema]:
    """The types that the fields of ``tables`` refer to, by type token."""
    found: dict[str, Schema] = {}
    for fields in tables:
        for field in fields.values():
            if field.choices is not None:
                found[type_token(package, field.choices.__name__)] = enum_schema(field.choices)
            if field.shape is not None:
                shape = field.shape
                found[type_token(package, shape.name)] = {
                    "description": shape.description,
                    **_object(package, shape.fields),
                }
                found |= named_types(package, [shape.fields])
    return found


def type_token(package: str, name: str) -> str:
    """The token of a type of ``package``."""
    return f"{package}:index:{name}"


def enum_schema(choices: type[Enum]) -> Schema:
    """An enumeration of texts, each with the docstring below it."""
    docs = _member_docs(choices)
    return {
        "type": "string",
        "description": inspect.cleandoc(choices.__doc__ or ""),
        "enum": [
            {"name": choice.name, "value": choice.value, "description": docs.get(choice.name, "")} for choice in choices
        ],
    }


def _member_docs(choices: type[Enum]) -> Mapping[str, str]:
    (body,) = ast.parse(inspect.getsource(choices)).body
    assert isinstance(body, ast.ClassDef)
    docs: dict[str, str] = {}
    for before, after in zip(body.body, body.body[1:], strict=False):
        match before, after:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                docs[name] = inspect.cleandoc(text)
            case _:
                pass
    return docs


def _required(fields: Fields) -> list[str]:
    return [name for name, field in fields.items() if field.required]


def _object(package: str, fields: Fields) -> Schema:
    properties = {name: property_schema(package, field) for name, field in fields.items()}
    return {"type": "object", "properties": properties, "required": _required(fields)}


def _type(package: str, field: Field) -> Schema:
    if named := field.choices.__name__ if field.choices else field.shape.name if field.shape else "":
        reference = {"$ref": f"#/types/{type_token(package, named)}"}
        return {"type": "array", "items": reference} if field.kind == "array" else reference
    if field.kind == "any":
        return _ANY
    items = _ANY if field.items == "any" else {"type": field.items}
    if field.kind == "array":
        return {"type": "array", "items": items}
    return {"type": "object", "additionalProperties": items} if field.kind == "object" else {"type": field.kind}
