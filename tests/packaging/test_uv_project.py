"""What Pulumi's Python host does with `toolchain: uv` works in a project that uv made, which has no pip.

Run is the code by which the host deals with uv, as it is (toolchain/python-toolchain), but not the host: the one that
set-up builds is older than `toolchain`.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from crosstenant._version import VERSION
from lib import toolchain, uv
from lib.checkout import ROOT, TOOLS_BIN
from tests.packaging.distribution import build

PROGRAM = toolchain.Program("python-toolchain", "python-toolchain", "half a minute")
PROJECT = """\
[project]
name = "pulls"
version = "0"
requires-python = ">=3.10"
dependencies = ["pulumi-crosstenant"]

[tool.uv]
constraint-dependencies = {pins}

[tool.uv.sources]
pulumi-crosstenant = {{ path = "{wheel}" }}
"""


@pytest.mark.large
def test_a_uv_project_gives_the_host_its_packages_and_its_python(tmp_path: Path):
    toolchain.build([PROGRAM], "tests/packaging runs what Pulumi does with uv, built once")
    installer = uv.uv()
    assert installer is not None
    wheel = build(ROOT, tmp_path / "dist")[1]
    project = tmp_path / "project"
    project.mkdir()
    lines = [it for it in (ROOT / "constraints.txt").read_text().splitlines() if it and not it.startswith("#")]
    (project / "pyproject.toml").write_text(PROJECT.format(pins=json.dumps(lines), wheel=wheel))
    environ = {**uv.uv_environment(), "PATH": f"{Path(installer).parent}{os.pathsep}{os.environ['PATH']}"}

    done = subprocess.run([TOOLS_BIN / PROGRAM.name, project], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert Path(told["imported"].strip()).is_relative_to(project / ".venv")
    assert told["packages"]["pulumi-crosstenant"] == VERSION
    # The host asks these for the plugins that the program needs.
    assert {"pulumi", "pulumi-azuread", "pulumi-azure-native"} < set(told["packages"])
    assert not list(project.glob(".venv/lib/python*/site-packages/pip"))
    assert (project / "uv.lock").is_file()
