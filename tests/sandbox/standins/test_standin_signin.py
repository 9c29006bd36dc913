"""Sign-in: once for requests that come at once, and without a client secret, by federated tokens in their forms."""

import asyncio
import base64
import json
import time

import pytest

from crosstenant.errors import OperatorError
from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.standins.azure_native.package import prepare
from crosstenant.sandbox.standins.azuread.package import sign_in
from crosstenant.sandbox.standins.http import Answer
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.world.open_questions import ASSERTION_WHITE_SPACE
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_SUBSCRIPTION,
    CLUSTER_TENANT,
    FEDERATION_AUDIENCE,
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
    REGISTRY_SUBSCRIPTION,
    REGISTRY_TENANT,
)
from tests.azure.az_double import Account, AzDouble
from tests.both_answers import both_answers
from tests.sandbox.standins.standin_world import credential, read_state

CALLER = {"tenantId": CLUSTER_TENANT, "clientId": CLUSTER_CALLER_ID, "useOidc": "true"}


@pytest.fixture
def token(store):
    return federated_token(read_state(store), GITHUB_ISSUER, GITHUB_SUBJECT, FEDERATION_AUDIENCE)


async def signed_in_as(http, config, environ=None):
    graph = await sign_in(Settings(config, environ or {}), http)
    arm = prepare(Settings({**config, "subscriptionId": "any"}, environ or {}), http)
    return (await graph.claims())["appid"], (await arm.claims())["appid"]


async def test_requests_that_come_at_once_share_one_sign_in(http, monkeypatch):
    answered, asked = http.send, []

    async def send(method, url, **rest):
        asked.append(url)
        await asyncio.sleep(0)
        return await answered(method, url, **rest)

    monkeypatch.setattr(http, "send", send)
    config = {**credential("registry", "caller"), "subscriptionId": REGISTRY_SUBSCRIPTION}
    arm = prepare(Settings(config, {}), http)
    await asyncio.gather(*(arm.claims() for _ in range(5)))
    assert asked == [f"https://login.microsoftonline.com/{REGISTRY_TENANT}/oauth2/v2.0/token"]


ANN = Account("ann@contoso.com", CLUSTER_SUBSCRIPTION, CLUSTER_TENANT, signs_in_to=(CLUSTER_TENANT,))
BOB = Account("bob@fabrikam.com", REGISTRY_SUBSCRIPTION, REGISTRY_TENANT, True, signs_in_to=(REGISTRY_TENANT,))


async def test_azure_cli_is_asked_by_tenant_for_azuread_and_by_subscription_for_azure_native(http, tmp_path):
    az = AzDouble(tmp_path, ANN, BOB)
    environ = {"PATH": str(tmp_path)}
    bob = {"tenantId": REGISTRY_TENANT, "subscriptionId": REGISTRY_SUBSCRIPTION}
    assert (await (await sign_in(Settings(bob, environ), http)).claims())["upn"] == BOB.name
    assert (await prepare(Settings(bob, environ), http).claims())["upn"] == BOB.name
    ann = {"tenantId": CLUSTER_TENANT, "subscriptionId": CLUSTER_SUBSCRIPTION}
    assert (await prepare(Settings(ann, environ), http).claims())["upn"] == ANN.name
    # The current account, which is of the other tenant.
    with pytest.raises(OperatorError, match=r"running Azure CLI: exit status 1: ERROR: AADSTS50020: .*bob@fabrikam"):
        await sign_in(Settings(ann, environ), http)
    assert az.asked == [
        f"--tenant {REGISTRY_TENANT}",
        f"--subscription {REGISTRY_SUBSCRIPTION}",
        f"--subscription {CLUSTER_SUBSCRIPTION}",
        f"--tenant {CLUSTER_TENANT}",
    ]


async def test_azuread_in_cloud_shell_takes_the_current_account_whatever_its_tenant(http, tmp_path):
    az = AzDouble(tmp_path, ANN, BOB)
    environ = {"PATH": str(tmp_path), "AZUREPS_HOST_ENVIRONMENT": "cloud-shell/1.0"}
    ann = {"tenantId": CLUSTER_TENANT, "subscriptionId": CLUSTER_SUBSCRIPTION}
    assert (await (await sign_in(Settings(ann, environ), http)).claims())["upn"] == BOB.name
    assert az.asked == [""]


async def test_azure_native_without_a_subscription_takes_the_current_account_whatever_its_tenant(http, tmp_path):
    AzDouble(tmp_path, ANN, BOB)
    arm = prepare(Settings({"tenantId": CLUSTER_TENANT}, {"PATH": str(tmp_path)}), http)
    assert (await arm.claims())["tid"] == REGISTRY_TENANT


async def test_federated_token_is_sent_as_assertion(http, token):
    assert await signed_in_as(http, {**CALLER, "oidcToken": token}) == (CLUSTER_CALLER_ID, CLUSTER_CALLER_ID)
    form = http.sent[0][2]
    assert form["client_assertion"] == token
    assert "client_secret" not in form


async def test_federated_token_may_be_in_a_file_or_a_variable(http, token, tmp_path):
    (tmp_path / "token").write_text(token)
    file = {**CALLER, "oidcTokenFilePath": str(tmp_path / "token")}
    assert await signed_in_as(http, file) == (CLUSTER_CALLER_ID, CLUSTER_CALLER_ID)
    variables = {"ARM_OIDC_TOKEN": token, "ARM_USE_OIDC": "true"}
    caller = {**CALLER, "useOidc": ""}
    assert await signed_in_as(http, caller, variables) == (CLUSTER_CALLER_ID, CLUSTER_CALLER_ID)


async def test_federated_token_may_be_asked_for(http, token, monkeypatch):
    asked = []
    connected = http.send

    async def send(method, url, **rest):
        if url.startswith("https://ci.example/"):
            asked.append((url, rest["headers"]["Authorization"]))
            return Answer(200, {}, f'{{"value": "{token}"}}')
        return await connected(method, url, **rest)

    monkeypatch.setattr(http, "send", send)
    config = {**CALLER, "oidcRequestUrl": "https://ci.example/?v=2", "oidcRequestToken": "bearer-of-ci"}
    assert await signed_in_as(http, config) == (CLUSTER_CALLER_ID, CLUSTER_CALLER_ID)
    assert asked[0] == ("https://ci.example/?v=2&audience=api%3A%2F%2FAzureADTokenExchange", "Bearer bearer-of-ci")


@both_answers(ASSERTION_WHITE_SPACE)
async def test_token_file_is_stripped_by_azuread_only(store, http, token, tmp_path, given_answers):
    (tmp_path / "token").write_text(f"{token}\n")
    file = {**CALLER, "oidcTokenFilePath": str(tmp_path / "token"), "subscriptionId": "any"}
    assert (await (await sign_in(Settings(file, {}), http)).claims())["appid"] == CLUSTER_CALLER_ID
    if given_answers[ASSERTION_WHITE_SPACE] == "accepted":
        assert (await prepare(Settings(file, {}), http).claims())["appid"] == CLUSTER_CALLER_ID
    else:
        with pytest.raises(OperatorError, match=r"ClientAssertionCredential authentication failed\. AADSTS50027"):
            await prepare(Settings(file, {}), http).claims()
    assert [form["client_assertion"] for _, _, form in http.sent] == [token, f"{token}\n"]


@pytest.mark.parametrize(
    "given", ["argument", "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"]
)
async def test_azuread_signs_in_with_a_service_connection(http, token, monkeypatch, given: str):
    asked = []
    connected = http.send

    async def send(method, url, **rest):
        if url.startswith("https://dev.azure.example/"):
            asked.append((method, url, rest["headers"]["Authorization"]))
            return Answer(200, {}, json.dumps({"oidcToken": token}))
        return await connected(method, url, **rest)

    monkeypatch.setattr(http, "send", send)
    config = {**CALLER, "oidcRequestUrl": "https://dev.azure.example/oidctoken", "oidcRequestToken": "of-the-job"}
    environ = {} if given == "argument" else {given: "connection"}
    if given == "argument":
        config["adoPipelineServiceConnectionId"] = "connection"
    graph = await sign_in(Settings(config, environ), http)
    assert (await graph.claims())["appid"] == CLUSTER_CALLER_ID
    assert asked == [
        (
            "POST",
            "https://dev.azure.example/oidctoken?api-version=7.1&serviceConnectionId=connection",
            "Bearer of-the-job",
        )
    ]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(401, {}, "who are you"), "adoPipelineAssertion: received HTTP status 401 with response: who are you"),
        (Answer(200, {}, "{}"), "nil JWT assertion received from ADOPipeline"),
    ],
)
async def test_service_connection_that_gives_no_token_is_an_error(http, monkeypatch, answer: Answer, message: str):
    async def send(*_, **__):
        return answer

    monkeypatch.setattr(http, "send", send)
    config = {**CALLER, "oidcRequestUrl": "https://job/", "oidcRequestToken": "bearer"}
    with pytest.raises(OperatorError, match=message):
        await sign_in(Settings({**config, "adoPipelineServiceConnectionId": "connection"}, {}), http)


async def test_azure_native_knows_no_service_connection(http, monkeypatch):
    asked = []

    async def send(method, url, **_):
        asked.append((method, url))
        return Answer(404, {}, "no")

    monkeypatch.setattr(http, "send", send)
    config = {**CALLER, "oidcRequestUrl": "https://job/", "oidcRequestToken": "bearer", "subscriptionId": "any"}
    environ = {"ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID": "connection"}
    with pytest.raises(OperatorError, match="GitHub OIDC: 404 with response: no"):
        await prepare(Settings(config, environ), http).claims()
    assert asked == [("GET", "https://job/?audience=api%3A%2F%2FAzureADTokenExchange")]


async def test_token_of_another_subject_is_refused(http, store):
    token = federated_token(read_state(store), GITHUB_ISSUER, "repo:evil/fork", FEDERATION_AUDIENCE)
    with pytest.raises(OperatorError, match="AADSTS700213"):
        await signed_in_as(http, {**CALLER, "oidcToken": token})


async def test_secret_beats_oidc_and_certificate_beats_both(http, token):
    secret = credential("cluster", "caller")["clientSecret"]
    both = {**CALLER, "oidcToken": token, "clientSecret": secret}
    await signed_in_as(http, both)
    assert http.sent[0][2]["client_secret"] == secret
    with pytest.raises(OperatorError, match=r"could not decode PKCS#12 archive: pkcs12: error reading P12 data"):
        await signed_in_as(http, {**both, "clientCertificate": base64.b64encode(b"nonsense").decode()})


async def test_token_is_kept_until_shortly_before_its_end(http, monkeypatch):
    graph = await sign_in(Settings(credential("cluster", "owner"), {}), http)
    await graph.claims()
    assert len(http.sent) == 1
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3500)
    await graph.claims()
    assert len(http.sent) == 2
