"""Serves a provider to the Pulumi engine: gRPC plumbing, errors in one plain sentence, status lines.

Pulumi's experimental provider server sends a Python stack with every exception. An operator has no use for it, so the
servicer here sends the sentence alone for the conditions that the provider knows (``OperatorError``), and a short
"internal error" with the stack only for those that nobody foresaw.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import grpc
import grpc.aio
from google.protobuf import any_pb2
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import Provider
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS  # pyright: ignore[reportPrivateUsage]
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from crosstenant.errors import OperatorError


class PartialError(OperatorError):
    """A create, update or read that got part of the way: the engine keeps ``properties`` and reports ``reasons``.

    Raised so that state never forgets an object that exists, nor claims more than has happened.
    """

    def __init__(
        self,
        resource_id: str,
        properties: Mapping[str, PropertyValue],
        reasons: list[str],
        inputs: Mapping[str, PropertyValue] | None = None,
    ) -> None:
        super().__init__("; ".join(reasons))
        self.resource_id = resource_id
        self.properties = dict(properties)
        self.reasons = reasons
        self.inputs = dict(inputs) if inputs is not None else None


class EngineLog:
    """Messages to the person at the terminal: status lines that replace each other, and warnings that stay."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.aio.insecure_channel(address, options=_GRPC_CHANNEL_OPTIONS)
        self._engine: Any = engine_pb2_grpc.EngineStub(self._channel)

    async def status(self, urn: str, message: str) -> None:
        """Shows ``message`` as the status of the resource until the next one; nothing of it stays in the log."""
        await self._log(engine_pb2.INFO, urn, message, ephemeral=True)

    async def info(self, urn: str, message: str) -> None:
        """Prints ``message`` under the resource's name."""
        await self._log(engine_pb2.INFO, urn, message)

    async def warning(self, urn: str, message: str) -> None:
        """Prints ``message`` as a warning under the resource's name."""
        await self._log(engine_pb2.WARNING, urn, message)

    async def _log(self, severity: Any, urn: str, message: str, ephemeral: bool = False) -> None:
        request = engine_pb2.LogRequest(severity=severity, urn=urn, message=message, ephemeral=ephemeral)
        with suppress(grpc.aio.AioRpcError):  # The engine has gone, and with it whoever would read this.
            await self._engine.Log(request)


def resource_type(urn_type: str) -> str:
    """The resource's own type from the type in a URN, which for a child reads ``Parent$Type``."""
    return urn_type.rsplit("$", 1)[-1]


Construct = Callable[[Any, Any], Awaitable[Any]]
"""Answers the engine's ``ConstructRequest``."""

current_request: ContextVar[Any] = ContextVar("current_request")
"""The engine's raw request, for the few fields that Pulumi's Python request classes leave out (``old_inputs``)."""


class Servicer(ProviderServicer):
    """Pulumi's servicer with plain errors in place of stack traces, and ``Construct`` left to ``construct``."""

    def __init__(self, args: list[str], version: str, provider: Provider, engine: str, construct: Construct | None):
        super().__init__(args, version, provider, engine)
        self._construct_components = construct

    async def Construct(self, request: provider_pb2.ConstructRequest, context: Any) -> Any:
        """Makes a component for a program in another language."""
        if self._construct_components is None:
            return await super().Construct(request, context)
        return await self._construct_components(request, context)


def _answering_plainly(method: str) -> Callable[..., Awaitable[Any]]:
    inherited = getattr(ProviderServicer, method)

    async def call(self: Servicer, request: Any, context: Any) -> Any:
        current_request.set(request)
        try:
            answer = await inherited(self, request, context)
            # Only an answer without properties tells the engine that an imported resource is not there.
            return provider_pb2.ReadResponse() if method == "Read" and not answer.id else answer
        except NotImplementedError as error:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
        except Exception as error:
            # Pulumi's wrapper re-raises as a bare Exception whose text holds the stack; the original is its context.
            await abort(error.__context__ or error, context)

    call.__name__ = method
    return call


_METHODS = (
    "GetSchema",
    "CheckConfig",
    "DiffConfig",
    "Configure",
    "Invoke",
    "Check",
    "Diff",
    "Create",
    "Read",
    "Update",
    "Delete",
)
for _method in _METHODS:
    setattr(Servicer, _method, _answering_plainly(_method))


async def abort(error: BaseException, context: Any) -> None:
    """Answers the engine with an error: the sentence alone for what is known, with the stack for what is not.

    :param error: What happened.
    :param context: gRPC's context of the request.
    """
    if isinstance(error, PartialError):
        detail = provider_pb2.ErrorResourceInitFailed(
            id=error.resource_id,
            properties=PropertyValue.marshal_map(error.properties),
            reasons=error.reasons,
            inputs=None if error.inputs is None else PropertyValue.marshal_map(error.inputs),
        )
        packed = any_pb2.Any()
        packed.Pack(detail)
        code = grpc.StatusCode.UNKNOWN
        status = status_pb2.Status(code=code.value[0], message=str(error), details=[packed])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        await context.abort(code, str(error))
    if isinstance(error, OperatorError):
        await context.abort(grpc.StatusCode.UNKNOWN, str(error))
    stack = "".join(traceback.format_exception(error))
    await context.abort(grpc.StatusCode.INTERNAL, f"internal error, please report it: {error!r}\n{stack}")


def serve(
    version: str,
    make_provider: Callable[[EngineLog], Provider],
    make_construct: Callable[[str, list[str]], Construct] | None = None,
) -> None:
    """Runs the provider until the engine ends the process.

    :param version: The plugin's version, as the engine and ``pulumi plugin ls`` show it.
    :param make_provider: Makes the provider, given the line to the person at the terminal.
    :param make_construct: Makes what answers ``Construct``, given the engine's address and the arguments.
    """
    parser = argparse.ArgumentParser(description="A Pulumi provider plugin: the Pulumi engine starts it.")
    parser.add_argument("engine", nargs="?", help="address of the engine's gRPC server")
    known, rest = parser.parse_known_args(sys.argv[1:])
    if known.engine is None:
        parser.error("the Pulumi engine starts this program; it does nothing when run by hand")
    asyncio.run(_serve(version, known.engine, rest, make_provider, make_construct))


async def _serve(
    version: str,
    engine: str,
    args: list[str],
    make_provider: Callable[[EngineLog], Provider],
    make_construct: Callable[[str, list[str]], Construct] | None,
) -> None:
    server = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
    construct = make_construct(engine, args) if make_construct else None
    servicer = Servicer(args, version, make_provider(EngineLog(engine)), engine, construct)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # The engine starts each plugin in a process group of its own, which a terminal's Ctrl-C does not reach, and ends it
    # with SIGINT when a run is over. A plugin that stays is waited for, five seconds in every run.
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, ended.set)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await ended.wait()
    await server.stop(grace=None)
