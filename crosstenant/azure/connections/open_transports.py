"""The transports that are open in this process, so that a process which ends can close their connections.

A plugin's process ends with its run, and the clients of its resources live as long. It imports no Azure package.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final, Protocol
from weakref import WeakSet

_LONGEST_CLOSE_SECONDS: Final = 1


class Closable(Protocol):
    """A transport."""

    def close(self) -> Awaitable[None]:
        """Closes its connections."""
        ...


_OPEN: Final[WeakSet[Closable]] = WeakSet()


def remember(transport: Closable) -> None:
    """Notes a transport, for ``close_all``.

    :param transport: The transport, which may be closed and collected before.
    """
    _OPEN.add(transport)


async def close_all() -> None:
    """Closes the transports that are still open. No error of a connection delays the end of the process."""
    closing = [transport.close() for transport in list(_OPEN)]
    _OPEN.clear()
    if closing:
        await asyncio.wait([asyncio.ensure_future(one) for one in closing], timeout=_LONGEST_CLOSE_SECONDS)
