"""The classes that Python programs use have what the package schema says, property by property."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

import crosstenant
from crosstenant.model.credentials.arguments import camel
from crosstenant.plugin.functions.get_cluster import GetCluster
from crosstenant.plugin.functions.get_registry import GetRegistry
from crosstenant.plugin.served import resource_classes
from crosstenant.provider_kit.fields import Field, values_of

CLASSES = [(kind, getattr(crosstenant, kind.token.rsplit(":", 1)[-1])) for kind in resource_classes()]
RESULTS = [(GetRegistry, crosstenant.GetRegistryResult), (GetCluster, crosstenant.GetClusterResult)]
each_class = pytest.mark.parametrize(("kind", "python"), CLASSES, ids=[python.__name__ for _, python in CLASSES])
each_result = pytest.mark.parametrize(("kind", "python"), RESULTS, ids=[python.__name__ for _, python in RESULTS])
TYPES = {"string": "str", "boolean": "bool", "number": "float"}


def type_of(field: Field) -> str:
    """The Python type of an output."""
    if field.choices:
        return field.choices.__name__
    if field.shape:
        return f"Sequence[{field.shape.name}]" if field.kind == "array" else field.shape.name
    if field.kind == "object":
        return f"Mapping[str, {TYPES[field.items]}]"
    return f"Sequence[{TYPES[field.items]}]" if field.kind == "array" else TYPES[field.kind]


def input_type_of(field: Field) -> str:
    """The Python type of an argument."""
    if field.choices:
        return f"pulumi.Input[{field.choices.__name__}Text]"
    if field.kind == "array":
        return f"pulumi.Input[Sequence[pulumi.Input[{TYPES[field.items]}]]]"
    if field.kind == "object":
        return f"pulumi.Input[Mapping[str, pulumi.Input[{TYPES[field.items]}]]]"
    return f"pulumi.Input[{TYPES[field.kind]}]"


def arguments(python: type) -> dict[str, inspect.Parameter]:
    """The arguments of a class that are inputs, by schema name."""
    taken = dict(inspect.signature(python.__init__).parameters)
    assert list(taken)[:2] == ["self", "resource_name"]
    assert list(taken)[-1] == "opts"
    return {camel(name): taken[name] for name in list(taken)[2:-1]}


def properties(python: type) -> Iterator[tuple[str, property]]:
    """The outputs of a class, by schema name."""
    return ((camel(name), it) for name, it in vars(python).items() if isinstance(it, property))


@each_class
def test_class_takes_the_inputs(kind: Any, python: type):
    taken = arguments(python)
    assert list(taken) == list(kind.inputs)
    for name, field in kind.inputs.items():
        optional = "" if field.required else " | None"
        assert taken[name].annotation == f"{input_type_of(field)}{optional}", name
        assert (taken[name].default is inspect.Parameter.empty) is field.required, name


@each_class
def test_class_has_the_outputs(kind: Any, python: type):
    present = dict(properties(python))
    outputs = {**kind.inputs, **kind.outputs}
    assert sorted(present) == sorted(outputs)
    for name, field in outputs.items():
        always = field.required or field.default is not None
        found = inspect.get_annotations(present[name].fget)["return"]  # type: ignore[arg-type]
        assert found == f"pulumi.Output[{type_of(field)}{'' if always else ' | None'}]", name


@each_class
def test_class_announces_the_outputs_to_the_sdk(kind: Any, python: type):
    # An output that the constructor does not name never gets a value.
    announced = re.findall(r'^ +"(\w+)": ', inspect.getsource(python.__init__), re.MULTILINE)
    assert sorted(announced) == sorted({**kind.inputs, **kind.outputs})


@each_class
def test_class_describes_each_property(kind: Any, python: type):
    described = dict(re.findall(r":param (\w+): (.+?)(?=:param|$)", python.__init__.__doc__ or "", re.DOTALL))
    inputs = {camel(name): text for name, text in described.items()}
    outputs = {name: it.__doc__ or "" for name, it in properties(python)}
    for texts, table in ((inputs, kind.inputs), (outputs, {**kind.inputs, **kind.outputs})):
        for name, field in table.items():
            assert texts[name].strip(), name
            assert (re.search(r"Secret\.\s*$", texts[name].strip()) is not None) is field.secret, name
            for value in values_of(field.choices) if field.choices else ():
                assert f"``{value}``" in texts[name], f"{name}: {value}"
                assert f"`{value}`" in field.description, f"{name}: {value}"


@each_class
def test_schema_says_secret_of_what_is_secret(kind: Any, python: type):
    for name, field in {**kind.inputs, **kind.outputs}.items():
        assert ("Secret." in field.description) is field.secret, name


@each_result
def test_result_of_a_function_has_the_outputs(kind: Any, python: type):
    present = {camel(name): annotation for name, annotation in inspect.get_annotations(python).items()}
    assert present == {name: type_of(field) for name, field in kind.outputs.items()}
    assert all(field.required for field in kind.outputs.values())
    text = inspect.getsource(python)
    for field in kind.outputs.values():
        for value in values_of(field.choices) if field.choices else ():
            assert f"``{value}``" in text


@pytest.mark.parametrize("python", [python for _, python in CLASSES])
def test_class_is_a_resource_of_its_type(python: type):
    assert issubclass(python, pulumi.CustomResource)
    assert f'"crosstenant:index:{python.__name__}"' in inspect.getsource(python.__init__)


def test_credential_keeps_its_secret_out_of_its_repr():
    credential = crosstenant.ServicePrincipalCredential(client_id="c", secret="planted")
    assert (credential.client_id, credential.secret, dict(credential)) == (
        "c",
        "planted",
        {"client_id": "c", "secret": "planted"},
    )
    assert "planted" not in repr(credential)
