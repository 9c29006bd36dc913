"""The package's own clients in US Government and China, against the sandbox; and in the wrong cloud."""

from __future__ import annotations

import pytest

from crosstenant.azure.registries.lookup import read_registry
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import CLOUDS, PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret, Credential, OidcToken
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.check_sign_in import CheckSignIn
from crosstenant.plugin.functions.get_cluster import GetCluster
from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world import clouds, seed
from crosstenant.sandbox.world.open_questions import CHINA_ELSEWHERE, OpenQuestion
from crosstenant.sandbox.world.state import Store
from tests.both_answers import both_answers
from tests.fakes import Terminal, as_log

CALLER = ClientSecret(seed.REGISTRY_CALLER_ID, seed.REGISTRY_CALLER_SECRET)


async def sign_in(cloud: str, credentials: Credential = CALLER) -> tuple[str, str]:
    tenant = Tenant(seed.REGISTRY_TENANT, CLOUDS[cloud], credentials)
    answer = await CheckSignIn(Context(tenant, as_log(Terminal()))).answer({})
    await tenant.aclose()
    return answer["argument"], answer["problem"]


def test_the_package_and_the_sandbox_have_the_same_hosts():
    # Each has its own list, so that neither repeats the other's mistakes.
    assert {
        it.name: (it.login_host, it.graph_host, it.arm_host, (it.registry_suffix,)) for it in clouds.CLOUDS.values()
    } == {it.name: (it.login_host, it.graph_host, it.arm_host, it.registry_suffixes) for it in CLOUDS.values()}


@pytest.mark.parametrize(
    ("here", "there", "argument", "cause"),
    [
        ("usgovernment", "public", "environment", "the tenant is in another cloud"),
        ("public", "usgovernment", "environment", "the tenant is in another cloud"),
    ],
)
async def test_tenant_of_another_cloud_is_refused_by_name(
    store: Store, here: str, there: str, argument: str, cause: str
):
    open_store(store.path, here).reset()
    assert await sign_in(here) == ("", "")
    found, problem = await sign_in(there)
    assert found == argument
    assert cause in problem
    assert "environment (public, usgovernment or china)" in problem


@pytest.mark.parametrize(("here", "there"), [("china", "public"), ("public", "china")])
@both_answers(CHINA_ELSEWHERE)
async def test_tenant_in_china_or_of_another_cloud_in_china_is_refused_by_name(
    store: Store, given_answers: dict[OpenQuestion, str], here: str, there: str
):
    open_store(store.path, here).reset()
    with store.change() as state:
        for question, answer in given_answers.items():
            question.put(state, answer)
    assert await sign_in(here) == ("", "")
    found, problem = await sign_in(there)
    named = {
        "other_cloud": ("environment", "the tenant is in another cloud"),
        "no_tenant": ("tenantId", "there is no such tenant in this cloud"),
    }
    argument, cause = named[given_answers[CHINA_ELSEWHERE]]
    assert found == argument
    assert cause in problem
    assert "environment (public, usgovernment or china)" in problem


@pytest.mark.parametrize("cloud", ["usgovernment", "china"])
async def test_federated_token_needs_the_audience_of_the_credential(store: Store, cloud: str):
    open_store(store.path, cloud).reset()

    def token(audience: str) -> OidcToken:
        with store.read() as state:
            text = federated_token(state, seed.GITHUB_ISSUER, seed.GITHUB_SUBJECT, audience)
        return OidcToken(seed.REGISTRY_CALLER_ID, text)

    assert await sign_in(cloud, token(clouds.CLOUDS[cloud].federation_audience)) == ("", "")
    argument, problem = await sign_in(cloud, token("api://AzureADTokenExchange"))
    assert argument == "oidcToken"
    assert "is for another audience than the OIDC token" in problem
    assert "set its audience to api://AzureADTokenExchange" in problem


async def test_registry_of_another_cloud_is_refused_before_a_secret_goes_there(store: Store):
    open_store(store.path, "usgovernment").reset()
    with store.change() as state:
        state["resources"][seed.REGISTRY.lower()]["properties"]["loginServer"] = "fabrikamimages.azurecr.cn"
    tenant = Tenant(seed.REGISTRY_TENANT, CLOUDS["usgovernment"], CALLER)
    with pytest.raises(OperatorError, match="set 'environment' of both tenants to 'china'"):
        await read_registry(tenant, seed.REGISTRY)
    await tenant.aclose()
    assert {it["host"] for it in requests(store)} == {"login.microsoftonline.us", "management.usgovcloudapi.net"}


@pytest.mark.parametrize("value", ["AZURE_CHINA_CLOUD", "AzureCloud"])
async def test_the_sdks_own_variable_for_the_cloud_is_not_read(
    inside: Store, monkeypatch: pytest.MonkeyPatch, value: str
):
    monkeypatch.setenv("AZURE_SDK_CLOUD_CONF", value)
    tenant = Tenant(seed.CLUSTER_TENANT, PUBLIC, ClientSecret(seed.CLUSTER_CALLER_ID, seed.CLUSTER_CALLER_SECRET))
    found = await GetCluster(Context(tenant, as_log(Terminal()))).answer({"clusterId": seed.CLUSTER})
    assert found["clusterId"] == seed.CLUSTER
    await tenant.aclose()
