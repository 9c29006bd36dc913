"""Running a long command with a line now and then that says how far it is."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

QUIET_SECONDS = 20.0
"""Without a terminal (in CI) a progress line comes this often."""


class SetupError(Exception):
    """Set-up cannot go on; the message says why and what to do."""


def say(text: str) -> None:
    """One line, at once."""
    print(text, flush=True)


def run(
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str],
    describe: Callable[[list[str]], str] | None = None,
    remedy: str = "",
) -> list[str]:
    """Run a command, its output (both streams) into `log`, and return its lines.

    `describe` turns the lines so far into a few words of progress: on a terminal they replace each other in one line,
    elsewhere a line comes every 20 seconds. A failing command raises `SetupError` with the end of its output and the
    remedy.
    """
    lines: list[str] = []
    start = last = time.monotonic()
    terminal = sys.stdout.isatty()
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w") as copy,
        subprocess.Popen(
            command, cwd=cwd, env=env, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process,
    ):
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                copy.write(line)
                now = time.monotonic()
                if describe and now - last >= (0.2 if terminal else QUIET_SECONDS):
                    last = now
                    words = f"  {describe(lines)}, {now - start:.0f} s"
                    print(f"\r\033[K{words}" if terminal else words, end="" if terminal else "\n", flush=True)
        except BaseException:
            process.terminate()
            raise
        finally:
            if terminal and describe:
                print("\r\033[K", end="", flush=True)
    if process.returncode:
        tail = "\n".join(f"  | {line}" for line in lines[-15:])
        raise SetupError(
            f"`{' '.join(command[:3])} ...` failed (exit {process.returncode}). {remedy}\n{tail}\n  log: {log}"
        )
    return lines
