"""Processes that end with the sandbox, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

# The kernel ends the process when the thread that started it has ended (PR_SET_PDEATHSIG, prctl(2)): also after a
# SIGKILL of the sandbox. Elsewhere than on Linux the processes end only with an orderly end of the sandbox.
_LAUNCHER: Final = """\
import os, signal, sys
parent, program = int(sys.argv[1]), sys.argv[2:]
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the sandbox has ended")
os.execv(program[0], program)
"""


def launch(
    command: Sequence[str], output: Path, environment: Mapping[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    """Starts a process that ends with the calling thread, and that no signal of the terminal reaches.

    :param command: The absolute path of a program, and its arguments.
    :param output: The file that its output is added to.
    :param environment: Its whole environment.
    :param folder: Its working folder.
    """
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid())]
    with output.open("ab") as file:
        # In a session of its own: ctrl-C ends the command in the sandbox first, and that one may still need the API.
        return subprocess.Popen(
            [*launcher, *command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kills a launched process, and those that it has started: a container ends with its first process.

    :param process: A process of ``launch`` that runs, or has ended just now: its ID is given to another one later.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that no process listens on now.

    :param count: How many.
    """
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def last_lines(file: Path, count: int = 3) -> str:
    """The last lines of a log, for a message."""
    try:
        lines = file.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return " | ".join(line.strip()[:300] for line in lines[-count:])


def last_bytes(file: Path, count: int) -> str:
    """The end of a log, without the closing line break.

    :param count: The most bytes of it.
    """
    try:
        return file.read_bytes()[-count:].decode("utf-8", "replace").rstrip("\n")
    except OSError:
        return ""
