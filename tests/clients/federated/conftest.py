"""A cluster with an OIDC issuer, and an identity of the registry tenant that trusts a service account of the cluster.

The token is the sandbox's own, signed as the cluster's API server signs it: these tests need no API server. Those of
tests/kubernetes ask a real one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world.cluster_issuers import issuer_url, service_account_token
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.seed import MANAGED_IDENTITY_CLUSTER
from crosstenant.sandbox.world.state import Store
from tests.clients.estate import Estate, Identity

SUBJECT = "system:serviceaccount:apps:puller"


@pytest.fixture(scope="package")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_store(tmp_path_factory.mktemp("azure") / "state.json")


@pytest.fixture(scope="package")
def sandbox(store: Store) -> Iterator[Sandbox]:
    with Sandbox(store) as running:
        yield running


@pytest.fixture(autouse=True)
def fresh_state(store: Store) -> None:
    store.reset()


@pytest.fixture
def issuer(store: Store) -> str:
    """The issuer's address, to the letter."""
    with store.read() as state:
        address = issuer_url(resource(state, CLUSTERS, MANAGED_IDENTITY_CLUSTER))
    assert address
    return address


@pytest.fixture
def cluster_token(store: Store) -> Callable[..., str]:
    """Signs a token for the service account that is trusted: ``cluster_token()``, or for another one."""

    def sign(namespace: str = "apps", service_account: str = "puller", audience: str | None = None, **more: int) -> str:
        with store.change() as state:
            cluster = resource(state, CLUSTERS, MANAGED_IDENTITY_CLUSTER)
            return service_account_token(state, cluster, namespace, service_account, audience, **more)

    return sign


@pytest.fixture
def identity(estate: Estate) -> Identity:
    """A managed identity of the registry tenant, which trusts nobody yet and has no role."""
    return estate.add_identity("id-pull")


@pytest.fixture
def trusted(estate: Estate, identity: Identity, issuer: str) -> Identity:
    """The identity, which trusts the service account."""
    estate.trust(identity, issuer, SUBJECT)
    return identity


@pytest.fixture
def inside(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process in the sandbox, for clients that are Python packages."""
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    """Where the kubelet projects the token to."""
    return tmp_path / "token"
