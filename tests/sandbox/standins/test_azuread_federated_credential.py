"""The azuread stand-in's ApplicationFederatedIdentityCredential."""

import re

import pytest

from crosstenant.errors import OperatorError
from crosstenant.model.matched_texts.identity_texts import APPLICATION_CREDENTIAL_EXISTS, APPLICATION_CREDENTIAL_TWICE
from crosstenant.sandbox.standins.azuread.application import Application
from crosstenant.sandbox.standins.azuread.application_federated_identity_credential import (
    ApplicationFederatedIdentityCredential,
)
from crosstenant.sandbox.standins.http import Answer
from tests.sandbox.standins.standin_world import Managed, change, read_state

TRUST = {
    "displayName": "aks-managed",
    "issuer": "https://westeurope.oic.prod-aks.azure.com/t/i/",
    "subject": "system:serviceaccount:a:b",
    "audiences": ["api://AzureADTokenExchange"],
}
PATH = "/v1.0/applications/ID/federatedIdentityCredentials"


def shape(calls):
    return [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", call) for call in calls]


@pytest.fixture
async def application(graph, http):
    made = await Managed(Application(graph)).create(displayName="pull", signInAudience="AzureADMultipleOrgs")
    http.sent.clear()
    return made


@pytest.fixture
async def credential(graph, application):
    made = Managed(ApplicationFederatedIdentityCredential(graph))
    return await made.create(applicationId=application.resource_id, **TRUST)


def kept(store, application):
    return read_state(store)["applications"][application.outputs["objectId"]]["_federatedIdentityCredentials"]


async def test_life_waits_until_graph_shows_each_change(http, store, application, credential):
    assert shape(http.calls()) == ["GET /v1.0/applications/ID", f"POST {PATH}", *[f"GET {PATH}/ID"] * 5]
    (found,) = kept(store, application)
    object_id = application.outputs["objectId"]
    assert credential.resource_id == f"{object_id}/federatedIdentityCredential/{found['id']}"
    assert credential.outputs["credentialId"] == found["id"]
    assert (found["name"], found["issuer"]) == ("aks-managed", TRUST["issuer"])
    assert await credential.refresh()
    assert shape(http.calls()) == [f"GET {PATH}/ID"]
    assert await credential.plan(applicationId=application.resource_id, **TRUST) == {}
    await credential.delete()
    assert shape(http.calls()) == [f"DELETE {PATH}/ID", *[f"GET {PATH}/ID"] * 5]
    assert kept(store, application) == []


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"displayName": "other"}, "replace"),
        ({"issuer": "https://x/"}, "update"),
        ({"subject": "s"}, "update"),
        ({"audiences": ["x"]}, "update"),
        ({"description": "d"}, "update"),
    ],
)
async def test_only_the_name_replaces(application, credential, changed, what):
    program = {**TRUST, **changed, "applicationId": application.resource_id}
    assert await credential.plan(**program) == dict.fromkeys(changed, what)


async def test_update_changes_it_in_place(store, application, credential):
    await credential.update(**{**TRUST, "subject": "other", "applicationId": application.resource_id})
    (found,) = kept(store, application)
    assert (found["subject"], found["issuer"]) == ("other", TRUST["issuer"])
    assert credential.outputs["subject"] == "other"


async def test_update_sends_no_name_and_empties_the_description(http, store, application, credential):
    await credential.update(**TRUST, description="for pulls", applicationId=application.resource_id)
    http.sent.clear()
    await credential.update(**TRUST, applicationId=application.resource_id)
    [(_, _, sent)] = [it for it in http.sent if it[0] == "PATCH"]
    assert (sent["description"], "name" in sent) == ("", False)
    assert kept(store, application)[0]["description"] == ""


async def test_application_that_a_replica_has_not_seen_is_waited_for(graph, http, application, clock, monkeypatch):
    send, unseen = http.send, [Answer(404, {}, '{"error": {"code": "Request_ResourceNotFound"}}')] * 2

    async def late(method, url, **given):
        return unseen.pop() if method == "POST" and unseen else await send(method, url, **given)

    monkeypatch.setattr(http, "send", late)
    await Managed(ApplicationFederatedIdentityCredential(graph)).create(applicationId=application.resource_id, **TRUST)
    assert clock.waits[:2] == [1, 2]


async def test_change_by_another_shows(store, application, credential):
    def drift(state):
        (found,) = state["applications"][application.outputs["objectId"]]["_federatedIdentityCredentials"]
        found["subject"] = "another"

    change(store, drift)
    assert await credential.refresh()
    assert await credential.plan(applicationId=application.resource_id, **TRUST) == {"subject": "update"}


async def test_deletion_of_one_that_is_gone_is_an_error(application, credential, store):
    object_id = application.outputs["objectId"]
    change(store, lambda state: state["applications"][object_id]["_federatedIdentityCredentials"].clear())
    with pytest.raises(OperatorError, match="Removing federated identity credential"):
        await credential.delete()
    assert not await credential.refresh()


async def test_same_issuer_and_subject_twice_is_refused_by_graph(graph, application, credential):
    another = Managed(ApplicationFederatedIdentityCredential(graph), name="another")
    with pytest.raises(OperatorError, match="Adding federated identity credential for Application ") as failed:
        await another.create(applicationId=application.resource_id, **{**TRUST, "displayName": "another"})
    assert APPLICATION_CREDENTIAL_TWICE.is_in(str(failed.value))


async def test_credential_of_a_name_that_exists_is_an_error_at_once(graph, application, credential, clock):
    clock.waits.clear()
    another = Managed(ApplicationFederatedIdentityCredential(graph), name="another")
    with pytest.raises(OperatorError) as failed:
        await another.create(applicationId=application.resource_id, **{**TRUST, "subject": "another"})
    assert APPLICATION_CREDENTIAL_EXISTS.is_in(str(failed.value))
    assert clock.waits == []
