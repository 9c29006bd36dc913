"""A secret in the place of any input of a resource or function: no failure repeats it, and the engine prints none."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant.plugin import served
from crosstenant.provider_kit.dispatch import _unprinted
from crosstenant.provider_kit.fields import Field, Wording, failures
from crosstenant.provider_kit.values import to_properties

PLANTED = "abc8Q~Zt-secret_of.the~form~that_entra-makes"
KINDS = {name: served._loaded(name, module) for name, module in (served._RESOURCES | served._FUNCTIONS).items()}
INPUTS = [(kind, name, field) for kind, it in KINDS.items() for name, field in it.inputs.items()]


def planted(field: Field) -> Any:
    return {"array": [PLANTED], "object": {PLANTED: PLANTED}}.get(field.kind, PLANTED)


@pytest.mark.parametrize(("kind", "name", "field"), INPUTS, ids=[f"{kind}.{name}" for kind, name, _ in INPUTS])
def test_input(kind: str, name: str, field: Field):
    given = {name: planted(field)}
    found = [it for it in failures(KINDS[kind].inputs, given, given, Wording()) if it.property == name]
    for failure in _unprinted(found, to_properties(given)):
        # Of a property that a failure names, the engine prints the value.
        assert failure.property == ""
        assert PLANTED not in failure.reason


@pytest.mark.parametrize("kind", KINDS)
def test_input_under_a_wrong_name(kind: str):
    given = {"sekret": PLANTED}
    (failure,) = (it for it in failures(KINDS[kind].inputs, given, given, Wording()) if it.property == "sekret")
    (shown,) = _unprinted([failure], to_properties(given))
    assert shown.property == ""
    assert PLANTED not in shown.reason
