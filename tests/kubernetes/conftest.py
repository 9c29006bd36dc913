"""Clusters with a real Kubernetes API, in one sandbox for all tests: each test takes a namespace of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.kubernetes.programs import ProgramsMissing, find_programs
from crosstenant.sandbox.world.cluster_issuers import issuer_url
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.state import Store
from lib import cluster_clients
from lib.registry_clients import two_clients
from tests.clients.estate import Estate, Identity
from tests.clients.registry_client import RegistryClient
from tests.installed import failing_without_it
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.operator_clients import Generator, Kubectl


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of the tests' own: each cluster keeps 60 MB there."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The state of the sandbox; its clusters' API servers would begin anew after a reset."""
    return open_store(tmp_path_factory.mktemp("azure") / "state.json", "public")


@pytest.fixture(scope="session")
def azure(store: Store, _own_cache: None) -> Iterator[Sandbox]:
    """The running sandbox; a machine without the programs of a control plane fails here, and reads how to get them."""
    try:
        find_programs()
    except ProgramsMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    with Sandbox(store) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def cluster_named(
    azure: Sandbox, store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Cluster]]:
    """Opens a cluster by its name in the state, once: its API server starts with the first request."""
    opened: dict[str, Cluster] = {}
    folder: Path = tmp_path_factory.mktemp("kubeconfigs")

    def open_cluster(name: str) -> Cluster:
        if name not in opened:
            opened[name] = Cluster(azure, store, name, folder)
        return opened[name]

    yield open_cluster
    for one in opened.values():
        one.close()


@pytest.fixture(scope="session")
def cluster_api(cluster_named: Callable[[str], Cluster]) -> Cluster:
    """The seeded cluster with a managed identity: ``kubeconfig``, ``kubeconfig_file``, and clients of its API."""
    return cluster_named("aks-managed")


@pytest.fixture(scope="session")
def estate(azure: Sandbox) -> Estate:
    """The two tenants, as their owners change them."""
    return Estate(azure.url, azure.environment()["SSL_CERT_FILE"])


@pytest.fixture
def client(azure: Sandbox, tmp_path: Path) -> RegistryClient:
    """crane; a machine without it fails here, and reads how to get it."""
    with failing_without_it():
        found = two_clients()
    return RegistryClient("crane", found["crane"], azure.surroundings(), tmp_path)


@pytest.fixture
def namespace(cluster_api: Cluster) -> str:
    return cluster_api.namespace("apps")


@pytest.fixture
def make_trusted(estate: Estate, store: Store, cluster_api: Cluster, namespace: str) -> Callable[[str, str], Identity]:
    """An identity that trusts a service account of the cluster, by the account's namespace and name."""
    with store.read() as state:
        issuer = issuer_url(resource(state, CLUSTERS, cluster_api.name))
    assert issuer

    def make(where: str, service_account: str) -> Identity:
        identity = estate.add_identity(f"id-{where}")
        estate.trust(identity, issuer, f"system:serviceaccount:{where}:{service_account}")
        return identity

    return make


@pytest.fixture
def generator(azure: Sandbox, cluster_api: Cluster, namespace: str) -> Generator:
    """The program; a machine without it fails here, and reads how to get it."""
    with failing_without_it():
        executable = cluster_clients.executable(cluster_clients.GENERATOR, "make test-kubernetes")
    return Generator(executable, azure, cluster_api, namespace)


@pytest.fixture
def kubectl(azure: Sandbox, cluster_api: Cluster, tmp_path: Path) -> Kubectl:
    """A machine without it fails here, and reads how to get it."""
    with failing_without_it():
        executable = cluster_clients.executable(cluster_clients.KUBECTL, "make test-kubernetes")
    return Kubectl(executable, azure, cluster_api, tmp_path)
