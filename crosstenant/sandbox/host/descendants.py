"""The programs that this process has started, and those that they started in turn (Linux: from /proc)."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def descendants(name: str = "") -> list[int]:
    """The process IDs of the descendants of this process that are the program ``name``; on Linux alone.

    :param name: The program's file name; of a script, that of the script or of its interpreter. Default: all of them.
    """
    names: dict[int, list[str]] = {}
    parents: dict[int, int] = {}
    with suppress(OSError):
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError, IndexError, ValueError):
                    words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                    # A Python script has its interpreter in front.
                    names[int(entry.name)] = [Path(word).name for word in words[:2]]
                    parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return [pid for pid, words in names.items() if (not name or name in words) and _is_ours(pid, parents)]


def kill(name: str) -> int:
    """Ends each descendant of that name at once (SIGKILL); returns how many there were.

    :param name: As for ``descendants``.
    """
    found = descendants(name)
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(found)


def _is_ours(pid: int, parents: dict[int, int]) -> bool:
    ancestor = parents.get(pid, 0)
    while ancestor not in (0, os.getpid()):
        ancestor = parents.get(ancestor, 0)
    return ancestor == os.getpid()
