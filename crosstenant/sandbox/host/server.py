"""The running sandbox: TLS listener and proxy on loopback, in a thread of their own."""

from __future__ import annotations

import asyncio
import importlib
import shutil
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from crosstenant.sandbox.host.certificates import Authority
from crosstenant.sandbox.host.control_token import control_token
from crosstenant.sandbox.host.dispatch import OTHER_CLOUDS, Dispatcher
from crosstenant.sandbox.host.environment import client_environment, surroundings, upstream_proxy
from crosstenant.sandbox.host.neighbours import is_neighbour
from crosstenant.sandbox.host.private_folder import private_folder
from crosstenant.sandbox.host.proxy import Proxy
from crosstenant.sandbox.host.request_log import check_log
from crosstenant.sandbox.kubernetes.commands import RunCommands
from crosstenant.sandbox.kubernetes.control_planes import ControlPlanes
from crosstenant.sandbox.world.state import Store

_SERVICES: Final = {
    "login": "crosstenant.sandbox.entra.app",
    "graph": "crosstenant.sandbox.graph.app",
    "arm": "crosstenant.sandbox.arm.app",
    "registry": "crosstenant.sandbox.registry.app",
    "issuer": "crosstenant.sandbox.issuers.app",
    "control": "crosstenant.sandbox.host.control",
    OTHER_CLOUDS: "crosstenant.sandbox.host.other_clouds",
}
_KEEP_ALIVE_SECONDS: Final = 120


class Sandbox:
    """A running sandbox: a context manager that serves a state file."""

    def __init__(self, store: Store, pass_through: Sequence[str] = ()) -> None:
        """
        :param store: The state file.
        :param pass_through: Host patterns that clients may reach on the real network.
        """
        self._store = store
        self._pass_through = pass_through
        self._folder = Path()
        self._port = 0
        self._thread = threading.Thread(target=self._run, name="crosstenant-sandbox", daemon=True)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._stop: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def __enter__(self) -> Sandbox:
        """Starts the sandbox; returns when it listens."""
        with self._store.read():
            pass  # Makes the state file, and fails here if the file cannot be read.
        check_log(self._store)
        self._folder = Path(tempfile.mkdtemp(prefix="crosstenant-sandbox-"))
        self._thread.start()
        self._ready.wait()
        if self._failure:
            self._remove_folder()
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops the sandbox."""
        if self._stop:
            loop, event = self._stop
            loop.call_soon_threadsafe(event.set)
        self._thread.join(timeout=5)
        self._remove_folder()

    @property
    def url(self) -> str:
        """The proxy's URL."""
        return f"http://127.0.0.1:{self._port}"

    def environment(self) -> dict[str, str]:
        """The environment variables with which a command's HTTPS clients reach this sandbox."""
        return client_environment(self.url, self._folder / "roots.pem", self._store.path, control_token(self._store))

    def surroundings(self) -> dict[str, str]:
        """The whole environment of such a command: this process's own, with other proxies."""
        return surroundings(self.environment())

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        authority = Authority()
        authority.write_roots(self._folder / "roots.pem")
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        # asyncio sets it only for sockets that it created; without it every answer waits for a delayed ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def context_factory(_config: uvicorn.Config, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
            return authority.server_context()

        services = _load_services(self._store)
        dispatcher = Dispatcher(self._store, services)
        services["login"].state.internet = dispatcher
        config = uvicorn.Config(
            dispatcher,
            http=_Protocol,
            lifespan="off",
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
            ssl_context_factory=context_factory,
        )
        server = uvicorn.Server(config)
        planes = ControlPlanes(self._store, lambda: private_folder(self._store.path) / "kubernetes", self.environment)
        services["arm"].state.commands = commands = RunCommands(self._store, planes)
        proxy = Proxy(listener.getsockname()[1], self._pass_through, upstream_proxy(), planes.port_of)
        self._port = await proxy.start()
        event = asyncio.Event()
        self._stop = asyncio.get_running_loop(), event
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
        self._ready.set()
        await event.wait()
        await proxy.stop()
        await commands.stop()
        await planes.stop()
        server.should_exit = True
        await serving

    def _remove_folder(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


class _Protocol(H11Protocol):
    """Uvicorn's protocol; the application can reach the connection, because a fault may have to break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        if is_neighbour(transport.get_extra_info("peername"), transport.get_extra_info("sockname")):
            transport.abort()  # past the proxy, which refuses it in a sentence
            return
        self.app_state = {**self.app_state, "transport": transport}


def _load_services(store: Store) -> dict[str, Starlette]:
    return {name: importlib.import_module(module).make_app(store) for name, module in _SERVICES.items()}
