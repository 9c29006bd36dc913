"""Where things are in this checkout, and the environment in which its commands run."""

from __future__ import annotations

import compileall
import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
TOOLS_BIN = TOOLS / "bin"
KUBERNETES = TOOLS / "kubernetes"
"""pulumi-kubernetes, for the PYTHONPATH of the one program that needs it."""
POLICY = TOOLS / "policy"
"""pulumi-policy, for the PYTHONPATH of a policy pack: it does not go with the protobuf of `.venv`."""
SCRATCH = ROOT / ".sandbox"


def compile_package() -> None:
    """Write the package's bytecode, as an installation does.

    Each Pulumi operation starts the package in half a dozen processes. Where PYTHONDONTWRITEBYTECODE is set, each of
    them would compile the checkout's sources anew.
    """
    compileall.compile_dir(ROOT / "crosstenant", quiet=1)


def search_path() -> str:
    """PATH for commands of this checkout.

    `.venv/bin` comes first, since Pulumi's Python host runs the `python3` that it finds on PATH. `.tools/bin` comes
    last: an installed Pulumi is used as it is.
    """
    own = {VENV / "bin", TOOLS_BIN}
    rest = [entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry and Path(entry) not in own]
    return os.pathsep.join([str(VENV / "bin"), *rest, str(TOOLS_BIN)])


def installed(name: str) -> Path | None:
    """The executable of this name outside the checkout's own folders, or None."""
    own = {VENV / "bin", TOOLS_BIN}
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = shutil.which(name, path=os.pathsep.join(entry for entry in entries if entry and Path(entry) not in own))
    return Path(found) if found else None


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """A hash of the files' contents and of the words beside them: what a set-up stamp holds."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    digest.update("\0".join(words).encode())
    return digest.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    """Whether the stamp says that this very state was reached."""
    return stamp.is_file() and stamp.read_text() == value
