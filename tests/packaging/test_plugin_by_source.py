"""The folder `plugin/`: Pulumi installs what it needs, and runs it.

What Pulumi's Python language host does is emulated (language_host.py); the engine and pip are real.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from lib.checkout import VENV
from lib.stack import run
from tests.packaging.checkout_copy import ROOT, bare_copy
from tests.packaging.language_host import install

PROGRAM = """\
name: by-source
runtime: yaml
plugins: {{providers: [{{name: crosstenant, path: {plugin}}}]}}
resources:
  identity:
    type: crosstenant:PullIdentity
    properties: {{tenant: {{tenantId: contoso}}}}
"""
REFUSAL = "resource 'identity' has a problem: tenant.tenantId: must be a UUID"


@pytest.fixture
def with_host(surroundings: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a command, with the host of plugins by source first on PATH."""
    return {**surroundings, "PATH": f"{install(tmp_path / 'host')}{os.pathsep}{surroundings['PATH']}"}


def preview(plugin: Path, environ: dict[str, str], project: Path) -> str:
    """What a preview of the program prints with the plugin in this folder."""
    project.mkdir()
    (project / "Pulumi.yaml").write_text(PROGRAM.format(plugin=plugin))
    made = run(["pulumi", "stack", "init", "test"], cwd=project, env=environ, shown="pulumi stack init")
    assert made.code == 0, made.output
    return run(["pulumi", "preview", "--color", "never"], cwd=project, env=environ, shown="pulumi preview").output


@pytest.mark.engine
def test_runs_from_a_bare_copy_in_the_environment_beside_it(with_host: dict[str, str], tmp_path: Path):
    plugin = bare_copy(tmp_path / "copy") / "plugin"
    (plugin / ".venv").symlink_to(VENV)
    assert REFUSAL in preview(plugin, with_host, tmp_path / "project")


def test_says_what_to_run_where_its_environment_lacks_the_package(tmp_path: Path):
    subprocess.run(["python3", "-m", "venv", "--without-pip", tmp_path / "empty"], check=True)
    python = tmp_path / "empty" / "bin" / "python"
    started = subprocess.run([python, ROOT / "plugin", "127.0.0.1:1"], capture_output=True, text=True, check=False)
    assert started.returncode == 1
    assert started.stderr == (
        f"the plugin crosstenant cannot start: {python} has no module 'crosstenant'; "
        f"run 'pulumi install' in {ROOT / 'plugin'}\n"
    )


def test_its_manifest_and_its_requirements_name_the_same_environment_and_the_package_above():
    manifest = yaml.safe_load((ROOT / "plugin" / "PulumiPlugin.yaml").read_text())
    assert manifest["runtime"] == {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
    required = [it for it in (ROOT / "plugin" / "requirements.txt").read_text().splitlines() if not it.startswith("#")]
    assert required == ["-c ../constraints.txt", ".."]


def test_the_package_in_its_environment_does_not_ask_for_the_plugin_itself():
    # Pulumi installs what the packages of a plugin's environment ask for before it runs the plugin.
    assert json.loads((ROOT / "crosstenant" / "pulumi-plugin.json").read_text()) == {"resource": False}


@pytest.mark.engine
@pytest.mark.large
def test_get_schema_installs_the_package_from_the_index_and_runs_it(
    outside: dict[str, str], with_host: dict[str, str], tmp_path: Path
):
    plugin = bare_copy(tmp_path / "copy") / "plugin"
    environ = {**outside, "PATH": with_host["PATH"]}
    done = subprocess.run(
        ["pulumi", "package", "get-schema", str(plugin)], env=environ, cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    schema = json.loads(done.stdout)
    assert schema["name"] == "crosstenant"
    assert "crosstenant:index:CrossTenantPull" in schema["resources"]
    assert (plugin / ".venv" / "bin" / "pulumi-resource-crosstenant").is_file()
    assert REFUSAL in preview(plugin, with_host, tmp_path / "project")
