"""Federated credentials of managed identities: their life, and what Azure refuses."""

import asyncio
from typing import Any

import httpx
import pytest

from crosstenant.sandbox.arm.app import make_app
from crosstenant.sandbox.world.seed import REGISTRY_OWNER_ID
from tests.sandbox.arm_world import IDENTITIES, Arm, Json, message, refusal
from tests.sandbox.test_arm_identities import BODY, CREDENTIAL, IDENTITY, TRUST

KIND = f"{IDENTITY}/federatedIdentityCredentials"
CONCURRENT = "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"


@pytest.fixture(autouse=True)
def identity(arm: Arm) -> Json:
    arm.settings("identity", write_seconds=0)
    return arm.put(IDENTITY, BODY).json()


def trust(**changed: Any) -> Json:
    return {"properties": {**TRUST["properties"], **changed}}


def test_credential_is_created_read_listed_changed_and_deleted(arm: Arm, identity: Json):
    made = arm.put(CREDENTIAL, TRUST)
    assert made.status_code == 201
    assert made.json() == {
        "id": f"{identity['id']}/federatedIdentityCredentials/aks-managed",
        "name": "aks-managed",
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        **TRUST,
    }
    assert arm.get(CREDENTIAL).json() == made.json()
    changed = arm.put(CREDENTIAL, trust(subject="system:serviceaccount:a:c"))
    assert changed.status_code == 200
    assert changed.json()["properties"]["subject"] == "system:serviceaccount:a:c"
    assert arm.get(KIND).json() == {"value": [changed.json()]}
    assert arm.delete(CREDENTIAL).status_code == 200
    assert arm.delete(CREDENTIAL).status_code == 204
    assert refusal(arm.get(CREDENTIAL)) == (404, "ResourceNotFound")
    assert arm.get(KIND).json() == {"value": []}


def test_credentials_are_no_resources_of_their_group(arm: Arm):
    arm.put(CREDENTIAL, TRUST)
    group = IDENTITY.split("/providers/")[0]
    assert [it["name"] for it in arm.get(f"{group}/resources").json()["value"]] == ["pull"]
    assert "_federatedIdentityCredentials" not in arm.get(IDENTITY).text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "Federated Identity Credential from HTTP body has empty properties"),
        (trust(issuer=""), "Federated Identity Credential from HTTP body has empty properties"),
        (trust(subject=None), "Federated Identity Credential from HTTP body has empty properties"),
        (trust(audiences=[]), "Federated identity credentials must have exactly 1 audience."),
        (trust(audiences=["a", "b"]), "Federated identity credentials must have exactly 1 audience."),
        (trust(issuer="http://x/"), None),
        (trust(issuer="https://" + "x" * 600), None),
        (trust(issuer="https://[bad/"), None),
        (trust(subject="s" * 601), None),
        (trust(audiences=["a" * 601]), None),
        (trust(audiences=[""]), None),
    ],
)
def test_content_that_azure_does_not_take_is_refused(arm: Arm, body: Json, text: str | None):
    answer = arm.put(CREDENTIAL, body)
    assert refusal(answer) == (400, "BadRequest")
    assert text is None or message(answer) == text
    assert arm.get(KIND).json() == {"value": []}


@pytest.mark.parametrize("name", ["ab", "-ab", "_ab", "a.b.c", "a" * 121])
def test_name_of_another_form_is_refused(arm: Arm, name: str):
    answer = arm.put(f"{KIND}/{name}", TRUST)
    assert refusal(answer) == (400, "BadRequest")
    assert message(answer) == f"Federated Identity Credential name '{name}' is invalid."


def test_identity_must_exist(arm: Arm):
    answer = arm.put(CREDENTIAL.replace("/pull/", "/nobody/"), TRUST)
    assert (answer.status_code, message(answer)) == (404, "The parent user-assigned identity does not exist.")


def test_issuer_and_subject_exist_once_per_identity(arm: Arm):
    arm.put(CREDENTIAL, TRUST)
    answer = arm.put(f"{KIND}/another", TRUST)
    assert refusal(answer) == (400, "BadRequest")
    assert message(answer) == "Issuer and subject combination already exists for this Managed Identity."
    assert arm.put(CREDENTIAL, TRUST).status_code == 200
    other = IDENTITY.replace("/pull", "/other")
    arm.put(other, BODY)
    assert arm.put(f"{other}/federatedIdentityCredentials/same", TRUST).status_code == 201


def test_twenty_credentials_are_the_most(arm: Arm):
    for number in range(20):
        assert arm.put(f"{KIND}/aks-{number}", trust(subject=f"s{number}")).status_code == 201
    assert refusal(arm.put(f"{KIND}/aks-20", trust(subject="s20"))) == (400, "BadRequest")
    assert arm.put(f"{KIND}/aks-7", trust(subject="another")).status_code == 200
    arm.delete(f"{KIND}/aks-3")
    assert arm.put(f"{KIND}/aks-20", trust(subject="s20")).status_code == 201


@pytest.mark.parametrize("location", ["Malaysia South", "newzealandnorth"])
def test_region_without_federated_credentials_answers_405(arm: Arm, location: str):
    there = IDENTITY.replace("/pull", "/there")
    assert arm.put(there, {"location": location}).status_code == 201
    answer = arm.put(f"{there}/federatedIdentityCredentials/aks", TRUST)
    assert refusal(answer) == (405, "MethodNotAllowed")
    text = "The request format was unexpected: Support for federated identity credentials not enabled."
    assert message(answer) == text


def test_policy_that_denies_credentials_is_named(arm: Arm):
    arm.settings("policy", federated_credential="Managed Identity Federated Credentials should be from allowed issuers")
    answer = arm.put(CREDENTIAL, TRUST)
    assert refusal(answer) == (403, "RequestDisallowedByPolicy")
    assert "Managed Identity Federated Credentials should be from allowed issuers" in message(answer)
    assert answer.json()["error"]["target"] == "aks-managed"
    assert arm.get(IDENTITY).status_code == 200


def test_writes_at_the_same_time_are_refused_for_one_identity_alone(arm: Arm):
    arm.settings("identity", write_seconds=0.3)
    other = IDENTITY.replace("/pull", "/other")
    arm.put(other, BODY)
    paths = [f"{KIND}/one", f"{KIND}/two", f"{other}/federatedIdentityCredentials/one"]
    subjects = {path: f"s{number}" for number, path in enumerate(paths)}

    async def both() -> list[httpx.Response]:
        headers = {"Authorization": f"Bearer {arm.token(REGISTRY_OWNER_ID)}"}
        transport = httpx.ASGITransport(make_app(arm.store))
        async with httpx.AsyncClient(
            transport=transport, base_url="https://management.azure.com", headers=headers
        ) as client:
            puts = (
                client.put(f"{path}?api-version={IDENTITIES}", json=trust(subject=subject))
                for path, subject in subjects.items()
            )
            return await asyncio.gather(*puts)

    one, two, elsewhere = asyncio.run(both())
    assert sorted([one.status_code, two.status_code]) == [201, 409]
    refused = two if two.status_code == 409 else one
    assert refused.json()["error"]["code"] == CONCURRENT
    assert "/resourcegroups/rg-identities/providers/microsoft.managedidentity/userassignedidentities/pull'" in message(
        refused
    )
    assert elsewhere.status_code == 201
    # One after the other they pass, because an answer follows its write.
    assert arm.put(f"{KIND}/three", trust(subject="s3")).status_code == 201
    assert arm.put(f"{KIND}/four", trust(subject="s4")).status_code == 201
    assert arm.delete(f"{KIND}/three").status_code == 200


def test_writes_faster_than_a_resource_may_have_are_throttled(arm: Arm):
    arm.settings("identity", seconds_between_writes=4)
    assert arm.put(CREDENTIAL, TRUST).status_code == 201
    refused = arm.put(f"{KIND}/other", trust(subject="x"))
    assert refusal(refused) == (429, "TooManyRequests")
    assert refused.headers["Retry-After"] == "4"
    assert refusal(arm.delete(CREDENTIAL)) == (429, "TooManyRequests")
    arm.pass_time(4)
    assert arm.put(f"{KIND}/other", trust(subject="x")).status_code == 201


def test_deletion_during_a_write_is_refused(arm: Arm):
    arm.put(CREDENTIAL, TRUST)
    with arm.store.change() as state:
        state["resources"][IDENTITY.lower()]["_writing_until"] = 4e9
    assert refusal(arm.delete(CREDENTIAL)) == (409, CONCURRENT)
    assert refusal(arm.put(f"{KIND}/other", trust(subject="x"))) == (409, CONCURRENT)
