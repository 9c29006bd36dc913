"""The schema's descriptions can be read in every language."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest

from crosstenant.plugin.package import package_schema
from crosstenant.plugin.schema_text import as_markdown, describe_in_markdown
from crosstenant.plugin.served import internal_function_tokens

DESCRIBED_BY = ("properties", "inputProperties")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return asyncio.run(read())


async def read() -> dict[str, Any]:
    # Outputs, of which the components' defaults are made, need a running loop.
    return package_schema()


def described(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All that a reader meets, with its path: types, enumerations, resources, functions, and their properties."""
    tokens = {**schema["types"], **schema["resources"], **schema["functions"], "provider": schema["provider"]}
    for token, kind in tokens.items():
        yield token, kind
        yield from ((f"{token}.{it['name']}", it) for it in kind.get("enum") or ())
        for part in (kind, kind.get("inputs") or {}, kind.get("outputs") or {}):
            for side in DESCRIBED_BY:
                yield from ((f"{token}.{name}", it) for name, it in (part.get(side) or {}).items())


def property_names(schema: dict[str, Any]) -> set[str]:
    return {path.rsplit(".", 1)[-1] for path, _ in described(schema)}


def test_everything_has_a_description(schema: dict[str, Any]):
    assert [path for path, it in described(schema) if not it.get("description")] == []


def test_no_description_is_restructured_text(schema: dict[str, Any]):
    assert [path for path, it in described(schema) if re.search(r"``|(^|\s):\w+:", it["description"])] == []


def test_descriptions_spell_properties_as_the_schema_does(schema: dict[str, Any]):
    names = property_names(schema)
    quoted = {
        (path, word)
        for path, it in described(schema)
        for part in re.findall(r"`(.+?)`", it["description"])
        for word in re.findall(r"[a-z]+(?:_[a-z]+)+", part)
    }
    assert [it for it in quoted if re.sub("_([a-z])", lambda found: found[1].upper(), it[1]) in names] == []


def test_no_internal_function_is_in_the_schema(schema: dict[str, Any]):
    assert set(schema["functions"]) == {"crosstenant:index:getCluster", "crosstenant:index:getRegistry"}
    assert [it for it in internal_function_tokens() if it in str(schema)] == []


def test_members_of_enumerations_are_named_as_other_languages_do(schema: dict[str, Any]):
    clouds = schema["types"]["crosstenant:index:AzureEnvironment"]["enum"]
    assert [(it["name"], it["value"]) for it in clouds] == [
        ("Public", "public"),
        ("UsGovernment", "usgovernment"),
        ("China", "china"),
    ]
    names = [it["name"] for kind in schema["types"].values() for it in kind.get("enum") or ()]
    assert [it for it in names if not re.fullmatch(r"([A-Z][a-z]+)+", it)] == []


async def test_what_the_plugin_serves_stays_as_declared(schema: dict[str, Any]):
    """The schema is rewritten in a copy: a second reading finds the same."""
    assert package_schema() == schema


def test_docstring_becomes_markdown():
    names = {"image_pull_secret": "imagePullSecret", "mode": "mode"}
    assert as_markdown('See ``image_pull_secret`` and\n    ``mode="warn"``, ``two words``.', names) == (
        'See `imagePullSecret` and\n`mode="warn"`, `two words`.'
    )
    assert as_markdown("The image_pull_secret of ``other_name``", names) == "The image_pull_secret of `other_name`"


def test_property_called_description_keeps_its_schema():
    part = {"properties": {"description": {"type": "string", "description": "About ``not_proved``."}}}
    describe_in_markdown(part, {"not_proved": "notProved"})
    assert part == {"properties": {"description": {"type": "string", "description": "About `notProved`."}}}


def test_no_member_has_the_name_of_its_class_in_csharp(schema: dict[str, Any]):
    found = {
        f"{token}.{name}": described.get("language")
        for token, kind in {**schema["resources"], **schema["types"]}.items()
        for name, described in kind.get("properties", {}).items()
        if f"{name[0].upper()}{name[1:]}" == token.rpartition(":")[2]
    }
    assert found == {
        "crosstenant:index:ServicePrincipalProfile.servicePrincipalProfile": {
            "csharp": {"name": "ServicePrincipalProfileValue"}
        }
    }
