"""The token of ``sandbox.test``: the loopback is open to every user of the machine, the state is not."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from crosstenant.sandbox.world.own_files import open_own, write_own
from crosstenant.sandbox.world.state import Store


def control_token(store: Store) -> str:
    """The token that requests to ``sandbox.test`` need, from ``<state file>.token``; made when it is missing.

    The file is its owner's only (0600). Every sandbox of the same state file has the same token.
    """
    path = token_file(store)
    with store.read():  # The state's lock: two sandboxes that start together must agree.
        token = _read(path)
        if token is None:
            token = secrets.token_urlsafe(32)
            write_own(path, f"{token}\n")
        return token


def token_file(store: Store) -> Path:
    """The file that holds the token."""
    return store.path.with_name(f"{store.path.name}.token")


def _read(path: Path) -> str | None:
    """The token in a file that only this user can read or write; None for any other file."""
    try:
        descriptor = open_own(path, os.O_RDONLY)
    except (OSError, ValueError):
        return None
    with os.fdopen(descriptor) as file:
        status = os.fstat(descriptor)
        private = not status.st_mode & 0o077 and status.st_uid == os.geteuid()
        return (file.read().strip() or None) if private else None
