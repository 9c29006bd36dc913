"""Container registries."""

from typing import Any

import pytest

from crosstenant.sandbox.world.seed import (
    ABAC_REGISTRY,
    REGISTRY,
    REGISTRY_CALLER_ID,
    REGISTRY_GROUP,
    REGISTRY_POWERLESS_ID,
    REGISTRY_SUBSCRIPTION,
)
from tests.sandbox.arm_world import Arm, Json, message, refusal

ALL = f"/subscriptions/{REGISTRY_SUBSCRIPTION}/providers/Microsoft.ContainerRegistry/registries"
NEW = f"{REGISTRY_GROUP}/providers/Microsoft.ContainerRegistry/registries/freshimages"


def test_registry_as_the_reader_sees_it(arm: Arm) -> None:
    answer = arm.get(REGISTRY, caller=REGISTRY_CALLER_ID)
    assert answer.status_code == 200
    document = answer.json()
    assert (document["id"], document["sku"]) == (REGISTRY, {"name": "Premium", "tier": "Premium"})
    properties = document["properties"]
    assert properties["loginServer"] == "fabrikamimages.azurecr.io"
    assert properties["provisioningState"] == "Succeeded"
    assert properties["adminUserEnabled"] is False
    assert properties["publicNetworkAccess"] == "Enabled"
    assert properties["networkRuleSet"] == {"defaultAction": "Allow", "ipRules": []}


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        ("2023-01-01-preview", False),
        ("2023-07-01", False),
        ("2025-04-01", False),
        ("2025-03-01-preview", True),
        ("2025-11-01", True),
    ],
)
def test_role_assignment_mode_shows_in_versions_that_know_it(arm: Arm, version: str, shown: bool) -> None:
    for registry, mode in ((REGISTRY, "LegacyRegistryPermissions"), (ABAC_REGISTRY, "AbacRepositoryPermissions")):
        properties = arm.get(registry, version=version).json()["properties"]
        assert properties.get("roleAssignmentMode") == (mode if shown else None)


def test_lists_by_group_and_subscription(arm: Arm) -> None:
    in_group = arm.get(f"{REGISTRY_GROUP}/providers/Microsoft.ContainerRegistry/registries").json()["value"]
    assert [one["name"] for one in in_group] == ["fabrikamimages", "fabrikamabac"]
    assert [one["name"] for one in arm.get(ALL, caller=REGISTRY_CALLER_ID).json()["value"]] == [
        "fabrikamimages",
        "fabrikamabac",
    ]
    assert refusal(arm.get(ALL, caller=REGISTRY_POWERLESS_ID)) == (403, "AuthorizationFailed")
    elsewhere = f"{REGISTRY_GROUP}-none/providers/Microsoft.ContainerRegistry/registries"
    assert refusal(arm.get(elsewhere)) == (404, "ResourceGroupNotFound")


def test_mode_and_network_rules_are_patched(arm: Arm) -> None:
    rules = {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "10.0.0.0/8"}]}
    body = {"properties": {"roleAssignmentMode": "AbacRepositoryPermissions", "networkRuleSet": rules}}
    answer = arm.call("PATCH", REGISTRY, body)
    assert answer.status_code == 200
    assert answer.json()["properties"]["roleAssignmentMode"] == "AbacRepositoryPermissions"
    assert arm.resource(REGISTRY)["properties"]["networkRuleSet"] == rules


def test_a_policy_is_patched_and_the_others_stay(arm: Arm) -> None:
    before = arm.get(REGISTRY).json()["properties"]["policies"]
    assert before["azureADAuthenticationAsArmPolicy"] == {"status": "enabled"}
    change = {"policies": {"azureADAuthenticationAsArmPolicy": {"status": "disabled"}}}
    after = arm.call("PATCH", REGISTRY, {"properties": change}).json()["properties"]["policies"]
    assert after == {**before, **change["policies"]}


def test_mode_is_not_taken_by_a_version_without_it(arm: Arm) -> None:
    body = {"properties": {"roleAssignmentMode": "AbacRepositoryPermissions"}}
    assert arm.call("PATCH", REGISTRY, body, version="2023-07-01").status_code == 200
    assert arm.resource(REGISTRY)["properties"]["roleAssignmentMode"] == "LegacyRegistryPermissions"


def test_values_outside_an_enumeration_are_refused(arm: Arm) -> None:
    for name in ("roleAssignmentMode", "publicNetworkAccess"):
        answer = arm.call("PATCH", REGISTRY, {"properties": {name: "Sometimes"}})
        assert refusal(answer) == (400, "InvalidParameter")
        assert answer.json()["error"]["target"] == name
    assert refusal(arm.call("PATCH", REGISTRY, {"sku": {"name": "Gold"}})) == (400, "InvalidSku")


def test_reader_may_not_patch(arm: Arm) -> None:
    answer = arm.call("PATCH", REGISTRY, {}, caller=REGISTRY_CALLER_ID)
    assert refusal(answer) == (403, "AuthorizationFailed")
    assert "'Microsoft.ContainerRegistry/registries/write'" in message(answer)


def test_registry_is_made_and_deleted(arm: Arm) -> None:
    body = {"location": "West Europe", "sku": {"name": "Standard"}, "properties": {"adminUserEnabled": True}}
    answer = arm.put(NEW, body)
    assert answer.status_code == 201
    properties = answer.json()["properties"]
    assert (properties["loginServer"], properties["provisioningState"]) == ("freshimages.azurecr.io", "Succeeded")
    assert properties["roleAssignmentMode"] == "LegacyRegistryPermissions"
    assert arm.put(NEW, body).status_code == 200
    assert arm.delete(NEW).status_code == 200
    assert arm.delete(NEW).status_code == 204
    assert refusal(arm.get(NEW)) == (404, "ResourceNotFound")


def test_registry_needs_location_sku_and_a_free_valid_name(arm: Arm) -> None:
    assert refusal(arm.put(NEW, {"sku": {"name": "Basic"}})) == (400, "LocationRequired")
    assert refusal(arm.put(NEW, {"location": "westeurope"})) == (400, "SkuRequired")
    body = {"location": "westeurope", "sku": {"name": "Basic"}}
    assert refusal(arm.put(NEW.replace("freshimages", "a-b"), body)) == (400, "InvalidResourceName")
    other_group = f"/subscriptions/{REGISTRY_SUBSCRIPTION}/resourceGroups/rg-other"
    arm.put(other_group, {"location": "westeurope"})
    taken = arm.put(f"{other_group}/providers/Microsoft.ContainerRegistry/registries/FabrikamImages", body)
    assert refusal(taken) == (409, "AlreadyInUse")


def test_credentials_exist_only_with_the_admin_user(arm: Arm) -> None:
    answer = arm.post(f"{REGISTRY}/listCredentials")
    assert refusal(answer) == (400, "UnAuthorizedForCredentialOperations")
    assert f"Cannot perform credential operations for {REGISTRY} as admin user is disabled." in message(answer)
    arm.call("PATCH", REGISTRY, {"properties": {"adminUserEnabled": True}})
    answer = arm.post(f"{REGISTRY}/listCredentials").json()
    assert answer["username"] == "fabrikamimages"
    assert answer["passwords"][0]["value"]


def test_name_availability(arm: Arm) -> None:
    path = f"/subscriptions/{REGISTRY_SUBSCRIPTION}/providers/Microsoft.ContainerRegistry/checkNameAvailability"
    asked = {"type": "Microsoft.ContainerRegistry/registries"}
    assert arm.post(path, {**asked, "name": "freshimages"}).json() == {"nameAvailable": True}
    assert arm.post(path, {**asked, "name": "fabrikamimages"}).json()["reason"] == "AlreadyExists"
    assert arm.post(path, {**asked, "name": "a-b"}).json()["reason"] == "Invalid"


def test_a_registry_does_not_move(arm: Arm) -> None:
    body = {"location": "West Europe", "sku": {"name": "Premium"}}
    assert arm.put(REGISTRY, body).status_code == 200
    assert refusal(arm.put(REGISTRY, {**body, "location": "northeurope"})) == (409, "InvalidResourceLocation")
    assert arm.resource(REGISTRY)["location"] == "westeurope"


@pytest.mark.parametrize(
    ("tier", "properties", "code"),
    [
        ("Basic", {"publicNetworkAccess": "Disabled"}, "DisablingPublicNetworkAccessNotSupported"),
        ("Standard", {"publicNetworkAccess": "Disabled"}, "DisablingPublicNetworkAccessNotSupported"),
        ("Standard", {"networkRuleSet": {"defaultAction": "Deny"}}, "InvalidParameter"),
        ("Standard", {"networkRuleSet": {"ipRules": [{"value": "10.0.0.0/8"}]}}, "InvalidParameter"),
        ("Standard", {"dataEndpointEnabled": True}, "InvalidParameter"),
        ("Basic", {"anonymousPullEnabled": True}, "InvalidParameter"),
        ("Standard", {"anonymousPullEnabled": True}, None),
        (
            "Basic",
            {"publicNetworkAccess": "Enabled", "networkRuleSet": {"defaultAction": "Allow", "ipRules": []}},
            None,
        ),
        (
            "Premium",
            {
                "publicNetworkAccess": "Disabled",
                "networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.10"}]},
                "dataEndpointEnabled": True,
                "anonymousPullEnabled": True,
            },
            None,
        ),
    ],
)
def test_a_registry_has_what_its_tier_has(arm: Arm, tier: str, properties: Json, code: str | None) -> None:
    answer = arm.put(NEW, {"location": "westeurope", "sku": {"name": tier}, "properties": properties})
    if code is None:
        assert answer.status_code == 201
        return
    assert refusal(answer) == (400, code)
    assert tier in message(answer)
    assert arm.get(NEW).status_code == 404


def test_a_tier_that_lacks_what_the_registry_has_is_refused(arm: Arm) -> None:
    assert arm.call("PATCH", REGISTRY, {"properties": {"dataEndpointEnabled": True}}).status_code == 200
    assert refusal(arm.call("PATCH", REGISTRY, {"sku": {"name": "Basic"}})) == (400, "InvalidParameter")
    assert arm.resource(REGISTRY)["sku"]["name"] == "Premium"


@pytest.mark.parametrize(
    "rules",
    [
        {"defaultAction": "Block"},
        {"defaultAction": "Deny", "ipRules": [{"value": "not an address"}]},
        {"defaultAction": "Deny", "ipRules": [{"action": "Allow"}]},
        {"defaultAction": "Deny", "ipRules": ["203.0.113.10"]},
        "Deny",
    ],
)
def test_malformed_network_rules_are_refused(arm: Arm, rules: Any) -> None:
    answer = arm.call("PATCH", REGISTRY, {"properties": {"networkRuleSet": rules}})
    assert answer.status_code == 400
    assert arm.resource(REGISTRY)["properties"]["networkRuleSet"] == {"defaultAction": "Allow", "ipRules": []}
