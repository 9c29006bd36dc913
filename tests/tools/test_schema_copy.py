"""schema.json is what the plugin serves, and a difference is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import schema_copy
from crosstenant.plugin.package_metadata import described

ROOT = Path(__file__).parents[2]


def test_copy_is_what_the_plugin_serves():
    check = [sys.executable, "tools/schema_copy.py", "--check"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_difference_is_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    copy = tmp_path / "schema.json"
    copy.write_text(schema_copy.rendered({"name": "crosstenant", "types": {"Cluster": {"type": "object"}}}))
    monkeypatch.setattr(schema_copy, "COPY", copy)
    monkeypatch.setattr(schema_copy, "served", lambda: {"name": "other", "types": {"Registry": {}}})
    monkeypatch.setattr(sys, "argv", ["schema_copy.py", "--check"])
    with pytest.raises(SystemExit) as refused:
        schema_copy.main()
    assert refused.value.code == (
        "schema.json is not what the plugin serves:\n"
        "  name: changed\n  types/Cluster: gone\n  types/Registry: new\n"
        "Is the change meant? Run 'make schema'."
    )


def test_written_copy_passes_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(schema_copy, "COPY", tmp_path / "schema.json")
    monkeypatch.setattr(schema_copy, "PAGE", tmp_path / "reference.md")
    monkeypatch.setattr(schema_copy, "served", lambda: {"name": "crosstenant"})
    monkeypatch.setattr(sys, "argv", ["schema_copy.py"])
    schema_copy.main()
    monkeypatch.setattr(sys, "argv", ["schema_copy.py", "--check"])
    schema_copy.main()


def test_page_that_is_not_made_of_the_schema_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(schema_copy, "PAGE", tmp_path / "reference.md")
    (tmp_path / "reference.md").write_text("# Reference\n")
    monkeypatch.setattr(sys, "argv", ["schema_copy.py", "--check"])
    with pytest.raises(SystemExit, match=r"reference\.md is not made of schema\.json: run 'make schema'"):
        schema_copy.main()


def test_copy_has_nothing_of_the_installed_distribution():
    facts = {
        "summary": "Pulls across tenants.",
        "keywords": ["aks"],
        "license_expression": "Apache-2.0",
        "author": "The maintainers",
        "project_url": ["Repository, https://github.com/contoso/pulls"],
    }
    stated = {name for name in described({"language": {}}, facts) if name != "language"}
    assert {*stated, "version"} == schema_copy.OMITTED
    assert set(schema_copy.served()) & schema_copy.OMITTED == set()
