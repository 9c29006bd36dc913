"""The engine's fixtures of tests/engine, for the deaths; the matrix takes the sandbox of tests/conftest.py."""

from __future__ import annotations

from tests.engine.conftest import _running, azure, make_stack  # pyright: ignore[reportPrivateUsage]

__all__ = ["_running", "azure", "make_stack"]
