"""User-assigned managed identities: their life, their service principal, and who may write them."""

from typing import Any

import pytest

from crosstenant.sandbox.world.built_in_roles import (
    CONTRIBUTOR,
    FEDERATED_CREDENTIAL_CONTRIBUTOR,
    MANAGED_IDENTITY_CONTRIBUTOR,
    READER,
)
from crosstenant.sandbox.world.seed import (
    ACR_PULL,
    IDENTITY_GROUP,
    REGISTRY,
    REGISTRY_CALLER_ID,
    REGISTRY_GROUP,
    REGISTRY_POWERLESS_ID,
    REGISTRY_SUBSCRIPTION,
    REGISTRY_TENANT,
)
from tests.sandbox.arm_world import Arm, message, refusal

IDENTITY = f"{IDENTITY_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pull"
CREDENTIAL = f"{IDENTITY}/federatedIdentityCredentials/aks-managed"
ROLES = f"/subscriptions/{REGISTRY_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
ASSIGNMENT = f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments/11111111-1111-4111-8111-111111111111"
BODY = {"location": "West Europe", "tags": {"team": "images"}}
TRUST = {
    "properties": {
        "issuer": "https://westeurope.oic.prod-aks.azure.com/t/i/",
        "subject": "system:serviceaccount:a:b",
        "audiences": ["api://AzureADTokenExchange"],
    }
}


def give(arm: Arm, role: str, scope: str = IDENTITY_GROUP) -> None:
    """Assigns a role to the caller without any."""
    principal = REGISTRY_POWERLESS_ID[:-2] + "d2"
    name = f"22222222-2222-4222-8222-{len(role):012}"
    body = {"roleDefinitionId": f"{ROLES}/{role}", "principalId": principal, "principalType": "ServicePrincipal"}
    answer = arm.put(f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}", {"properties": body})
    assert answer.status_code == 201


def pull_role(principal_id: str, principal_type: str | None = "ServicePrincipal") -> dict[str, Any]:
    return {
        "properties": {
            "roleDefinitionId": f"{ROLES}/{ACR_PULL}",
            "principalId": principal_id,
            **({"principalType": principal_type} if principal_type else {}),
        }
    }


def test_identity_is_created_read_listed_tagged_and_deleted(arm: Arm):
    made = arm.put(IDENTITY, BODY)
    assert made.status_code == 201
    document = made.json()
    # The provider spells this part of its IDs in lower case.
    assert document["id"] == IDENTITY.replace("resourceGroups", "resourcegroups")
    assert (document["name"], document["location"], document["tags"]) == ("pull", "westeurope", {"team": "images"})
    assert document["type"] == "Microsoft.ManagedIdentity/userAssignedIdentities"
    assert document["properties"]["tenantId"] == REGISTRY_TENANT
    assert sorted(document["properties"]) == ["clientId", "principalId", "tenantId"]
    assert arm.get(IDENTITY.lower()).json() == document
    changed = arm.put(IDENTITY, {**BODY, "tags": {}})
    assert (changed.status_code, changed.json()) == (200, {**document, "tags": {}})
    patched = arm.call("PATCH", IDENTITY, {"tags": {"a": "b"}})
    for scope in (IDENTITY_GROUP, f"/subscriptions/{REGISTRY_SUBSCRIPTION}"):
        listed = arm.get(f"{scope}/providers/Microsoft.ManagedIdentity/userAssignedIdentities").json()["value"]
        assert listed == [patched.json()]
    assert [it["name"] for it in arm.get(f"{IDENTITY_GROUP}/resources").json()["value"]] == ["pull"]
    assert arm.delete(IDENTITY).status_code == 200
    assert arm.delete(IDENTITY).status_code == 204
    assert refusal(arm.get(IDENTITY)) == (404, "ResourceNotFound")


@pytest.mark.parametrize("name", ["ab", "-pull", "pull.me", "p" * 129])
def test_name_of_another_form_is_refused(arm: Arm, name: str):
    assert refusal(arm.put(IDENTITY.removesuffix("pull") + name, BODY)) == (400, "BadRequest")


def test_location_is_needed_and_stays(arm: Arm):
    assert refusal(arm.put(IDENTITY, {})) == (400, "LocationRequired")
    arm.put(IDENTITY, BODY)
    assert refusal(arm.put(IDENTITY, {"location": "eastus"})) == (409, "InvalidResourceLocation")


def test_directory_has_a_service_principal_of_the_identity_in_its_own_tenant_alone(arm: Arm):
    properties = arm.put(IDENTITY, BODY).json()["properties"]
    with arm.store.read() as state:
        (found,) = [it for it in state["servicePrincipals"].values() if it["appId"] == properties["clientId"]]
        assert found["id"] == properties["principalId"]
        assert (found["servicePrincipalType"], found["_tenant"]) == ("ManagedIdentity", REGISTRY_TENANT)
        assert found["displayName"] == "pull"
        assert all(it["appId"] != properties["clientId"] for it in state["applications"].values())


def test_service_principal_of_a_new_identity_is_found_after_the_lag(arm: Arm):
    arm.settings("lag", servicePrincipal=30)
    principal_id = arm.put(IDENTITY, BODY).json()["properties"]["principalId"]
    assert refusal(arm.put(ASSIGNMENT, pull_role(principal_id, None))) == (400, "PrincipalNotFound")
    assert arm.put(ASSIGNMENT, pull_role(principal_id)).status_code == 201
    arm.delete(ASSIGNMENT)
    arm.pass_time(30)
    assert arm.put(ASSIGNMENT, pull_role(principal_id, None)).status_code == 201


def test_role_assignment_of_a_deleted_identity_dangles(arm: Arm):
    principal_id = arm.put(IDENTITY, BODY).json()["properties"]["principalId"]
    arm.put(ASSIGNMENT, pull_role(principal_id))
    arm.delete(IDENTITY)
    with arm.store.read() as state:
        assert principal_id not in state["servicePrincipals"]
    assert arm.get(ASSIGNMENT).json()["properties"]["principalId"] == principal_id
    arm.delete(ASSIGNMENT)
    assert refusal(arm.put(ASSIGNMENT, pull_role(principal_id))) == (400, "PrincipalNotFound")


def test_new_identity_of_the_same_name_is_another_principal(arm: Arm):
    before = arm.put(IDENTITY, BODY).json()["properties"]
    arm.delete(IDENTITY)
    after = arm.put(IDENTITY, BODY).json()["properties"]
    assert before["clientId"] != after["clientId"]
    assert before["principalId"] != after["principalId"]


def test_deleting_the_resource_group_deletes_the_service_principal(arm: Arm):
    principal_id = arm.put(IDENTITY, BODY).json()["properties"]["principalId"]
    arm.delete(IDENTITY_GROUP)
    with arm.store.read() as state:
        assert principal_id not in state["servicePrincipals"]


@pytest.mark.parametrize(
    ("role", "identity", "credential"),
    [
        (MANAGED_IDENTITY_CONTRIBUTOR, 200, 201),
        (CONTRIBUTOR, 200, 201),
        (FEDERATED_CREDENTIAL_CONTRIBUTOR, 403, 201),
        (READER, 403, 403),
    ],
)
def test_each_role_writes_what_it_may(arm: Arm, role: str, identity: int, credential: int):
    arm.put(IDENTITY, BODY)
    nobody = arm.put(IDENTITY, BODY, caller=REGISTRY_POWERLESS_ID)
    assert refusal(nobody) == (403, "AuthorizationFailed")
    assert "'Microsoft.ManagedIdentity/userAssignedIdentities/write'" in message(nobody)
    give(arm, role)
    assert arm.put(IDENTITY, BODY, caller=REGISTRY_POWERLESS_ID).status_code == identity
    assert arm.put(CREDENTIAL, TRUST, caller=REGISTRY_POWERLESS_ID).status_code == credential
    assert arm.get(IDENTITY, caller=REGISTRY_POWERLESS_ID).status_code == 200


def test_seeded_caller_writes_identities_in_their_group_and_nowhere_else(arm: Arm):
    assert arm.put(IDENTITY, BODY, caller=REGISTRY_CALLER_ID).status_code == 201
    elsewhere = IDENTITY.replace(IDENTITY_GROUP, REGISTRY_GROUP)
    assert refusal(arm.put(elsewhere, BODY, caller=REGISTRY_CALLER_ID)) == (403, "AuthorizationFailed")


def test_lock_forbids_the_deletion_of_identity_and_credential(arm: Arm):
    arm.put(IDENTITY, BODY)
    arm.put(CREDENTIAL, TRUST)
    with arm.store.change() as state:
        state["locks"][IDENTITY_GROUP.lower()] = {"scope": IDENTITY_GROUP, "level": "CanNotDelete"}
    assert refusal(arm.delete(CREDENTIAL)) == (409, "ScopeLocked")
    assert refusal(arm.delete(IDENTITY)) == (409, "ScopeLocked")
    with arm.store.change() as state:
        state["locks"][IDENTITY_GROUP.lower()]["level"] = "ReadOnly"
    assert refusal(arm.put(CREDENTIAL, TRUST)) == (409, "ScopeLocked")


def test_policy_that_denies_identities_is_named(arm: Arm):
    arm.settings("policy", identity="No identities here")
    answer = arm.put(IDENTITY, BODY)
    assert refusal(answer) == (403, "RequestDisallowedByPolicy")
    assert message(answer).startswith("Resource 'pull' was disallowed by policy. Policy identifiers: '[{")
    assert '"policyAssignment":{"name":"No identities here"' in message(answer)
    assert answer.json()["error"]["additionalInfo"][0]["info"]["policyDefinitionDisplayName"] == "No identities here"


def test_old_api_version_knows_identities_and_no_credentials(arm: Arm):
    assert arm.put(IDENTITY, BODY, version="2018-11-30").status_code == 201
    assert refusal(arm.put(CREDENTIAL, TRUST, version="2018-11-30")) == (400, "NoRegisteredProviderFound")
