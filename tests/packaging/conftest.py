"""The sandbox for stacks of the installed package."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from lib.checkout import VENV, search_path


@pytest.fixture(scope="session")
def tools_alone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with Pulumi and its hosts, and nothing of this checkout's environment."""
    folder = tmp_path_factory.mktemp("tools")
    outside = [it for it in search_path().split(os.pathsep) if Path(it) != VENV / "bin"]
    for name in ("pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-language-yaml"):
        found = shutil.which(name, path=os.pathsep.join(outside))
        if found:
            (folder / name).symlink_to(found)
    return os.pathsep.join([str(folder), "/usr/bin", "/bin"])


@pytest.fixture(scope="session")
def _plugins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return prepare_plugins(tmp_path_factory.mktemp("plugins") / "pulumi-home").environment


@pytest.fixture
def outside(_plugins: dict[str, str], tools_alone: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a command on a machine that has Pulumi, the Azure providers' plugins and no sandbox."""
    (tmp_path / "backend").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ARM_", "AZURE_", "VIRTUAL_ENV"))}
    return {
        **kept,
        **_plugins,
        "PATH": tools_alone,
        "PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "local",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


@pytest.fixture(scope="session")
def _sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    store = open_store(tmp_path_factory.mktemp("azure") / "state.json", "public")
    with Sandbox(store) as sandbox:
        yield sandbox.environment()


@pytest.fixture
def surroundings(_sandbox: dict[str, str], outside: dict[str, str]) -> dict[str, str]:
    """The same in the sandbox."""
    return {**outside, **_sandbox}
