"""What the host of components passes in and out for programs in other languages."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pulumi
from pulumi.provider.experimental.analyzer import (
    ComponentDefinition,
    EnumValueDefinition,
    PropertyDefinition,
    PropertyType,
    TypeDefinition,
)

from crosstenant.plugin.components import component_provider


class Mood(str, Enum):
    GOOD = "good"


class Grant(dict[str, Any]):
    """An object of its own class."""


TEXT = PropertyDefinition(type=PropertyType.STRING)
MOOD = TypeDefinition("Mood", PropertyType.STRING, {}, {}, "", Mood, enum=[EnumValueDefinition("GOOD", "good")])
GRANT = TypeDefinition(
    "Grant",
    PropertyType.OBJECT,
    {"registryId": TEXT, "mood": PropertyDefinition(ref="#/types/x:index:Mood")},
    {"registryId": "registry_id", "mood": "mood"},
    "",
    Grant,
)
A_GRANT = PropertyDefinition(ref="#/types/x:index:Grant")


def host() -> Any:
    """The host, with the types of these tests."""
    made: Any = type(component_provider()).__new__(type(component_provider()))
    made._type_defs, made._external_enum_types = {"Mood": MOOD, "Grant": GRANT}, {}
    return made


def state(value: Any, declared: PropertyDefinition) -> Any:
    component: Any = type("Component", (), {"the_value": value})()
    return host().get_state(
        component, ComponentDefinition("C", {}, {"theValue": declared}, {}, {"theValue": "the_value"}, "")
    )


def test_objects_in_a_list_get_the_schemas_names():
    grants = PropertyDefinition(type=PropertyType.ARRAY, items=A_GRANT)
    made = [Grant(registry_id="r", mood=Mood.GOOD), Grant(registry_id="s", mood=None)]
    assert state(made, grants) == {"theValue": [{"registryId": "r", "mood": "good"}, {"registryId": "s"}]}


def test_object_of_any_class_gets_the_schemas_names():
    plain: Any = type("Plain", (), {"registry_id": "r", "mood": Mood.GOOD})()
    assert state(plain, A_GRANT) == {"theValue": {"registryId": "r", "mood": "good"}}


async def test_object_in_an_output_gets_the_schemas_names():
    grants = PropertyDefinition(type=PropertyType.ARRAY, items=A_GRANT)
    found = state(pulumi.Output.from_input([Grant(registry_id="r")]), grants)["theValue"]
    assert await found.future() == [{"registryId": "r"}]


def test_text_of_an_enumeration_comes_in_as_its_member_and_any_other_as_it_is():
    declared = {"mood": PropertyDefinition(ref="#/types/x:index:Mood", optional=True)}
    mapped = [
        host().map_input_properties({"mood": value}, declared, {"mood": "mood"}, "C", "")["mood"]
        for value in ("good", "odd")
    ]
    assert mapped == [Mood.GOOD, "odd"]
    assert isinstance(mapped[0], Mood)
    assert not isinstance(mapped[1], Mood)


async def test_output_in_place_of_an_object_is_left_to_the_component():
    output = pulumi.Output.from_input({"registryId": "r"})
    mapped = host().map_input_properties({"grant": output}, {"grant": A_GRANT}, {"grant": "grant"}, "C", "")
    assert mapped == {"grant": output}
