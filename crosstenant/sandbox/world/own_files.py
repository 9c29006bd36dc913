"""Files in folders that may come from another person: a link there could lead to any file of the user.

The state file's folder is in the project by default, and a project may be an archive or a checkout.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

_NOT_A_FILE: Final = (errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.EMLINK)


def open_own(path: Path, flags: int) -> int:
    """Opens a file and follows no link; returns its descriptor. A file that is made is for its owner only.

    :param path: The file.
    :param flags: As for ``os.open``.
    :raises ValueError: The path is a link, or something else than a file, or a second name of the file that is written.
    :raises OSError: The file cannot be opened.
    """
    refusal = ValueError(f"{path} must be a file, not a link or a folder: the sandbox follows no link there; remove it")
    try:
        # Without O_NONBLOCK, a named pipe would hold the sandbox up.
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if error.errno in _NOT_A_FILE:
            raise refusal from None
        raise
    status = os.fstat(descriptor)
    is_second_name = status.st_nlink > 1 and flags & (os.O_WRONLY | os.O_RDWR)
    if not stat.S_ISREG(status.st_mode) or is_second_name:
        os.close(descriptor)
        raise refusal
    return descriptor


def read_own(path: Path) -> str:
    """The text of a file; a byte that is not text becomes U+FFFD.

    :raises ValueError: As for ``open_own``.
    :raises OSError: The file cannot be read.
    """
    with os.fdopen(open_own(path, os.O_RDONLY), errors="replace") as file:
        return file.read()


def write_own(path: Path, text: str) -> None:
    """Replaces a file as a whole; it is for its owner only. A link in its place is replaced, not followed.

    :param path: The file.
    :param text: Its text.
    :raises OSError: The file cannot be written; it is as it was.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(open_own(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w") as file:
            file.write(text)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise type(error)(error.errno, error.strerror, str(path)) from None  # that of a full disk names no file
    draft.replace(path)
