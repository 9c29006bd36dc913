"""The azuread stand-in's ApplicationPassword: all of it replaces, nothing of it imports, its end is remembered."""

import re

import pytest

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.azuread.application import Application
from crosstenant.sandbox.standins.azuread.application_password import ApplicationPassword
from crosstenant.sandbox.world.drift import remove_secret
from tests.sandbox.standins.standin_world import Managed, change, read_state

END = "2090-01-01T00:00:00Z"


def shape(calls):
    return [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", call) for call in calls]


@pytest.fixture
async def application(graph, http):
    made = await Managed(Application(graph)).create(displayName="pull")
    http.sent.clear()
    return made


@pytest.fixture
async def password(graph, application):
    return await Managed(ApplicationPassword(graph)).create(applicationId=application.resource_id, endDate=END)


async def test_life_has_the_recorded_calls(http, password):
    assert shape(http.calls()) == [
        "GET /v1.0/applications/ID",
        "POST /v1.0/applications/ID/addPassword",
        *["GET /v1.0/applications/ID"] * 5,
    ]
    assert await password.refresh()
    assert shape(http.calls()) == ["GET /v1.0/applications/ID"]
    await password.delete()
    assert http.sent[0][2] == {"keyId": password.outputs["keyId"]}
    assert shape(http.calls()) == [
        "POST /v1.0/applications/ID/removePassword",
        *["GET /v1.0/applications/ID"] * 5,
    ]


async def test_request_holds_what_the_program_says(graph, http, application):
    await Managed(ApplicationPassword(graph)).create(
        applicationId=application.resource_id, displayName="one", startDate="2026-01-01T00:00:00Z", endDate=END
    )
    assert http.sent[1][2] == {
        "passwordCredential": {"displayName": "one", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": END}
    }


async def test_value_is_the_secret_that_signs_in(store, application, password, make_graph_client):
    credential = read_state(store)["applications"][application.outputs["objectId"]]["passwordCredentials"][0]
    assert password.resource_id == f"{application.outputs['objectId']}/password/{credential['keyId']}"
    assert password.outputs["value"].startswith(credential["hint"])
    assert password.outputs["endDate"] == END
    assert "value" in ApplicationPassword.secret_properties
    await password.refresh()
    assert password.outputs["value"].startswith(credential["hint"])


async def test_default_lifetime_is_two_years_and_never_a_difference(graph, application):
    thing = await Managed(ApplicationPassword(graph)).create(applicationId=application.resource_id)
    start, end = thing.outputs["startDate"], thing.outputs["endDate"]
    assert int(end[:4]) - int(start[:4]) == 2
    await thing.refresh()
    assert await thing.plan(applicationId=application.resource_id) == {}


async def test_relative_end_date_is_taken_and_ignored(graph, application):
    thing = await Managed(ApplicationPassword(graph)).create(
        applicationId=application.resource_id, endDateRelative="24h"
    )
    assert int(thing.outputs["endDate"][:4]) - int(thing.outputs["startDate"][:4]) == 2
    await thing.refresh()
    assert await thing.plan(applicationId=application.resource_id, endDateRelative="24h") == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"displayName": "other"},
        {"endDate": "2091-01-01T00:00:00Z"},
        {"startDate": "2026-01-01T00:00:00Z"},
        {"endDateRelative": "24h", "endDate": None},
        {"applicationId": "/applications/00000000-0000-4000-8000-000000000000"},
    ],
)
async def test_every_input_replaces(password, changed):
    program = {"applicationId": password.inputs["applicationId"], "endDate": END, **changed}
    plan = await password.plan(**program)
    assert plan == {next(iter(changed)): "replace"}


async def test_rotation_trigger_replaces_when_it_changes(graph, application):
    base = {"applicationId": application.resource_id}
    thing = await Managed(ApplicationPassword(graph)).create(**base, rotateWhenChanged={"month": "1"})
    await thing.refresh()
    assert await thing.plan(**base, rotateWhenChanged={"month": "1"}) == {}
    assert await thing.plan(**base, rotateWhenChanged={"month": "2"}) == {"rotateWhenChanged.month": "replace"}


async def test_end_date_in_another_spelling_differs_at_the_next_preview(graph, application):
    program = {"applicationId": application.resource_id, "endDate": "2090-01-01T01:00:00+01:00"}
    thing = await Managed(ApplicationPassword(graph)).create(**program)
    assert thing.outputs["endDate"] == END
    assert await thing.plan(**program) == {"endDate": "replace"}


async def test_removed_password_is_gone_at_refresh_and_undeletable(store, application, password):
    change(store, lambda state: remove_secret(state, application.outputs["clientId"]))
    with pytest.raises(OperatorError, match="No password credential found with keyId"):
        await password.delete()
    assert not await password.refresh()


async def test_password_of_a_deleted_application_is_gone_at_refresh(store, password):
    change(store, lambda state: state["applications"].clear())
    assert not await password.refresh()


async def test_import_is_not_supported(graph, password):
    with pytest.raises(OperatorError, match="does not support import"):
        await Managed(ApplicationPassword(graph)).adopt(password.resource_id)


async def test_slow_replica_is_looked_at_until_it_shows_the_key(graph, store, clock, application):
    change(store, lambda state: state["settings"]["lag"].update(graphRead=30))
    clock.then = lambda: change(store, lambda state: state["clock"].update(ahead_seconds=10 * len(clock.waits)))
    thing = await Managed(ApplicationPassword(graph)).create(applicationId=application.resource_id)
    assert len(clock.waits) == 3
    assert await thing.refresh()


async def test_policy_of_the_tenant_is_told(graph, store, application):
    def block(state):
        for tenant in state["tenants"].values():
            tenant["_policies"]["passwordAdditionBlocked"] = True

    change(store, block)
    with pytest.raises(OperatorError, match="CredentialTypeNotAllowedAsPerAppPolicy"):
        await Managed(ApplicationPassword(graph)).create(applicationId=application.resource_id)


@pytest.mark.parametrize(
    ("changed", "name", "reason"),
    [
        ({"applicationId": None}, "applicationId", 'The argument "application_id" is required'),
        ({"applicationId": "00000000-0000-4000-8000-000000000000"}, "applicationId", "/applications/<object ID>"),
        ({"endDate": "2090-01-01"}, "endDate", 'expected "end_date" to be a valid RFC3339 date'),
        ({"endDate": "2090-02-30T00:00:00Z"}, "endDate", 'expected "end_date" to be a valid RFC3339 date'),
        ({"startDate": "now"}, "startDate", 'expected "start_date" to be a valid RFC3339 date'),
        ({"endDateRelative": "24h"}, "endDate", "conflicts with end_date_relative"),
        ({"keepers": {}}, "keepers", "Invalid or unknown key"),
    ],
)
async def test_check_refuses(graph, changed, name, reason):
    program = {"applicationId": "/applications/00000000-0000-4000-8000-000000000000", "endDate": END, **changed}
    failures = await Managed(ApplicationPassword(graph)).failures(**program)
    assert list(failures) == [name]
    assert reason in failures[name]
