"""Each node pulls in a loop of its own, with the credential that it has, and no pull goes unheard."""

from __future__ import annotations

import os
import ssl
import time

import pytest

from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.state import Store
from lib.soak.causes import Causes
from lib.soak.nodes import Nodes
from tests.faults.operations import APP, OPERATIONS, SECRET, prepare

CLUSTER = "aks-prod"


def pulling(store: Store, causes: Causes) -> Nodes:
    trusted = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    proxy = os.environ["CROSSTENANT_SANDBOX"]
    return Nodes(store, (CLUSTER,), causes, proxy=proxy, trusted=trusted, pause=0.01)


def wait_for(nodes: Nodes, causes: Causes, granted: int, refused: int) -> None:
    ends = time.monotonic() + 240
    while nodes.granted.total() < granted or len(causes.unexplained) < refused:
        assert time.monotonic() < ends, (nodes.granted, causes.unexplained[:1])
        time.sleep(0.02)


def test_every_node_pulls_and_one_that_loses_its_credential_is_refused(inside: Store):
    prepare(inside, next(it for it in OPERATIONS if not it.prepare))
    with inside.change() as state:
        cluster = drift.resource(state, drift.CLUSTERS, CLUSTER)
        drift.give_credential(state, cluster, APP, SECRET)
        names = [it["name"] for it in cluster["_nodes"]]
    causes = Causes()
    with pulling(inside, causes) as nodes:
        while len(nodes.granted) < len(names):
            wait_for(nodes, causes, nodes.granted.total() + 1, 0)
        wait_for(nodes, causes, 30, 0)
        assert causes.unexplained == []
        assert sorted(nodes.granted) == sorted(f"{CLUSTER}/{it}" for it in names)

        with inside.change() as state:
            drift.resource(state, drift.CLUSTERS, CLUSTER)["_nodes"][2]["secret"] = "not-the-secret-of-any"
        wait_for(nodes, causes, 0, 3)
    assert all(it.startswith(f"cluster {CLUSTER}, node {names[2]}: ") for it in causes.unexplained)


def test_no_pull_goes_on_while_the_clock_moves(inside: Store):
    causes = Causes()
    with pulling(inside, causes) as nodes:
        wait_for(nodes, causes, 0, 1)
        with nodes.still():
            before = len(causes.unexplained)
            time.sleep(0.3)
            assert len(causes.unexplained) == before
        wait_for(nodes, causes, 0, before + 1)


def test_a_node_whose_pull_breaks_is_not_forgotten(inside: Store, monkeypatch: pytest.MonkeyPatch):
    async def broken(*_: object) -> None:
        raise OSError("cable")

    monkeypatch.setattr("lib.soak.nodes.pull_image", broken)
    causes = Causes()
    with pulling(inside, causes) as nodes:
        wait_for(nodes, causes, 0, 10)
    assert {it.split(": ", 1)[1] for it in causes.unexplained} == {"OSError('cable')"}
