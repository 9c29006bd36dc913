"""What the engine would take and whether that starts; and the engine's own version."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from crosstenant._version import VERSION
from crosstenant.errors import OperatorError
from crosstenant.plugin_search import MANIFEST, Found, comes_otherwise, search

OLDEST_PULUMI: Final = (3, 217, 1)
"""The first Pulumi CLI with error hooks as the components use them."""

_PLACES: Final = {
    "project": "named by 'plugins' in Pulumi.yaml",
    "PATH": "on PATH; Pulumi warns of that at each run",
    "cache": "Pulumi's plugin cache",
}


def what_the_engine_takes(project: Path | None) -> str:
    """A sentence about the plugin that the engine takes.

    :param project: Folder of the project, with its ``Pulumi.yaml``.
    :raises OperatorError: It finds none, or takes one that does not start or has another version.
    """
    found = search(VERSION, project)
    if found is None:
        if comes_otherwise(project):
            return (
                "the project or the environment names another source of the plugin, which this command does not check"
            )
        raise OperatorError(
            f"the Pulumi engine finds no plugin crosstenant {VERSION}: run 'crosstenant plugin install'"
        )
    where = f"{found.path} ({_PLACES[found.place]})"
    if not found.exists:
        raise OperatorError(f"the Pulumi engine takes {where}, which does not exist: {_remedy(found)}")
    if (found.path / MANIFEST).is_file():
        return f"the Pulumi engine takes the plugin by source in {where}"
    version = _version_of(found)
    if version != VERSION:
        raise OperatorError(
            f"the Pulumi engine takes {where}, which is version {version}; the package is version {VERSION}:"
            f" {_remedy(found)}"
        )
    return f"the Pulumi engine takes {where}, version {version}"


def old_pulumi() -> str | None:
    """A sentence about a Pulumi CLI that is missing or older than the package needs; nothing for one that is not."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        return "there is no pulumi on PATH"
    said = subprocess.run([pulumi, "version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", said.strip())
    if match and tuple(map(int, match.groups())) < OLDEST_PULUMI:
        oldest = ".".join(map(str, OLDEST_PULUMI))
        return (
            f"Pulumi {match[0].removeprefix('v')} is older than {oldest}: upgrade it. Until then an update does not"
            " wait for a new service principal to replicate, and an error of another provider has no advice"
        )
    return None


def _version_of(found: Found) -> str:
    """The version of an executable; one that does not start, or has no ``--version``, is refused."""
    try:
        done = subprocess.run(
            [str(found.path), "--version"], capture_output=True, text=True, check=False, timeout=60, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OperatorError(f"{found.path}, which the Pulumi engine takes, does not start: {error}") from error
    if done.returncode:
        last = next(_last_lines(done.stderr), f"exit code {done.returncode}")
        raise OperatorError(f"{found.path}, which the Pulumi engine takes, does not start: {last}")
    return done.stdout.strip().rpartition(" ")[2]


def _last_lines(text: str) -> Iterator[str]:
    return (line.strip() for line in reversed(text.splitlines()) if line.strip())


def _remedy(found: Found) -> str:
    return {
        "project": "correct 'plugins.providers' in Pulumi.yaml, or remove it and run 'crosstenant plugin install'",
        "PATH": "put the environment of the package first on PATH, or take the other one away",
        "cache": "run 'crosstenant plugin install'",
    }[found.place]
