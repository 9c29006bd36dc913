"""The memory that processes need at most, watched from outside as they come and go."""

from __future__ import annotations

import re
import threading
from pathlib import Path

_PROC = Path("/proc")


class Peaks:
    """Watches every process that runs a program while a block runs; Linux only."""

    def __init__(self, program: str) -> None:
        """:param program: A pattern in the executable and its first argument, which is the script of an interpreter."""
        self._program = re.compile(program)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._kilobytes: dict[str, int] = {}

    def __enter__(self) -> Peaks:
        """Begins to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends."""
        self._over.set()
        self._thread.join()

    @property
    def processes(self) -> int:
        """How many there were."""
        return len(self._kilobytes)

    @property
    def megabytes(self) -> float:
        """The peak of the largest process's resident memory."""
        return max(self._kilobytes.values(), default=0) / 1024

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            for process in _PROC.glob("[0-9]*"):
                try:
                    words = (process / "cmdline").read_text(errors="replace").split("\0")[:2]
                    if self._program.search(" ".join(words)):
                        status = (process / "status").read_text()
                        # The kernel keeps the peak, so that looking now and then is enough.
                        peak = next((it.split()[1] for it in status.splitlines() if it.startswith("VmHWM")), "0")
                        # It has none left when it ends just now.
                        self._kilobytes[process.name] = max(int(peak), self._kilobytes.get(process.name, 0))
                except OSError:
                    continue  # it has ended meanwhile
