"""The programs that this process has started, and those that they started in turn (Linux: from /proc)."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

AND_ITS_OWN: Final = "+"
"""Behind a name: the program, and all that it has started."""
_GONE_SECONDS: Final = 5.0


def descendants(name: str = "") -> list[int]:
    """The process IDs of the descendants of this process that are the program ``name``; on Linux alone.

    :param name: The program's file name; of a script, that of the script or of its interpreter. With ``AND_ITS_OWN``
        behind it, what these have started as well. Default: all of them.
    """
    program = name.removesuffix(AND_ITS_OWN)
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
    ours = [pid for pid in names if os.getpid() in _ancestors(pid, parents)]
    found = {pid for pid in ours if not program or program in names[pid]}
    if name != program:
        found |= {pid for pid in ours if not found.isdisjoint(_ancestors(pid, parents))}
    return [pid for pid in ours if pid in found]


async def kill(name: str) -> int:
    """Ends each descendant of that name at once (SIGKILL); returns how many there were, when they are gone.

    :param name: As for ``descendants``.
    """
    found = descendants(name)
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + _GONE_SECONDS
    while any(map(lives, found)) and time.monotonic() < until:  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(0.005)
    return len(found)


def lives(pid: int) -> bool:
    """Whether a process runs: a zombie has no connections any more."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False


def _ancestors(pid: int, parents: dict[int, int]) -> set[int]:
    found: set[int] = set()
    while (pid := parents.get(pid, 0)) not in (0, *found):
        found.add(pid)
    return found
