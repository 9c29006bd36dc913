"""Role definitions, and what the caller may do."""

import pytest

from crosstenant.sandbox.world.seed import REGISTRY, REGISTRY_CALLER_ID, REGISTRY_SUBSCRIPTION
from tests.sandbox.arm_world import Arm, message, refusal

ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
DEFINITIONS = "providers/Microsoft.Authorization/roleDefinitions"


@pytest.mark.parametrize("scope", [f"/subscriptions/{REGISTRY_SUBSCRIPTION}", REGISTRY])
def test_role_definition_by_id(arm: Arm, scope: str) -> None:
    answer = arm.get(f"{scope}/{DEFINITIONS}/{ACR_PULL}").json()
    assert answer["id"] == f"/subscriptions/{REGISTRY_SUBSCRIPTION}/{DEFINITIONS}/{ACR_PULL}"
    assert (answer["name"], answer["properties"]["roleName"]) == (ACR_PULL, "AcrPull")
    assert answer["properties"]["type"] == "BuiltInRole"
    [permission] = answer["properties"]["permissions"]
    assert permission["actions"] == ["Microsoft.ContainerRegistry/registries/pull/read"]


def test_repository_reader_has_data_actions_alone(arm: Arm) -> None:
    answer = arm.get(f"{REGISTRY}/{DEFINITIONS}/b93aa761-3e63-49ed-ac28-beffa264f7ac").json()
    [permission] = answer["properties"]["permissions"]
    assert permission["actions"] == []
    assert set(permission["dataActions"]) == {
        "Microsoft.ContainerRegistry/registries/repositories/content/read",
        "Microsoft.ContainerRegistry/registries/repositories/metadata/read",
    }


def test_role_definitions_are_found_by_name(arm: Arm) -> None:
    found = arm.get(f"{REGISTRY}/{DEFINITIONS}", **{"$filter": "roleName eq 'acrpull'"}).json()["value"]
    assert [one["name"] for one in found] == [ACR_PULL]
    built_in = arm.get(f"{REGISTRY}/{DEFINITIONS}", **{"$filter": "type eq 'BuiltInRole'"}).json()["value"]
    assert len(built_in) > 10
    custom = arm.get(f"{REGISTRY}/{DEFINITIONS}", **{"$filter": "type eq 'CustomRole' and roleName eq 'AcrPull'"})
    assert custom.json()["value"] == []


def test_unknown_role_definition(arm: Arm) -> None:
    answer = arm.get(f"{REGISTRY}/{DEFINITIONS}/00000000-0000-4000-8000-000000000000")
    assert refusal(answer) == (404, "RoleDefinitionDoesNotExist")
    assert message(answer) == (
        "The specified role definition with ID '00000000000040008000000000000000' does not exist."
    )
    assert refusal(arm.get(f"{REGISTRY}/{DEFINITIONS}/AcrPull")) == (400, "InvalidRoleDefinitionId")
    odd = arm.get(f"{REGISTRY}/{DEFINITIONS}", **{"$filter": "colour eq 'red'"})
    assert refusal(odd) == (400, "UnsupportedQuery")


def test_callers_permissions_at_a_scope(arm: Arm) -> None:
    found = arm.get(f"{REGISTRY}/providers/Microsoft.Authorization/permissions", caller=REGISTRY_CALLER_ID).json()
    actions = [action for one in found["value"] for action in one["actions"]]
    assert "Microsoft.Authorization/roleAssignments/write" in actions
    assert "*" not in actions
