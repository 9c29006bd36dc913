"""The writer of YAML: another reader gets the same values."""

from __future__ import annotations

import pytest
import yaml

from crosstenant.model.kubernetes.yaml_text import yaml_text

VALUES: list[object] = [
    "yes", "No", "on", "y", "null", "true", "~", "", " ", "1", "1.0", "1h0m0s", "1e3", "0x1f", "0o7", "2026-11-27",
    "- a", "a: b", "#c", "'", "\"", "{{ .x }}", "*a", "&a", "!a", "%", "@", "`", "\xe9", "\t", "a\n", "a\nb\n",
    "a\n\n b\n\n", "\na\n", " a\nb\n", "a\nb", "a \n", "a\n \n", "\x85", "\u2028", "mcr.microsoft.com/a:b",
    "7 * * * *", "=", "<<", ".inf", "-", ":", 0, -1, True, False, None, [], {},
    ["a", ["b", "c"], {"d": 1, "e": ["f"]}, [], {}], {"a": {"b": {"c": []}}},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_value_is_read_back(value: object):
    text = yaml_text({"key": value, "list": [value, value], "nested": {"deep": value}})
    assert yaml.safe_load(text) == {"key": value, "list": [value, value], "nested": {"deep": value}}


@pytest.mark.parametrize("key", [it for it in VALUES if isinstance(it, str)], ids=repr)
def test_key_is_read_back(key: str):
    assert yaml.safe_load(yaml_text({key: "value"})) == {key: "value"}


def test_text_of_several_lines_stays_readable():
    assert yaml_text({"data": {"a.py": "one\n\n  two\n"}}) == "data:\n  a.py: |\n    one\n\n      two\n"


def test_other_values_are_refused():
    with pytest.raises(TypeError, match="object cannot be written as YAML"):
        yaml_text({"a": object()})
