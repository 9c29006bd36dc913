"""A copy of what the package is built from, without an environment and without what earlier runs left."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = (
    "crosstenant",
    "plugin",
    "templates",
    "pyproject.toml",
    "constraints.txt",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
)


def bare_copy(folder: Path) -> Path:
    """The copy, in this folder."""
    folder.mkdir()
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".venv"))
        elif source.exists():
            shutil.copy(source, folder)
    return folder
