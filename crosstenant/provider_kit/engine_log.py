"""Messages to the person at the terminal, through the engine."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import grpc.aio
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS  # pyright: ignore[reportPrivateUsage]
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from crosstenant.provider_kit.errors_to_grpc import Mask


class EngineLog:
    """Messages to the person at the terminal: status lines that replace each other, and warnings that stay."""

    def __init__(self, address: str, mask: Mask = str) -> None:
        """
        :param address: Address of the engine's gRPC server.
        :param mask: Removes secrets from a message, which may hold what others wrote.
        """
        self._mask = mask
        self.address = address
        """The address of the engine's gRPC server."""
        self._channel = grpc.aio.insecure_channel(address, options=_GRPC_CHANNEL_OPTIONS)
        self._engine: Any = engine_pb2_grpc.EngineStub(self._channel)

    async def status(self, urn: str, message: str) -> None:
        """Shows ``message`` as the status of the resource until the next message; the log does not keep it."""
        await self._log(engine_pb2.INFO, urn, message, ephemeral=True)

    async def info(self, urn: str, message: str) -> None:
        """Prints ``message`` under the resource's name."""
        await self._log(engine_pb2.INFO, urn, message)

    async def warning(self, urn: str, message: str) -> None:
        """Prints ``message`` as a warning under the resource's name."""
        await self._log(engine_pb2.WARNING, urn, message)

    async def _log(self, severity: Any, urn: str, message: str, ephemeral: bool = False) -> None:
        request = engine_pb2.LogRequest(severity=severity, urn=urn, message=self._mask(message), ephemeral=ephemeral)
        with suppress(grpc.aio.AioRpcError):  # The engine has ended, so this message has no reader.
            await self._engine.Log(request)
