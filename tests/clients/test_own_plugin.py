"""A real provider plugin that the user has installed works in the sandbox, beside the stand-ins.

Not proven here: Pulumi's own `random` plugin, which is in no package registry. The kubernetes plugin needs no cluster
to render manifests to a folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lib import kubernetes_plugin
from lib.checkout import VENV, search_path
from tests.installed import failing_without_it

pytestmark = [pytest.mark.large, pytest.mark.engine]

PROGRAM = """\
name: own-plugin
runtime: yaml
resources:
  rendered:
    type: pulumi:providers:kubernetes
    properties: {{ renderYamlToDirectory: "{folder}" }}
    options: {{ version: {version} }}
  settings:
    type: kubernetes:core/v1:ConfigMap
    properties:
      metadata: {{ name: settings }}
      data: {{ registry: fabrikamimages.azurecr.io }}
    options: {{ provider: "${{rendered}}" }}
"""


@pytest.fixture
def plugin() -> Path:
    """The plugin; a machine without it fails here, and reads how to get it."""
    with failing_without_it():
        return kubernetes_plugin.executable()


def test_stack_with_the_user_s_own_plugin_runs_in_the_sandbox(plugin: Path, tmp_path: Path):
    version, rendered = kubernetes_plugin.version(), tmp_path / "rendered"
    installed = tmp_path / "home" / "plugins" / f"resource-kubernetes-v{version}"
    installed.mkdir(parents=True)
    shutil.copy2(plugin, installed / plugin.name)
    project, backend = tmp_path / "project", tmp_path / "state"
    project.mkdir()
    backend.mkdir()
    (project / "Pulumi.yaml").write_text(PROGRAM.format(folder=rendered, version=version))
    environ = {
        **os.environ,
        "PATH": search_path(),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }

    def in_sandbox(script: str) -> str:
        inside = [str(VENV / "bin" / "crosstenant"), "sandbox", "run", "--state", str(tmp_path / "azure.json"), "--"]
        done = subprocess.run(
            [*inside, "sh", "-ec", script],
            env=environ,
            cwd=project,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    said = in_sandbox("pulumi stack init dev && pulumi up --yes --non-interactive")
    assert "stand-ins emulate the provider plugins azuread" in said
    assert "download" not in said
    [manifest] = rendered.rglob("*settings.yaml")
    assert "registry: fabrikamimages.azurecr.io" in manifest.read_text()
    assert "3 unchanged" in in_sandbox("pulumi up --yes --non-interactive")
    in_sandbox("pulumi destroy --yes --non-interactive")
    assert not list(rendered.rglob("*settings.yaml"))
