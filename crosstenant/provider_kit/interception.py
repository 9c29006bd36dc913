"""What happens around every request of the engine.

Pulumi's servicer turns an exception into a stack trace, keeps the raw request to itself, and answers a ``Read`` that
found nothing with an empty property map, which the engine takes for an object without properties.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import grpc
import grpc.aio
from pulumi.runtime.proto import provider_pb2

from crosstenant.provider_kit.errors_to_grpc import Mask, abort

current_request: ContextVar[Any] = ContextVar("current_request")
"""The engine's raw request, for the few fields that Pulumi's Python request classes leave out (``old_inputs``)."""


class EngineRequests(grpc.aio.ServerInterceptor):
    """Remembers each request, words its errors, and says of an object that is gone that it is gone."""

    def __init__(self, mask: Mask = str) -> None:
        """
        :param mask: Removes secrets from the text of an error.
        """
        self._mask = mask

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Wraps the handler of one call."""
        handler: Any = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        return grpc.unary_unary_rpc_method_handler(
            _around(handler.unary_unary, self._mask),
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


def _around(answer: Callable[[Any, Any], Awaitable[Any]], mask: Mask) -> Callable[[Any, Any], Awaitable[Any]]:
    async def call(request: Any, context: Any) -> Any:
        current_request.set(request)
        try:
            answered = await answer(request, context)
        except NotImplementedError as error:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
        except grpc.aio.AbortError:  # Answered already.
            raise
        except Exception as error:
            # Pulumi's wrapper re-raises as a bare Exception whose text holds the stack; the original is its context.
            await abort(error.__context__ or error, context, mask)
        else:
            return _without_ghost(answered)

    return call


def _without_ghost(answered: Any) -> Any:
    # Only an answer without properties tells the engine that an imported resource is not there.
    if isinstance(answered, provider_pb2.ReadResponse) and not answered.id:
        return provider_pb2.ReadResponse()
    return answered
