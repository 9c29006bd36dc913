"""Managed clusters: read, listed, tagged, started, stopped, deleted."""

import json

from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_GROUP,
    CLUSTER_POWERLESS_ID,
    CLUSTER_SUBSCRIPTION,
    MANAGED_IDENTITY_CLUSTER,
    OLD_CLUSTER_APP_ID,
    OLD_CLUSTER_SECRET,
)
from tests.sandbox.arm_world import Arm, message, refusal

ALL = f"/subscriptions/{CLUSTER_SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters"


def test_cluster_shows_its_client_id_and_never_its_secret(arm: Arm) -> None:
    answer = arm.get(CLUSTER, caller=CLUSTER_CALLER_ID)
    properties = answer.json()["properties"]
    assert properties["servicePrincipalProfile"] == {"clientId": OLD_CLUSTER_APP_ID}
    assert (properties["provisioningState"], properties["powerState"]) == ("Succeeded", {"code": "Running"})
    assert [(pool["name"], pool["count"]) for pool in properties["agentPoolProfiles"]] == [("system", 2), ("apps", 3)]
    assert OLD_CLUSTER_SECRET not in answer.text
    assert "_nodes" not in answer.text


def test_cluster_with_managed_identity_shows_msi(arm: Arm) -> None:
    document = arm.get(MANAGED_IDENTITY_CLUSTER).json()
    assert document["properties"]["servicePrincipalProfile"] == {"clientId": "msi"}
    assert document["identity"]["type"] == "SystemAssigned"


def test_lists_by_group_and_subscription(arm: Arm) -> None:
    in_group = arm.get(f"{CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters").json()["value"]
    assert [one["name"] for one in in_group] == ["aks-prod", "aks-managed"]
    assert [one["name"] for one in arm.get(ALL, caller=CLUSTER_CALLER_ID).json()["value"]] == [
        "aks-prod",
        "aks-managed",
    ]
    assert refusal(arm.get(ALL, caller=CLUSTER_POWERLESS_ID)) == (403, "AuthorizationFailed")
    assert OLD_CLUSTER_SECRET not in json.dumps(in_group)


def test_agent_pools(arm: Arm) -> None:
    listed = arm.get(f"{CLUSTER}/agentPools").json()["value"]
    assert [one["name"] for one in listed] == ["system", "apps"]
    pool = arm.get(f"{CLUSTER}/agentPools/apps").json()
    assert (pool["id"], pool["properties"]["count"]) == (f"{CLUSTER}/agentPools/apps", 3)
    assert refusal(arm.get(f"{CLUSTER}/agentPools/none")) == (404, "NotFound")


def test_tags_are_patched(arm: Arm) -> None:
    answer = arm.call("PATCH", CLUSTER, {"tags": {"team": "shop"}})
    assert (answer.status_code, answer.json()["tags"]) == (200, {"team": "shop"})


def test_etag_of_another_version_is_refused(arm: Arm) -> None:
    etag = arm.get(CLUSTER).json()["eTag"]
    assert arm.call("PATCH", CLUSTER, {"tags": {"a": "1"}}, headers={"If-Match": etag}).status_code == 200
    for method, body in (("PATCH", {"tags": {}}), ("PUT", {"location": "westeurope"}), ("DELETE", None)):
        answer = arm.call(method, CLUSTER, body, headers={"If-Match": etag})
        assert refusal(answer) == (412, "EtagMismatch")
    answer = arm.put(CLUSTER, {"location": "westeurope"}, headers={"If-None-Match": "*"})
    assert refusal(answer) == (412, "EtagMismatch")


def test_cluster_is_stopped_and_started(arm: Arm) -> None:
    answer = arm.post(f"{CLUSTER}/stop")
    assert answer.status_code == 202
    assert arm.get(CLUSTER).json()["properties"]["provisioningState"] == "Stopping"
    arm.pass_time(2)
    properties = arm.get(CLUSTER).json()["properties"]
    assert (properties["provisioningState"], properties["powerState"]) == ("Succeeded", {"code": "Stopped"})
    assert properties["agentPoolProfiles"][0]["powerState"] == {"code": "Stopped"}
    again = arm.post(f"{CLUSTER}/stop")
    assert refusal(again) == (409, "OperationNotAllowed")
    assert message(again).startswith(
        "managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), stopping cannot be performed "
        "The previous operation started at '"
    )
    assert arm.post(f"{CLUSTER}/start").status_code == 202
    arm.pass_time(2)
    assert arm.get(CLUSTER).json()["properties"]["powerState"] == {"code": "Running"}
    assert refusal(arm.post(f"{CLUSTER}/start")) == (409, "OperationNotAllowed")


def test_cluster_is_deleted_with_its_node_group_and_role_assignments(arm: Arm) -> None:
    answer = arm.delete(CLUSTER)
    assert answer.status_code == 202
    assert arm.get(CLUSTER).json()["properties"]["provisioningState"] == "Deleting"
    assert refusal(arm.call("PATCH", CLUSTER, {"tags": {}})) == (409, "OperationNotAllowed")
    arm.pass_time(2)
    assert refusal(arm.get(CLUSTER)) == (404, "ResourceNotFound")
    node_group = f"/subscriptions/{CLUSTER_SUBSCRIPTION}/resourceGroups/MC_rg-clusters_aks-prod_westeurope"
    assert refusal(arm.get(node_group)) == (404, "ResourceGroupNotFound")
    with arm.store.read() as state:
        assert not [key for key in state["roleAssignments"] if "mc_rg-clusters_aks-prod" in key]
    assert arm.delete(CLUSTER).status_code == 204
    status = arm.follow(answer.headers["Azure-AsyncOperation"])
    assert status.json()["status"] == "Succeeded"
