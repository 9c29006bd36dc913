"""Running a long command with a line now and then that says how far it is, alone or beside other steps of set-up."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

QUIET_SECONDS = 20.0
"""Without a terminal (in CI) a step's progress is told this often."""


class SetupError(Exception):
    """Set-up cannot go on; the message says why and what to do."""


class Cancelled(SetupError):
    """This step ended because set-up as a whole ends."""


class TooSlow(SetupError):
    """A command had not ended within the time it was given."""


class Board:
    """What is shown: lines that stay, and on a terminal one line below them that says where each step is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._terminal = sys.stdout.isatty()
        self._progress: dict[str, Callable[[], str]] = {}
        self._told: dict[str, float] = {}

    def say(self, text: str) -> None:
        """Print a line that stays."""
        with self._lock:
            self._erase()
            print(text, flush=True)
            self._draw()

    def progress(self, step: str, words: Callable[[], str]) -> None:
        """Say from now on where a step is; `tick` asks for the words."""
        with self._lock:
            self._told[step] = time.monotonic()
            self._progress[step] = words

    def tick(self) -> None:
        """Show where the steps are: on a terminal each time, elsewhere each on a line of its own from time to time."""
        with self._lock:
            if self._terminal:
                self._erase()
                self._draw()
                return
            now = time.monotonic()
            for step, words in self._progress.items():
                if now - self._told[step] >= QUIET_SECONDS:
                    self._told[step] = now
                    print(f"  {words()}", flush=True)

    def clear(self, step: str) -> None:
        """Take a step's progress away."""
        with self._lock:
            self._erase()
            self._told.pop(step, None)
            self._progress.pop(step, None)
            self._draw()

    def _erase(self) -> None:
        if self._terminal:
            print("\r\033[K", end="", flush=True)

    def _draw(self) -> None:
        if self._terminal and self._progress:
            # A line that wraps could not be erased.
            width = shutil.get_terminal_size().columns - 1
            print(("  " + "   ".join(words() for words in self._progress.values()))[:width], end="", flush=True)


class Commands:
    """The commands that run now, so that all of them can be ended together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether set-up ends."""
        return self._cancelled

    def start(self, command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, in which its children can be ended with it."""
        with self._lock:
            if self._cancelled:
                raise Cancelled("cancelled")
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(process)
            return process

    def ended(self, process: subprocess.Popen[str]) -> None:
        """Forget a command."""
        with self._lock:
            self._running.discard(process)

    def cancel(self, how: signal.Signals) -> None:
        """End every command by this signal, and start none from now on."""
        with self._lock:
            self._cancelled = True
            for process in self._running:
                send(process, how)


BOARD = Board()
COMMANDS = Commands()


def send(process: subprocess.Popen[str], how: signal.Signals) -> None:
    """Send a signal to a command and its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, how)


def say(text: str) -> None:
    """One line, at once."""
    BOARD.say(text)


def run(
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str],
    describe: Callable[[list[str]], str] | None = None,
    remedy: str = "",
    within: float | None = None,
) -> list[str]:
    """Run a command, its output (both streams) into `log`, and return its lines.

    `describe` turns the lines so far into a few words of progress, which stand beside the step's name (the thread's).
    A failing command raises `SetupError` with the end of its output and the remedy; one that takes longer than `within`
    seconds is ended with all its children, and raises `TooSlow`.
    """
    lines: list[str] = []
    start = time.monotonic()
    step = threading.current_thread().name
    log.parent.mkdir(parents=True, exist_ok=True)
    process = COMMANDS.start(command, cwd, env)
    late = threading.Event()
    if describe:
        BOARD.progress(step, lambda: f"{step}: {describe(lines)}, {time.monotonic() - start:.0f} s")

    def stop() -> None:
        late.set()
        send(process, signal.SIGKILL)

    timer = threading.Timer(within, stop) if within is not None else None
    if timer:
        timer.start()
    try:
        with log.open("w") as copy, process:
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    lines.append(line.rstrip("\n"))
                    copy.write(line)
            except BaseException:
                send(process, signal.SIGKILL)
                raise
    finally:
        if timer:
            timer.cancel()
        COMMANDS.ended(process)
        BOARD.clear(step)
    if COMMANDS.cancelled:
        raise Cancelled("cancelled")
    if late.is_set():
        raise TooSlow(f"`{' '.join(command[:3])} ...` had not ended after {within:.0f} s")
    if process.returncode:
        tail = "\n".join(f"  | {line}" for line in lines[-15:])
        raise SetupError(
            f"`{' '.join(command[:3])} ...` failed (exit {process.returncode}). {remedy}\n{tail}\n  log: {log}"
        )
    return lines
