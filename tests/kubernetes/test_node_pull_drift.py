"""The drift that only the proof on nodes sees, on the real engine and in a cluster with a real API server: one story.

A cluster that was reset by hand to a secret that does not pull is reset again; one whose application has lost its role
gets the role back and keeps its nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world import node_drift
from crosstenant.sandbox.world.drift import application, remove_role_assignment, remove_secret
from crosstenant.sandbox.world.state import Store
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.node_pull_world import CHECK, NAME, PROFILE, ROLE, NodeStack

pytestmark = pytest.mark.engine

PROGRAM = """
    import pulumi
    from crosstenant import CrossTenantPull, tenant_from_config

    config = pulumi.Config()
    pull = CrossTenantPull(
        "prod",
        {
            "cluster_tenant": tenant_from_config(config, "cluster"),
            "registry_tenant": tenant_from_config(config, "registry"),
            "registries": [
                {
                    "registry_id": config.require("registryId"),
                    "pull_check": {"repository": "hello", "reference": "1.0", "timeout_seconds": 5},
                }
            ],
            "clusters": [
                {"cluster_id": config.require("clusterId"), "prove_on_nodes": {"timeout_seconds": 10}},
            ],
        },
    )
    pulumi.export("clientId", pull.client_id)
    pulumi.export("proof", pull.clusters[0].node_pull_result)
"""


@pytest.fixture
def nodes(azure: Sandbox, store: Store, cluster_named: Callable[[str], Cluster], tmp_path: Path) -> NodeStack:
    environ = {**azure.surroundings(), **prepare_plugins(tmp_path / "pulumi-home").environment}
    with store.change() as state:
        state["settings"]["reset"].update(seconds=0.5, retry_after=1)
    return NodeStack(PROGRAM, store, environ, tmp_path, cluster_named(NAME))


def output(nodes: NodeStack, name: str) -> str:
    return nodes.stack.command("pulumi", "stack", "output", name, "--stack", "test").output.strip()


def test_secret_that_does_not_pull_is_seen_and_repaired_and_a_missing_role_reimages_no_node(nodes: NodeStack) -> None:
    before = nodes.resets
    nodes.done("up")
    assert nodes.resets == before + 1
    assert output(nodes, "proof") == "pulled"
    nodes.no_pods_soon()
    pools = {(it["nodePool"], it["result"]) for found in nodes.outputs(CHECK).values() for it in found["nodes"]}
    assert pools == {("system", "pulled"), ("apps", "pulled")}
    [own] = nodes.node_secrets()

    # Nothing to do; a refresh asks the nodes, once for both resources.
    assert not nodes.done("up").changes
    asked = nodes.commands()
    assert not nodes.done("up", "--refresh").changes
    assert nodes.commands() == asked + 1

    # Reset by hand to a secret that is none: Azure shows the same application, and only the nodes tell.
    nodes.change(lambda state: node_drift.reset_secret(state, NAME, valid=False))
    seen = nodes.done("preview", "--refresh")
    assert {PROFILE, CHECK} <= set(nodes.changed(seen)), seen.output
    repaired = nodes.done("up", "--refresh")
    assert nodes.resets == before + 2, repaired.output
    assert nodes.node_secrets() == {own}
    assert output(nodes, "proof") == "pulled"
    assert not nodes.done("up", "--refresh").changes

    # To another secret of the application, which pulls: nothing to see, until it ends.
    client_id = output(nodes, "clientId")
    nodes.change(lambda state: node_drift.reset_secret(state, NAME))
    assert not nodes.done("up", "--refresh").changes
    with nodes.store.read() as state:
        added = application(state, client_id)["passwordCredentials"][-1]["keyId"]
    nodes.change(lambda state: remove_secret(state, client_id, added))
    nodes.done("up", "--refresh")
    assert nodes.resets == before + 3
    assert nodes.node_secrets() == {own}

    # Without the role the nodes are refused as well: the role comes back, and no node is reimaged.
    nodes.change(lambda state: remove_role_assignment(state, "fabrikamimages", client_id))
    repaired = nodes.done("up", "--refresh")
    assert nodes.changed(repaired).get(ROLE) == "create"
    assert nodes.resets == before + 3, repaired.output
    assert output(nodes, "proof") == "pulled"
    assert not nodes.done("up", "--refresh").changes
    nodes.no_pods_soon()
