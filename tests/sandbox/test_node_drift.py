"""What happens to a cluster's nodes outside a stack."""

from __future__ import annotations

import pytest

from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.kubernetes.nodes import describe
from crosstenant.sandbox.world import node_drift
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.seed import CLUSTER_TENANT, OLD_CLUSTER_APP_ID, OLD_CLUSTER_SECRET
from crosstenant.sandbox.world.state import Store


def secrets_of_nodes(store: Store) -> set[str]:
    with store.read() as state:
        nodes = resource(state, CLUSTERS, "aks-prod")["_nodes"]
        assert {node["clientId"] for node in nodes} == {OLD_CLUSTER_APP_ID}
        return {node["secret"] for node in nodes}


def test_cluster_reset_by_hand_has_another_secret_that_signs_in_or_does_not(store: Store) -> None:
    with store.change() as state:
        said = node_drift.reset_secret(state, "aks-prod")
    assert said == f"cluster aks-prod and its 5 nodes now have another secret of application {OLD_CLUSTER_APP_ID}"
    [other] = secrets_of_nodes(store)
    assert other != OLD_CLUSTER_SECRET
    with store.change() as state:
        authenticate(state, CLUSTER_TENANT, OLD_CLUSTER_APP_ID, other)
        node_drift.reset_secret(state, "aks-prod", valid=False)
    [dead] = secrets_of_nodes(store)
    with store.read() as state, pytest.raises(SignInRefusal):
        authenticate(state, CLUSTER_TENANT, OLD_CLUSTER_APP_ID, dead)


def test_cluster_with_a_managed_identity_has_no_secret_to_reset(store: Store) -> None:
    with store.change() as state, pytest.raises(LookupError, match="has a managed identity"):
        node_drift.reset_secret(state, "aks-managed")


def test_nodes_carry_labels_taints_and_load_of_their_pool(store: Store) -> None:
    with store.change() as state:
        node_drift.taint_pool(state, "aks-prod", "system", "CriticalAddonsOnly=true:NoSchedule")
        assert node_drift.fill_nodes(state, "aks-prod", "apps") == "3 nodes of cluster aks-prod have no CPU left"
        nodes = describe(resource(state, CLUSTERS, "aks-prod"))
        node_drift.fill_nodes(state, "aks-prod", None, full=False)
        node_drift.taint_pool(state, "aks-prod", "system", None)
        after = describe(resource(state, CLUSTERS, "aks-prod"))
    assert [(node.labels["kubernetes.azure.com/agentpool"], node.is_full) for node in nodes] == [
        *[("system", False)] * 2,
        *[("apps", True)] * 3,
    ]
    assert nodes[0].labels["agentpool"] == "system"
    assert nodes[0].labels["kubernetes.io/os"] == "linux"
    assert nodes[0].labels["kubernetes.io/hostname"] == nodes[0].name
    assert nodes[0].taints == [{"key": "CriticalAddonsOnly", "value": "true", "effect": "NoSchedule"}]
    assert nodes[2].taints == []
    assert not any(node.taints or node.is_full for node in after)


def test_names_that_do_not_exist_are_refused(store: Store) -> None:
    with store.change() as state:
        with pytest.raises(LookupError, match="has no node pool 'gone' with nodes: apps, system"):
            node_drift.fill_nodes(state, "aks-prod", "gone")
        with pytest.raises(LookupError, match="has no node pool 'gone'"):
            node_drift.taint_pool(state, "aks-prod", "gone", None)
        with pytest.raises(LookupError, match="'gone' is not among the registries"):
            node_drift.block_registry(state, "aks-prod", "gone", "dns")


def test_what_a_cluster_is_changed_to_can_be_undone(store: Store) -> None:
    with store.change() as state:
        cluster = resource(state, CLUSTERS, "aks-prod")
        node_drift.block_registry(state, "aks-prod", "fabrikamimages", "dns")
        assert cluster["_unreachable"] == {"fabrikamimages.azurecr.io": "dns"}
        node_drift.block_registry(state, "aks-prod", "fabrikamimages", None)
        assert cluster["_unreachable"] == {}
        node_drift.disable_run_command(state, "aks-prod")
        assert cluster["properties"]["apiServerAccessProfile"] == {"disableRunCommand": True}
        node_drift.disable_run_command(state, "aks-prod", disabled=False)
        assert cluster["properties"]["apiServerAccessProfile"] == {"disableRunCommand": False}
        said = node_drift.integrate_entra(state, "aks-prod", azure_rbac=True)
        assert said == "cluster aks-prod is Entra-integrated, with Azure RBAC"
