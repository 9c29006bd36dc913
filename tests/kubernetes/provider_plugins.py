"""The Kubernetes provider plugin for a stack in the sandbox: the real one as a user has it, or the stand-in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.server import Sandbox
from lib import kubernetes_plugin
from lib.checkout import KUBERNETES
from tests.installed import failing_without_it

REAL, STAND_IN = "real", "stand-in"


def environment(plugin: str, azure: Sandbox, folder: Path) -> dict[str, str]:
    """The environment of a command in the sandbox, with one of the two plugins.

    :param plugin: ``REAL`` or ``STAND_IN``.
    :param folder: A folder of its own.
    """
    home = folder / "user"
    home.mkdir()
    if plugin == REAL:
        _install(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_HOME", str(home))
        # As for a user who has the extra: a stand-in takes the version of the Python package.
        patch.syspath_prepend(KUBERNETES)
        prepared = prepare_plugins(folder / "pulumi-home")
    assert (plugin == STAND_IN) == ("kubernetes" in prepared.stand_ins)
    return {**azure.surroundings(), **prepared.environment, "PYTHONPATH": str(KUBERNETES)}


def _install(home: Path) -> None:
    """Installs the real plugin for a user, as the engine does; a machine without it fails here."""
    with failing_without_it():
        executable = kubernetes_plugin.executable()
    folder = home / "plugins" / f"resource-kubernetes-v{kubernetes_plugin.version()}"
    folder.mkdir(parents=True)
    shutil.copy2(executable, folder)
