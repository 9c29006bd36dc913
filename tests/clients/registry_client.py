"""Registry clients that other people wrote, each with the same few words: pull this image into that folder."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

_COMMANDS: dict[str, Callable[[Path, str, Path, Path], list[str | Path]]] = {
    # Every platform of an index, and what was pulled kept as it came: its bytes are what the test looks at.
    "crane": lambda crane, image, target, _: [crane, "pull", "--format", "oci", image, target],
    "skopeo": lambda skopeo, image, target, config: [
        *(skopeo, "--insecure-policy", "copy", "--all", "--preserve-digests"),
        *("--src-authfile", config, f"docker://{image}", f"dir:{target}"),
    ],
    "oras": lambda oras, image, target, config: [
        *(oras, "copy", "--from-registry-config", config, "--to-oci-layout", image, f"{target}:pulled"),
    ],
}


@dataclass(frozen=True)
class Outcome:
    """How a pull ended."""

    pulled: bool
    said: str
    digests: frozenset[str]
    """Of every file that the client kept, taken here and not by the client."""


class RegistryClient:
    """One client, in an environment of its own."""

    def __init__(self, name: str, executable: Path, environ: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self._executable = executable
        self._folder = folder
        self._pulls = 0
        self._environ = {**environ, "HOME": str(folder), "DOCKER_CONFIG": str(folder)}
        for variable in ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"):
            self._environ.pop(variable, None)

    def sign_in(self, docker_config: str) -> None:
        """Takes an image pull secret for its credentials."""
        (self._folder / "config.json").write_text(docker_config)

    def pull(self, image: str) -> Outcome:
        """Pulls ``registry/repository:tag``, all of it."""
        self._pulls += 1
        target = self._folder / f"pulled-{self._pulls}"
        command = _COMMANDS[self.name](self._executable, image, target, self._folder / "config.json")
        done = subprocess.run(command, env=self._environ, capture_output=True, text=True, timeout=120, check=False)
        files = [file for file in target.rglob("*") if file.is_file()]
        digests = frozenset(f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files)
        return Outcome(done.returncode == 0, done.stdout + done.stderr, digests)
