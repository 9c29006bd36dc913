"""Opens the state file as every process must: seeded when it is missing, with due operations completed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from crosstenant.sandbox.arm.clusters import operations
from crosstenant.sandbox.world.seed import seed
from crosstenant.sandbox.world.state import State, Store

DEFAULT_STATE: Final = Path(".sandbox/state.json")


def open_store(path: Path) -> Store:
    """The state in the file ``path``; a missing file is made from the seed."""
    return Store(path, seed, settle)


def settle(state: State, time: float) -> bool:
    """Completes the operations that are due at ``time``.

    :param time: Seconds since the epoch on the sandbox's clock.
    :returns: Whether anything changed.
    """
    return operations.settle(state, time)


def state_path(given: Path | None = None) -> Path:
    """The path of the state file: ``given``, else ``CROSSTENANT_SANDBOX_STATE``, else ``.sandbox/state.json`` here."""
    return given or Path(os.environ.get("CROSSTENANT_SANDBOX_STATE") or DEFAULT_STATE)
