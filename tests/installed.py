"""Programs that set-up installs for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lib.progress import SetupError


@contextmanager
def failing_without_it() -> Iterator[None]:
    """A test that asks for a program that is not there fails here, and reads which command installs it."""
    try:
        yield
    except SetupError as error:
        pytest.fail(str(error), pytrace=False)
