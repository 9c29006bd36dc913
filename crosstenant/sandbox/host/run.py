"""Runs a command in the sandbox: starts the server, sets the environment, forwards signals, and cleans up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

from crosstenant.sandbox.host.environment import surroundings
from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.private_folder import private_folder
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.clock import ahead_note
from crosstenant.sandbox.world.state import Store

_FORWARDED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_NOT_FOUND: Final = 127
_NOT_EXECUTABLE: Final = 126


def run_command(
    store: Store, command: Sequence[str], faults: Sequence[dict[str, Any]] = (), pass_through: Sequence[str] = ()
) -> int:
    """Runs ``command`` in the foreground with the sandbox as its network.

    :param faults: Faults for this run; those that are left at its end are removed.
    :param pass_through: Host patterns that the command may reach on the real network.
    :returns: The command's exit status, as a shell reports it.
    """
    with Sandbox(store, pass_through) as sandbox, _faults(store, faults):
        with store.read() as state:
            note = ahead_note(state)
        if note:
            print(f"crosstenant sandbox: {note}", file=sys.stderr)
        environment = surroundings(command_environment(store, sandbox))
        try:
            process = subprocess.Popen(command, env=environment)
        except FileNotFoundError:
            print(f"crosstenant sandbox: command '{command[0]}' was not found", file=sys.stderr)
            return _NOT_FOUND
        except OSError as error:
            print(f"crosstenant sandbox: {command[0]} cannot run: {error.strerror}", file=sys.stderr)
            return _NOT_EXECUTABLE
        with _forwarding_signals(process):
            status = process.wait()
        return status if status >= 0 else 128 - status


def command_environment(store: Store, sandbox: Sandbox) -> dict[str, str]:
    """The variables of a command in the sandbox; where stand-ins are needed, with a private ``PULUMI_HOME``."""
    plugins = prepare_plugins(private_folder(store.path) / "pulumi-home")
    if plugins.stand_ins:
        names = " and ".join(f"{name} {version}" for name, version in plugins.stand_ins.items())
        print(
            f"crosstenant sandbox: stand-ins emulate the provider plugins {names}, which are not installed",
            file=sys.stderr,
        )
    return {**sandbox.environment(), **plugins.environment}


@contextmanager
def _faults(store: Store, faults: Sequence[dict[str, Any]]) -> Generator[None]:
    if faults:
        with store.change() as state:
            state["faults"] += faults
    try:
        yield
    finally:
        if faults:
            ids = {fault["id"] for fault in faults}
            with store.change() as state:
                state["faults"] = [fault for fault in state["faults"] if fault.get("id") not in ids]


@contextmanager
def _forwarding_signals(process: subprocess.Popen[bytes]) -> Generator[None]:
    """Forwards signals to the command; the sandbox runs until the command has ended.

    A terminal sends the signal of ctrl-C or ctrl-\\ to the whole foreground group, the command included. A second
    signal would make the engine abort at once, so such a signal is not forwarded.
    """

    def forward(number: int, _: FrameType | None) -> None:
        if number in (signal.SIGINT, signal.SIGQUIT) and _in_foreground():
            return
        with suppress(ProcessLookupError):
            process.send_signal(number)

    before = {number: signal.signal(number, forward) for number in _FORWARDED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    """Whether this process belongs to the foreground group of a terminal."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
