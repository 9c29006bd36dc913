"""The checkout's Python environment: `.venv` with the package (editable) and its `dev` extra, by lib/pins.py.

Beside it folders of their own for two packages. One example needs pulumi-kubernetes: in `.venv` it would cost every
program time, because Pulumi's engine asks for the plugin of each `pulumi_*` package that is installed, at each
operation, used or not. A policy pack needs pulumi-policy, which wants another protobuf than Azure's SDKs.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from lib import pins, uv
from lib.checkout import KUBERNETES, POLICY, ROOT, TOOLS, VENV, fingerprint, stamped
from lib.progress import Cancelled, SetupError, run, say

STAMP = VENV / ".set-up"
THE_PACKAGE = ["--no-deps", "--no-build-isolation", "-e", "."]
"""This checkout, built by what is in `.venv`: an isolated build would fetch hatchling anew, unpinned."""


def ensure() -> None:
    """Create or renew `.venv` if pyproject.toml, the pins, the Python or the checkout's place changed.

    Raises `SetupError` where Python comes without `venv`, and where the packages cannot be installed.
    """
    # The place counts, because a virtual environment's scripts carry its absolute path.
    state = fingerprint([ROOT / "pyproject.toml", pins.PACKAGES], str(ROOT), sys.version)
    if stamped(STAMP, state):
        return
    start = time.monotonic()
    # Renewed from the ground up: a package that left pyproject.toml has to leave the environment too.
    outdated = STAMP.is_file()
    installer = uv.uv()
    if not (installer and _with_uv(installer)):
        _with_pip(outdated)
    STAMP.write_text(state)
    say(f"setup: .venv is ready ({time.monotonic() - start:.0f} s)")


def ensure_kubernetes() -> None:
    """Install pulumi-kubernetes into its folder; what it depends on is in `.venv`.

    Raises `SetupError` where it cannot be had.
    """
    _ensure_beside(
        KUBERNETES, pins.KUBERNETES, f"pulumi-kubernetes {kubernetes_pin()}", "programs that deploy into a cluster"
    )


def ensure_policy() -> None:
    """The same for pulumi-policy."""
    _ensure_beside(POLICY, pins.POLICY, f"pulumi-policy {policy_pin()}", "one policy pack")


def _ensure_beside(folder: Path, file: Path, what: str, purpose: str) -> None:
    if _is_beside(folder, file):
        return
    say(f"setup: {what} into {folder.relative_to(ROOT)}, for {purpose} (a few seconds) ...")
    aside = TOOLS / "partial" / folder.name
    shutil.rmtree(aside, ignore_errors=True)
    packages = ["--no-deps", "--target", str(aside), *pins.options(file)]
    installer, log = uv.uv(), TOOLS / "log" / f"{folder.name}.log"
    if installer:
        command = [str(installer), "pip", "install", "--python", uv.base_python(), "--compile-bytecode", *packages]
        run(command, log=log, cwd=ROOT, env=uv.uv_environment())
    else:
        run([*uv.pip(), "install", *packages], log=log, cwd=ROOT, env=uv.environment())
    shutil.rmtree(folder, ignore_errors=True)
    aside.replace(folder)
    stamp = _stamp(folder)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint([file]))


def _is_beside(folder: Path, file: Path) -> bool:
    return folder.is_dir() and stamped(_stamp(folder), fingerprint([file]))


def _stamp(folder: Path) -> Path:
    return TOOLS / "stamps" / folder.name


def is_kubernetes_there() -> bool:
    """Whether pulumi-kubernetes is in its folder, at the pinned version."""
    return _is_beside(KUBERNETES, pins.KUBERNETES)


def is_policy_there() -> bool:
    """Whether pulumi-policy is in its folder, at the pinned version."""
    return _is_beside(POLICY, pins.POLICY)


def kubernetes_pin() -> str:
    """The version of pulumi-kubernetes."""
    return pins.pinned(pins.KUBERNETES, "pulumi-kubernetes")


def policy_pin() -> str:
    """The version of pulumi-policy."""
    return pins.pinned(pins.POLICY, "pulumi-policy")


def _with_uv(installer: Path) -> bool:
    """Make `.venv` anew; False, told in a sentence, where uv does not get through."""
    say("setup: Python packages into .venv, by uv (about half a minute) ...")
    log, env = TOOLS / "log", uv.uv_environment()
    STAMP.unlink(missing_ok=True)
    shutil.rmtree(VENV, ignore_errors=True)
    # Pulumi's Python host asks pip which packages there are: it comes with them, where --seed would take any pip.
    make = [str(installer), "venv", "--no-project", "--no-python-downloads", "--python", uv.base_python(), str(VENV)]
    install = [str(installer), "pip", "install", "--python", str(VENV / "bin" / "python")]
    try:
        run(make, log=log / "venv.log", cwd=ROOT, env=env)
        # Uncompiled, each of the plugins that an operation starts would take a second longer.
        packages = [*install, "--compile-bytecode", *pins.options(pins.PACKAGES)]
        run(packages, log=log / "packages.log", cwd=ROOT, env=env, describe=_describe_uv)
        run([*install, *THE_PACKAGE], log=log / "package.log", cwd=ROOT, env=env)
    except Cancelled:
        raise
    except SetupError:
        say("setup: uv could not install the packages (.tools/log/packages.log says why), so pip does")
        # Nothing of it is kept: pip would take half an environment for its own.
        shutil.rmtree(VENV, ignore_errors=True)
        return False
    return True


def _with_pip(outdated: bool) -> None:
    """Make `.venv`, or go on with it after an interruption."""
    say("setup: Python packages into .venv, by pip (a minute or two) ...")
    log, env = TOOLS / "log", uv.environment()
    STAMP.unlink(missing_ok=True)
    whole = not outdated and (VENV / "bin" / "pip").exists() and _same_place_and_python()
    options = [] if whole else ["--clear"]
    run([uv.base_python(), "-m", "venv", *options, str(VENV)], log=log / "venv.log", cwd=ROOT, env=env)
    install = [str(VENV / "bin" / "python"), "-m", "pip", "install"]
    packages = [*install, *pins.options(pins.PACKAGES)]
    run(packages, log=log / "packages.log", cwd=ROOT, env=env, describe=_describe_pip)
    run([*install, *THE_PACKAGE], log=log / "package.log", cwd=ROOT, env=env)


def _same_place_and_python() -> bool:
    """Whether an existing `.venv` was made here, and by this Python."""
    config = VENV / "pyvenv.cfg"
    if not config.is_file() or not (VENV / "bin" / "python").exists():
        return False
    head = (VENV / "bin" / "pip").read_text(errors="replace")[:1000]
    version = ".".join(str(part) for part in sys.version_info[:3])
    return str(VENV) in head and f"version = {version}" in config.read_text()


def _describe_uv(lines: list[str]) -> str:
    if any(line.startswith("Installed ") for line in lines):
        return "compiling bytecode"
    return f"{sum(line.startswith(' Downloaded ') for line in lines)} large packages downloaded"


def _describe_pip(lines: list[str]) -> str:
    collected = sum(line.startswith("Collecting ") for line in lines)
    if any(line.startswith("Installing collected") for line in lines):
        return f"installing {collected} packages"
    return f"collected {collected} packages"
