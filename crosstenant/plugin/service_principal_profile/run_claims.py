"""The clusters that the providers of one run have, each in a process of its own: no two records may have one cluster.

The engine tells a process nothing of the others. What they share is the engine itself: its address and its process. A
file with these two in its name holds a line for each record, and the first line of a cluster counts. Where there can be
no such file, each process knows of its own records alone.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from crosstenant.model.arm_id import ArmId

_DAYS: Final = 3
_SECONDS_OF_A_DAY: Final = 86400


class RunClaims:
    """What the processes of one run declare."""

    def __init__(self, engine: str, folder: Path | None = None) -> None:
        """
        :param engine: Address of the engine's gRPC server; empty where there is none.
        :param folder: Where the files are; a folder of this user's for temporary files by default.
        """
        self._engine = engine
        self._folder = folder

    def first(self, urn: str, cluster_id: ArmId) -> str | None:
        """Claims a cluster; returns the URN of the record that has it already, if that is another one.

        :param urn: The record.
        :param cluster_id: Its cluster.
        """
        # On Windows a launcher stands between the engine and this process.
        if not self._engine or os.name == "nt":
            return None
        with suppress(OSError):
            file = self._file()
            claim = f"{cluster_id.key}\t{urn}\n"
            # One write at the end of the file, which no other process can come between.
            descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                os.write(descriptor, claim.encode())
            finally:
                os.close(descriptor)
            claims = [line.split("\t") for line in file.read_text().splitlines() if "\t" in line]
            holder = next((it[1] for it in claims if it[0] == cluster_id.key), urn)
            return None if holder == urn else holder
        return None

    def _file(self) -> Path:
        folder = self._folder or Path(tempfile.gettempdir()) / f"crosstenant-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise PermissionError
        name = hashlib.sha256(f"{self._engine} {os.getppid()}".encode()).hexdigest()[:24]
        file = folder / f"{name}.claims"
        if not file.exists():
            _remove_old(folder)
        return file


def _remove_old(folder: Path) -> None:
    """Removes the files of runs that have ended long ago."""
    for file in folder.glob("*.claims"):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > _DAYS * _SECONDS_OF_A_DAY:
                file.unlink()
