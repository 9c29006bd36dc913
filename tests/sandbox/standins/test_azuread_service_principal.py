"""The azuread stand-in's ServicePrincipal: at home and in another tenant, found, refused and waited for."""

import re
from types import SimpleNamespace

import pytest

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.interception import current_request
from crosstenant.sandbox.standins.azuread.application import Application
from crosstenant.sandbox.standins.azuread.service_principal import ServicePrincipal
from crosstenant.sandbox.world.seed import CLUSTER_TENANT, REGISTRY_TENANT
from tests.sandbox.standins.standin_world import Managed, change, read_state

READ = [
    "GET /v1.0/servicePrincipals/ID",
    "GET /beta/servicePrincipals/ID?$select=samlMetadataUrl",
    "GET /v1.0/servicePrincipals/ID/owners",
]


def shape(calls):
    return [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", call) for call in calls]


@pytest.fixture
async def client_id(graph, http):
    """The client ID of a fresh multi-tenant application of the cluster tenant."""
    made = await Managed(Application(graph)).create(displayName="pull", signInAudience="AzureADMultipleOrgs")
    http.sent.clear()
    return made.outputs["clientId"]


@pytest.fixture
async def abroad(make_graph_client):
    """Graph of the registry tenant."""
    return await make_graph_client("registry")


async def test_life_has_the_recorded_calls(abroad, http, client_id):
    thing = await Managed(ServicePrincipal(abroad)).create(clientId=client_id)
    assert shape(http.calls()) == [
        "GET /v1.0/servicePrincipals?$filter=appId%20eq%20'ID'",
        "POST /v1.0/servicePrincipals",
        "PATCH /v1.0/servicePrincipals/ID",
        "DELETE /v1.0/servicePrincipals/ID/owners/ID/$ref",
        *READ,
    ]
    assert await thing.refresh()
    assert shape(http.calls()) == READ
    await thing.update(clientId=client_id, notes="for pulls")
    assert shape(http.calls()) == ["PATCH /v1.0/servicePrincipals/ID", *READ]
    await thing.delete()
    assert shape(http.calls()) == [
        "DELETE /v1.0/servicePrincipals/ID",
        *["GET /v1.0/servicePrincipals/ID"] * 5,
    ]


async def test_outputs_name_the_home_tenant(abroad, client_id):
    thing = await Managed(ServicePrincipal(abroad)).create(clientId=client_id)
    assert thing.resource_id == f"/servicePrincipals/{thing.outputs['objectId']}"
    assert thing.outputs["applicationTenantId"] == CLUSTER_TENANT
    assert thing.outputs["clientId"] == client_id
    assert thing.outputs["accountEnabled"] is True
    assert thing.outputs["displayName"] == "pull"
    assert thing.outputs["type"] == "Application"
    assert thing.outputs["servicePrincipalNames"] == []
    assert thing.outputs["description"] == ""


async def test_description_and_owner_are_those_of_the_program(abroad, http, client_id):
    caller = (await abroad.claims())["oid"].upper()
    thing = await Managed(ServicePrincipal(abroad)).create(clientId=client_id, description="pulls", owners=[caller])
    assert thing.outputs["description"] == "pulls"
    [made] = [body for method, _, body in http.sent if method == "POST"]
    assert len(made["owners@odata.bind"]) == 1


async def test_nothing_changes_without_a_change(abroad, client_id):
    thing = await Managed(ServicePrincipal(abroad)).create(clientId=client_id)
    await thing.refresh()
    assert await thing.plan(clientId=client_id) == {}
    assert await thing.plan(clientId="00000000-0000-4000-8000-000000000000") == {"clientId": "replace"}


async def test_disabled_account_shows_and_is_enabled_again(abroad, store, client_id):
    thing = await Managed(ServicePrincipal(abroad)).create(clientId=client_id)
    object_id = thing.outputs["objectId"]
    change(store, lambda state: state["servicePrincipals"][object_id].update(accountEnabled=False))
    await thing.refresh()
    assert await thing.plan(clientId=client_id) == {"accountEnabled": "update"}
    await thing.update(clientId=client_id)
    assert read_state(store)["servicePrincipals"][object_id]["accountEnabled"] is True


async def test_owner_that_was_added_shows_unless_the_program_ignores_owners(abroad, store, client_id):
    thing = await Managed(ServicePrincipal(abroad)).create(clientId=client_id)
    stranger = "b0000000-0000-4000-8000-0000000000d3"
    change(store, lambda state: state["servicePrincipals"][thing.outputs["objectId"]]["_owners"].append(stranger))
    await thing.refresh()
    assert await thing.plan(clientId=client_id, notes="new") == {"owners": "update", "notes": "update"}
    token = current_request.set(SimpleNamespace(ignoreChanges=["owners"]))
    assert await thing.plan(clientId=client_id, notes="new") == {"notes": "update"}
    current_request.reset(token)


async def test_deleted_service_principal_is_gone_at_refresh(abroad, store, client_id):
    thing = await Managed(ServicePrincipal(abroad)).create(clientId=client_id)
    change(store, lambda state: state["servicePrincipals"].pop(thing.outputs["objectId"]))
    assert not await thing.refresh()


async def test_import_reads_the_client_id_back(abroad, client_id):
    made = await Managed(ServicePrincipal(abroad)).create(clientId=client_id)
    found = await Managed(ServicePrincipal(abroad)).adopt(made.resource_id)
    assert found.inputs["clientId"] == client_id
    assert await found.plan(clientId=client_id) == {}


async def test_existing_service_principal_needs_an_import(abroad, client_id):
    made = await Managed(ServicePrincipal(abroad)).create(clientId=client_id)
    with pytest.raises(OperatorError, match="needs to be imported into the State") as caught:
        await Managed(ServicePrincipal(abroad)).create(clientId=client_id.upper())
    # The object ID alone, although the resource's own ID has a path.
    object_id = made.resource_id.removeprefix("/servicePrincipals/")
    assert f'A resource with the ID "{object_id}" already exists: To be managed' in str(caught.value)


async def test_use_existing_patches_everything_and_deletes_it_in_the_end(abroad, store, http, client_id):
    made = await Managed(ServicePrincipal(abroad)).create(clientId=client_id, notes="theirs")
    object_id = made.outputs["objectId"]
    change(store, lambda state: state["servicePrincipals"][object_id].update(accountEnabled=False))
    http.sent.clear()
    taken = await Managed(ServicePrincipal(abroad)).create(clientId=client_id, useExisting=True)
    assert shape(http.calls())[:2] == [
        "GET /v1.0/servicePrincipals?$filter=appId%20eq%20'ID'",
        "PATCH /v1.0/servicePrincipals/ID",
    ]
    found = read_state(store)["servicePrincipals"][object_id]
    assert (found["accountEnabled"], found["notes"]) == (True, None)
    assert taken.outputs["useExisting"] is True
    await taken.refresh()
    assert await taken.plan(clientId=client_id, useExisting=True) == {}
    await taken.delete()
    assert object_id not in read_state(store)["servicePrincipals"]


async def test_single_tenant_application_looks_like_a_hang(graph, abroad, clock):
    home = await Managed(Application(graph)).create(displayName="home")
    with pytest.raises(OperatorError, match="does not reference a valid application object"):
        await Managed(ServicePrincipal(abroad)).create(clientId=home.outputs["clientId"])
    assert 479 < sum(clock.waits) <= 540


async def test_owned_rights_look_like_a_hang_in_another_tenant(make_graph_client, store, clock, client_id):
    def own(state):
        for one in state["servicePrincipals"].values():
            if one["_tenant"] == REGISTRY_TENANT:
                one["_graph_permissions"] = ["Application.ReadWrite.OwnedBy"]

    change(store, own)
    owned = await make_graph_client("registry")
    with pytest.raises(OperatorError, match="must in the local tenant"):
        await Managed(ServicePrincipal(owned)).create(clientId=client_id)
    assert 479 < sum(clock.waits) <= 540


async def test_new_application_is_waited_for(graph, abroad, store, clock):
    made = await Managed(Application(graph)).create(displayName="pull")
    object_id = made.outputs["objectId"]

    def audience_arrives():
        if len(clock.waits) == 3:
            change(store, lambda state: state["applications"][object_id].update(signInAudience="AzureADMultipleOrgs"))

    clock.then = audience_arrives
    thing = await Managed(ServicePrincipal(abroad)).create(clientId=made.outputs["clientId"])
    assert clock.waits == [1, 2, 4]
    assert await thing.refresh()


@pytest.mark.parametrize(
    ("program", "name", "reason"),
    [
        ({}, "clientId", 'The argument "client_id" is required'),
        ({"clientId": "app"}, "clientId", "valid UUID"),
        ({"preferredSingleSignOnMode": "none"}, "preferredSingleSignOnMode", "to be one of"),
        ({"accountEnabled": "yes"}, "accountEnabled", "expected type 'boolean'"),
        ({"applicationId": "x"}, "applicationId", "Invalid or unknown key"),
        ({"featureTags": [{"hide": True}]}, "featureTags", "not served"),
    ],
)
async def test_check_refuses(graph, program, name, reason):
    given = {"clientId": CLUSTER_TENANT, **program} if program else {}
    failures = await Managed(ServicePrincipal(graph)).failures(**given)
    assert list(failures) == [name]
    assert reason in failures[name]
