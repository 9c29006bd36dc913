"""The HTTP transport of every client of the Azure SDK."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from aiohttp import ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError
from azure.core.exceptions import ServiceRequestError, ServiceResponseError
from azure.core.pipeline.transport import AioHttpTransport

from crosstenant.azure.connections.addresses import host_of
from crosstenant.azure.connections.open_transports import remember
from crosstenant.azure.connections.proxies import proxy_options
from crosstenant.azure.connections.waits import in_seconds

CONNECT_SECONDS: Final = 30
NOT_COMPRESSED: Final = "the answer is not compressed as it says"
READ_SECONDS: Final = 100
"""How long an answer may let nothing be heard. azure-core's 300 seconds, four times, look like a run that hangs; Azure
Resource Manager itself ends a request after a minute (status 504)."""


class NotSentError(ServiceRequestError):
    """There was no connection to Azure: it has not seen the request."""


class ProxyRefusedError(NotSentError):
    """The environment's proxy opened no connection to Azure."""

    def __init__(self, status: int, host: str) -> None:
        """
        :param status: HTTP status of the proxy's answer.
        :param host: The host of Azure, as a message names it.
        """
        super().__init__(f"the proxy answered {status} to a connection to {host}")
        self.proxy_status = status


class AzureTransport(AioHttpTransport):
    """azure-core's transport, with the proxy of the environment and nothing else of it. It follows no redirect."""

    def __init__(self, *, through_proxy: bool = True) -> None:
        """One for each client, which closes it.

        :param through_proxy: Whether the environment's proxy is used.
        """
        self._through_proxy = through_proxy
        seconds = {"connection_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS}
        super().__init__(use_env_settings=False, **seconds)  # pyright: ignore[reportUnknownMemberType] (the SDK has no types here)
        remember(self)

    async def send(self, request: Any, **options: Any) -> Any:
        """Sends a request.

        :param request: azure-core's request.
        :param options: As azure-core's transport takes them.
        :raises azure.core.exceptions.AzureError: There was no answer, or the proxy's address is malformed.
        """
        try:
            proxy = proxy_options(request.url) if self._through_proxy else {}
        except ValueError as error:
            raise ServiceRequestError(str(error)) from None
        send = cast("Callable[..., Awaitable[Any]]", super().send)  # pyright: ignore[reportUnknownMemberType] (as above)
        try:
            answer = await send(request, **{**proxy, **options})
        except zlib.error:
            raise ServiceResponseError(NOT_COMPRESSED) from None
        except (ServiceRequestError, ServiceResponseError) as error:
            cause = error.inner_exception
            if isinstance(cause, ClientHttpProxyError):
                raise ProxyRefusedError(cause.status, host_of(str(request.url))) from None
            if isinstance(cause, (ClientConnectorError, ConnectionTimeoutError)):
                raise NotSentError(error.message, error=cause) from None
            raise
        in_seconds(answer.headers)
        return answer
