"""Callers who use the Azure CLI, each signed in once for a test module, whose sandbox they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.kubernetes.programs import ProgramsMissing, find_programs
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import Store
from lib import azure_cli, cluster_clients
from lib.progress import SetupError
from tests.clients.az.azure_cli import AzureCli
from tests.installed import failing_without_it


@pytest.fixture(scope="session")
def executable() -> Path:
    """The Azure CLI; a machine without it fails here, and reads how to get it."""
    with failing_without_it():
        return azure_cli.executable()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_store(tmp_path_factory.mktemp("azure") / "state.json")


@pytest.fixture(scope="module")
def azure(store: Store) -> Iterator[Sandbox]:
    with Sandbox(store) as running:
        yield running


@pytest.fixture(scope="module")
def az(executable: Path, azure: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], AzureCli]:
    """A caller that is not signed in yet."""
    return lambda: AzureCli(executable, azure.surroundings(), tmp_path_factory.mktemp("caller"))


@pytest.fixture(scope="module")
def cluster_owner(az: Callable[[], AzureCli]) -> AzureCli:
    """The administrator of the cluster tenant."""
    caller = az()
    caller.sign_in(seed.CLUSTER_TENANT, seed.CLUSTER_OWNER_ID, seed.CLUSTER_OWNER_SECRET)
    return caller


@pytest.fixture(scope="module")
def registry_owner(az: Callable[[], AzureCli]) -> AzureCli:
    """The administrator of the registry tenant."""
    caller = az()
    caller.sign_in(seed.REGISTRY_TENANT, seed.REGISTRY_OWNER_ID, seed.REGISTRY_OWNER_SECRET)
    return caller


@pytest.fixture(scope="module")
def powerless(az: Callable[[], AzureCli]) -> AzureCli:
    """A caller of the cluster tenant without any role or permission."""
    caller = az()
    tenant, client_id, secret = seed.CLUSTER_TENANT, seed.CLUSTER_POWERLESS_ID, seed.CLUSTER_POWERLESS_SECRET
    caller.ok(
        f"login --service-principal --tenant {tenant} --username {client_id} --password {secret} "
        "--allow-no-subscriptions"
    )
    return caller


@pytest.fixture(scope="session")
def kubectl() -> Path:
    """kubectl, and a Kubernetes API for it to ask; a machine without them fails here, and reads how to get them."""
    try:
        found = cluster_clients.executable(cluster_clients.KUBECTL, "make test-clients")
        find_programs()
    except (SetupError, ProgramsMissing) as error:
        pytest.fail(str(error), pytrace=False)
    return found
