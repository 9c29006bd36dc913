"""Opens the state file as every process must: seeded when it is missing, with due operations completed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from crosstenant.sandbox.arm.clusters import operations
from crosstenant.sandbox.world.clouds import PUBLIC, cloud_of
from crosstenant.sandbox.world.seed import seed
from crosstenant.sandbox.world.state import State, Store

DEFAULT_STATE: Final = Path(".sandbox/state.json")


def open_store(path: Path, cloud: str | None = None) -> Store:
    """The state in the file ``path``; a missing file is made from the seed.

    :param path: The state file.
    :param cloud: The name of the cloud of seeded objects. Default: that of the file, ``public`` for a missing one.
    """
    return Store(path, lambda: seed(cloud or _cloud_in(path)), settle)


def _cloud_in(path: Path) -> str:
    """The cloud of a state file; the public one for a file that cannot be read: a reset must repair a damaged one."""
    try:
        return cloud_of(json.loads(path.read_text())).name
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return PUBLIC.name


def settle(state: State, time: float) -> bool:
    """Completes the operations that are due at ``time``.

    :param time: Seconds since the epoch on the sandbox's clock.
    :returns: Whether anything changed.
    """
    return operations.settle(state, time)


def state_path(given: Path | None = None) -> Path:
    """The path of the state file: ``given``, else ``CROSSTENANT_SANDBOX_STATE``, else ``.sandbox/state.json`` here."""
    return given or Path(os.environ.get("CROSSTENANT_SANDBOX_STATE") or DEFAULT_STATE)
