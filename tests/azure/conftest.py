"""The sandbox under the name that these tests have for it."""

from __future__ import annotations

import pytest

from crosstenant.sandbox.world.state import Store


@pytest.fixture
def store(inside: Store) -> Store:
    """The sandbox with its seeded state and an empty request log, and this process in it."""
    return inside
