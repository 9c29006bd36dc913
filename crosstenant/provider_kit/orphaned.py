"""Notices that the engine has died without ending this process.

A plugin that goes on alone holds secrets in its memory, and can still ask Azure for what the next update asks for as
well: a second reset, for example.
"""

from __future__ import annotations

import asyncio
import os
from typing import Final

_LOOK_SECONDS: Final = 1.0


async def until_orphaned() -> None:
    """Returns when the process that started this one is gone; never on Windows, where the parent's ID stays."""
    parent = os.getppid()
    while os.name == "nt" or os.getppid() == parent:  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(_LOOK_SECONDS)
