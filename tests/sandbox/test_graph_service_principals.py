import pytest

from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.world.managed_identities import create
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_OWNER_ID,
    CLUSTER_POWERLESS_ID,
    CLUSTER_TENANT,
    IDENTITY_GROUP,
    REGISTRY_CALLER_ID,
    REGISTRY_OWNER_ID,
    REGISTRY_TENANT,
)
from tests.sandbox.directory_world import pass_time, set_lag


@pytest.fixture
def caller(graph_caller):
    return graph_caller(CLUSTER_CALLER_ID)


@pytest.fixture
def registry_side(graph_caller):
    return graph_caller(REGISTRY_CALLER_ID)


async def test_multi_tenant_application_gets_a_service_principal_in_each_tenant(caller, registry_side, store):
    made = await caller.application()
    home = await caller.principal(made, status=201)
    abroad = await registry_side.principal(made, status=201)
    assert home["id"] != abroad["id"]
    for principal in (home, abroad):
        assert principal["appId"] == made["appId"]
        assert principal["appOwnerOrganizationId"] == CLUSTER_TENANT
        assert principal["accountEnabled"] is True
        assert principal["servicePrincipalType"] == "Application"
    secret = (await caller.post(f"/applications/{made['id']}/addPassword", {}))["secretText"]
    with store.read() as state:
        assert authenticate(state, REGISTRY_TENANT, made["appId"], secret)["id"] == abroad["id"]
        assert authenticate(state, CLUSTER_TENANT, made["appId"], secret)["id"] == home["id"]


async def test_single_tenant_application_is_no_valid_application_elsewhere(caller, registry_side):
    made = await caller.application(audience="AzureADMyOrg")
    error = await registry_side.principal(made, status=400)
    assert error["code"] == "Request_BadRequest"
    assert error["message"] == (
        f"The appId '{made['appId']}' of the service principal does not reference a valid application object."
    )
    await caller.principal(made, status=201)


async def test_new_application_is_unknown_elsewhere_until_it_has_replicated(caller, registry_side, store):
    set_lag(store, graphRead=10)
    made = await caller.application()
    await registry_side.principal(made, status=400)
    pass_time(store, 11)
    await registry_side.principal(made, status=201)


async def test_owned_by_cannot_make_one_of_a_foreign_application(caller, graph_caller):
    foreign = await graph_caller(REGISTRY_CALLER_ID).application()
    error = await caller.principal(foreign, status=403)
    assert error["code"] == "Authorization_RequestDenied"
    assert "the backing application of the service principal being created must in the local tenant" in error["message"]
    await graph_caller(CLUSTER_OWNER_ID).principal(foreign, status=201)


async def test_second_service_principal_of_an_application_is_a_conflict(caller):
    made = await caller.application()
    await caller.principal(made)
    error = await caller.principal(made, status=409)
    assert error["code"] == "Request_MultipleObjectsWithSameKeyValue"
    assert f"{made['appId']} is already in use" in error["message"]


async def test_found_by_application_and_by_name(caller, registry_side):
    made = await caller.application("the puller")
    principal = await caller.principal(made)
    for condition in (f"appId eq '{made['appId']}'", "displayName eq 'the puller'"):
        found = (await caller.get("/servicePrincipals", filter=condition))["value"]
        assert [one["id"] for one in found] == [principal["id"]]
    assert (await registry_side.get("/servicePrincipals", filter=f"appId eq '{made['appId']}'"))["value"] == []
    by_app_id = await caller.get(f"/servicePrincipals(appId='{made['appId']}')")
    assert by_app_id["id"] == principal["id"]


async def test_disabling_one_tenant_leaves_the_other_signing_in(caller, registry_side, store):
    made = await caller.application()
    await caller.principal(made)
    abroad = await registry_side.principal(made)
    secret = (await caller.post(f"/applications/{made['id']}/addPassword", {}))["secretText"]
    await registry_side.patch(f"/servicePrincipals/{abroad['id']}", {"accountEnabled": False}, status=204)
    assert (await registry_side.get(f"/servicePrincipals/{abroad['id']}"))["accountEnabled"] is False
    with store.read() as state:
        with pytest.raises(SignInRefusal, match="AADSTS7000112"):
            authenticate(state, REGISTRY_TENANT, made["appId"], secret)
        assert authenticate(state, CLUSTER_TENANT, made["appId"], secret)


async def test_update_refuses_what_belongs_to_the_application(caller):
    principal = await caller.principal(await caller.application())
    path = f"/servicePrincipals/{principal['id']}"
    assert "read-only" in (await caller.patch(path, {"signInAudience": "AzureADMyOrg"}, status=400))["message"]
    await caller.patch(path, {"accountEnabled": "maybe"}, status=400)
    await caller.patch(path, {"description": "for pulls", "tags": ["x"]}, status=204)
    read = await caller.get(path)
    assert (read["description"], read["tags"]) == ("for pulls", ["x"])


async def test_service_principal_signs_in_only_once_it_has_replicated(caller, store):
    set_lag(store, servicePrincipal=30)
    made = await caller.application()
    await caller.principal(made)
    secret = (await caller.post(f"/applications/{made['id']}/addPassword", {}))["secretText"]
    with store.read() as state, pytest.raises(SignInRefusal, match="AADSTS7000229"):
        authenticate(state, CLUSTER_TENANT, made["appId"], secret)
    pass_time(store, 31)
    with store.read() as state:
        assert authenticate(state, CLUSTER_TENANT, made["appId"], secret)


async def test_deleted_service_principal_is_gone_and_may_be_made_again(caller):
    made = await caller.application()
    principal = await caller.principal(made)
    await caller.delete(f"/servicePrincipals/{principal['id']}", status=204)
    await caller.get(f"/servicePrincipals/{principal['id']}", status=404)
    again = await caller.principal(made, status=201)
    assert again["id"] != principal["id"]


async def test_service_principal_is_found_by_its_name(caller, registry_side):
    made = await caller.application()
    home = await caller.principal(made)
    await registry_side.principal(made)
    for text in (f"servicePrincipalNames/any(c:c eq '{made['appId']}')", "servicePrincipalNames/any(x: x eq 'nobody')"):
        found = (await caller.get("/servicePrincipals", filter=text))["value"]
        assert [one["id"] for one in found] == ([home["id"]] if made["appId"] in text else [])
    error = await caller.get("/servicePrincipals", filter="alternativeNames/any(c:c eq 'x')", status=400)
    assert error["code"] == "Request_UnsupportedQuery"
    error = await caller.get("/servicePrincipals", filter="servicePrincipalNames/any(c:d eq 'x')", status=400)
    assert error["code"] == "Request_UnsupportedQuery"


async def test_objects_are_found_by_their_ids(caller, registry_side, graph_caller):
    made = await caller.application()
    home, abroad = await caller.principal(made), await registry_side.principal(made)
    ids = [home["id"].upper(), abroad["id"], made["id"], "a0000000-0000-4000-8000-00000000dead"]
    path = "/directoryObjects/getByIds"
    found = (await caller.post(path, {"ids": ids, "types": ["user", "servicePrincipal"]}, status=200))["value"]
    assert [(one["@odata.type"], one["id"]) for one in found] == [("#microsoft.graph.servicePrincipal", home["id"])]
    assert {one["id"] for one in (await caller.post(path, {"ids": ids}))["value"]} == {home["id"], made["id"]}
    for body in ({}, {"ids": []}, {"ids": "x"}, {"ids": [1]}, {"ids": ids, "types": [None]}, {"ids": ids * 251}):
        assert (await caller.post(path, body, status=400))["code"] == "Request_BadRequest"
    refused = await graph_caller(CLUSTER_POWERLESS_ID).post(path, {"ids": ids}, status=403)
    assert refused["code"] == "Authorization_RequestDenied"


async def test_secret_of_a_service_principal_signs_in_to_its_own_tenant_only(caller, registry_side, store):
    made = await caller.application()
    home, abroad = await caller.principal(made), await registry_side.principal(made)
    added = await caller.post(f"/servicePrincipals/{home['id']}/addPassword", {}, status=200)
    with store.read() as state:
        assert authenticate(state, CLUSTER_TENANT, made["appId"], added["secretText"])["id"] == home["id"]
        with pytest.raises(SignInRefusal, match="AADSTS7000215"):
            authenticate(state, REGISTRY_TENANT, made["appId"], added["secretText"])
    shown = (await caller.get(f"/servicePrincipals/{home['id']}"))["passwordCredentials"]
    assert [(one["keyId"], one["secretText"]) for one in shown] == [(added["keyId"], None)]
    error = await caller.patch(f"/servicePrincipals/{home['id']}", {"passwordCredentials": []}, status=400)
    assert error["message"] == "Property 'passwordCredentials' is read-only and cannot be set."
    await caller.patch(f"/servicePrincipals/{home['id']}", {"passwordCredentials": shown}, status=204)
    await caller.post(f"/servicePrincipals/{home['id']}/removePassword", {"keyId": added["keyId"]}, status=204)
    with store.read() as state, pytest.raises(SignInRefusal, match="AADSTS7000215"):
        authenticate(state, CLUSTER_TENANT, made["appId"], added["secretText"])
    assert (await registry_side.get(f"/servicePrincipals/{abroad['id']}"))["passwordCredentials"] == []


@pytest.mark.parametrize(
    ("property_name", "value"),
    [
        ("servicePrincipalType", "ManagedIdentity"),
        ("applicationTemplateId", "x"),
        ("deletedDateTime", "2030-01-01T00:00:00Z"),
        ("disabledByMicrosoftStatus", "x"),
        ("verifiedPublisher", {"displayName": "me"}),
        ("notes", "n" * 1025),
        ("description", "d" * 1025),
        ("info", {"nonsense": 1}),
    ],
)
async def test_what_entra_sets_itself_and_what_is_too_long_is_refused(caller, property_name, value):
    principal = await caller.principal(await caller.application())
    path = f"/servicePrincipals/{principal['id']}"
    await caller.patch(path, {"tags": ["a"], property_name: value}, status=400)
    assert await caller.get(path) == principal
    await caller.patch(path, {"notes": "n" * 1024, "servicePrincipalType": "Application"}, status=204)


async def test_nobody_changes_the_service_principal_of_a_managed_identity(graph_caller, store):
    with store.change() as state:
        identity = create(state, IDENTITY_GROUP, "pull", "westeurope")
    owner, path = graph_caller(REGISTRY_OWNER_ID), f"/servicePrincipals/{identity['properties']['principalId']}"
    before = await owner.get(path)
    me = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{before['id']}"}
    for method, below, body in (
        ("PATCH", "", {"accountEnabled": False}),
        ("POST", "/addPassword", {}),
        ("POST", "/owners/$ref", me),
        ("DELETE", "", None),
    ):
        error = await owner.call(method, f"{path}{below}", body, status=403)
        assert error["code"] == "Authorization_RequestDenied"
    assert await owner.get(path) == before
