"""The stand-ins' resources against the sandbox's services, without sockets: HTTP goes straight to the applications."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from crosstenant.sandbox.host.request_log import request_log
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.standins.azure_native.arm import Arm
from crosstenant.sandbox.standins.azure_native.package import prepare
from crosstenant.sandbox.standins.azuread.graph import Graph
from crosstenant.sandbox.standins.azuread.package import sign_in
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.world.state import State, Store
from tests.sandbox.standins.standin_world import AppHttp, Clock, change, credential, read_state


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, State]:
    store = open_store(tmp_path_factory.mktemp("standins") / "state.json")
    return store, read_state(store)


@pytest.fixture
def store(seeded: tuple[Store, State]) -> Store:
    """The sandbox's state as seeded, with an empty request log."""
    store, state = seeded
    # Not Store.reset: a new signing key for each test takes longer than the test.
    change(store, lambda present: present.clear() or present.update(copy.deepcopy(state)))
    request_log(store).unlink(missing_ok=True)
    return store


@pytest.fixture
def http(store: Store) -> AppHttp:
    return AppHttp(store)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_graph_client(http: AppHttp, clock: Clock) -> Callable[..., Any]:
    """Signs in to Graph: ``await make_graph_client("registry", "owner")``."""

    async def make(tenant: str = "cluster", role: str = "owner") -> Graph:
        graph = await sign_in(Settings(credential(tenant, role), {}), http)
        graph.sleep = clock.sleep
        http.sent.clear()
        return graph

    return make


@pytest.fixture
async def graph(make_graph_client: Callable[..., Any]) -> Graph:
    """Graph of the cluster tenant, as one who may write every application."""
    return await make_graph_client()


@pytest.fixture
def make_arm_client(http: AppHttp, clock: Clock, store: Store) -> Callable[..., Arm]:
    """ARM of a tenant's subscription; operations of the sandbox finish while it waits."""

    def make(tenant: str = "registry", role: str = "owner", **settings: str) -> Arm:
        arm = prepare(Settings({**credential(tenant, role), **settings}, {}), http)
        arm.sleep = clock.sleep
        return arm

    def pass_time() -> None:
        change(store, lambda state: state["clock"].update(ahead_seconds=state["clock"]["ahead_seconds"] + 600))

    clock.then = pass_time
    return make
