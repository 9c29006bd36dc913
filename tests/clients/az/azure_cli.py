"""The Azure CLI, unmodified, as one signed-in caller in the sandbox."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SETTINGS = {
    "AZURE_CORE_COLLECT_TELEMETRY": "false",
    "AZURE_CORE_NO_COLOR": "true",
    "AZURE_CORE_OUTPUT": "json",
    "AZURE_CORE_SURVEY_MESSAGE": "false",
    "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
}


class AzureCli:
    """One caller: a configuration folder of az, which holds its sign-in."""

    def __init__(self, executable: Path, environ: Mapping[str, str], folder: Path) -> None:
        """
        :param environ: The environment of a command in the sandbox.
        :param folder: The home folder of az, where the configuration is and where az writes certificates.
        """
        self.folder = folder
        self._executable = executable
        path = f"{executable.parent}{os.pathsep}{environ.get('PATH', os.defpath)}"
        own = {"AZURE_CONFIG_DIR": str(folder / "az"), "HOME": str(folder), "PATH": path}
        self.environ = {**environ, **SETTINGS, **own}

    def sign_in(self, tenant: str, client_id: str, secret: str) -> Any:
        """Signs in with a client secret; the subscriptions that az finds."""
        return self.ok(f"login --service-principal --tenant {tenant} --username {client_id} --password={secret}")

    def ok(self, command: str) -> Any:
        """Runs a command that must succeed: ``acr show --name fabrikamimages``; its output."""
        done = self._run(command)
        assert done.returncode == 0, f"az {command}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def refused(self, command: str) -> str:
        """Runs a command that Azure must refuse; az's message."""
        done = self._run(command)
        assert done.returncode != 0, f"az {command}: {done.stdout}"
        assert "Traceback" not in done.stderr, done.stderr
        return done.stderr

    def _run(self, command: str) -> subprocess.CompletedProcess[str]:
        words = [str(self._executable), *shlex.split(command)]
        return subprocess.run(
            words, env=self.environ, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )
