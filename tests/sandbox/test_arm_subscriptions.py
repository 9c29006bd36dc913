"""Tenants, subscriptions, providers and resource groups."""

from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_GROUP,
    CLUSTER_OWNER_ID,
    CLUSTER_POWERLESS_ID,
    CLUSTER_SUBSCRIPTION,
    CLUSTER_TENANT,
)
from tests.sandbox.arm_world import CORE, Arm, message, refusal

SUBSCRIPTION = f"/subscriptions/{CLUSTER_SUBSCRIPTION}"


def test_subscription_says_its_tenant(arm: Arm) -> None:
    answer = arm.get(SUBSCRIPTION)
    assert answer.status_code == 200
    assert answer.json()["tenantId"] == CLUSTER_TENANT
    assert "_tenant" not in answer.json()


def test_subscription_is_hidden_from_whoever_has_no_right_in_it(arm: Arm) -> None:
    assert refusal(arm.get(SUBSCRIPTION, caller=CLUSTER_POWERLESS_ID)) == (403, "AuthorizationFailed")
    assert arm.get("/subscriptions", caller=CLUSTER_POWERLESS_ID).json()["value"] == []


def test_subscription_is_seen_by_whoever_works_in_one_group(arm: Arm) -> None:
    listed = arm.get("/subscriptions", caller=CLUSTER_CALLER_ID).json()["value"]
    assert [one["subscriptionId"] for one in listed] == [CLUSTER_SUBSCRIPTION]


def test_tenants_are_the_callers_own(arm: Arm) -> None:
    listed = arm.get("/tenants", caller=CLUSTER_OWNER_ID).json()["value"]
    assert [(one["tenantId"], one["defaultDomain"]) for one in listed] == [(CLUSTER_TENANT, "contoso.onmicrosoft.com")]


def test_providers_are_registered_and_name_their_versions(arm: Arm) -> None:
    answer = arm.get(f"{SUBSCRIPTION}/providers/microsoft.containerservice").json()
    assert (answer["namespace"], answer["registrationState"]) == ("Microsoft.ContainerService", "Registered")
    types = {one["resourceType"]: one["apiVersions"] for one in answer["resourceTypes"]}
    assert "2026-04-01" in types["managedClusters"]
    listed = arm.get(f"{SUBSCRIPTION}/providers").json()["value"]
    assert {"Microsoft.Authorization", "Microsoft.ContainerRegistry"} < {one["namespace"] for one in listed}
    registered = arm.post(f"{SUBSCRIPTION}/providers/Microsoft.ContainerRegistry/register", version=CORE)
    assert registered.json()["registrationState"] == "Registered"
    assert refusal(arm.get(f"{SUBSCRIPTION}/providers/Microsoft.Nothing")) == (404, "InvalidResourceNamespace")


def test_groups_are_listed_as_far_as_the_caller_may_read(arm: Arm) -> None:
    everything = {one["name"] for one in arm.get(f"{SUBSCRIPTION}/resourcegroups").json()["value"]}
    assert {"rg-clusters", "MC_rg-clusters_aks-prod_westeurope"} <= everything
    mine = arm.get(f"{SUBSCRIPTION}/resourcegroups", caller=CLUSTER_CALLER_ID).json()["value"]
    assert [one["name"] for one in mine] == ["rg-clusters"]
    nobody = arm.get(f"{SUBSCRIPTION}/resourcegroups", caller=CLUSTER_POWERLESS_ID)
    assert refusal(nobody) == (403, "AuthorizationFailed")


def test_group_is_made_changed_and_deleted_with_what_is_in_it(arm: Arm) -> None:
    group = f"{SUBSCRIPTION}/resourceGroups/rg-new"
    assert arm.call("HEAD", group).status_code == 404
    assert arm.put(group, {"location": "West Europe"}).status_code == 201
    assert arm.call("HEAD", group).status_code == 204
    answer = arm.put(group, {"location": "westeurope", "tags": {"a": "b"}})
    assert (answer.status_code, answer.json()["tags"]) == (200, {"a": "b"})
    moved = arm.put(group, {"location": "northeurope"})
    assert refusal(moved) == (409, "InvalidResourceGroupLocation")
    assert message(moved) == (
        "Invalid resource group location 'northeurope'. The Resource group already exists in location 'westeurope'."
    )
    assert refusal(arm.put(f"{SUBSCRIPTION}/resourceGroups/rg-2", {})) == (400, "LocationRequired")
    for name in ("ends.", "g" * 91, "a+b"):
        answer = arm.put(f"{SUBSCRIPTION}/resourceGroups/{name}", {"location": "x"})
        assert refusal(answer) == (400, "InvalidResourceGroup")
    assert message(answer) == (
        "The provided resource group name 'a+b' has these invalid characters: '+'. The name can only be a letter,"
        " digit, '-', '.', '(', ')' or '_'."
    )
    assert arm.put(f"{SUBSCRIPTION}/resourceGroups/{'g' * 90}", {"location": "x"}).status_code == 201
    assert arm.delete(group).status_code == 200
    assert refusal(arm.get(group)) == (404, "ResourceGroupNotFound")
    assert refusal(arm.delete(group)) == (404, "ResourceGroupNotFound")


def test_deleting_a_group_takes_resources_and_role_assignments_along(arm: Arm) -> None:
    assert arm.delete(CLUSTER_GROUP).status_code == 200
    with arm.store.read() as state:
        assert CLUSTER.lower() not in state["resources"]
        scopes = {one["properties"]["scope"] for one in state["roleAssignments"].values()}
    assert CLUSTER_GROUP not in scopes
    assert SUBSCRIPTION in scopes
