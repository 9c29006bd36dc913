"""examples/new-cluster, as it is: a cluster of the same stack, from its creation over a rotation to its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crosstenant.sandbox.world import seed
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.engine_world import Azure

EXAMPLE = Path(__file__).parents[2] / "examples" / "new-cluster"
CLUSTER = f"{seed.CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-new"
PROFILE, MANAGED_CLUSTER = "crosstenant:index:ServicePrincipalProfile", "azure-native:containerservice:ManagedCluster"


@pytest.fixture
def stack(azure: Azure, tmp_path: Path) -> Stack:
    stack = Stack(EXAMPLE, "test", tmp_path / "stack", environ=azure.environ)
    config = {key: value for key, value in CONFIG.items() if key != "clusterId"}
    stack.create({**config, "subscriptionId": seed.CLUSTER_SUBSCRIPTION, "resourceGroup": "rg-clusters"}, SECRETS)
    return stack


def cluster_of(azure: Azure) -> dict[str, Any]:
    return azure.state["resources"][CLUSTER.lower()]


def cluster_writes(azure: Azure, since: int = 0) -> list[str]:
    """What was written to the cluster, by its method; a reset by its name."""
    written = [it.split(" ") for it in azure.writes[since:] if CLUSTER.lower() in it.lower()]
    return ["reset" if path.endswith("/resetServicePrincipalProfile") else method for method, path in written]


def test_a_cluster_is_created_rotated_updated_and_destroyed(stack: Stack, azure: Azure):
    up = stack.operate("up")
    assert up.code == 0, up.output
    first = cluster_of(azure)["_credential"]
    application = next(it for it in azure.state["applications"].values() if it["displayName"] == "pull (test)")
    assert first["clientId"] == application["appId"]
    assert cluster_writes(azure) == ["PUT"]
    assert azure.resets == [], "a cluster is created with the credential, and not reset to it"

    done = len(azure.writes)
    rotation = stack.operate("up", "--config", "rotation=1")
    assert rotation.code == 0, rotation.output
    second = cluster_of(azure)["_credential"]
    assert second["secret"] != first["secret"]
    assert cluster_writes(azure, done) == ["reset", "PUT"]

    done = len(azure.writes)
    update = stack.operate("up", "--config", "nodeCount=3")
    assert update.code == 0, update.output
    assert [it.type for it in update.changes] == [MANAGED_CLUSTER]
    assert cluster_writes(azure, done) == ["PUT"]
    assert [node["secret"] for node in cluster_of(azure)["_nodes"]] == [second["secret"]] * 3
    assert azure.resets == [CLUSTER.lower()]
    quiet = stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output

    # The sandbox refuses what Azure does: an update with another secret than the cluster's. A rotation is the way out.
    azure.change(lambda state: state["resources"][CLUSTER.lower()]["_credential"].update(secret="set-by-hand"))
    refused = stack.operate("up", "--config", "nodeCount=4")
    assert refused.code != 0
    assert refused.says("PropertyChangeNotAllowed", "servicePrincipalProfile.secret")
    repair = stack.operate("up", "--config", "rotation=2")
    assert repair.code == 0, repair.output
    assert len(cluster_of(azure)["_nodes"]) == 4

    # Another name would replace the cluster. It is protected: the plan is refused, and so is its deletion.
    for operation in (["preview", "--config", "clusterName=aks-other"], ["destroy"]):
        done = len(azure.writes)
        refused = stack.operate(*operation)
        assert refused.code != 0
        assert refused.says("protect", "aks-new") or refused.says("protect", "::cluster"), refused.output
        assert cluster_writes(azure, done) == []
    unprotected = stack.command("pulumi", "state", "unprotect", "--all", "--yes", "--stack", "test")
    assert unprotected.code == 0, unprotected.output

    done = len(azure.writes)
    destroyed = stack.operate("destroy")
    assert destroyed.code == 0, destroyed.output
    state, writes = azure.state, azure.writes[done:]
    assert CLUSTER.lower() not in state["resources"]
    assert [it for it in state["applications"].values() if it["displayName"] == "pull (test)"] == []
    deleted = [index for index, it in enumerate(writes) if it.startswith("DELETE") and it.endswith("/aks-new")]
    assert deleted[0] < next(index for index, it in enumerate(writes) if it.startswith("DELETE /v1.0/applications"))
    assert len(azure.resets) == 2
