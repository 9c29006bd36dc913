"""A fresh sandbox state for each test, its services without a network, and one running sandbox for all."""

import copy
import os
import resource
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from crosstenant.sandbox.entra import app as entra
from crosstenant.sandbox.entra.tokens import GRAPH_AUDIENCE, issue
from crosstenant.sandbox.graph import app as graph
from crosstenant.sandbox.host import control, request_log
from crosstenant.sandbox.host.control_token import control_token
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import settle
from crosstenant.sandbox.world.seed import seed
from crosstenant.sandbox.world.state import State, Store
from tests.sandbox.arm_world import Arm
from tests.sandbox.directory_world import Caller
from tests.sandbox.registry_world import ACR_PULL, LEGACY, World, open_world, registry_id

HOSTS = {"login": "login.microsoftonline.com", "graph": "graph.microsoft.com", "control": "sandbox.test"}
MODULES = {"login": entra, "graph": graph, "control": control}


@pytest.fixture(scope="session")
def seeded() -> State:
    """The seeded state, made once: its signing key takes a moment."""
    return seed()


@pytest.fixture
def store(tmp_path: Path, seeded: State) -> Store:
    """A fresh state."""
    return Store(tmp_path / "state.json", lambda: copy.deepcopy(seeded), settle)


@pytest.fixture
def client_for(store: Store) -> Callable[[str], httpx.AsyncClient]:
    """Makes a client of a service (``login``, ``graph``, ``control``) on the fresh state, without a network."""

    def make(service: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(MODULES[service].make_app(store))
        headers = {"Authorization": f"Bearer {control_token(store)}"} if service == "control" else {}
        return httpx.AsyncClient(transport=transport, base_url=f"https://{HOSTS[service]}", headers=headers)

    return make


@pytest.fixture
def bearer(store: Store) -> Callable[..., dict[str, str]]:
    """Makes the header that carries a token of an application in its home tenant."""

    def make(app_id: str, audience: str = GRAPH_AUDIENCE, lifetime: int = 3599) -> dict[str, str]:
        with store.read() as state:
            principal = next(one for one in state["servicePrincipals"].values() if one["appId"] == app_id)
            return {"Authorization": f"Bearer {issue(state, principal['_tenant'], principal, audience, lifetime)}"}

    return make


@pytest.fixture
async def graph_caller(
    client_for: Callable[[str], httpx.AsyncClient], bearer: Callable[..., dict[str, str]]
) -> AsyncIterator[Callable[[str], Caller]]:
    """Makes a caller of Microsoft Graph, by client ID, on the fresh state."""
    async with client_for("graph") as client:
        yield lambda app_id: Caller(client, bearer(app_id))


@pytest.fixture
def arm(store: Store) -> Arm:
    """Azure Resource Manager on the fresh state."""
    return Arm(store)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Registries, and an application in their tenant that may pull from the legacy one."""
    world = open_world(tmp_path)
    world.add_application()
    world.add_principal()
    world.assign(ACR_PULL, registry_id(LEGACY))
    return world


@pytest.fixture
def full_disk() -> Callable[[], AbstractContextManager[None]]:
    """While it lasts, no file of this process becomes larger than the smallest state."""

    @contextmanager
    def filled() -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return filled


class Running:
    """A running sandbox, seen from a client."""

    def __init__(self, sandbox: Sandbox, store: Store) -> None:
        self.url = sandbox.url
        self.store = store
        self.environ = {**sandbox.surroundings(), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        self.roots = Path(self.environ["SSL_CERT_FILE"])
        self.tls = ssl.create_default_context(cafile=self.roots)

    def run(self, *command: str, code: int = 0) -> str:
        """Runs a command inside; what it printed."""
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=240)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    @property
    def requests(self) -> list[dict[str, Any]]:
        return request_log.requests(self.store)


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory, seeded: State) -> Iterator[Running]:
    store = Store(tmp_path_factory.mktemp("sandbox") / "state.json", lambda: copy.deepcopy(seeded), settle)
    with Sandbox(store) as sandbox:
        yield Running(sandbox, store)


@pytest.fixture
def running(_running: Running) -> Running:
    """The running sandbox, with a fresh state and an empty request log."""
    _running.store.reset()
    request_log.request_log(_running.store).unlink(missing_ok=True)
    return _running
