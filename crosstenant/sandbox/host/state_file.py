"""Opens the state file as every process opens it: seeded when missing, due operations settled before anybody looks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from crosstenant.sandbox.arm.clusters import operations
from crosstenant.sandbox.world.seed import seed
from crosstenant.sandbox.world.state import State, Store

DEFAULT_STATE: Final = Path(".sandbox/state.json")


def open_store(path: Path) -> Store:
    """The state in the file ``path``, made from the seed when there is none."""
    return Store(path, seed, settle)


def settle(state: State, time: float) -> bool:
    """Completes what is due at ``time`` (seconds since the epoch, sandbox clock); says whether anything changed."""
    return operations.settle(state, time)


def state_path(given: Path | None = None) -> Path:
    """Which state file is meant: the one given, else ``CROSSTENANT_SANDBOX_STATE``, else the one of this folder."""
    return given or Path(os.environ.get("CROSSTENANT_SANDBOX_STATE") or DEFAULT_STATE)
