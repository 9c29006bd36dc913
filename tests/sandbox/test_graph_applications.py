import pytest

from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.entra.tokens import ARM_AUDIENCE
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_OWNER_ID,
    CLUSTER_POWERLESS_ID,
    CLUSTER_TENANT,
    REGISTRY_CALLER_ID,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.times import epoch
from tests.sandbox.directory_world import PASSWORD, pass_time, set_lag

CALLER_OBJECT = "a0000000-0000-4000-8000-0000000000d1"
OWNER_OBJECT = "a0000000-0000-4000-8000-0000000000d3"
DIRECTORY = "https://graph.microsoft.com/v1.0/directoryObjects"


@pytest.fixture
def caller(graph_caller):
    return graph_caller(CLUSTER_CALLER_ID)


@pytest.fixture
def owner(graph_caller):
    return graph_caller(CLUSTER_OWNER_ID)


async def test_created_application_reads_back_as_it_was_given(caller):
    web = {"redirectUris": ["https://www.microsoft.com/"]}
    made = await caller.post("/applications", {"displayName": "puller", "web": web}, status=201)
    read = await caller.get(f"/applications/{made['id']}")
    assert read == made
    assert read["signInAudience"] == "AzureADMyOrg"
    assert read["web"]["redirectUris"] == ["https://www.microsoft.com/"]
    assert read["web"]["implicitGrantSettings"] == {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False}
    assert read["publisherDomain"] == "contoso.onmicrosoft.com"
    assert read["groupMembershipClaims"] is None
    assert not [key for key in read if key.startswith("_")]
    by_app_id = await caller.get(f"/applications(appId='{made['appId']}')")
    assert by_app_id["id"] == made["id"]


async def test_patch_merges_objects_and_replaces_the_rest(caller):
    made = await caller.application(web={"redirectUris": ["https://www.microsoft.com/"], "logoutUrl": "https://a/b"})
    assert await caller.patch(f"/applications/{made['id']}", {"web": {"redirectUris": []}}, status=204) == {}
    read = await caller.get(f"/applications/{made['id']}")
    assert (read["web"]["redirectUris"], read["web"]["logoutUrl"]) == ([], "https://a/b")


async def test_home_service_principal_follows_its_application(caller):
    made = await caller.application()
    principal = await caller.principal(made)
    await caller.patch(f"/applications/{made['id']}", {"displayName": "renamed", "signInAudience": "AzureADMyOrg"})
    read = await caller.get(f"/servicePrincipals/{principal['id']}")
    assert (read["displayName"], read["appDisplayName"], read["signInAudience"]) == (
        "renamed",
        "renamed",
        "AzureADMyOrg",
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"displayName": ""}, "'displayName'"),
        ({"signInAudience": "Everybody"}, "'signInAudience'"),
        ({"web": {"redirectUris": ["https://www.microsoft.com"]}}, "trailing slash"),
        ({"web": {"redirectUris": ["http://example.com/"]}}, "scheme must be https"),
        ({"web": {"redirectUris": ["https://example.com/#part"]}}, "fragment"),
        ({"appId": CLUSTER_CALLER_ID}, "'appId' is read-only"),
        ({"passwordCredentials": [{"keyId": "new", "secretText": "mine"}]}, "generated using service actions."),
        ({"verifiedPublisher": {"displayName": "me"}}, "'verifiedPublisher' is read-only"),
        ({"applicationTemplateId": "x"}, "'applicationTemplateId' is read-only"),
        ({"displayName": "x" * 257}, "'displayName'"),
        ({"description": "x" * 1025}, "'description'"),
        ({"web": {"redirectUris": [f"https://example.com/{'x' * 250}"]}}, "at most 256 characters"),
        ({"web": {"redirectUris": [f"https://example.com/{number}" for number in range(257)]}}, "more than 256"),
        ({"web": {"redirectUris": ["https://[bad/"]}}, "must be an absolute URI"),
        ({"web": {"nonsense": 1}}, "'nonsense'"),
        ({"web": {"implicitGrantSettings": {"nonsense": True}}}, "'nonsense'"),
        ({"nonsense": 1}, "'nonsense'"),
        ({"_owners": []}, "'_owners'"),
    ],
)
async def test_malformed_application_is_refused_and_nothing_changes(caller, body, message):
    made = await caller.application()
    error = await caller.patch(f"/applications/{made['id']}", {**body, "notes": "x"}, status=400)
    assert error["code"] == "Request_BadRequest"
    assert message in error["message"]
    assert (await caller.get(f"/applications/{made['id']}")) == made


@pytest.mark.parametrize("text", ["x" * 256, "y"])
async def test_texts_of_the_greatest_length_are_taken(caller, text):
    made = await caller.application(text)
    uris = [f"https://example.com/{number}" for number in range(255)]
    uris.append(f"https://example.com/{'x' * (256 - len('https://example.com/'))}")
    changes = {"description": text * 4, "web": {"redirectUris": uris}}
    await caller.patch(f"/applications/{made['id']}", changes, status=204)


async def test_personal_accounts_need_tokens_of_version_2(caller):
    made = await caller.application()
    path, audience = f"/applications/{made['id']}", {"signInAudience": "AzureADandPersonalMicrosoftAccount"}
    assert (await caller.patch(path, audience, status=400))["code"] == "InvalidAccessTokenVersion"
    await caller.patch(path, {**audience, "api": {"requestedAccessTokenVersion": 2}}, status=204)
    await caller.patch(path, {"displayName": "renamed"}, status=204)
    error = await caller.patch(path, {"api": {"requestedAccessTokenVersion": 1}}, status=400)
    assert error["code"] == "InvalidAccessTokenVersion"
    error = await caller.patch(path, {"signInAudience": "PersonalMicrosoftAccount"}, status=400)
    assert "does not emulate" in error["message"]


async def test_an_alternate_key_must_be_a_uuid(caller):
    error = await caller.get("/applications(appId='my-app')", status=400)
    assert error["message"].startswith("Invalid value specified for object reference property 'appId'.")
    await caller.get(f"/applications(appId='{CLUSTER_TENANT}')", status=404)


@pytest.mark.parametrize(
    "body", [{"displayName": "flat"}, {"passwordCredential": {"nonsense": 1}}, {"passwordCredential": {"_sha256": "x"}}]
)
async def test_a_password_with_an_unknown_property_is_refused(caller, body):
    made = await caller.application()
    error = await caller.post(f"/applications/{made['id']}/addPassword", body, status=400)
    assert error["message"].startswith("Invalid property '")
    assert (await caller.get(f"/applications/{made['id']}"))["passwordCredentials"] == []


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "text/json"])
async def test_a_body_must_say_that_it_is_json(caller, content_type):
    headers = {**caller.headers, **({"Content-Type": content_type} if content_type else {})}
    body = '{"displayName": "puller"}'
    answer = await caller.client.post("/v1.0/applications", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")
    assert "Content-Type" in answer.json()["error"]["message"]
    headers["Content-Type"] = "application/json; charset=utf-8"
    assert (await caller.client.post("/v1.0/applications", content=body, headers=headers)).status_code == 201


async def test_tenants_see_their_own_applications_only(caller, graph_caller):
    stranger = graph_caller(REGISTRY_CALLER_ID)
    made = await caller.application()
    error = await stranger.get(f"/applications/{made['id']}", status=404)
    assert error["code"] == "Request_ResourceNotFound"
    assert error["message"].startswith(f"Resource '{made['id']}' does not exist")
    assert error["innerError"]["request-id"]
    assert made["id"] not in {one["id"] for one in (await stranger.get("/applications"))["value"]}
    await stranger.patch(f"/applications/{made['id']}", {"displayName": "theirs"}, status=404)


async def test_powerless_caller_is_refused_everything(caller, graph_caller):
    made = await caller.application()
    powerless = graph_caller(CLUSTER_POWERLESS_ID)
    for method, path, body in (
        ("GET", "/applications", None),
        ("GET", f"/applications/{made['id']}", None),
        ("POST", "/applications", {"displayName": "x"}),
        ("PATCH", f"/applications/{made['id']}", {"displayName": "x"}),
        ("DELETE", f"/applications/{made['id']}", None),
        ("POST", f"/applications/{made['id']}/addPassword", {}),
        ("GET", "/servicePrincipals", None),
        ("POST", "/servicePrincipals", {"appId": made["appId"]}),
    ):
        error = await powerless.call(method, path, body, status=403)
        assert error["code"] == "Authorization_RequestDenied"
        assert error["message"] == "Insufficient privileges to complete the operation."


async def test_owned_by_ends_with_ownership(caller, owner):
    made = await caller.application()
    path = f"/applications/{made['id']}"
    assert [one["id"] for one in (await caller.get(f"{path}/owners"))["value"]] == [CALLER_OBJECT]
    await caller.delete(f"{path}/owners/{CALLER_OBJECT}/$ref", status=204)
    await caller.get(path)  # reading stays open
    await caller.patch(path, {"displayName": "x"}, status=403)
    await caller.post(f"{path}/addPassword", {}, status=403)
    await caller.post("/servicePrincipals", {"appId": made["appId"]}, status=403)
    await caller.delete(path, status=403)
    await owner.post(f"{path}/owners/$ref", {"@odata.id": f"{DIRECTORY}/{CALLER_OBJECT}"}, status=204)
    await caller.patch(path, {"displayName": "x"}, status=204)


async def test_owned_by_reaches_only_what_the_caller_owns(caller, owner):
    made = await owner.application()
    await caller.patch(f"/applications/{made['id']}", {"displayName": "x"}, status=403)
    mine = await caller.application()
    reference = {"@odata.id": f"{DIRECTORY}/{OWNER_OBJECT}"}
    await caller.post(f"/applications/{mine['id']}/owners/$ref", reference, status=403)
    await owner.post(f"/applications/{mine['id']}/owners/$ref", reference, status=204)
    error = await owner.post(f"/applications/{mine['id']}/owners/$ref", reference, status=400)
    assert "already exist" in error["message"]


async def test_owners_are_bound_at_creation_and_must_exist(owner):
    made = await owner.application(**{"owners@odata.bind": [f"{DIRECTORY}/{CALLER_OBJECT}"]})
    owners = (await owner.get(f"/applications/{made['id']}/owners"))["value"]
    assert [(one["@odata.type"], one["id"]) for one in owners] == [("#microsoft.graph.servicePrincipal", CALLER_OBJECT)]
    unknown = {"displayName": "x", "owners@odata.bind": [f"{DIRECTORY}/c0000000-0000-4000-8000-000000000000"]}
    await owner.post("/applications", unknown, status=404)
    await owner.delete(f"/applications/{made['id']}/owners/{OWNER_OBJECT}/$ref", status=404)


async def test_password_is_shown_once_and_signs_in_until_removed(caller, store):
    made = await caller.application()
    await caller.principal(made)
    added = await caller.post(f"/applications/{made['id']}/addPassword", {"passwordCredential": {"displayName": "p"}})
    assert len(added["secretText"]) == 40
    assert added["hint"] == added["secretText"][:3]
    assert epoch(added["endDateTime"]) - epoch(added["startDateTime"]) == 730 * 86400
    [read] = (await caller.get(f"/applications/{made['id']}"))["passwordCredentials"]
    assert (read["keyId"], read["displayName"], read["secretText"]) == (added["keyId"], "p", None)
    assert added["secretText"] not in store.path.read_text()

    def sign_in():
        with store.read() as state:
            return authenticate(state, CLUSTER_TENANT, made["appId"], added["secretText"])

    assert sign_in()["appId"] == made["appId"]
    await caller.post(f"/applications/{made['id']}/removePassword", {"keyId": added["keyId"]}, status=204)
    with pytest.raises(SignInRefusal, match="AADSTS7000215"):
        sign_in()
    await caller.post(f"/applications/{made['id']}/removePassword", {"keyId": added["keyId"]}, status=400)


async def test_password_takes_the_dates_it_is_given(caller):
    made = await caller.application()
    path = f"/applications/{made['id']}/addPassword"
    added = await caller.post(path, {"passwordCredential": PASSWORD})
    assert (added["startDateTime"], added["endDateTime"]) == (PASSWORD["startDateTime"], PASSWORD["endDateTime"])
    past = {"endDateTime": "2020-01-01T00:00:00Z"}
    assert (await caller.post(path, {"passwordCredential": past}, status=400))["code"] == "KeyCredentialsInvalidEndDate"
    words = {"endDateTime": "tomorrow"}
    assert "Edm.DateTimeOffset" in (await caller.post(path, {"passwordCredential": words}, status=400))["message"]


async def test_application_that_brings_its_password_is_not_emulated(caller):
    body = {"displayName": "with a password", "passwordCredentials": [{"displayName": "first"}]}
    assert "does not emulate" in (await caller.post("/applications", body, status=400))["message"]
    made = await caller.post("/applications", {**body, "passwordCredentials": []})
    assert made["passwordCredentials"] == []


async def test_tenant_policy_caps_or_blocks_passwords(caller, store):
    made = await caller.application()
    path = f"/applications/{made['id']}/addPassword"
    with store.change() as state:
        state["tenants"][CLUSTER_TENANT]["_policies"]["maxPasswordLifetimeDays"] = 59
    await caller.post(path, {"passwordCredential": {**PASSWORD, "endDateTime": "2030-03-01T00:00:00Z"}}, status=200)
    error = await caller.post(
        path, {"passwordCredential": {**PASSWORD, "endDateTime": "2030-03-02T00:00:00Z"}}, status=400
    )
    assert error["code"] == "CredentialInvalidLifetimeAsPerAppPolicy"
    assert error["details"][0]["code"] == "InvalidKeyEndDate"
    with store.change() as state:
        state["tenants"][CLUSTER_TENANT]["_policies"]["passwordAdditionBlocked"] = True
    error = await caller.post(path, {"passwordCredential": PASSWORD}, status=400)
    assert error["code"] == "CredentialTypeNotAllowedAsPerAppPolicy"


async def test_tenant_may_require_a_service_management_reference(caller, store):
    old = await caller.application()
    with store.change() as state:
        state["tenants"][CLUSTER_TENANT]["_policies"]["serviceManagementReferenceRequired"] = True
    error = await caller.post("/applications", {"displayName": "new"}, status=400)
    assert error["code"] == "ServiceTreeValueMissing"
    assert error["message"].startswith("ServiceManagementReference field is required for Create, but is missing")
    error = await caller.patch(f"/applications/{old['id']}", {"notes": "n"}, status=400)
    assert error["message"].startswith("ServiceManagementReference field is required for Update, but is missing")
    named = {"displayName": "new", "serviceManagementReference": "4711"}
    error = await caller.post("/applications", named, status=400)
    assert error["message"].startswith("Invalid value provided for property ServiceManagementReference")
    made = await caller.post("/applications", {**named, "serviceManagementReference": CLUSTER_TENANT})
    await caller.patch(f"/applications/{made['id']}", {"displayName": "renamed"})
    assert old["serviceManagementReference"] is None


async def test_new_password_needs_its_time_to_replicate(caller, store):
    set_lag(store, secret=20)
    made = await caller.application()
    await caller.principal(made)
    secret = (await caller.post(f"/applications/{made['id']}/addPassword", {}))["secretText"]

    def sign_in():
        with store.read() as state:
            return authenticate(state, CLUSTER_TENANT, made["appId"], secret)

    with pytest.raises(SignInRefusal, match="AADSTS7000215"):
        sign_in()
    pass_time(store, 21)
    assert sign_in()


async def test_reads_lag_behind_writes(caller, store):
    made = await caller.application()
    set_lag(store, graphRead=10)
    path = f"/applications/{made['id']}"
    await caller.patch(path, {"displayName": "second"})
    pass_time(store, 5)
    await caller.patch(path, {"displayName": "third"})
    assert (await caller.get(path))["displayName"] == "puller"
    pass_time(store, 6)
    assert (await caller.get(path))["displayName"] == "second"
    pass_time(store, 5)
    assert (await caller.get(path))["displayName"] == "third"


async def test_new_and_deleted_objects_lag_as_well(caller, store):
    set_lag(store, graphRead=10)
    made = await caller.application()
    path = f"/applications/{made['id']}"
    await caller.get(path, status=404)
    await caller.patch(path, {"displayName": "x"}, status=404)
    assert (await caller.get("/applications", filter=f"appId eq '{made['appId']}'"))["value"] == []
    pass_time(store, 11)
    await caller.get(path)
    await caller.delete(path)
    await caller.get(path)
    assert len((await caller.get("/applications", filter=f"appId eq '{made['appId']}'"))["value"]) == 1
    pass_time(store, 11)
    await caller.get(path, status=404)


async def test_deleting_an_application_takes_its_home_service_principal_only(caller, graph_caller, store):
    registry_side = graph_caller(REGISTRY_CALLER_ID)
    made = await caller.application()
    home, abroad = await caller.principal(made), await registry_side.principal(made)
    secret = (await caller.post(f"/applications/{made['id']}/addPassword", {}))["secretText"]
    await caller.delete(f"/applications/{made['id']}", status=204)
    await caller.get(f"/servicePrincipals/{home['id']}", status=404)
    await registry_side.get(f"/servicePrincipals/{abroad['id']}")
    with store.read() as state, pytest.raises(SignInRefusal, match="AADSTS700016"):
        authenticate(state, REGISTRY_TENANT, made["appId"], secret)


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ({"filter": "tags/any(t:t eq 'x')"}, "the filter tags/any(t:t eq 'x')"),
        ({"filter": "appId in ('x', 'y')"}, "the filter appId in ('x', 'y')"),
        ({"filter": "displayName eq 'a' or displayName eq 'b'"}, "the filter displayName eq 'a' or displayName eq 'b'"),
        ({"filter": "notes eq 'x'"}, "the filter notes eq 'x'"),
        ({"search": '"displayName:a"'}, "the query option $search"),
        ({"expand": "owners"}, "the query option $expand"),
        ({"orderby": "displayName"}, "the query option $orderby"),
        ({"skip": "1"}, "the query option $skip"),
    ],
)
async def test_a_query_that_the_sandbox_does_not_have_is_refused_as_such(caller, query, what):
    await caller.application("alpha")
    error = await caller.get("/applications", **query, status=400)
    assert error["message"] == f"The sandbox does not emulate {what} of Microsoft Graph."


@pytest.mark.parametrize("path", ["/applications", "/applications/{id}/federatedIdentityCredentials"])
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"filter": "nonsense eq 'x'"}, "Invalid filter clause: Could not find a property named 'nonsense' on type '"),
        ({"filter": "id eq 'x' and nonsense eq 'y'"}, "Invalid filter clause: Could not find a property named"),
        (
            {"select": "id,nonsense"},
            "Parsing OData Select and Expand failed: Could not find a property named 'nonsense'",
        ),
        ({"select": "Id"}, "Parsing OData Select and Expand failed: Could not find a property named 'Id' on type"),
    ],
)
async def test_a_query_for_an_unknown_property_is_refused_in_an_empty_list_too(caller, path, query, message):
    made = await caller.application()
    error = await caller.get(path.format(**made), **query, status=400)
    assert error["code"] == "BadRequest"
    assert error["message"].startswith(message)


@pytest.mark.parametrize("kind", ["applications", "servicePrincipals"])
async def test_what_graph_has_beyond_the_sandbox_can_be_selected(caller, kind):
    found = (await caller.get(f"/{kind}", select="owners,displayName"))["value"][0]
    assert sorted(found) == ["displayName", "id"]
    everything = (await caller.get(f"/{kind}", select="*"))["value"][0]
    assert everything == (await caller.get(f"/{kind}"))["value"][0]


@pytest.mark.parametrize("name", ["filter", "Select", "orderby", "top"])
async def test_an_option_without_dollar_is_refused_as_such(caller, name):
    answer = await caller.client.get("/v1.0/applications", headers=caller.headers, params={name: "x"})
    assert answer.json()["error"]["message"].startswith(f"The sandbox does not emulate the query option {name} without")


@pytest.mark.parametrize("query", [{"filter": "id eq 'x'"}, {"top": "1"}, {"count": "true"}])
async def test_an_object_is_not_a_collection(caller, query):
    made = await caller.application()
    error = await caller.get(f"/applications/{made['id']}", **query, status=400)
    assert "The requested resource is not a collection." in error["message"]


async def test_pages_of_what_belongs_to_an_application_lead_on(owner, store):
    made = await owner.application()
    path = f"/applications/{made['id']}"
    for number in range(3):
        body = {"name": f"n{number}", "issuer": "https://i.example/", "subject": f"s{number}", "audiences": ["a"]}
        await owner.post(f"{path}/federatedIdentityCredentials", body)
    for object_id in (CALLER_OBJECT, OWNER_OBJECT):
        await owner.post(f"{path}/owners/$ref", {"@odata.id": f"{DIRECTORY}/{object_id}"}, status=204)
    with store.change() as state:
        state["settings"]["page_size"] = 1
    for below, count in (("federatedIdentityCredentials", 3), ("owners", 2)):
        page, seen = await owner.get(f"{path}/{below}"), set()
        while True:
            seen |= {one["id"] for one in page["value"]}
            if "@odata.nextLink" not in page:
                break
            page = (await owner.client.get(page["@odata.nextLink"], headers=owner.headers)).json()
        assert len(seen) == count


@pytest.mark.parametrize(
    "path",
    ["/applications/$count", "/applications/delta", "/servicePrincipals/microsoft.graph.delta()", "/applications/"],
)
async def test_a_request_beside_an_object_is_refused_as_such(caller, path):
    error = await caller.get(path, status=400)
    assert error["message"] == f"The sandbox does not emulate GET /v1.0{path} of Microsoft Graph."


async def test_lists_are_filtered_cut_and_paged(caller, store):
    names = ["alpha", "alpine", "beta", "o'hara", "this and that"]
    for name in names:
        await caller.application(name)

    async def found(**query):
        return sorted(one["displayName"] for one in (await caller.get("/applications", **query))["value"])

    assert await found(filter="displayName eq 'beta'") == ["beta"]
    assert await found(filter="displayName eq 'o''hara'") == ["o'hara"]
    assert await found(filter="displayName eq 'this and that'") == ["this and that"]
    assert await found(filter="startswith(displayName,'alp')") == ["alpha", "alpine"]
    assert await found(filter="startswith(displayName,'alp') and displayName eq 'alpine'") == ["alpine"]
    assert (await caller.get("/applications", filter="startswith(displayName,'al')", count="true"))["@odata.count"] == 2
    cut = (await caller.get("/applications", filter="displayName eq 'beta'", select="displayName"))["value"]
    assert [sorted(one) for one in cut] == [["displayName", "id"]]
    with store.change() as state:
        state["settings"]["page_size"] = 3
    page, seen = await caller.get("/applications"), []
    while True:
        seen += [one["displayName"] for one in page["value"]]
        if "@odata.nextLink" not in page:
            break
        assert len(page["value"]) == 3
        page = (await caller.client.get(page["@odata.nextLink"], headers=caller.headers)).json()
    assert sorted(seen) == sorted(
        [*names, "pulumi-clusters", "powerless-contoso", "owner-contoso", "aks-prod-original"]
    )


async def test_beta_answers_what_the_provider_reads_there(caller):
    made = await caller.application()
    read = await caller.get(f"/beta/applications/{made['id']}", select="oauth2RequirePostResponse")
    assert read["oauth2RequirePostResponse"] is False
    principal = await caller.principal(made)
    read = await caller.get(f"/beta/servicePrincipals/{principal['id']}", select="samlMetadataUrl")
    assert read["samlMetadataUrl"] is None


async def test_organization_and_me(caller):
    [organization] = (await caller.get("/organization"))["value"]
    assert (organization["id"], organization["displayName"]) == (CLUSTER_TENANT, "Contoso")
    assert (await caller.get("/me", status=400))["message"].startswith("/me request is only valid with delegated")
    unknown = await caller.get("/users/x", status=400)
    assert unknown["message"] == "The sandbox does not emulate GET /v1.0/users/x of Microsoft Graph."


async def test_federated_credentials_are_managed_per_application(caller):
    made = await caller.application()
    path = f"/applications/{made['id']}/federatedIdentityCredentials"
    body = {"name": "ci", "issuer": "https://ci.example.com", "subject": "main", "audiences": ["api://x"]}
    added = await caller.post(path, body, status=201)
    await caller.post(path, body, status=409)
    await caller.post(path, {**body, "subject": ""}, status=400)
    assert [one["subject"] for one in (await caller.get(path))["value"]] == ["main"]
    await caller.delete(f"{path}/{added['id']}", status=204)
    assert (await caller.get(path))["value"] == []


async def test_tokens_of_other_services_are_refused(client_for, bearer):
    async with client_for("graph") as client:
        answer = await client.get("/v1.0/applications", headers=bearer(CLUSTER_CALLER_ID, ARM_AUDIENCE))
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
        assert (await client.get("/v1.0/applications")).status_code == 401


async def test_a_property_that_beta_may_have_is_refused_as_what_the_sandbox_does_not_have(caller):
    error = await caller.get("/beta/applications", select="onPremisesPublishing", status=400)
    assert (
        error["message"] == "The sandbox does not emulate the property onPremisesPublishing of beta of Microsoft Graph."
    )
