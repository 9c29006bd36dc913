"""How the stand-in for kubernetes compares: pruning, paths, what replaces, who owns a field."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant.provider_kit.values import UNKNOWN
from crosstenant.sandbox.standins.ignored_changes import is_below
from crosstenant.sandbox.standins.kubernetes.documents import (
    changed_paths,
    has_unknown,
    keys_of,
    manages,
    pruned,
    replacing_paths,
    with_value,
)


@pytest.mark.parametrize(
    ("live", "shape", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 0}, {"a": 1}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 0}}, {"a": {"b": 1}}),
        ({"b": 2}, {"a": 0}, {}),
        ({"a": [{"b": 1, "c": 2}, {"b": 3, "c": 4}]}, {"a": [{"b": 0}]}, {"a": [{"b": 1}, {"b": 3, "c": 4}]}),
        ({"a": "text"}, {"a": {"b": 1}}, {"a": "text"}),
    ],
)
def test_live_object_is_pruned_to_what_the_program_gave(live: Any, shape: Any, expected: Any):
    assert pruned(live, shape) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [("a.b", False, False)]),
        ({"a": 1}, {}, [("a", False, True)]),
        ({}, {"a": 1}, [("a", True, False)]),
        ({"a": [1]}, {"a": [1, 2]}, [("a[1]", True, False)]),
        ({"m": {"a.b/c": 1}}, {"m": {"a.b/c": 2}}, [('m["a.b/c"]', False, False)]),
        ({"a": "x"}, {"a": UNKNOWN}, [("a", False, False)]),
        ({"a": False}, {"a": 0}, [("a", False, False)]),
    ],
)
def test_changed_paths(old: Any, new: Any, expected: Any):
    assert list(changed_paths(old, new)) == expected


@pytest.mark.parametrize(
    ("path", "above", "expected"),
    [
        ("spec.template.spec", "spec.template", True),
        ("spec.templates", "spec.template", False),
        ('data["a"]', "data", True),
    ],
)
def test_path_below_another(path: str, above: str, expected: bool):
    assert is_below(path, above) is expected


def test_what_replaces_an_object():
    def replacing(api_version: str, kind: str, change: bool) -> set[str]:
        paths = replacing_paths(api_version, kind, config_maps_change=change, secrets_change=change)
        return set(paths) - {"apiVersion", "kind", "metadata.name", "metadata.namespace"}

    assert replacing("v1", "ConfigMap", False) == {"data", "binaryData"}
    assert replacing("v1", "ConfigMap", True) == set()
    assert replacing("v1", "Secret", False) == {"type", "data", "stringData"}
    assert replacing("v1", "Secret", True) == {"type"}
    assert "spec.template" in replacing("batch/v1", "Job", False)
    assert replacing("batch/v1", "CronJob", False) == set()
    assert replacing("rbac.authorization.k8s.io/v1", "RoleBinding", False) == {"roleRef"}


def test_owner_of_a_field_is_read_from_the_managed_fields():
    fields = {
        "f:metadata": {"f:annotations": {"f:crosstenant.io/last-error": {}}},
        "f:data": {"f:.dockerconfigjson": {}},
    }
    live = {"metadata": {"managedFields": [{"manager": "refresher", "fieldsV1": fields}]}}
    assert manages(live, ["data"], "pulumi") == (False, True)
    assert manages(live, ["data", ".dockerconfigjson"], "refresher") == (True, False)
    assert manages(live, keys_of('metadata.annotations["crosstenant.io/last-error"]'), "pulumi") == (False, True)
    assert manages(live, ["stringData"], "pulumi") == (False, False)


def test_value_is_replaced_or_removed_at_its_keys():
    document = {"a": {"b": 1, "c": 2}, "d": 3}
    assert with_value(document, ["a", "b"], None) == {"a": {"c": 2}, "d": 3}
    assert with_value(document, ["a", "x"], 4) == {"a": {"b": 1, "c": 2, "x": 4}, "d": 3}
    assert with_value(document, ["d"], None) == {"a": {"b": 1, "c": 2}}


def test_unknown_is_found_wherever_it_is():
    assert has_unknown({"a": [{"b": UNKNOWN}]})
    assert not has_unknown({"a": [{"b": None}]})
