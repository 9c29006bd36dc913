"""Two registry clients for tests/clients: crane and, of another family, skopeo or else oras.

What is on PATH is used as it is. crane is built from the Go module proxy into `.tools/bin`, and so is oras where there
is no skopeo. Only on request (`make setup-tests APT=1`, as root) skopeo is installed from the packages of Debian or
Ubuntu: set-up changes nothing outside the checkout by itself. Which clients there are is what `two_clients` says, to
the tests too.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from lib import toolchain
from lib.checkout import ROOT, TOOLS, TOOLS_BIN, installed
from lib.progress import Cancelled, SetupError, run, say

CRANE = toolchain.Program("crane", "crane", "about half a minute")
ORAS = toolchain.Program("oras", "oras", "about half a minute")

APT_OPTIONS = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]


def ensure_crane() -> None:
    """Build crane where it is not installed."""
    if not installed(CRANE.name):
        toolchain.build([CRANE], "tests/clients pulls with other people's registry clients, built once")


def ensure_second(apt: bool) -> None:
    """Build oras where neither it nor skopeo is there; with `apt`, install skopeo with apt-get where it is not.

    Raises `SetupError` where apt-get was asked for and cannot be used.
    """
    if installed("skopeo"):
        return
    if apt:
        _install_skopeo()
    elif not (installed(ORAS.name) or toolchain.is_built(ORAS)):
        toolchain.build([ORAS], "oras takes the place of skopeo (make setup-tests APT=1, as root, installs skopeo)")


def two_clients() -> dict[str, Path]:
    """The two clients to test with, by name.

    Raises `SetupError` where one of them is missing.
    """
    found = {name: path for name in ("crane", "skopeo", "oras") if (path := _find(name))}
    if "crane" not in found or len(found) < 2:
        have = ", ".join(found) or "none"
        raise SetupError(
            f"two registry clients are needed, crane and skopeo or oras; found: {have}. Run make setup-tests"
        )
    return dict(list(found.items())[:2])


def _find(name: str) -> Path | None:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(TOOLS_BIN)])
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def _install_skopeo() -> None:
    """Install Debian's package."""
    apt = installed("apt-get")
    if apt is None or os.geteuid() != 0:
        why = "there is no apt-get" if apt is None else "that takes root"
        raise SetupError(f"APT=1 cannot be had: skopeo is installed with apt-get, and {why}. Omit APT=1 to use oras")
    start = time.monotonic()
    say("setup: skopeo from the system's packages, as APT=1 asks (about ten seconds) ...")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [str(apt), "install", "--yes", "--no-install-recommends", *APT_OPTIONS, "skopeo"]
    log = TOOLS / "log"
    try:
        run(install, log=log / "skopeo.log", cwd=ROOT, env=env)
    except Cancelled:
        raise
    except SetupError:
        # A fresh container has no package lists, an old one has lists of packages that are gone.
        run([str(apt), "update", *APT_OPTIONS], log=log / "apt-update.log", cwd=ROOT, env=env)
        run(install, log=log / "skopeo.log", cwd=ROOT, env=env)
    say(f"setup: skopeo is ready ({time.monotonic() - start:.0f} s)")
