"""The private folders of state files that are gone: each folder names its state file, and goes with it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from crosstenant.sandbox.world.own_files import open_own, read_own, write_own

_OWNER: Final = "state-file"
_HELD: Final[dict[Path, int]] = {}
"""The folders that this process uses: another sandbox must not remove them."""


def name_of(state: Path) -> str:
    """The name of a state file's private folder.

    :param state: The state file, with an absolute path.
    """
    return hashlib.sha256(os.fsencode(state)).hexdigest()[:16]


def claim(folder: Path, state: Path) -> None:
    """Notes the state file of a private folder, and holds the folder until this process ends.

    :param folder: The private folder.
    :param state: The state file, with an absolute path.
    """
    note = folder / _OWNER
    if _noted(note) != state:
        write_own(note, json.dumps(str(state)))
    if folder not in _HELD:
        _HELD[folder] = open_own(note, os.O_RDONLY)
        fcntl.flock(_HELD[folder], fcntl.LOCK_SH)


def remove_stale(parent: Path) -> None:
    """Removes the private folders whose state file is gone.

    Only a folder of this user that names its state file is removed, and only while no sandbox uses it. No link is
    followed. What cannot be removed stays.

    :param parent: The folder of the private folders.
    """
    for folder in parent.iterdir():
        with suppress(OSError, ValueError):
            _remove_if_stale(folder)


def _remove_if_stale(folder: Path) -> None:
    status = folder.lstat()
    state = _noted(folder / _OWNER) if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() else None
    if state is None or folder.name != name_of(state) or not _is_gone(state):
        return
    note = open_own(folder / _OWNER, os.O_RDONLY)
    try:
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(note)


def _is_gone(state: Path) -> bool:
    """Whether there is certainly no such file: one in a folder that cannot be entered may be there."""
    try:
        state.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    return False


def _noted(note: Path) -> Path | None:
    try:
        return Path(json.loads(read_own(note)))
    except (OSError, ValueError, TypeError):
        return None
