"""The SDK's polling of a long-running operation, with a callback at each poll."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from azure.core.exceptions import DecodeError
from azure.mgmt.core.polling.async_arm_polling import AsyncARMPolling

from crosstenant.azure.connections.addresses import is_at, must_be_at
from crosstenant.azure.connections.documents import page_in
from crosstenant.azure.connections.retries import LONGEST_PAUSE

# The interval where Azure gives none.
_SECONDS = 15


class WatchedPolling(AsyncARMPolling):
    """Polls at Azure Resource Manager's interval, keeps the operation's address, and reports each poll."""

    def __init__(self, host: str) -> None:
        """Polls every 15 seconds unless Azure gives another interval.

        :param host: The cloud's host of Resource Manager: the only one that gets the caller's token.
        """
        # The reset has no result to fetch: the operation's own end is the end.
        super().__init__(_SECONDS, lro_options={"final-state-via": "azure-async-operation"})
        self._host = host
        self.url = ""
        self.has_no_address = False
        """Whether AKS has accepted the request and names no operation."""
        self.on_look: Callable[[], Awaitable[None]] | None = None

    def initialize(self, client: Any, initial_response: Any, deserialization_callback: Any) -> None:
        """Begins with the answer to the request that started the operation.

        :raises azure.core.exceptions.DecodeError: The answer is not one of AKS: the page of a proxy, for example.
        """
        response = initial_response.http_response
        headers = response.headers
        url = headers.get("Azure-AsyncOperation") or headers.get("Location") or ""
        if not url and page_in(response.content):
            raise DecodeError("the answer is not one of AKS", response=response)
        # AKS has accepted the reset. An address elsewhere is refused when it is polled, and is not kept.
        self.url = url if is_at(self._host, url, or_region=True) else ""
        # Without an address the SDK would take the request for done, where the body does not say otherwise.
        self.has_no_address = response.status_code == 202 and not url
        if self.has_no_address:
            return
        super().initialize(  # pyright: ignore[reportUnknownMemberType] (the SDK leaves its type parameters open)
            client, initial_response, deserialization_callback
        )

    async def request_status(self, status_link: str) -> Any:
        """Reads one of the operation's addresses.

        :param status_link: The address, from an answer.
        :raises crosstenant.azure.connections.addresses.ForeignAddressError: It is at another host.
        :raises azure.core.exceptions.DecodeError: The answer is the page of a proxy, for example.
        """
        read = cast("Callable[[str], Awaitable[Any]]", super().request_status)
        answer = await read(must_be_at(self._host, status_link, or_region=True))
        # Behind a Location the SDK takes any answer with status 200 for the end.
        if page_in(answer.http_response.content):
            raise DecodeError("the answer is not one of AKS", response=answer.http_response)
        return answer

    def _extract_delay(self) -> float:
        # AKS names seconds. A proxy may name hours, and an update would wait beyond the end of the reset.
        return min(super()._extract_delay(), LONGEST_PAUSE)

    async def update_status(self) -> None:
        """Polls once."""
        await super().update_status()
        if not isinstance(cast("object", self.status()), str):
            raise TypeError("the status of an operation must be a text")
        if self.on_look and not self.finished():
            await self.on_look()
