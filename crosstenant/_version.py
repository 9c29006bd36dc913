"""The package's version: the same for the wheel, the plugin and every resource that a program registers."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
