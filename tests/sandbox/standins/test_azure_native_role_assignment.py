"""The azure-native stand-in's RoleAssignment, and what every resource type of it has in common."""

import pytest

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.azure_native.role_assignment import RoleAssignment
from crosstenant.sandbox.world.drift import remove_role_assignment
from crosstenant.sandbox.world.seed import (
    ACR_PULL,
    READER,
    REGISTRY,
    REGISTRY_CALLER_ID,
    REGISTRY_GROUP,
    REGISTRY_SUBSCRIPTION,
)
from tests.sandbox.standins.standin_world import Managed, add_fault, change, read_state

NAME = "11111111-1111-4111-8111-111111111111"
ROLES = f"/subscriptions/{REGISTRY_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
PROGRAM = {
    "scope": REGISTRY,
    "roleAssignmentName": NAME,
    "principalId": REGISTRY_CALLER_ID[:-2] + "d1",
    "principalType": "ServicePrincipal",
    "roleDefinitionId": f"{ROLES}/{ACR_PULL}",
}
ID = f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments/{NAME}"
HOST = "management.azure.com"


async def test_life_has_the_calls_of_the_provider(make_arm_client, http):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    url = f"{ID}?api-version=2022-04-01"
    assert http.calls(HOST) == [f"GET {url}", f"PUT {url}", f"GET {url}"]
    assert await thing.refresh()
    assert http.calls(HOST) == [f"GET {url}"]
    await thing.update(**PROGRAM, description="pulls")
    assert http.calls(HOST) == [f"PUT {url}", f"GET {url}"]
    await thing.delete()
    assert http.calls(HOST) == [f"DELETE {url}"]


async def test_outputs_are_those_of_the_provider(make_arm_client, http):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    assert thing.resource_id == ID
    assert thing.outputs["name"] == NAME
    assert thing.outputs["scope"] == REGISTRY
    assert thing.outputs["type"] == "Microsoft.Authorization/roleAssignments"
    assert thing.outputs["azureApiVersion"] == "2022-04-01"
    put = next(body for method, _, body in http.sent if method == "PUT")
    assert sorted(put["properties"]) == ["principalId", "principalType", "roleDefinitionId"]


async def test_nothing_changes_without_a_change(make_arm_client):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    await thing.refresh()
    assert await thing.plan(**PROGRAM) == {}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"principalId": REGISTRY_CALLER_ID}, "replace"),
        ({"scope": REGISTRY_GROUP}, "replace"),
        ({"roleAssignmentName": ID[-36:].replace("1", "2")}, "replace"),
        ({"roleDefinitionId": f"{ROLES}/{READER}"}, "update"),
        ({"description": "pulls"}, "update"),
    ],
)
async def test_only_scope_principal_and_name_replace(make_arm_client, changed, what):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    diff = await thing.diff(**{**PROGRAM, **changed})
    assert {path: it.change.value for path, it in diff.differences.items()} == {next(iter(changed)): what}
    assert diff.delete_before_replace == (what == "replace")


async def test_changed_role_is_an_update_that_azure_refuses(make_arm_client):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    with pytest.raises(OperatorError) as caught:
        await thing.update(**{**PROGRAM, "roleDefinitionId": f"{ROLES}/{READER}"})
    assert str(caught.value) == (
        'Status=400 Code="RoleAssignmentUpdateNotPermitted" '
        'Message="Tenant ID, application ID, principal ID, and scope are not allowed to be updated."'
    )


async def test_name_is_made_up_once_and_then_replaces_create_first(make_arm_client):
    program = {name: value for name, value in PROGRAM.items() if name != "roleAssignmentName"}
    thing = await Managed(RoleAssignment(make_arm_client())).create(**program)
    assert len(thing.inputs["roleAssignmentName"]) == 36
    assert await thing.plan(**program) == {}
    diff = await thing.diff(**{**program, "principalId": REGISTRY_CALLER_ID})
    assert not diff.delete_before_replace


async def test_existing_assignment_is_not_taken_over(make_arm_client, clock):
    arm = make_arm_client()
    await Managed(RoleAssignment(arm)).create(**PROGRAM)
    with pytest.raises(OperatorError, match=f"cannot create already existing resource '{ID}'"):
        await Managed(RoleAssignment(arm)).create(**PROGRAM)
    other = {**PROGRAM, "roleAssignmentName": NAME.replace("1", "2")}
    with pytest.raises(OperatorError, match='Status=409 Code="RoleAssignmentExists"'):
        await Managed(RoleAssignment(arm)).create(**other)
    assert clock.waits == [], "a conflict of another code is final"


async def test_principal_type_defaults_to_user_and_azure_refuses(make_arm_client):
    program = {name: value for name, value in PROGRAM.items() if name != "principalType"}
    with pytest.raises(OperatorError, match='Code="UnmatchedPrincipalType"'):
        await Managed(RoleAssignment(make_arm_client())).create(**program)


async def test_removed_assignment_is_gone_at_refresh(make_arm_client, store):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    change(store, lambda state: remove_role_assignment(state, REGISTRY, REGISTRY_CALLER_ID))
    assert not await thing.refresh()
    await thing.delete()


async def test_change_by_others_shows_as_an_update(make_arm_client, store):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    assignments = read_state(store)["roleAssignments"]
    key = next(key for key in assignments if key.endswith(NAME))
    change(store, lambda state: state["roleAssignments"][key]["properties"].update(description="theirs"))
    await thing.refresh()
    assert thing.inputs["description"] == "theirs"
    assert await thing.plan(**PROGRAM) == {"description": "update"}


async def test_import_reads_all_inputs_back(make_arm_client):
    arm = make_arm_client()
    await Managed(RoleAssignment(arm)).create(**PROGRAM)
    found = await Managed(RoleAssignment(arm)).adopt(ID)
    assert found.inputs == PROGRAM
    assert await found.plan(**PROGRAM) == {}
    with pytest.raises(OperatorError, match="failed to parse"):
        RoleAssignment(arm).parts_of(REGISTRY)


async def test_caller_who_may_not_even_look_is_told(make_arm_client):
    arm = make_arm_client(role="powerless")
    with pytest.raises(OperatorError) as caught:
        await Managed(RoleAssignment(arm)).create(**PROGRAM)
    assert str(caught.value).startswith(f"cannot check existence of resource '{ID}': status code 403, ")
    assert "Microsoft.Authorization/roleAssignments/read" in str(caught.value)


@pytest.mark.parametrize("name", ["scope", "principalId", "roleDefinitionId"])
async def test_check_misses_required_properties(make_arm_client, name):
    program = {key: value for key, value in PROGRAM.items() if key != name}
    failures = await Managed(RoleAssignment(make_arm_client())).failures(**program)
    assert failures == {name: f"missing required property '{name}'"}


async def test_check_refuses_types_and_unknown_properties(make_arm_client):
    failures = await Managed(RoleAssignment(make_arm_client())).failures(**{**PROGRAM, "principalId": 5, "role": "x"})
    assert failures["principalId"] == "'principalId' should be of type 'string' but got a int"
    assert failures["role"] == (
        "the sandbox's stand-in for azure-native does not know 'role' of azure-native:authorization:RoleAssignment:"
        " omit it, or install the real plugin"
    )


async def test_busy_azure_is_asked_three_times_more(make_arm_client, store, clock):
    add_fault(store, service="arm", method="PUT", path="roleAssignments", status=429, times=1, retry_after=3)
    await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    assert clock.waits == [3]
    clock.waits.clear()
    add_fault(store, service="arm", method="GET", path="roleAssignments", status=503, times=-1)
    with pytest.raises(OperatorError, match="Status=503"):
        await Managed(RoleAssignment(make_arm_client())).adopt(ID)
    assert clock.waits == [20, 60, 120]


@pytest.mark.parametrize(
    "code",
    [
        "EntityNotFound",
        "LockNotFound",
        "NotFound",
        "ParentResourceNotFound",
        "ResourceGroupNotFound",
        "ResourceNotFound",
        "RoleAssignmentNotFound",
        "SubscriptionNotFound",
    ],
)
async def test_404_with_a_code_of_azure_is_a_deletion(make_arm_client, store, code: str):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    add_fault(store, service="arm", method="GET", path="roleAssignments", status=404, code=code)
    assert not await thing.refresh()


async def test_deletion_of_what_is_gone_is_done_and_a_refused_one_is_an_error(make_arm_client, store):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    add_fault(store, service="arm", method="DELETE", path="roleAssignments", status=404, code="Blocked", times=1)
    await thing.delete()
    add_fault(store, service="arm", method="DELETE", path="roleAssignments", status=403, code="Forbidden", times=1)
    with pytest.raises(OperatorError, match='Status=403 Code="Forbidden"'):
        await thing.delete()


async def test_scope_stays_as_the_program_spells_it(make_arm_client, store):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    assignments = read_state(store)["roleAssignments"]
    key = next(key for key in assignments if key.endswith(NAME))
    change(store, lambda state: state["roleAssignments"][key]["properties"].update(scope=REGISTRY.upper()))
    assert await thing.refresh()
    assert (thing.inputs["scope"], thing.outputs["scope"]) == (PROGRAM["scope"], REGISTRY.upper())
    assert await thing.plan(**PROGRAM) == {}


async def test_404_of_a_proxy_is_not_taken_for_deletion(make_arm_client, store):
    thing = await Managed(RoleAssignment(make_arm_client())).create(**PROGRAM)
    add_fault(store, service="arm", method="GET", path="roleAssignments", status=404, code="Blocked")
    with pytest.raises(OperatorError, match='Status=404 Code="Blocked"'):
        await thing.refresh()
