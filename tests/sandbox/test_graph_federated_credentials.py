"""Federated credentials of applications at Microsoft Graph: changed, limited, and known to sign-in after a lag."""

import pytest

from crosstenant.model.matched_texts.identity_texts import APPLICATION_CREDENTIAL_TWICE
from crosstenant.sandbox.world.drift import application
from crosstenant.sandbox.world.managed_identities import CREDENTIALS
from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID
from crosstenant.sandbox.world.state import now
from tests.sandbox.directory_world import set_lag

BODY = {"name": "aks", "issuer": "https://i.example/", "subject": "s", "audiences": ["api://x"]}


@pytest.fixture
async def caller(graph_caller):
    return graph_caller(CLUSTER_CALLER_ID)


@pytest.fixture
async def made(caller):
    return await caller.application()


@pytest.fixture
def path(made):
    return f"/applications/{made['id']}/federatedIdentityCredentials"


async def test_everything_but_the_name_changes(caller, path):
    added = await caller.post(path, BODY, status=201)
    changes = {"issuer": "https://j.example/", "subject": "t", "audiences": ["api://y"], "description": "d"}
    await caller.patch(f"{path}/{added['id']}", {**changes, "name": "other"}, status=204)
    found = await caller.get(f"{path}/{added['id']}")
    assert {name: found[name] for name in (*changes, "name")} == {**changes, "name": "aks"}


async def test_issuer_and_subject_exist_once_per_application(caller, path):
    await caller.post(path, BODY, status=201)
    other = await caller.post(path, {**BODY, "name": "other", "subject": "t"}, status=201)
    refused = await caller.post(path, {**BODY, "name": "third"}, status=400)
    assert refused["code"] == "InvalidFederatedIdentityCredentialValue"
    assert APPLICATION_CREDENTIAL_TWICE.is_in(refused["message"])
    await caller.patch(f"{path}/{other['id']}", {"subject": "s"}, status=400)
    await caller.patch(f"{path}/{other['id']}", {"subject": "t"}, status=204)


@pytest.mark.parametrize("audiences", [["a", "b"], "a", [], [""], ["a" * 601]])
async def test_exactly_one_audience_is_taken(caller, path, audiences):
    refused = await caller.post(path, {**BODY, "audiences": audiences}, status=400)
    assert "audiences" in refused["message"]
    assert (await caller.get(path))["value"] == []


@pytest.mark.parametrize(
    ("wrong", "code", "named"),
    [
        ({"name": "main/branch"}, "InvalidFederatedIdentityCredentialValue", "Name value"),
        ({"name": "two words"}, "InvalidFederatedIdentityCredentialValue", "Name value"),
        ({"name": "n" * 121}, "InvalidFederatedIdentityCredentialValue", "Name value"),
        ({"issuer": "not an address"}, "Request_BadRequest", "'issuer'"),
        ({"issuer": "https://[bad/"}, "Request_BadRequest", "'issuer'"),
        ({"issuer": f"https://i.example/{'x' * 600}"}, "Request_BadRequest", "'issuer'"),
        ({"subject": "s" * 601}, "Request_BadRequest", "'subject'"),
        ({"description": "d" * 601}, "Request_BadRequest", "'description'"),
        ({"nonsense": 1}, "Request_BadRequest", "'nonsense'"),
        ({"subject": None}, "Request_BadRequest", "'subject'"),
    ],
)
async def test_malformed_credential_is_refused_as_new_one_and_as_change(caller, path, wrong, code, named):
    refused = await caller.post(path, {**BODY, **wrong}, status=400)
    assert (refused["code"], named in refused["message"]) == (code, True)
    if "name" not in wrong:
        made = await caller.post(path, BODY)
        refused = await caller.patch(f"{path}/{made['id']}", wrong, status=400)
        assert (refused["code"], named in refused["message"]) == (code, True)


async def test_twenty_credentials_are_the_most(caller, path):
    for number in range(20):
        await caller.post(path, {**BODY, "name": f"n{number}", "subject": f"s{number}"}, status=201)
    await caller.post(path, {**BODY, "name": "n20", "subject": "s20"}, status=400)


async def test_new_credential_and_new_values_are_known_after_the_lag(caller, path, made, store):
    set_lag(store, federatedCredential=30)
    added = await caller.post(path, BODY, status=201)
    assert "_usable_at" not in added

    def usable_in() -> float:
        with store.read() as state:
            (credential,) = application(state, made["appId"])[CREDENTIALS]
            return credential["_usable_at"] - now(state)

    assert 0 < usable_in() <= 30
    set_lag(store, federatedCredential=90)
    await caller.patch(f"{path}/{added['id']}", {"subject": "t"}, status=204)
    assert 30 < usable_in() <= 90
