"""What Pulumi's analyzer reads of the components is made fit for programs in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from crosstenant.plugin.component_schema import REQUIRED_INPUTS, SECRETS, component_schema
from crosstenant.plugin.components import component_provider

SECRET = re.compile(r"(^|\.\s)Secret[.;]")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return component_schema(component_provider())


def kinds(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {token.rsplit(":", 1)[-1]: kind for token, kind in {**schema["types"], **schema["resources"]}.items()}


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each property with its path, as the table of secrets spells it."""
    for name, kind in kinds(schema).items():
        for side in ("properties", "inputProperties"):
            yield from ((f"{name}.{side}.{it}", spec) for it, spec in (kind.get(side) or {}).items())


def test_table_of_secrets_and_docstrings_agree(schema: dict[str, Any]):
    said = {path for path, spec in properties(schema) if SECRET.search(spec["description"])}
    assert said == SECRETS


def test_what_the_table_names_is_marked_and_nothing_else(schema: dict[str, Any]):
    assert {path for path, spec in properties(schema) if spec.get("secret")} == SECRETS


def test_no_type_ends_in_what_other_languages_append(schema: dict[str, Any]):
    assert [token for token in schema["types"] if token.endswith("Args")] == []
    assert "crosstenant:index:PullCheckOptions" in schema["types"]
    references = set(re.findall(r"#/types/(crosstenant:index:\w+)", str(schema)))
    assert references <= set(schema["types"])


def test_inputs_that_only_python_may_omit_are_required(schema: dict[str, Any]):
    for name, inputs in REQUIRED_INPUTS.items():
        assert set(inputs) <= set(kinds(schema)[name]["requiredInputs"])


def test_go_gets_the_argument_types_of_objects_in_lists(schema: dict[str, Any]):
    assert schema["language"]["go"]["generateExtraInputTypes"] is True
