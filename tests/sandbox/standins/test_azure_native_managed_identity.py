"""The azure-native stand-in's UserAssignedIdentity and FederatedIdentityCredential."""

import pytest

from crosstenant.sandbox.standins.azure_native.managed_identity import FederatedIdentityCredential, UserAssignedIdentity
from crosstenant.sandbox.world.managed_identities import CREDENTIALS
from crosstenant.sandbox.world.seed import IDENTITY_GROUP, REGISTRY_TENANT
from tests.sandbox.standins.standin_world import Managed, add_fault, change

HOST = "management.azure.com"
IDENTITY = {"resourceGroupName": "rg-identities", "resourceName": "pull"}
ID = f"{IDENTITY_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pull"
CREDENTIAL = {
    **IDENTITY,
    "federatedIdentityCredentialResourceName": "aks-managed",
    "issuer": "https://westeurope.oic.prod-aks.azure.com/t/i/",
    "subject": "system:serviceaccount:a:b",
    "audiences": ["api://AzureADTokenExchange"],
}
CREDENTIAL_ID = f"{ID}/federatedIdentityCredentials/aks-managed"
VERSION = "?api-version=2023-01-31"


@pytest.fixture
def arm(make_arm_client):
    return make_arm_client()


@pytest.fixture
async def identity(arm):
    return await Managed(UserAssignedIdentity(arm)).create(**IDENTITY)


async def test_identity_takes_the_groups_location_and_shows_its_ids(arm, http, identity):
    assert identity.resource_id == ID.replace("resourceGroups", "resourcegroups")
    assert identity.inputs["location"] == "westeurope"
    assert identity.outputs["tenantId"] == REGISTRY_TENANT
    assert len(identity.outputs["clientId"]) == len(identity.outputs["principalId"]) == 36
    http.calls(HOST)
    assert await identity.refresh()
    assert await identity.plan(**IDENTITY) == {}
    assert await identity.plan(**IDENTITY, tags={"a": "b"}) == {"tags": "update"}
    assert await identity.plan(**{**IDENTITY, "resourceName": "other"}) == {"resourceName": "replace"}
    assert await identity.plan(**IDENTITY, location="eastus") == {"location": "replace"}
    await identity.delete()
    assert not await identity.refresh()


async def test_credential_has_the_calls_of_the_provider(arm, http, identity):
    http.calls(HOST)
    thing = await Managed(FederatedIdentityCredential(arm)).create(**CREDENTIAL)
    url = f"{CREDENTIAL_ID}{VERSION}"
    # Azure answers with another spelling of the ID, which is the resource's own from then on.
    own = url.replace("resourceGroups", "resourcegroups")
    assert http.calls(HOST) == [f"GET {url}", f"PUT {url}", f"GET {own}"]
    assert thing.outputs["issuer"] == CREDENTIAL["issuer"]
    assert await thing.refresh()
    assert await thing.plan(**CREDENTIAL) == {}
    for name in ("issuer", "subject"):
        assert await thing.plan(**{**CREDENTIAL, name: "https://x/"}) == {name: "update"}
    renamed = {**CREDENTIAL, "federatedIdentityCredentialResourceName": "other"}
    assert await thing.plan(**renamed) == {"federatedIdentityCredentialResourceName": "replace"}
    await thing.update(**{**CREDENTIAL, "subject": "system:serviceaccount:a:c"})
    assert thing.outputs["subject"] == "system:serviceaccount:a:c"
    await thing.delete()
    assert not await thing.refresh()


async def test_credential_that_another_changed_shows_as_a_change(arm, store, identity):
    thing = await Managed(FederatedIdentityCredential(arm)).create(**CREDENTIAL)

    def drift(state):
        (found,) = state["resources"][ID.lower()][CREDENTIALS]
        found["issuer"] = "https://elsewhere/"

    change(store, drift)
    assert await thing.refresh()
    assert await thing.plan(**CREDENTIAL) == {"issuer": "update"}


async def test_credential_without_its_identity_is_gone(arm, identity):
    thing = await Managed(FederatedIdentityCredential(arm)).create(**CREDENTIAL)
    await identity.delete()
    assert not await thing.refresh()


async def test_import_finds_the_inputs(arm, identity):
    await Managed(FederatedIdentityCredential(arm)).create(**CREDENTIAL)
    adopted = await Managed(FederatedIdentityCredential(arm)).adopt(CREDENTIAL_ID)
    assert {name: value for name, value in adopted.inputs.items() if name in CREDENTIAL} == CREDENTIAL


async def test_conflict_of_concurrent_writes_is_tried_again(arm, store, clock, identity):
    code = "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"
    add_fault(store, service="arm", method="PUT", path="federatedIdentityCredentials", status=409, code=code, times=2)
    await Managed(FederatedIdentityCredential(arm)).create(**CREDENTIAL)
    assert clock.waits == [20.0, 60.0]
