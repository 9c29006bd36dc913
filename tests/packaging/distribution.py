"""The wheel and the sdist, and Python environments that have the wheel alone."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

LAUNCHER = """\
#!/bin/sh
exec '{python}' "$@"
"""


def build(source: Path, folder: Path) -> tuple[Path, Path]:
    """The sdist and the wheel of this source, in this folder; built by the pinned hatchling of this environment."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder), "-t", "sdist", "-t", "wheel"]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def environment_of(wheel: Path, folder: Path) -> Path:
    """The Python of a new environment with this wheel, and the dependencies of the environment that runs the tests.

    Those are reached through a path file. Path files of a folder reached so are not read: this checkout's own, which
    its editable installation made, has no effect there.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def only_python(python: Path, folder: Path) -> Path:
    """A folder for PATH with this Python and nothing else of its environment."""
    folder.mkdir()
    for name in ("python", "python3"):
        (folder / name).write_text(LAUNCHER.format(python=python))
        (folder / name).chmod(0o755)
    return folder
