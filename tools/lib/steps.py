"""Steps of set-up side by side: each in a thread, which mostly waits for a command."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lib.progress import BOARD, COMMANDS, Cancelled, SetupError

GRACE_SECONDS = 10.0
"""So long a command has to end by itself when it is told to."""


@dataclass
class Step:
    """One step: its name, which its progress stands beside, and what it does."""

    name: str
    work: Callable[[], None]
    error: SetupError | None = None
    crash: BaseException | None = None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def failed(self) -> bool:
        """Whether it did not do what it is there for."""
        return self.error is not None or self.crash is not None

    def run(self) -> None:
        """Do it; where it fails, the other steps are ended, so that the failure is told at once."""
        try:
            self.work()
        except SetupError as error:
            self.error = error
        except BaseException as crash:
            self.crash = crash
        finally:
            if self.failed:
                COMMANDS.cancel(signal.SIGTERM)
            self.over.set()


def side_by_side(steps: Sequence[Step]) -> None:
    """Run the steps, each in a thread, and wait for all of them.

    Raises `SetupError` with the sentence of the one that failed. An interruption ends every command, and is raised.
    """
    for step in steps:
        threading.Thread(target=step.run, name=step.name, daemon=True).start()
    try:
        # In short turns, between which Python handles signals.
        while _left(steps) and not COMMANDS.cancelled:
            _wait(steps, 0.2)
            BOARD.tick()
    except KeyboardInterrupt:
        _end(steps)
        raise
    _end(steps)
    for step in steps:
        if step.crash:
            raise step.crash
    # One cause can stop two steps.
    sentences = dict.fromkeys(str(step.error) for step in steps if step.error and not isinstance(step.error, Cancelled))
    if sentences:
        raise SetupError("\n".join(sentences))


def _end(steps: Sequence[Step]) -> None:
    """See to it that no command is left."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if _left(steps):
            COMMANDS.cancel(how)
            _wait(steps, GRACE_SECONDS)


def _left(steps: Sequence[Step]) -> bool:
    return not all(step.over.is_set() for step in steps)


def _wait(steps: Sequence[Step], seconds: float) -> None:
    """Wait for all of them, so long at most.

    Not by joining their threads: a signal that interrupts `Thread.join` leaves the thread marked as ended.
    """
    until = time.monotonic() + seconds
    for step in steps:
        step.over.wait(max(0.0, until - time.monotonic()))
