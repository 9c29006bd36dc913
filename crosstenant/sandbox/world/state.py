"""The sandbox's state: one JSON document in one file, shared by every process that opens it.

The server, the control commands and any test change the same file, each change under a lock and written whole, so
that drift can be made from anywhere at any time. Keys that begin with ``_`` are the sandbox's own and never leave it
in an answer (``public``). Long-running operations are records with an end time; ``Store`` completes those that are due
whenever it opens the file.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from crosstenant.sandbox.world.own_files import open_own, read_own, write_own

State = dict[str, Any]
Settle = Callable[[State, float], bool]
"""Completes what is due at a time (seconds since the epoch); returns whether anything changed."""

_SIGNING_KEYS: Final = ("signing_key", "cluster_signing_keys")
_SECRET: Final = {*_SIGNING_KEYS, "secret", "secretText", "_sha256", "_key"}


class Store:
    """The state file, opened for reading and changing."""

    def __init__(self, path: Path, seed: Callable[[], State], settle: Settle | None = None) -> None:
        """
        :param path: The state file; made from ``seed`` when it is missing.
        :param seed: Makes a fresh state.
        :param settle: Completes due operations, given the state and the sandbox's present time.
        """
        self.path = path
        self._seed = seed
        self._settle = settle
        self._cached: State | None = None
        self._stamp: tuple[int, int] | None = None

    @contextmanager
    def read(self) -> Generator[State]:
        """The present state, for reading only."""
        with self._locked():
            yield self._load()

    @contextmanager
    def change(self) -> Generator[State]:
        """The present state, for changing: saved when the block ends, discarded when the block raises or the file
        cannot be written."""
        with self._locked():
            state = self._load()
            try:
                yield state
                self._save(state)
            except BaseException:
                self._cached = None
                raise

    def reset(self) -> None:
        """Restores the seeded state. The signing keys stay: clients such as az keep tokens between runs."""
        with self._locked():
            self._save({**self._seed(), **self._signing_keys()})

    @contextmanager
    def _locked(self) -> Generator[None]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = open_own(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _load(self) -> State:
        try:
            status = self.path.lstat()
            stamp = (status.st_mtime_ns, status.st_ino)
        except FileNotFoundError:
            self._save(self._seed())
            return self._load()
        if self._cached is None or stamp != self._stamp:
            text = read_own(self.path)
            try:
                found = json.loads(text)
                if not isinstance(found, dict):
                    raise TypeError("it must be a JSON object")
            except (ValueError, TypeError, RecursionError) as error:
                raise ValueError(
                    f"the state {self.path} is damaged ({error}): 'crosstenant sandbox reset' seeds it again"
                ) from None
            self._cached, self._stamp = cast(State, found), stamp
        state = self._cached
        assert state is not None
        if self._settle and self._settle(state, now(state)):
            self._save(state)
        return state

    def _signing_keys(self) -> State:
        """The keys in the file; none without a file that can be read: a reset must repair a damaged one."""
        try:
            state = json.loads(read_own(self.path))
            return {name: state[name] for name in _SIGNING_KEYS if state.get(name)}
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return {}

    def _save(self, state: State) -> None:
        # The file holds what a node of the cluster holds: the secret. Only its owner may read it.
        write_own(self.path, _text(state))
        found = self.path.lstat()
        self._cached, self._stamp = state, (found.st_mtime_ns, found.st_ino)


def _text(state: State) -> str:
    """The document with one object on each line: Python's indenting encoder is about fifteen times slower."""
    sections = [f"{json.dumps(name)}: {_section(value)}" for name, value in state.items()]
    return "{\n " + ",\n ".join(sections) + "\n}\n"


def _section(value: Any) -> str:
    if not isinstance(value, dict) or not value:
        return json.dumps(value)
    items = [f"{json.dumps(name)}: {json.dumps(item)}" for name, item in cast(State, value).items()]
    return "{\n  " + ",\n  ".join(items) + "\n }"


def now(state: State) -> float:
    """The sandbox's time in seconds since the epoch: the real time plus ``clock.ahead_seconds``."""
    return time.time() + float(state["clock"]["ahead_seconds"])


def public(value: Any) -> Any:
    """``value`` without the sandbox's own keys, as an answer may show it."""
    if isinstance(value, dict):
        return {key: public(item) for key, item in cast(State, value).items() if not key.startswith("_")}
    if isinstance(value, list):
        return [public(item) for item in cast(list[Any], value)]
    return value


def without_secrets(value: Any) -> Any:
    """A copy of a document in which ``(hidden)`` replaces each secret and key."""
    if isinstance(value, dict):
        document = cast("dict[str, Any]", value)
        return {key: "(hidden)" if key in _SECRET and item else without_secrets(item) for key, item in document.items()}
    if isinstance(value, list):
        return [without_secrets(item) for item in cast("list[Any]", value)]
    return value
