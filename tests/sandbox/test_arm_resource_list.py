"""The list of a subscription's resources, by which clients find a resource by its name."""

import base64
import json

import pytest

from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_GROUP,
    CLUSTER_POWERLESS_ID,
    CLUSTER_SUBSCRIPTION,
    MANAGED_IDENTITY_CLUSTER,
    REGISTRY,
    REGISTRY_GROUP,
    REGISTRY_SUBSCRIPTION,
)
from tests.sandbox.arm_world import Arm, message, refusal

SUBSCRIPTION = f"/subscriptions/{CLUSTER_SUBSCRIPTION}"
REGISTRIES = f"/subscriptions/{REGISTRY_SUBSCRIPTION}"


def listed(arm: Arm, path: str, **options: str) -> list[str]:
    answer = arm.get(f"{path}/resources", **options)
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["value"]]


def test_resources_of_a_subscription_are_listed_without_its_groups(arm: Arm) -> None:
    assert listed(arm, SUBSCRIPTION) == ["aks-prod", "aks-managed"]
    assert listed(arm, REGISTRIES) == ["fabrikamimages", "fabrikamabac"]
    assert listed(arm, REGISTRY_GROUP.upper().replace("SUBSCRIPTIONS", "subscriptions")) == [
        "fabrikamimages",
        "fabrikamabac",
    ]


def test_resource_is_shown_with_what_every_type_has(arm: Arm) -> None:
    found = arm.get(f"{REGISTRIES}/resources", **{"$expand": "createdTime,provisioningState"}).json()["value"][0]
    assert found == {
        "id": REGISTRY,
        "name": "fabrikamimages",
        "type": "Microsoft.ContainerRegistry/registries",
        "location": "westeurope",
        "sku": {"name": "Premium", "tier": "Premium"},
        "tags": {},
        "provisioningState": "Succeeded",
    }
    assert "provisioningState" not in arm.get(f"{REGISTRIES}/resources").json()["value"][0]


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        (REGISTRIES, "resourceType eq 'microsoft.containerregistry/REGISTRIES'", ["fabrikamimages", "fabrikamabac"]),
        (REGISTRIES, "resourceType eq 'Microsoft.ContainerService/managedClusters'", []),
        (REGISTRIES, "resourceType ne 'Microsoft.ContainerRegistry/registries'", []),
        (REGISTRIES, "name eq 'FabrikamABAC'", ["fabrikamabac"]),
        (REGISTRIES, "resourceGroup eq 'rg-registries' and name eq 'fabrikamabac'", ["fabrikamabac"]),
        (REGISTRIES, "resourceGroup eq 'rg-other'", []),
        (REGISTRIES, "location eq 'westeurope' and substringof('images', name)", ["fabrikamimages"]),
        (SUBSCRIPTION, "tagName eq 'environment' and tagValue eq 'production'", ["aks-prod", "aks-managed"]),
        (SUBSCRIPTION, "tagname eq 'environment' and tagvalue eq 'test'", []),
        (SUBSCRIPTION, "startswith(tagname, 'env')", ["aks-prod", "aks-managed"]),
        (CLUSTER_GROUP, "name eq 'aks-prod'", ["aks-prod"]),
    ],
)
def test_filter_chooses(arm: Arm, path: str, text: str, names: list[str]) -> None:
    assert listed(arm, path, **{"$filter": text}) == names


@pytest.mark.parametrize(
    "text",
    [
        "kind eq 'x'",
        "name eq fabrikamabac",
        "tagValue eq 'x'",
        "name eq 'a' and tagName eq 'b'",
    ],
)
def test_other_filter_is_refused(arm: Arm, text: str) -> None:
    answer = arm.get(f"{REGISTRIES}/resources", **{"$filter": text})
    assert refusal(answer) == (400, "InvalidFilterInQueryString")
    assert message(answer) == f"Invalid $filter '{text}' specified in the query string."


def test_filter_with_or_is_refused_as_the_sandbox_s_own_lack(arm: Arm) -> None:
    answer = arm.get(f"{REGISTRIES}/resources", **{"$filter": "name eq 'a' or name eq 'b'"})
    assert refusal(answer) == (400, "BadRequest")
    assert message(answer) == "The sandbox does not emulate $filter with 'or': name eq 'a' or name eq 'b'."


@pytest.mark.parametrize(
    ("path", "option"),
    [
        (f"{SUBSCRIPTION}/resourceGroups", {"$filter": "tagName eq 'a'"}),
        (f"{SUBSCRIPTION}/resourceGroups", {"$top": "1"}),
        (f"{SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters", {"$filter": "name eq 'x'"}),
    ],
)
def test_option_that_a_list_does_not_have_is_refused_as_such(arm: Arm, path: str, option: dict[str, str]) -> None:
    answer = arm.get(path, **option)
    assert refusal(answer) == (400, "BadRequest")
    assert message(answer) == f"The sandbox does not emulate {next(iter(option))} of GET {path}."


def test_top_limits_the_list(arm: Arm) -> None:
    assert listed(arm, SUBSCRIPTION, **{"$top": "1"}) == ["aks-prod"]


def test_caller_sees_only_what_he_may_read(arm: Arm) -> None:
    with arm.store.change() as state:
        state["roleAssignments"] = {
            key: one
            for key, one in state["roleAssignments"].items()
            if not one["properties"]["principalId"].endswith("0d1")
        }
    answer = arm.get(f"{SUBSCRIPTION}/resources", caller=CLUSTER_CALLER_ID)
    assert refusal(answer) == (403, "AuthorizationFailed")
    assert "'Microsoft.Resources/subscriptions/resources/read'" in message(answer)
    with arm.store.change() as state:
        found = next(iter(state["roleAssignments"].values()))
        mine = {**found, "id": f"{CLUSTER}{found['id']}", "properties": {**found["properties"], "scope": CLUSTER}}
        mine["properties"]["principalId"] = "a0000000-0000-4000-8000-0000000000d1"
        mine["properties"]["roleDefinitionId"] = "/x/acdd72a7-3385-48ef-bd42-f606fba81ae7"
        state["roleAssignments"][mine["id"].lower()] = mine
    assert listed(arm, SUBSCRIPTION, caller=CLUSTER_CALLER_ID) == ["aks-prod"]


def test_nobody_and_a_missing_group_are_refused(arm: Arm) -> None:
    nobody = arm.get(f"{CLUSTER_GROUP}/resources", caller=CLUSTER_POWERLESS_ID)
    assert refusal(nobody) == (403, "AuthorizationFailed")
    assert "'Microsoft.Resources/subscriptions/resourceGroups/resources/read'" in message(nobody)
    missing = arm.get(f"{SUBSCRIPTION}/resourceGroups/rg-nowhere/resources")
    assert refusal(missing) == (404, "ResourceGroupNotFound")


def test_kubeconfig_needs_its_own_action(arm: Arm) -> None:
    for kind, user in (("User", "clusterUser_rg-clusters_aks-prod"), ("Admin", "clusterAdmin_rg-clusters_aks-prod")):
        [found] = arm.post(f"{CLUSTER}/listCluster{kind}Credential").json()["kubeconfigs"]
        assert found["name"] == f"cluster{kind}"
        refused = arm.post(f"{CLUSTER}/listCluster{kind}Credential", caller=CLUSTER_POWERLESS_ID)
        assert f"'Microsoft.ContainerService/managedClusters/listCluster{kind}Credential/action'" in message(refused)
        config = json.loads(base64.b64decode(found["value"]))
        assert [one["name"] for one in config["users"]] == [user]
        assert config["clusters"][0]["cluster"]["server"].startswith("https://aks-prod-")
    assert refusal(arm.post(f"{CLUSTER}x/listClusterUserCredential")) == (404, "ResourceNotFound")
    assert arm.post(f"{MANAGED_IDENTITY_CLUSTER}/listClusterUserCredential").status_code == 200
