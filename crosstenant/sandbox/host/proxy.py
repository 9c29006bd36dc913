"""The CONNECT proxy: tunnels the sandbox's hosts to its TLS listener, and refuses all other hosts with a sentence.

The hosts of downloads are tunnelled as well, for an answer of 403: Pulumi's engine and pip try a refused CONNECT again
and again, and an answer of 403 never.

https://www.rfc-editor.org/rfc/rfc9110#name-connect. A host may be passed through to the real network; its connections
then use the proxy of the surrounding environment, if there is one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from fnmatch import fnmatch
from typing import Final
from urllib.parse import urlsplit

from crosstenant.sandbox.host.neighbours import is_neighbour
from crosstenant.sandbox.world.hosts import is_download_host, known_hosts, service_of

_CONNECT_SECONDS: Final = 30.0
_MOST_HEAD: Final = 65536
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """A CONNECT proxy on a free loopback port."""

    def __init__(
        self,
        tls_port: int,
        pass_through: Sequence[str] = (),
        upstream: str | None = None,
        api_port: Callable[[str], Awaitable[int]] | None = None,
    ) -> None:
        """
        :param tls_port: The loopback port of the sandbox's TLS listener.
        :param pass_through: Host patterns (``*.example.com``) that the proxy passes through to the real network.
        :param upstream: URL of the HTTP proxy for those hosts, if any.
        :param api_port: The loopback port of the API server of a cluster, by its host name; it is started first where
            it does not run, and an ``OSError`` says why it cannot be reached. None: no cluster has an API server.
        """
        self._tls_port = tls_port
        self._api_port = api_port
        self._pass_through = [pattern.lower() for pattern in pass_through]
        self._upstream = urlsplit(upstream if "://" in upstream else f"http://{upstream}") if upstream else None
        self._server: asyncio.Server | None = None
        self._tunnels: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Starts to listen; returns the port."""
        self._server = await asyncio.start_server(self._handle, "127.0.0.1", 0, limit=_MOST_HEAD, backlog=1024)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stops listening and closes the open tunnels."""
        if self._server:
            self._server.close()
        for tunnel in self._tunnels:
            tunnel.cancel()
        await asyncio.gather(*self._tunnels, return_exceptions=True)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tunnels.add(task)
        try:
            await self._tunnel(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # one of the two sides went away, or the sandbox ends
        finally:
            self._tunnels.discard(task)
            writer.close()

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if is_neighbour(writer.get_extra_info("peername"), writer.get_extra_info("sockname")):
            await _refuse(writer, "This sandbox answers the user who started it, and no other user of the machine")
            return
        method, _, rest = head.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")
        target = rest.split(" ")[0]
        if method != "CONNECT":
            try:
                host = urlsplit(target).netloc or target
            except ValueError:
                host = target
            await _refuse(writer, f"The sandbox serves https only: plain http to {host} is refused")
            return
        host, _, port = target.rpartition(":")
        if not port.isdecimal():
            await _refuse(writer, f"CONNECT needs host:port, not {target}", "400 Bad Request")
            return
        try:
            far = await self._connect(host, int(port))
        except (OSError, ValueError) as error:
            await _refuse(writer, f"{host} cannot be reached: {error}", "502 Bad Gateway")
            return
        if far is None:
            await _refuse(
                writer,
                f"The sandbox does not emulate {host} and does not pass it through (--pass-through {host}); "
                f"it emulates {' '.join(known_hosts())}",
            )
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        far_reader, far_writer = far
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            far_writer.close()

    async def _connect(self, host: str, port: int) -> _Streams | None:
        """The connection to a host, or None if the proxy refuses the host."""
        service = service_of(host)
        if service == "kubernetes" and self._api_port:
            return await asyncio.open_connection("127.0.0.1", await self._api_port(host))
        if service:
            return await asyncio.open_connection("127.0.0.1", self._tls_port)
        if not any(fnmatch(host.lower(), pattern) for pattern in self._pass_through):
            return await asyncio.open_connection("127.0.0.1", self._tls_port) if is_download_host(host) else None
        if self._upstream is None or self._upstream.hostname is None:
            return await asyncio.wait_for(asyncio.open_connection(host, port), _CONNECT_SECONDS)
        reader, writer = await asyncio.open_connection(self._upstream.hostname, self._upstream.port or 80)
        writer.write(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _CONNECT_SECONDS)
        answer = head.split(b"\r\n", 1)[0].decode("latin-1")
        if answer.split(" ")[1:2] != ["200"]:
            writer.close()
            raise OSError(f"the proxy {self._upstream.hostname} answers '{answer}'")
        return reader, writer


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()  # TLS does not use half-closed connections: when one side ends, the tunnel ends.


async def _refuse(writer: asyncio.StreamWriter, sentence: str, status: str = "403 Forbidden") -> None:
    """Refuses with a sentence, as body and as reason phrase: most clients show only the phrase of a failed CONNECT."""
    body = f"{sentence}\n".encode()
    code = status.split(" ")[0]
    reason = sentence.encode("ascii", "replace").decode()
    head = (
        f"HTTP/1.1 {code} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
