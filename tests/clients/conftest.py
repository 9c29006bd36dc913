from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from lib.progress import SetupError
from lib.registry_clients import two_clients
from tests.clients.estate import Estate
from tests.clients.registry_client import RegistryClient


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(open_store(tmp_path_factory.mktemp("azure") / "state.json")) as running:
        yield running


@pytest.fixture
def estate(sandbox: Sandbox) -> Estate:
    return Estate(sandbox.url, sandbox.environment()["SSL_CERT_FILE"])


@pytest.fixture(params=[0, 1], ids=["first", "second"])
def client(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> RegistryClient:
    """Each of the two clients in turn; a machine without them fails here, and reads how to get them."""
    found = _two_clients()
    if isinstance(found, SetupError):
        pytest.fail(str(found), pytrace=False)
    name, executable = list(found.items())[request.param]
    return RegistryClient(name, executable, sandbox.surroundings(), tmp_path)


def _two_clients() -> dict[str, Path] | SetupError:
    try:
        return two_clients()
    except SetupError as error:
        return error
