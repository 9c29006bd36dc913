"""The azuread stand-in's Application: its calls, its refusals, its drift."""

import re

import pytest

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.sandbox.standins.azuread.application import Application, remove_owner
from crosstenant.sandbox.standins.http import Answer
from crosstenant.sandbox.world.seed import CLUSTER_OWNER_ID
from tests.sandbox.standins.standin_world import Managed, add_fault, change, read_state

OWNER = CLUSTER_OWNER_ID[:-2] + "d3"
MULTI_TENANT = {
    "displayName": "pull",
    "signInAudience": "AzureADMultipleOrgs",
    "web": {"redirectUris": ["https://www.microsoft.com/"]},
}


def shape(calls):
    """Calls with their IDs blotted out."""
    return [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", call) for call in calls]


READ = [
    "GET /v1.0/applications/ID",
    "GET /beta/applications/ID?$select=oauth2RequirePostResponse",
    "GET /v1.0/applications/ID/owners",
]


async def test_life_has_the_recorded_calls(graph, http):
    thing = await Managed(Application(graph)).create(**MULTI_TENANT)
    assert shape(http.calls()) == [
        "POST /v1.0/applications",
        "PATCH /v1.0/applications/ID",
        "PATCH /v1.0/applications/ID",
        "DELETE /v1.0/applications/ID/owners/ID/$ref",
        *READ,
    ]
    assert await thing.refresh()
    assert shape(http.calls()) == READ
    await thing.update(**MULTI_TENANT, description="for pulls")
    assert shape(http.calls()) == ["PATCH /v1.0/applications/ID", *READ]
    await thing.delete()
    assert shape(http.calls()) == ["DELETE /v1.0/applications/ID", *["GET /v1.0/applications/ID"] * 5]


async def test_create_passes_through_a_temporary_name_and_binds_the_caller(graph, http):
    await Managed(Application(graph)).create(**MULTI_TENANT)
    (_, _, created), (_, _, temporary), (_, _, real) = http.sent[:3]
    assert created["displayName"] == "pull"
    assert created["signInAudience"] == "AzureADMultipleOrgs"
    tenant = OWNER[:-2] + "0a"
    assert created["owners@odata.bind"] == [f"https://graph.microsoft.com/v1.0/{tenant}/directoryObjects/{OWNER}"]
    assert temporary["displayName"].startswith("TERRAFORM_UPDATE_")
    assert real == {"displayName": "pull"}


async def test_outputs_are_those_of_the_provider(graph):
    thing = await Managed(Application(graph)).create(**MULTI_TENANT, owners=[OWNER])
    assert thing.resource_id == f"/applications/{thing.outputs['objectId']}"
    assert thing.outputs["clientId"] != thing.outputs["objectId"]
    assert thing.outputs["owners"] == [OWNER]
    assert thing.outputs["web"]["redirectUris"] == ["https://www.microsoft.com/"]
    assert thing.outputs["publisherDomain"] == "contoso.onmicrosoft.com"
    assert thing.outputs["description"] == ""
    assert "api" not in thing.outputs


async def test_nothing_changes_without_a_change(graph):
    thing = await Managed(Application(graph)).create(**MULTI_TENANT)
    assert await thing.plan(**MULTI_TENANT) == {}
    await thing.refresh()
    assert await thing.plan(**MULTI_TENANT) == {}


async def test_owner_that_creates_stays_only_if_it_is_named(graph, store):
    kept = await Managed(Application(graph)).create(displayName="kept", owners=[OWNER])
    left = await Managed(Application(graph)).create(displayName="left")
    applications = read_state(store)["applications"]
    assert applications[kept.outputs["objectId"]]["_owners"] == [OWNER]
    assert applications[left.outputs["objectId"]]["_owners"] == []


async def test_owners_are_compared_without_case_and_left_alone_without_a_change(graph, http):
    thing = await Managed(Application(graph)).create(displayName="kept", owners=[OWNER.upper()])
    assert len(http.sent[0][2]["owners@odata.bind"]) == 1
    assert not [call for call in http.calls() if call.startswith("DELETE")]
    await thing.refresh()
    await thing.update(displayName="renamed", owners=[OWNER], preventDuplicateNames=True)
    http.calls()
    await thing.update(displayName="renamed", owners=[OWNER], preventDuplicateNames=True, notes="its own name")
    assert shape(http.calls())[1:] == ["PATCH /v1.0/applications/ID", *READ]
    # One who is no owner is removed without an error.
    await remove_owner(graph, thing.resource_id, CLUSTER_OWNER_ID)


@pytest.mark.parametrize(
    ("changed", "seen"),
    [
        ({"signInAudience": "AzureADMyOrg"}, "signInAudience"),
        ({"displayName": "renamed"}, "displayName"),
        ({"_owners": [OWNER]}, "owners"),
        ({"web": {"redirectUris": ["https://evil.example/"]}}, "web.redirectUris"),
        ({"notes": "seen by nobody"}, "notes"),
    ],
)
async def test_drift_shows_and_is_repaired(graph, store, changed, seen):
    thing = await Managed(Application(graph)).create(**MULTI_TENANT)

    def drift(state):
        application = state["applications"][thing.outputs["objectId"]]
        for name, value in changed.items():
            application[name] = {**application[name], **value} if isinstance(value, dict) else value

    change(store, drift)
    await thing.refresh()
    assert await thing.plan(**MULTI_TENANT) == {seen: "update"}
    await thing.update(**MULTI_TENANT)
    # The provider removes foreign owners only where the program names owners: this drift shows for ever.
    assert await thing.plan(**MULTI_TENANT) == ({seen: "update"} if seen == "owners" else {})


async def test_deleted_application_is_gone_at_refresh(graph, store):
    thing = await Managed(Application(graph)).create(**MULTI_TENANT)
    change(store, lambda state: state["applications"].clear())
    assert not await thing.refresh()


async def test_import_reads_all_inputs_back(graph):
    made = await Managed(Application(graph)).create(**MULTI_TENANT, owners=[OWNER])
    found = await Managed(Application(graph)).adopt(made.resource_id)
    assert found.inputs["displayName"] == "pull"
    assert found.inputs["owners"] == [OWNER]
    assert await found.plan(**MULTI_TENANT, owners=[OWNER]) == {}


async def test_import_wants_the_whole_id(graph):
    with pytest.raises(OperatorError, match="expected the form /applications/<object ID>"):
        await Managed(Application(graph)).adopt(CLUSTER_OWNER_ID)


@pytest.mark.parametrize(
    ("program", "name", "reason"),
    [
        ({}, "displayName", 'The argument "display_name" is required'),
        ({"displayName": " "}, "displayName", "not be an empty string"),
        ({"displayName": 5}, "displayName", "expected type 'string'"),
        ({"signInAudience": "AzureADMultipleOrg"}, "signInAudience", "expected sign_in_audience to be one of"),
        ({"owners": ["me"]}, "owners", "valid UUID"),
        ({"web": {"redirectUris": ["https://www.microsoft.com"]}}, "web", "must have a trailing slash"),
        ({"web": {"redirectUris": ["ftp://host/"]}}, "web", "http, https"),
        ({"web": {"redirectUris": ["nowhere"]}}, "web", "to have a host"),
        ({"publicClient": {"redirectUris": ["myapp://host"]}}, "publicClient", "trailing slash"),
        ({"groupMembershipClaims": ["Some"]}, "groupMembershipClaims", "to be one of"),
        ({"signInAudience": "PersonalMicrosoftAccount"}, "signInAudience", "requested_access_token_version"),
        ({"audience": "x"}, "audience", "Invalid or unknown key"),
        ({"password": {"displayName": "x"}}, "password", "not served"),
    ],
)
async def test_check_refuses(graph, http, program, name, reason):
    given = program if "displayName" in program or not program else {"displayName": "pull", **program}
    failures = await Managed(Application(graph)).failures(**given)
    assert list(failures) == [name]
    assert reason in failures[name]
    assert http.calls() == []


async def test_caller_without_rights_is_refused_at_once(make_graph_client, clock):
    graph = await make_graph_client("cluster", "powerless")
    with pytest.raises(OperatorError) as caught:
        await Managed(Application(graph)).create(**MULTI_TENANT)
    assert str(caught.value) == (
        "Could not create application: unexpected status 403 (403 Forbidden) with error: "
        "Authorization_RequestDenied: Insufficient privileges to complete the operation."
    )
    assert clock.waits == []


async def test_owned_rights_end_with_the_ownership_that_the_provider_removes(make_graph_client):
    graph = await make_graph_client("cluster", "caller")
    thing = await Managed(Application(graph)).create(**MULTI_TENANT)
    with pytest.raises(OperatorError, match="Insufficient privileges"):
        await thing.update(**MULTI_TENANT, description="mine?")


async def test_patch_after_create_waits_for_replication(graph, store, clock):
    add_fault(store, service="graph", method="PATCH", path="/applications/", status=404, times=3)
    await Managed(Application(graph)).create(**MULTI_TENANT)
    assert clock.waits == [1, 2, 4]


async def test_busy_graph_is_asked_again_when_it_says(graph, store, clock):
    add_fault(store, service="graph", method="POST", path="/applications", status=429, times=2, retry_after=7)
    await Managed(Application(graph)).create(**MULTI_TENANT)
    assert clock.waits == [7, 7]


async def test_patience_ends_after_about_nine_minutes(graph, store, clock):
    add_fault(store, service="graph", method="POST", path="/applications", status=503, times=-1)
    with pytest.raises(OperatorError, match="unexpected status 503"):
        await Managed(Application(graph)).create(**MULTI_TENANT)
    assert clock.waits[:7] == [1, 2, 4, 8, 16, 32, 61]
    assert 479 < sum(clock.waits) <= 540


async def test_unreadable_new_application_is_an_error_that_keeps_it(graph, store):
    add_fault(store, service="graph", method="GET", path="/v1.0/applications/", status=404)
    with pytest.raises(PartialError, match="unexpected status 404") as caught:
        await Managed(Application(graph)).create(**MULTI_TENANT)
    assert caught.value.resource_id.startswith("/applications/")
    assert caught.value.properties["displayName"].value == "pull"


async def test_duplicate_names_are_refused_on_request(graph):
    await Managed(Application(graph)).create(**MULTI_TENANT)
    with pytest.raises(OperatorError, match="`prevent_duplicate_names` was specified"):
        await Managed(Application(graph)).create(**MULTI_TENANT, preventDuplicateNames=True)


@pytest.mark.parametrize("after", [True, False])
async def test_a_change_whose_connection_broke_is_an_error_and_not_repeated(graph, http, monkeypatch, after):
    connected = http.send

    async def break_off(method, url, **given):
        if after or method != "POST":
            await connected(method, url, **given)
        return Answer(0, {}, "connection reset")

    monkeypatch.setattr(http, "send", break_off)
    words = 'Could not create application: Post "https://graph.microsoft.com/v1.0/applications": HTTP response was nil'
    with pytest.raises(OperatorError, match=re.escape(words)):
        await Managed(Application(graph)).create(displayName="pull")
    assert [it[0] for it in http.sent].count("POST") == int(after)


async def test_a_change_that_is_answered_with_an_error_of_the_server_is_repeated_though_the_work_is_done(graph, store):
    add_fault(store, service="graph", method="POST", path="/applications", status=503, after=True)
    made = await Managed(Application(graph)).create(displayName="twice")
    found = [it["id"] for it in read_state(store)["applications"].values() if it["displayName"] == "twice"]
    assert len(found) == 2
    assert made.outputs["objectId"] in found


async def test_a_read_whose_connection_broke_is_repeated(graph, http, clock, monkeypatch):
    made = await Managed(Application(graph)).create(displayName="pull")
    connected, answers = http.send, [Answer(0, {}, "connection reset")]

    async def break_once(*args, **kwargs):
        return answers.pop() if answers else await connected(*args, **kwargs)

    monkeypatch.setattr(http, "send", break_once)
    assert await made.refresh()
    assert clock.waits == [1]
