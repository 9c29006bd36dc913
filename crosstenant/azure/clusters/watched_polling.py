"""The SDK's polling of a long-running operation, with a callback at each poll."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from azure.mgmt.core.polling.async_arm_polling import AsyncARMPolling

# The interval where Azure gives none.
_SECONDS = 15


class WatchedPolling(AsyncARMPolling):
    """Polls at Azure Resource Manager's interval, keeps the operation's address, and reports each poll."""

    def __init__(self) -> None:
        """Polls every 15 seconds unless Azure gives another interval."""
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
        """Polls once."""
        await super().update_status()
        if self.on_look and not self.finished():
            await self.on_look()
