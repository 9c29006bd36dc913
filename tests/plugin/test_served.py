"""What a plugin serves is loaded when it is asked for, under the tokens that its classes have."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crosstenant.plugin.context import Context
from crosstenant.plugin.served import function_classes, resource_classes, served_functions, served_resources

CONTEXT = cast("Context", SimpleNamespace(tenant=SimpleNamespace(cloud=None), log=None, engine="", node_proofs=None))


@pytest.mark.parametrize("served", [served_resources, served_functions])
def test_each_is_served_under_its_own_token_and_made_once(served: Any):
    found = served(CONTEXT)
    assert list(found), "something is served"
    for token in found:
        assert found[token].token == token
        assert found[token] is found[token]


def test_the_schema_has_classes_that_are_served():
    assert {it.token for it in resource_classes()} == set(served_resources(CONTEXT))
    assert {it.token for it in function_classes()} < set(served_functions(CONTEXT))


def test_another_token_is_not_served():
    assert served_resources(CONTEXT).get("crosstenant:index:Other") is None


def test_a_plugin_loads_no_resource_before_it_is_asked_for_one():
    program = "import sys, crosstenant.plugin.__main__; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stdout
    assert "crosstenant.plugin.package" in loaded
    assert not any(it.__module__ in loaded for it in (*resource_classes(), *function_classes()))
