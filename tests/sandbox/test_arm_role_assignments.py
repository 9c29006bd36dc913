"""Role assignments: made, refused, listed, deleted, and when they count."""

from typing import Any

import pytest

from crosstenant.sandbox.arm.roles.effective_roles import effective_roles
from crosstenant.sandbox.world.built_in_roles import ACR_PULL, ACR_PUSH, OWNER, READER, REPOSITORY_READER
from crosstenant.sandbox.world.seed import (
    ABAC_REGISTRY,
    CLUSTER_OWNER_ID,
    REGISTRY,
    REGISTRY_CALLER_ID,
    REGISTRY_GROUP,
    REGISTRY_OWNER_ID,
    REGISTRY_POWERLESS_ID,
    REGISTRY_SUBSCRIPTION,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.state import Store, now
from tests.sandbox.arm_world import NEW_APP, Arm, Json, message, refusal

PRINCIPAL = "b0000000-0000-4000-8000-0000000abc02"
HEX = PRINCIPAL.replace("-", "")
NAME = "11111111-1111-4111-8111-111111111111"
OTHER_NAME = "22222222-2222-4222-8222-222222222222"
SUBSCRIPTION = f"/subscriptions/{REGISTRY_SUBSCRIPTION}"
CONDITION = (
    "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'}) AND "
    "!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'})) OR "
    "(@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase 'hello'))"
)


@pytest.fixture
def arm(store: Store) -> Arm:
    arm = Arm(store)
    arm.add_principal(NEW_APP, PRINCIPAL, tenant=REGISTRY_TENANT)
    return arm


def path(scope: str = REGISTRY, name: str = NAME) -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"


def listing(scope: str) -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments"


def body(role: str = ACR_PULL, principal: str = PRINCIPAL, **more: Any) -> Json:
    role_id = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    given = {"roleDefinitionId": role_id, "principalId": principal, "principalType": "ServicePrincipal", **more}
    return {"properties": {name: value for name, value in given.items() if value is not None}}


def put(arm: Arm, content: Json | None = None, where: str | None = None, **options: Any) -> Any:
    return arm.put(where or path(), content or body(), **{"caller": REGISTRY_CALLER_ID, **options})


def test_assignment_is_made(arm: Arm) -> None:
    answer = put(arm)
    assert answer.status_code == 201
    document = answer.json()
    assert (document["id"], document["name"], document["type"]) == (
        path(),
        NAME,
        "Microsoft.Authorization/roleAssignments",
    )
    properties = document["properties"]
    assert properties["roleDefinitionId"].endswith(f"/roleDefinitions/{ACR_PULL}")
    assert (properties["principalId"], properties["principalType"]) == (PRINCIPAL, "ServicePrincipal")
    assert properties["scope"] == REGISTRY
    assert properties["createdBy"] == properties["updatedBy"] == "b0000000-0000-4000-8000-0000000000d1"
    assert properties["createdOn"] == properties["updatedOn"]
    assert (properties["condition"], properties["conditionVersion"]) == (None, None)
    assert arm.get(path(), caller=REGISTRY_CALLER_ID).json() == document


def test_scope_is_answered_in_its_own_spelling(arm: Arm) -> None:
    answer = put(arm, where=path(REGISTRY.lower()))
    assert answer.json()["properties"]["scope"] == REGISTRY
    assert arm.get(path()).status_code == 200


def test_assignment_counts_after_its_lag(arm: Arm) -> None:
    arm.settings("lag", roleAssignment=60)
    put(arm)
    with arm.store.read() as state:
        assert effective_roles(state, REGISTRY, PRINCIPAL, now(state)) == []
    arm.pass_time(61)
    with arm.store.read() as state:
        [role] = effective_roles(state, REGISTRY, PRINCIPAL, now(state))
    assert role.role.id == ACR_PULL


@pytest.mark.parametrize("caller", [REGISTRY_POWERLESS_ID, CLUSTER_OWNER_ID])
def test_who_may_not_make_assignments(arm: Arm, caller: str) -> None:
    code = (
        (403, "AuthorizationFailed") if caller == REGISTRY_POWERLESS_ID else (401, "InvalidAuthenticationTokenTenant")
    )
    answer = put(arm, caller=caller)
    assert refusal(answer) == code
    if code[0] == 403:
        assert f"'Microsoft.Authorization/roleAssignments/write' over scope '{REGISTRY}'" in message(answer)


def test_name_must_be_a_guid(arm: Arm) -> None:
    answer = put(arm, where=path(name="pull"))
    assert refusal(answer) == (400, "InvalidRoleAssignmentId")
    assert message(answer) == ("The role assignment ID 'pull' is not valid. The role assignment ID must be a GUID.")


def test_same_assignment_under_another_name_exists_already(arm: Arm) -> None:
    put(arm)
    answer = put(arm, where=path(name=OTHER_NAME))
    assert refusal(answer) == (409, "RoleAssignmentExists")
    assert message(answer) == (
        "The role assignment already exists. The ID of the existing role assignment is "
        "11111111111141118111111111111111."
    )


def test_the_same_again_is_taken(arm: Arm) -> None:
    put(arm)
    arm.pass_time(5)
    answer = put(arm)
    assert answer.status_code == 200
    assert answer.json()["properties"]["updatedOn"] > answer.json()["properties"]["createdOn"]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (body(ACR_PUSH), path()),
        (body(principal="b0000000-0000-4000-8000-0000000000d2"), path()),
        (body(), path(ABAC_REGISTRY)),
    ],
)
def test_role_principal_and_scope_are_not_updated(arm: Arm, content: Json, where: str) -> None:
    put(arm)
    answer = put(arm, content, where, caller=REGISTRY_OWNER_ID)
    assert refusal(answer) == (400, "RoleAssignmentUpdateNotPermitted")
    assert message(answer) == "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."


def test_condition_is_updated(arm: Arm) -> None:
    put(arm, body(REPOSITORY_READER), path(ABAC_REGISTRY))
    answer = put(arm, body(REPOSITORY_READER, condition=CONDITION, conditionVersion="2.0"), path(ABAC_REGISTRY))
    assert answer.status_code == 200
    assert answer.json()["properties"]["condition"] == CONDITION


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"condition": CONDITION}, "InvalidConditionVersion"),
        ({"condition": CONDITION, "conditionVersion": "1.0"}, "InvalidCondition"),
        ({"conditionVersion": "2.0"}, "InvalidConditionVersion"),
        ({"condition": CONDITION[:-1], "conditionVersion": "2.0"}, "InvalidCondition"),
        ({"condition": "name == 'hello'", "conditionVersion": "2.0"}, "InvalidCondition"),
    ],
)
def test_condition_must_parse_and_have_its_version(arm: Arm, more: Json, code: str) -> None:
    answer = put(arm, body(REPOSITORY_READER, **more), path(ABAC_REGISTRY))
    assert refusal(answer) == (400, code)
    # Azure does not say what is wrong with it.
    assert (message(answer) == "The given role assignment condition is invalid.") == (code == "InvalidCondition")


def test_principal_that_the_directory_does_not_have(arm: Arm) -> None:
    answer = put(arm, body(principal="b0000000-0000-4000-8000-00000000ffff"))
    assert refusal(answer) == (400, "PrincipalNotFound")
    assert message(answer).startswith(
        f"Principal b000000000004000800000000000ffff does not exist in the directory {REGISTRY_TENANT}. Check that you"
    )


def test_principal_of_another_tenant_is_not_found(arm: Arm) -> None:
    arm.add_principal(object_id="a0000000-0000-4000-8000-0000000abc02")
    answer = put(arm, body(principal="a0000000-0000-4000-8000-0000000abc02"))
    assert refusal(answer) == (400, "PrincipalNotFound")


@pytest.mark.parametrize("principal_type", [None, "ServicePrincipal"])
def test_new_principal_is_not_found_unless_its_type_is_given(arm: Arm, principal_type: str | None) -> None:
    arm.add_principal(NEW_APP, PRINCIPAL, tenant=REGISTRY_TENANT, usable_in=30)
    answer = put(arm, body(principalType=principal_type), caller=REGISTRY_OWNER_ID)
    if principal_type is None:
        assert refusal(answer) == (400, "PrincipalNotFound")
        arm.pass_time(31)
        assert put(arm, body(principalType=None), caller=REGISTRY_OWNER_ID).status_code == 201
    else:
        assert answer.status_code == 201


def test_service_principal_given_as_a_user(arm: Arm) -> None:
    answer = put(arm, body(principalType="User"), caller=REGISTRY_OWNER_ID)
    assert refusal(answer) == (400, "UnmatchedPrincipalType")
    assert message(answer) == (
        f"The PrincipalId '{HEX}' has type 'ServicePrincipal' , which is different from specified PrinciaplType 'User'."
    )


@pytest.mark.parametrize("scope", ["", f"/subscriptions/{REGISTRY_SUBSCRIPTION}", REGISTRY])
def test_role_definition_is_named_by_its_id_at_any_scope(arm: Arm, scope: str) -> None:
    role = f"{scope}/providers/microsoft.authorization/ROLEDEFINITIONS/{ACR_PULL}"
    assert put(arm, body(roleDefinitionId=role)).status_code == 201


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"properties": {}}, "BadRequestFormat"),
        ({}, "BadRequestFormat"),
        ({"properties": "x"}, "InvalidRequestContent"),
        (body(principalType=["ServicePrincipal"]), "BadRequestFormat"),
        (body(condition=5, conditionVersion="2.0"), "BadRequestFormat"),
        # A bare GUID: https://github.com/Azure/azure-cli/issues/2458
        (body(roleDefinitionId=ACR_PULL), "BadRequestFormat"),
        (body(roleDefinitionId=f"/anything/{ACR_PULL}"), "BadRequestFormat"),
        (body(principal="somebody"), "InvalidPrincipalId"),
        (body("AcrPull"), "InvalidRoleDefinitionId"),
        (body("00000000-0000-4000-8000-000000000000"), "RoleDefinitionDoesNotExist"),
    ],
)
def test_malformed_assignments(arm: Arm, content: Json, code: str) -> None:
    answer = arm.put(path(), content, caller=REGISTRY_CALLER_ID)
    assert refusal(answer) == (400, code)


def test_scope_must_be_there(arm: Arm) -> None:
    absent = REGISTRY.replace("fabrikamimages", "nothinghere")
    assert refusal(put(arm, where=path(absent))) == (404, "ResourceNotFound")


def test_lists_at_above_and_below(arm: Arm) -> None:
    put(arm)
    at_group = arm.get(listing(REGISTRY_GROUP), caller=REGISTRY_CALLER_ID).json()["value"]
    scopes = [one["properties"]["scope"] for one in at_group]
    assert sorted(scopes) == sorted([SUBSCRIPTION, REGISTRY_GROUP, REGISTRY_GROUP, REGISTRY])
    no_lower = arm.get(listing(REGISTRY_GROUP), **{"$filter": "atScope()"}).json()["value"]
    assert REGISTRY not in {one["properties"]["scope"] for one in no_lower}
    for text in (f"principalId eq '{PRINCIPAL}'", f"assignedTo('{PRINCIPAL}')"):
        mine = arm.get(listing(SUBSCRIPTION), **{"$filter": text}).json()["value"]
        assert [one["name"] for one in mine] == [NAME]
    both = arm.get(listing(REGISTRY_GROUP), **{"$filter": f"atScope() and assignedTo('{PRINCIPAL}')"}).json()["value"]
    assert both == []
    odd = arm.get(listing(REGISTRY), **{"$filter": "roleName eq 'x'"})
    assert refusal(odd) == (400, "UnsupportedQuery")


def test_assignment_is_deleted_and_deleting_again_is_fine(arm: Arm) -> None:
    made = put(arm).json()
    answer = arm.delete(path(), caller=REGISTRY_CALLER_ID)
    assert (answer.status_code, answer.json()) == (200, made)
    assert arm.delete(path(), caller=REGISTRY_CALLER_ID).status_code == 204
    assert refusal(arm.get(path())) == (404, "RoleAssignmentNotFound")
    assert refusal(arm.delete(path(), caller=REGISTRY_POWERLESS_ID)) == (403, "AuthorizationFailed")


def test_deleted_service_principal_leaves_an_orphan(arm: Arm) -> None:
    put(arm)
    with arm.store.change() as state:
        del state["servicePrincipals"][PRINCIPAL]
    assert arm.get(path()).json()["properties"]["principalId"] == PRINCIPAL


def test_administrator_held_to_some_roles_by_a_condition(arm: Arm) -> None:
    roles = f"ForAnyOfAnyValues:GuidEquals {{{ACR_PULL}, {REPOSITORY_READER}}}"
    held = " AND ".join(
        f"((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{action}'}})) OR "
        f"(@{source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] {roles}))"
        for action, source in (("write", "Request"), ("delete", "Resource"))
    )
    with arm.store.change() as state:
        for one in state["roleAssignments"].values():
            if one["properties"]["principalId"] == "b0000000-0000-4000-8000-0000000000d1":
                one["properties"]["condition"] = held
    assert put(arm).status_code == 201
    refused = put(arm, body(OWNER), path(name=OTHER_NAME))
    assert refusal(refused) == (403, "AuthorizationFailed")
    assert put(arm, body(READER), path(name=OTHER_NAME), caller=None).status_code == 201
    assert refusal(arm.delete(path(name=OTHER_NAME), caller=REGISTRY_CALLER_ID)) == (403, "AuthorizationFailed")
    assert arm.delete(path(), caller=REGISTRY_CALLER_ID).status_code == 200
