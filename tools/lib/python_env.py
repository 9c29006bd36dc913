"""The checkout's Python environment: `.venv` with the package (editable) and its `dev` extra at pinned versions."""

from __future__ import annotations

import importlib.util
import os
import sys
import time

from lib.checkout import ROOT, TOOLS, VENV, fingerprint, stamped
from lib.progress import SetupError, run, say

STAMP = VENV / ".set-up"


def ensure() -> None:
    """Create or renew `.venv` if pyproject.toml, constraints.txt, the Python or the checkout's place changed.

    Raises `SetupError` where Python comes without `venv`, and where pip fails.
    """
    files = [ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    # The place counts, because a virtual environment's scripts carry its absolute path.
    state = fingerprint(files, str(ROOT), sys.version)
    if stamped(STAMP, state):
        return
    # Debian and its kin keep these two in a package of their own.
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"{sys.executable} has no `venv` module to make .venv with. On Debian and Ubuntu: "
            f"apt-get install python{version}-venv"
        )
    start = time.monotonic()
    say("setup: Python packages into .venv (about a minute, most of it the download of pulumi-azure-native) ...")
    STAMP.unlink(missing_ok=True)
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    # Made by the base interpreter: this one may be .venv's own, which --clear takes away.
    base: str = getattr(sys, "_base_executable", None) or sys.executable
    whole = (VENV / "bin" / "pip").exists() and _same_place_and_python()
    options = [] if whole else ["--clear"]
    run([base, "-m", "venv", *options, str(VENV)], log=TOOLS / "log" / "venv.log", cwd=ROOT, env=env)
    run(
        [str(VENV / "bin" / "python"), "-m", "pip", "install", "-e", ".[dev]", "-c", "constraints.txt"],
        log=TOOLS / "log" / "pip.log",
        cwd=ROOT,
        env=env,
        describe=_describe,
    )
    STAMP.write_text(state)
    say(f"setup: .venv is ready ({time.monotonic() - start:.0f} s)")


def _same_place_and_python() -> bool:
    """Whether an existing `.venv` was made here, and by this Python."""
    config = VENV / "pyvenv.cfg"
    if not config.is_file() or not (VENV / "bin" / "python").exists():
        return False
    head = (VENV / "bin" / "pip").read_text(errors="replace")[:1000]
    version = ".".join(str(part) for part in sys.version_info[:3])
    return str(VENV) in head and f"version = {version}" in config.read_text()


def _describe(lines: list[str]) -> str:
    collected = sum(line.startswith("Collecting ") for line in lines)
    if any(line.startswith("Installing collected") for line in lines):
        return f"installing {collected} packages"
    return f"collected {collected} packages"
