"""A field is declared once: check, defaults, diff, secrets and schema follow."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from crosstenant.provider_kit.field_schema import function_schema, named_types, resource_schema
from crosstenant.provider_kit.fields import Field, Shape, Wording, check, differences, secrets
from crosstenant.provider_kit.resource import Change, Difference, Failure
from crosstenant.provider_kit.values import UNKNOWN, Plain


class Colour(str, Enum):
    """A colour."""

    RED = "red"
    """Like a rose."""
    BLUE = "blue"
    """Like the sky."""


def short(name: str, value: Plain) -> str | None:
    return None if len(value) < 5 else f"'{value}' is too long for {name}"


FIELDS = {
    "name": Field(
        "string", "The name. It is short.", required=True, replaces=True, compared_as=str.lower, refusal=short
    ),
    "key": Field("string", "The key. Secret.", required=True, secret=True),
    "colour": Field("string", "The colour.", choices=Colour, default=Colour.RED.value),
    "size": Field("number", "The size."),
    "fast": Field("boolean", "Whether it is fast.", default=False),
    "tags": Field("array", "Tags.", items="string"),
}
GIVEN = {"name": "a", "key": "k"}
COMPLETE = {**GIVEN, "colour": "red", "fast": False}


def reasons(**changes: Any) -> dict[str, str]:
    return {it.property: it.reason for it in check(FIELDS, {}, {**GIVEN, **changes})[1]}


def test_defaults_are_filled_in_and_nothing_is_made_of_none():
    assert check(FIELDS, {}, {**GIVEN, "size": None, "fast": None}) == (COMPLETE, [])


@pytest.mark.parametrize(
    ("changes", "name", "reason"),
    [
        ({"name": None}, "name", "is required: The name"),
        ({"colr": "red"}, "colr", "is not an input of this type: its inputs are name, key, colour, size, fast, tags"),
        ({"name": 5}, "name", "must be a string"),
        ({"name": "far too long"}, "name", "'far too long' is too long for name"),
        ({"colour": "green"}, "colour", "must be 'red' or 'blue'"),
        ({"size": True}, "size", "must be a number"),
        ({"size": float("nan")}, "size", "must be a number"),
        ({"size": float("inf")}, "size", "must be a number"),
        ({"size": -float("inf")}, "size", "must be a number"),
        ({"fast": "yes"}, "fast", "must be true or false"),
        ({"tags": "x"}, "tags", "must be a list of strings"),
        ({"tags": ["x", 1]}, "tags", "must be a list of strings"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(changes: dict[str, Any], name: str, reason: str):
    assert reasons(**changes) == {name: reason}


def test_what_a_preview_does_not_know_yet_passes():
    given = {**dict.fromkeys(FIELDS, UNKNOWN), "tags": ["x", UNKNOWN]}
    assert check(FIELDS, {}, given) == (given, [])


def test_import_alone_may_lack_a_secret():
    imported = {name: value for name, value in COMPLETE.items() if name != "key"}
    assert check(FIELDS, imported, imported) == (imported, [])
    assert check(FIELDS, COMPLETE, imported)[1] == [Failure("key", "is required: The key")]
    nameless = {name: value for name, value in COMPLETE.items() if name != "name"}
    assert [it.property for it in check(FIELDS, nameless, nameless)[1]] == ["name"]


def test_a_provider_may_word_it_in_its_own_manner():
    class Loud(Wording):
        def named(self, name: str) -> str:
            return name.upper()

        def missing(self, name: str, field: Field) -> str:
            return f"{name}!"

    failures = check(FIELDS, {}, {"name": "far too long"}, Loud())[1]
    assert failures == [
        Failure("name", "'far too long' is too long for NAME", hides_value=True),
        Failure("key", "key!"),
    ]


@pytest.mark.parametrize("changes", [{"name": "far too long"}, {"colr": "red"}, {"fast": "yes"}, {"tags": ["x", 1]}])
def test_text_of_a_refused_input_is_printed_by_a_provider_alone_that_hides_none(changes: dict[str, Any]):
    class Open(Wording):
        hides_values = False

    for wording, hides in ((Wording(), True), (Open(), False)):
        (failure,) = check(FIELDS, {}, {**GIVEN, **changes}, wording)[1]
        assert failure.hides_value is hides


def test_number_of_a_refused_input_is_printed():
    (failure,) = check(FIELDS, {}, {**GIVEN, "name": 5})[1]
    assert failure.hides_value is False


def test_difference_says_update_or_replacement_and_whether_there_was_a_value():
    changed = {**COMPLETE, "name": "b", "key": UNKNOWN, "size": 3}
    assert differences(FIELDS, COMPLETE, changed) == {
        "name": Difference(Change.REPLACE),
        "key": Difference(Change.UPDATE),
        "size": Difference(Change.UPDATE, added=True),
    }
    assert differences(FIELDS, changed, COMPLETE)["size"] == Difference(Change.UPDATE, removed=True)


def test_case_counts_unless_the_field_ignores_it():
    assert differences(FIELDS, COMPLETE, {**COMPLETE, "name": "A", "key": "K"}) == {"key": Difference(Change.UPDATE)}


def test_secrets_are_those_that_are_declared():
    assert secrets(FIELDS, {"token": Field("string", secret=True)}) == {"key", "token"}


def test_resource_in_the_schema():
    pair = Shape("Pair", "Two.", {"left": Field("string", "The left one.", required=True)})
    outputs = {"pair": Field("object", "Two.", required=True, shape=pair), "seen": Field("string", "When.")}
    found = resource_schema("shop", "A thing.", FIELDS, outputs)
    assert found["requiredInputs"] == ["name", "key"]
    assert found["required"] == ["name", "key", "colour", "fast", "pair"]
    assert found["inputProperties"]["name"] == {
        "type": "string",
        "description": "The name. It is short.",
        "willReplaceOnChanges": True,
    }
    assert found["inputProperties"]["key"] == {"type": "string", "description": "The key. Secret.", "secret": True}
    colour = {"$ref": "#/types/shop:index:Colour", "description": "The colour."}
    assert found["inputProperties"]["colour"] == {**colour, "default": "red"}
    assert found["properties"]["colour"] == colour
    assert found["properties"]["tags"] == {"type": "array", "items": {"type": "string"}, "description": "Tags."}
    assert found["properties"]["pair"] == {"$ref": "#/types/shop:index:Pair", "description": "Two."}
    assert named_types("shop", [FIELDS, outputs]) == {
        "shop:index:Colour": {
            "type": "string",
            "description": "A colour.",
            "enum": [
                {"name": "RED", "value": "red", "description": "Like a rose."},
                {"name": "BLUE", "value": "blue", "description": "Like the sky."},
            ],
        },
        "shop:index:Pair": {
            "description": "Two.",
            "type": "object",
            "properties": {"left": {"type": "string", "description": "The left one."}},
            "required": ["left"],
        },
    }


def test_function_in_the_schema():
    found = function_schema("shop", "Asks.", {"name": FIELDS["name"]}, {"size": Field("number", "It.", required=True)})
    assert found["inputs"]["required"] == ["name"]
    assert found["outputs"] == {
        "type": "object",
        "properties": {"size": {"type": "number", "description": "It."}},
        "required": ["size"],
    }
