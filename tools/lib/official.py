"""Pulumi by its official installer, the one that Pulumi's Python SDK carries: seconds where a build takes minutes.

It runs a script from get.pulumi.com, which needs curl, downloads the release's archive and unpacks it: the CLI and all
language hosts, into one folder. All that happens aside, within a bound of time; what comes of it is used only if it is
whole and of the version that toolchain/cli pins.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from lib.checkout import ROOT, TOOLS, TOOLS_BIN, VENV, installed, stamped
from lib.progress import Cancelled, SetupError, TooSlow, run, say

HOST = "get.pulumi.com"
CONNECT_SECONDS = 5.0
INSTALL_SECONDS = 90.0
RETRY_SECONDS = 24 * 3600.0
"""An attempt that failed is not made again for so long: it may have taken all of its time."""

NEEDED = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")

STAMP = TOOLS / "stamps" / "official"
FAILED = TOOLS / "stamps" / "official-failed"
ASIDE = TOOLS / "partial" / "official"
LOG = TOOLS / "log"

PROGRAM = """\
import sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""


def is_there(version: str) -> bool:
    """Whether the official Pulumi of this version is in `.tools/bin`."""
    return stamped(STAMP, version) and all((TOOLS_BIN / name).is_file() for name in NEEDED)


def install(version: str, venv: Callable[[], bool]) -> None:
    """Try to install this version, written with its `v`, into `.tools/bin`; where that cannot be, say why.

    `venv` waits for `.venv`, whose SDK has the installer, and says whether it is there.
    """
    if _failed_lately(version):
        return
    start = time.monotonic()
    reason = "there is no curl on PATH" if installed("curl") is None else _unreachable()
    if not reason:
        if not venv():
            return
        say(f"setup: no pulumi on PATH, so Pulumi {version} comes by its official installer ...")
        reason = _attempt(version)
        if reason:
            FAILED.parent.mkdir(parents=True, exist_ok=True)
            FAILED.write_text(version)
    if reason:
        say(f"setup: Pulumi's official installer cannot be used: {reason}")
        return
    say(f"setup: Pulumi is ready ({time.monotonic() - start:.0f} s)")


def _failed_lately(version: str) -> bool:
    return stamped(FAILED, version) and 0 <= time.time() - FAILED.stat().st_mtime < RETRY_SECONDS


def _unreachable() -> str:
    """Why no connection comes about to the installer's host, or to the proxy before it; empty where one does."""
    proxy = "" if urllib.request.proxy_bypass(HOST) else urllib.request.getproxies().get("https", "")
    address = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    host, port = (address.hostname or HOST), (address.port or 443)
    answers: list[str] = []

    def connect() -> None:
        try:
            socket.create_connection((host, port), CONNECT_SECONDS).close()
            answers.append("")
        except OSError as error:
            answers.append(f"{host} cannot be reached ({error.strerror or error})")

    # In a thread that is left behind: nothing bounds the look-up of a name.
    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS + 1)
    return answers[0] if answers else f"{host} cannot be reached (no answer within {CONNECT_SECONDS:.0f} s)"


def _attempt(version: str) -> str:
    """Install aside, check the result, and move it into place; why not, or an empty string."""
    shutil.rmtree(ASIDE, ignore_errors=True)
    root, temporary = ASIDE / "root", ASIDE / "tmp"
    temporary.mkdir(parents=True)
    # What the script downloads goes with the folder, also when it is killed.
    env = {**os.environ, "TMPDIR": str(temporary), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    command = [str(VENV / "bin" / "python"), "-c", PROGRAM, str(root), version.removeprefix("v")]
    try:
        run(command, log=LOG / "official.log", cwd=ROOT, env=env, within=INSTALL_SECONDS)
        return _move(root / "bin", version, env)
    except Cancelled:
        raise
    except TooSlow:
        return f"it had not ended after {INSTALL_SECONDS:.0f} s"
    except SetupError:
        return "it failed (.tools/log/official.log says why)"
    finally:
        shutil.rmtree(ASIDE, ignore_errors=True)


def _move(folder: Path, version: str, env: dict[str, str]) -> str:
    lacking = [name for name in NEEDED if not os.access(folder / name, os.X_OK)]
    if lacking:
        return f"what it installed lacks {', '.join(lacking)}"
    try:
        shown = run([str(folder / "pulumi"), "version"], log=LOG / "official-version.log", cwd=ROOT, env=env, within=20)
    except Cancelled:
        raise
    except (SetupError, OSError):
        return "the pulumi that it installed does not run"
    if shown[-1:] != [version]:
        return f"it installed {' '.join(shown[-1:]) or 'a version without a name'}, not {version}"
    TOOLS_BIN.mkdir(exist_ok=True)
    STAMP.unlink(missing_ok=True)
    for file in folder.iterdir():
        file.replace(TOOLS_BIN / file.name)
    STAMP.parent.mkdir(parents=True, exist_ok=True)
    STAMP.write_text(version)
    FAILED.unlink(missing_ok=True)
    return ""
