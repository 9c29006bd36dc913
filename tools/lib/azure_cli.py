"""The Azure CLI for tests/clients/az: in an environment of its own, `.tools/az`, with the versions that az brings.

Large (0.7 GB), so only `make test-clients` installs it.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from lib import pins, uv
from lib.checkout import ROOT, TOOLS, fingerprint, stamped
from lib.progress import SetupError, run, say

FOLDER = TOOLS / "az"
STAMP = TOOLS / "stamps" / "az"
EXECUTABLE = FOLDER / "bin" / "az"


def ensure() -> None:
    """Install the Azure CLI where it is not there in its pinned version.

    Raises `SetupError` where it cannot be had.
    """
    if is_there():
        return
    start = time.monotonic()
    say(f"setup: azure-cli {version()} into .tools/az (0.7 GB; one to three minutes) ...")
    STAMP.unlink(missing_ok=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    log, python = TOOLS / "log", FOLDER / "bin" / "python"
    installer = uv.uv()
    if installer:
        environment = uv.uv_environment()
        make = [str(installer), "venv", "--no-project", "--no-python-downloads", "--python", uv.base_python()]
        install = [str(installer), "pip", "install", "--python", str(python), "--compile-bytecode"]
    else:
        environment = uv.environment()
        make = [uv.base_python(), "-m", "venv"]
        install = [str(python), "-m", "pip", "install"]
    run([*make, str(FOLDER)], log=log / "az-venv.log", cwd=ROOT, env=environment)
    run([*install, *pins.options(pins.AZURE_CLI)], log=log / "az.log", cwd=ROOT, env=environment)
    STAMP.parent.mkdir(parents=True, exist_ok=True)
    STAMP.write_text(_state())
    say(f"setup: azure-cli is ready ({time.monotonic() - start:.0f} s)")


def is_there() -> bool:
    """Whether the Azure CLI is in its folder, at the pinned versions."""
    return EXECUTABLE.is_file() and stamped(STAMP, _state())


def executable() -> Path:
    """The Azure CLI.

    Raises `SetupError` where it is not there.
    """
    if not is_there():
        raise SetupError(f"azure-cli {version()} is not in .tools/az: run make test-clients")
    return EXECUTABLE


def version() -> str:
    """The version of the Azure CLI."""
    return pins.pinned(pins.AZURE_CLI, "azure-cli")


def _state() -> str:
    # The place counts, because a virtual environment's scripts carry its absolute path.
    return fingerprint([pins.AZURE_CLI], str(ROOT), sys.version)
