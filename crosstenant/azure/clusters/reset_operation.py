"""A reset that AKS has accepted: its address, and the wait for its end.

The SDK polls it: ``Azure-AsyncOperation`` before ``Location``, with ``Retry-After`` as the interval.
https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError
    from azure.core.polling import AsyncLROPoller

    from crosstenant.azure.clusters.watched_polling import WatchedPolling


class ResetFailed(Exception):
    """AKS began the reset, and it failed or was cancelled; the cause is the Azure error."""


class OperationUnreadable(Exception):
    """AKS has accepted the reset, and its operation cannot be read; the cause is the Azure error."""

    def __init__(self, error: AzureError) -> None:
        """:param error: The Azure error."""
        super().__init__(str(error))
        self.error = error


class ResetOperation:
    """An operation of AKS."""

    def __init__(self, poller: AsyncLROPoller[None] | None = None, polling: WatchedPolling | None = None) -> None:
        """
        :param poller: The SDK's poller; ``None`` for an operation that has ended well already.
        :param polling: How it polls.
        """
        self._poller = poller
        self._polling = polling

    @property
    def url(self) -> str:
        """Its address, by which another process can ask for its end; empty if AKS answered at once."""
        return self._polling.url if self._polling else ""

    async def wait(self, seconds: float, on_look: Callable[[], Awaitable[None]]) -> None:
        """Waits for the end. Cancelling the wait leaves the operation to AKS.

        :param seconds: How long at most.
        :param on_look: Called at each poll while the operation runs.
        :raises ResetFailed: The operation failed or was cancelled.
        :raises TimeoutError: The operation took longer.
        :raises OperationUnreadable: The operation could not be read: the caller may not, its address is at another
            host or missing, Azure is too busy or cannot be reached, or the answer is not the status of an operation.
        """
        if self._poller is None or self._polling is None:
            return
        from azure.core.exceptions import AzureError
        from azure.core.polling.base_polling import OperationFailed

        from crosstenant.azure.connections.answer_forms import OtherFormError

        if self._polling.has_no_address:
            raise OperationUnreadable(AzureError("AKS accepted it and names no operation"))
        self._polling.on_look = on_look
        try:
            await asyncio.wait_for(self._poller.result(), seconds)
        except asyncio.TimeoutError:
            raise TimeoutError from None
        except AzureError as error:
            # The status "Failed" or "Canceled", in a readable answer. Everything else says nothing about the reset.
            if isinstance(error.__cause__, OperationFailed):
                raise ResetFailed from error
            raise OperationUnreadable(error) from error
        except Exception as error:  # Of a document of another form the SDK raises anything; AKS continues the reset.
            raise OperationUnreadable(OtherFormError(error)) from error
