"""`pulumi new` with the folders in templates/: what it asks for is what the program reads, and the program previews."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from lib.checkout import ROOT, VENV
from lib.sandbox import CONFIG, SECRETS
from lib.stack import run

TEMPLATES = sorted(it.parent for it in (ROOT / "templates").glob("*/Pulumi.yaml"))
LATER = {"federated-pull": {"kubeconfig"}}
"""What a template's quickstart has the reader set afterwards: no prompt takes a file."""


def manifest(template: Path) -> dict[str, Any]:
    return yaml.safe_load((template / "Pulumi.yaml").read_text())


def required(program: str) -> set[str]:
    """The configuration that a program cannot do without."""
    tenants = {f"{it}TenantId" for it in re.findall(r'tenant_from_config\(config, "(\w+)"\)', program)}
    return tenants | set(re.findall(r'config\.require(?:_secret)?\("(\w+)"\)', program))


def body(program: str) -> str:
    """A program without its docstring."""
    return ast.unparse(ast.Module(ast.parse(program).body[1:], []))


def test_there_is_one_for_each_component_that_most_programs_need():
    assert [it.name for it in TEMPLATES] == ["cross-tenant-pull", "federated-pull"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda it: it.name)
def test_it_asks_for_what_the_program_requires_and_describes_each(template: Path):
    asked: dict[str, dict[str, str]] = manifest(template)["template"]["config"]
    program = (template / "__main__.py").read_text()
    without_default = {name for name, spec in asked.items() if "default" not in spec}
    assert without_default == required(program) - LATER.get(template.name, set())
    assert all(spec["description"] for spec in asked.values())
    quickstart = manifest(template)["template"]["quickstart"]
    assert all(f"pulumi config set --secret {name} <" in quickstart for name in LATER.get(template.name, set()))


def test_the_federated_program_is_the_one_of_the_example():
    template = ROOT / "templates" / "federated-pull" / "__main__.py"
    assert body(template.read_text()) == body((ROOT / "examples" / "federated" / "__main__.py").read_text())


@pytest.mark.engine
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda it: it.name)
def test_pulumi_new_makes_a_project_of_it(template: Path, outside: dict[str, str], tmp_path: Path):
    project = tmp_path / "project"
    words = ["new", str(template), "--yes", "--generate-only", "--name", "my-pulls", "--dir", str(project)]
    made = run(["pulumi", *words, "--color", "never"], cwd=tmp_path, env=outside, shown="pulumi new")
    assert made.code == 0, made.output
    assert made.says(*manifest(template)["template"]["quickstart"].split("\n")[0].split())
    new = manifest(project)
    assert (new["name"], new["description"]) == ("my-pulls", manifest(template)["template"]["description"])
    assert "template" not in new
    assert (project / "__main__.py").read_bytes() == (template / "__main__.py").read_bytes()


@pytest.mark.engine
def test_the_project_of_the_first_previews(surroundings: dict[str, str], tmp_path: Path):
    template, project = ROOT / "templates" / "cross-tenant-pull", tmp_path / "project"
    environ = {**surroundings, "PATH": f"{VENV / 'bin'}{os.pathsep}{surroundings['PATH']}"}
    given = {**CONFIG, "repository": "hello", "reference": "1.0"}
    plain = [word for key, value in given.items() for word in ("--plaintext", f"{key}={value}")]
    secret = [word for key, value in SECRETS.items() for word in ("--secret", f"{key}={value}")]
    for words in (
        ["new", str(template), "--yes", "--generate-only", "--name", "my-pulls", "--dir", str(project)],
        ["stack", "init", "test", "--cwd", str(project)],
        ["config", "set-all", "--cwd", str(project), *plain, *secret],
        ["preview", "--cwd", str(project)],
    ):
        done = run(["pulumi", *words], cwd=tmp_path, env=environ, shown=words[0])
        assert done.code == 0, done.output
