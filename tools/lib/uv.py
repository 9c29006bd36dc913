"""The checkout's own installers of Python packages: pip, and uv from PyPI, in a small environment in `.tools/uv`."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from lib import pins
from lib.checkout import ROOT, TOOLS, fingerprint, stamped
from lib.progress import Cancelled, SetupError, run, say

FOLDER = TOOLS / "uv"
STAMP = TOOLS / "stamps" / "uv"

# uv reads none of pip's settings, and a machine that needs an index of its own says so to pip.
SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}

_lock = threading.Lock()


def base_python() -> str:
    """The interpreter to make environments with: this one may be .venv's own, which set-up takes away."""
    return getattr(sys, "_base_executable", None) or sys.executable


def pip() -> list[str]:
    """The command of a pip that nothing else depends on.

    Raises `SetupError` where Python comes without `venv`.
    """
    with _lock:
        return _pip()


def uv() -> Path | None:
    """The executable of uv; None, told in a sentence, where PyPI has none for this machine or cannot be reached."""
    with _lock:
        command = _pip()
        executable = FOLDER / "bin" / "uv"
        state = fingerprint([pins.UV], str(ROOT), sys.version)
        if _pip_settings(command).get("no-index", "0") in ("1", "true", "yes", "on"):
            # uv takes that from its command line alone, and such a machine has its reasons.
            say("setup: pip is told to use no index, so it installs the packages itself, without uv")
            return None
        if stamped(STAMP, state) and executable.is_file():
            return executable
        try:
            run(
                [*command, "install", *pins.options(pins.UV)],
                log=TOOLS / "log" / "uv.log",
                cwd=ROOT,
                env=environment(),
            )
        except Cancelled:
            raise
        except SetupError:
            pin = f"uv {pins.pinned(pins.UV, 'uv')}"
            say(f"setup: {pin} cannot be had from PyPI (.tools/log/uv.log says why), so pip installs the packages")
            return None
        STAMP.parent.mkdir(parents=True, exist_ok=True)
        STAMP.write_text(state)
        return executable


def uv_environment() -> dict[str, str]:
    """The environment of uv: pip's settings in uv's words, unless uv has its own."""
    found = environment()
    for key, value in _pip_settings(pip()).items():
        if key in SETTINGS:
            # pip parts several values by spaces, uv parts links by commas.
            found.setdefault(SETTINGS[key], ",".join(value.split()) if key == "find-links" else value)
    # An activated environment, be it this one, is not what is meant.
    found.pop("VIRTUAL_ENV", None)
    return found


def environment() -> dict[str, str]:
    """The environment of pip."""
    return {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _pip() -> list[str]:
    python = FOLDER / "bin" / "python"
    command = [str(python), "-m", "pip"]
    # pyvenv.cfg alone tells nothing: an interrupted start leaves it without a pip.
    if python.exists() and any(FOLDER.glob("lib/python*/site-packages/pip/__main__.py")) and _works(python):
        return command
    # Debian and its kin keep these two in a package of their own.
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"{sys.executable} has no `venv` module to make .venv with. On Debian and Ubuntu: "
            f"apt-get install python{version}-venv"
        )
    STAMP.unlink(missing_ok=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    log = TOOLS / "log" / "venv.log"
    run([base_python(), "-m", "venv", str(FOLDER)], log=log, cwd=ROOT, env=environment())
    return command


def _works(python: Path) -> bool:
    """Whether the interpreter behind an environment is still there."""
    return subprocess.run([str(python), "-c", ""], capture_output=True, check=False).returncode == 0


def _pip_settings(command: list[str]) -> dict[str, str]:
    """What pip takes from its files and variables, by name; of a name's several sources the strongest."""
    shown = subprocess.run(
        [*command, "config", "list"], env=environment(), text=True, capture_output=True, check=False
    ).stdout
    found: dict[str, str] = {}
    for section in ("global", "install", ":env:"):
        for line in shown.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(f"{section}."):
                found[name.removeprefix(f"{section}.")] = value.strip().strip("'")
    return found
