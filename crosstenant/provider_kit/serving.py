"""Serves a provider to the Pulumi engine: one process, one gRPC server, until the engine ends it or is dead."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import grpc.aio
from pulumi.provider.experimental.provider import Provider
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS  # pyright: ignore[reportPrivateUsage]
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from crosstenant.provider_kit.engine_log import EngineLog
from crosstenant.provider_kit.errors_to_grpc import Mask
from crosstenant.provider_kit.interception import EngineRequests
from crosstenant.provider_kit.orphaned import until_orphaned

Construct = Callable[[Any, Any], Awaitable[Any]]
"""Answers the engine's ``ConstructRequest``."""


class Servicer(ProviderServicer):
    """Pulumi's servicer, with ``Construct`` left to ``construct``."""

    def __init__(self, args: list[str], version: str, provider: Provider, engine: str, construct: Construct | None):
        super().__init__(args, version, provider, engine)
        self._construct_components = construct

    async def Construct(self, request: provider_pb2.ConstructRequest, context: Any) -> Any:
        """Makes a component for a program in another language."""
        if self._construct_components is None:
            return await super().Construct(request, context)
        return await self._construct_components(request, context)


def serve(
    version: str,
    make_provider: Callable[[EngineLog], Provider],
    make_construct: Callable[[str, list[str]], Construct] | None = None,
    at_end: Callable[[], Awaitable[None]] | None = None,
    mask: Mask = str,
) -> None:
    """Runs the provider until the engine ends the process.

    :param version: The plugin's version, as the engine and ``pulumi plugin ls`` show it.
    :param make_provider: Makes the provider, given the line to the person at the terminal.
    :param make_construct: Makes what answers ``Construct``, given the engine's address and the arguments.
    :param at_end: Closes what the provider has open, after the last request.
    :param mask: Removes secrets from each text that goes to the engine for a person: errors and log messages.
    """
    parser = argparse.ArgumentParser(
        description="A Pulumi provider plugin: the Pulumi engine starts it.", allow_abbrev=False
    )
    parser.add_argument("engine", nargs="?", help="address of the engine's gRPC server")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version}")
    known, rest = parser.parse_known_args(sys.argv[1:])
    if known.engine is None:
        parser.error("the Pulumi engine starts this program; it does nothing when run by hand")
    asyncio.run(_serve(version, known.engine, rest, make_provider, make_construct, at_end, mask))


async def _serve(
    version: str,
    engine: str,
    args: list[str],
    make_provider: Callable[[EngineLog], Provider],
    make_construct: Callable[[str, list[str]], Construct] | None,
    at_end: Callable[[], Awaitable[None]] | None,
    mask: Mask,
) -> None:
    server = grpc.aio.server(interceptors=[EngineRequests(mask)], options=_GRPC_CHANNEL_OPTIONS)
    construct = make_construct(engine, args) if make_construct else None
    servicer = Servicer(args, version, make_provider(EngineLog(engine, mask)), engine, construct)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    ended = asyncio.Event()
    _when_the_engine_ends_it(ended.set)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    watch = asyncio.ensure_future(until_orphaned())
    watch.add_done_callback(lambda _: ended.set())
    await ended.wait()
    watch.cancel()
    await server.stop(grace=None)
    if at_end is not None:
        await at_end()


def _when_the_engine_ends_it(tell: Callable[[], None]) -> None:
    """Calls ``tell`` when the engine ends this process.

    The engine starts each plugin in a process group of its own, which a terminal's Ctrl-C does not reach, and ends it
    when a run is over: with SIGINT, on Windows with the event that Python reports as SIGBREAK (pulumi/pulumi,
    sdk/go/common/util/cmdutil/term_windows.go). A plugin that stays is waited for, five seconds in every run.
    """
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, tell)
        except NotImplementedError:  # No loop of Windows has them.
            signal.signal(number, lambda _number, _frame: loop.call_soon_threadsafe(tell))
