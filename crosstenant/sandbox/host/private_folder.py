"""Folders that only this user can change, because programs are started from them."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from crosstenant.sandbox.host.stale_folders import claim, name_of, remove_stale


def private_folder(state: Path) -> Path:
    """The folder of a state file's sandbox for plugins and for links into the user's ``PULUMI_HOME``; made when it is
    missing.

    It is in the user's cache (``XDG_CACHE_HOME``, else ``~/.cache``), or in the temporary folder where that cannot be
    written. It is not beside the state file: an archive of the project must not contain a link to the user's
    credentials, and a project folder may come from another person.

    The private folders of state files that are gone are removed.

    :param state: The state file.
    :raises ValueError: ``own_folder`` refuses one of the folders.
    """
    state = state.resolve()
    with suppress(OSError, RuntimeError):  # Path.home has no answer for a user without a home folder
        given = Path(os.environ.get("XDG_CACHE_HOME", ""))
        cache = given if given.is_absolute() else Path.home() / ".cache"
        cache.mkdir(parents=True, exist_ok=True)
        return _below(cache / "crosstenant", state)
    return _below(Path(tempfile.gettempdir()) / f"crosstenant-{os.geteuid()}", state)


def own_folder(folder: Path) -> Path:
    """Makes a folder that only this user can enter (0700), or closes one that exists; returns it.

    :raises ValueError: The folder is a symbolic link, belongs to another user, or was open to others' changes.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise ValueError(f"{folder} must be a folder of your own, not a link or a file: remove it")
    if status.st_uid != os.geteuid():
        raise ValueError(
            f"{folder} belongs to the user with the ID {status.st_uid}, and the sandbox would start that user's "
            f"programs with your rights: remove the folder, or set XDG_CACHE_HOME to a folder of your own"
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ValueError(f"other users can change {folder}, and the sandbox would start their programs: remove it")
    folder.chmod(0o700)
    return folder


def _below(top: Path, state: Path) -> Path:
    parent = own_folder(own_folder(top) / "sandbox")
    folder = own_folder(parent / name_of(state))
    claim(folder, state)
    remove_stale(parent)
    return folder
