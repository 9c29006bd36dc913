"""The SDKs of this checkout, the examples that use them, and the sandbox in which those deploy."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from lib import language_hosts, toolchain
from lib.checkout import ROOT, VENV
from tests.engine.engine_world import Azure
from write_sdks import build_generators, write_sdks

LEFT_OUT = shutil.ignore_patterns("node_modules", "package-lock.json")


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the checkout's root: the SDKs in `sdks`, the examples where they expect them."""
    root = tmp_path_factory.mktemp("root")
    build_generators()
    write_sdks(root / "sdks")
    shutil.copytree(ROOT / "examples", root / "examples", ignore=LEFT_OUT)
    (root / ".venv").symlink_to(VENV)
    return root


@pytest.fixture(scope="session")
def go_environment() -> dict[str, str]:
    """The environment of `go`, which is the first on its PATH."""
    go, environ = toolchain.go_for("language-go-nodejs")
    return {**environ, "PATH": f"{go.parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(scope="session")
def npm_packages(written: Path) -> Path:
    """The example in TypeScript with its packages and the built SDK."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm on PATH")
    package, example = written / "sdks" / "nodejs", written / "examples" / "typescript"
    install = (npm, "install", "--no-audit", "--no-fund", "--ignore-scripts")
    run(*install, folder=package)
    run(npm, "run", "build", folder=package)
    run(*install, folder=example)
    return example


@pytest.fixture
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    """The sandbox with its seeded state; a machine with hosts of Go and TypeScript programs."""
    language_hosts.ensure()
    folder = tmp_path_factory.mktemp("azure")
    store = open_store(folder / "state.json", "public")
    with Sandbox(store) as sandbox:
        environ = {**sandbox.surroundings(), **prepare_plugins(folder / "pulumi-home").environment}
        azure = Azure(store, environ)
        azure.change(lambda state: state["settings"]["reset"].update(seconds=0.5, retry_after=1))
        yield azure


def run(*command: str | Path, folder: Path, environ: dict[str, str] | None = None) -> None:
    """Runs a command, which must succeed."""
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
