"""What set-up installs from PyPI, file by file: toolchain/python/*.txt, with the SHA-256 of each file.

`make lock` (tools/lock.py) writes them, from pyproject.toml and the versions in constraints.txt. Nothing is installed
by a name and a version alone: no index, mirror or proxy can put another file in the place of one that was tested.
"""

from __future__ import annotations

import re
from pathlib import Path

from lib.checkout import ROOT
from lib.progress import SetupError

FOLDER = ROOT / "toolchain" / "python"
CONSTRAINTS = ROOT / "constraints.txt"

PACKAGES = FOLDER / "packages.txt"
"""`.venv`: the package's dependencies, its `dev` extra, what builds the package itself, and pip."""
KUBERNETES = FOLDER / "kubernetes.txt"
POLICY = FOLDER / "policy.txt"
UV = FOLDER / "uv.txt"
GO = FOLDER / "go.txt"
FUZZ = FOLDER / "fuzz.txt"
AZURE_CLI = FOLDER / "azure-cli.txt"
"""An environment of its own, with its own versions of what it shares with `.venv`."""


def options(file: Path) -> list[str]:
    """Options of pip and uv that install what a file pins, and nothing else.

    Without a build from source: that would fetch what it needs unpinned, and run it.
    """
    return ["--require-hashes", "--only-binary", ":all:", "-r", str(file.relative_to(ROOT))]


def pinned(file: Path, name: str) -> str:
    """The version of a package in a file, where each package stands once.

    Raises `SetupError` where the file does not pin it.
    """
    match = re.search(rf"^{re.escape(name)}==(\S+)", file.read_text() if file.is_file() else "", re.MULTILINE)
    if not match:
        raise SetupError(f"{file.relative_to(ROOT)} does not pin {name}; run make lock")
    return match[1]
