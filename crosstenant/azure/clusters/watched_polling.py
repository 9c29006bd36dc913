"""The SDK's polling of a long-running operation, with somebody looking on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from azure.mgmt.core.polling.async_arm_polling import AsyncARMPolling

# Between two looks where Azure names no time.
_SECONDS = 15


class WatchedPolling(AsyncARMPolling):
    """Polls as Azure Resource Manager asks for, remembers the operation's address, and tells of each look."""

    def __init__(self) -> None:
        """Looks every 15 seconds unless Azure names another time."""
        # The reset has no result to fetch: the operation's own end is the end.
        super().__init__(_SECONDS, lro_options={"final-state-via": "azure-async-operation"})
        self.url = ""
        self.on_look: Callable[[], Awaitable[None]] | None = None

    def initialize(self, client: Any, initial_response: Any, deserialization_callback: Any) -> None:
        """Begins with the answer to the request that started the operation."""
        headers = initial_response.http_response.headers
        self.url = headers.get("Azure-AsyncOperation") or headers.get("Location") or ""
        super().initialize(  # pyright: ignore[reportUnknownMemberType] (the SDK leaves its type parameters open)
            client, initial_response, deserialization_callback
        )

    async def update_status(self) -> None:
        """Looks once."""
        await super().update_status()
        if self.on_look and not self.finished():
            await self.on_look()
