"""Sign-in with the token of a cluster's service account: as a managed identity, and as an application."""

import time

import httpx
import jwt
import pytest

from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.world.cluster_issuers import (
    issuer_url,
    key_id,
    service_account_token,
    signing_key_pem,
    switch_on,
)
from crosstenant.sandbox.world.drift import CLUSTERS, application, resource
from crosstenant.sandbox.world.managed_identities import CREDENTIALS, create
from crosstenant.sandbox.world.open_questions import NO_FEDERATED_RECORD_CODE
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_TENANT,
    FEDERATION_AUDIENCE,
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
    IDENTITY_GROUP,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.signing_keys import new_signing_key, private_key
from tests.both_answers import both_answers
from tests.sandbox.test_entra_sign_in import ASSERTION, refusal

ACR = "https://containerregistry.azure.net"
SUBJECT = "system:serviceaccount:crosstenant-pull:pull-refresher"


class World:
    """An identity of the registry tenant that trusts the cluster with an issuer."""

    def __init__(self, store, client):
        self.store = store
        self.client = client
        with store.change() as state:
            self.identity = create(state, IDENTITY_GROUP, "pull", "westeurope")
            self.client_id = self.identity["properties"]["clientId"]
            self.cluster = resource(state, CLUSTERS, "aks-managed")
            self.issuer = issuer_url(self.cluster)
            signing_key_pem(state, self.cluster)
        self.trust()

    def trust(self, **changed):
        given = {"issuer": self.issuer, "subject": SUBJECT, "audiences": [FEDERATION_AUDIENCE], **changed}
        with self.store.change() as state:
            state["resources"][self.identity["id"].lower()][CREDENTIALS] = [{"name": "aks-managed", **given}]

    def token(self, account="pull-refresher", namespace="crosstenant-pull", **given):
        with self.store.read() as state:
            return service_account_token(state, resource(state, CLUSTERS, "aks-managed"), namespace, account, **given)

    async def sign_in(self, assertion, tenant=REGISTRY_TENANT, resource=ACR, **changed):
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_assertion": assertion,
            "client_assertion_type": ASSERTION,
            "scope": f"{resource}/.default",
            **changed,
        }
        return await self.client.post(f"/{tenant}/oauth2/v2.0/token", data=form)


@pytest.fixture
async def world(store, client_for):
    async with client_for("login") as client:
        yield World(store, client)


@pytest.mark.parametrize(
    ("resource", "audience"), [(ACR, ACR), ("https://management.azure.com", "https://management.azure.com/")]
)
async def test_identity_signs_in_with_a_token_of_the_cluster(world, resource, audience):
    answer = await world.sign_in(world.token(), resource=resource)
    assert answer.status_code == 200, answer.text
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert (claims["aud"], claims["tid"]) == (audience, REGISTRY_TENANT)
    assert claims["oid"] == world.identity["properties"]["principalId"]
    assert claims["appid"] == world.client_id


@pytest.mark.parametrize("tenant", [CLUSTER_TENANT, "contoso.onmicrosoft.com"])
async def test_identity_is_unknown_in_another_tenant(world, tenant):
    assert refusal(await world.sign_in(world.token(), tenant=tenant)) == (400, "unauthorized_client", "AADSTS700016")


async def test_identity_has_no_secret(world):
    answer = await world.sign_in("", client_secret="guess")
    assert refusal(answer) == (401, "invalid_client", "AADSTS7000215")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"account": "another"}, "AADSTS700213"),
        ({"namespace": "another"}, "AADSTS700213"),
        ({"audience": "api://AzureCRTokenExchange"}, "AADSTS700212"),
    ],
)
async def test_refusal_says_what_differs(world, given, code):
    assert refusal(await world.sign_in(world.token(**given))) == (401, "invalid_client", code)


@pytest.mark.parametrize("changed", ["slash", "case", "other"])
async def test_issuer_is_compared_to_the_letter(world, changed):
    issuer = {"slash": world.issuer.rstrip("/"), "case": world.issuer.upper(), "other": f"{world.issuer}x/"}[changed]
    world.trust(issuer=issuer)
    answer = await world.sign_in(world.token())
    assert refusal(answer) == (401, "invalid_client", "AADSTS700211")
    assert f"presented assertion issuer '{world.issuer}'" in answer.json()["error_description"]


async def test_another_clusters_issuer_is_not_trusted(world):
    with world.store.change() as state:
        other = resource(state, CLUSTERS, "aks-prod")
        switch_on(state, other)
        token = service_account_token(state, other, "crosstenant-pull", "pull-refresher")
    assert refusal(await world.sign_in(token))[2] == "AADSTS700211"


async def test_rebuilt_cluster_is_another_issuer(world):
    before = world.token()
    with world.store.change() as state:
        cluster = resource(state, CLUSTERS, "aks-managed")
        switch_on(state, cluster)
        after = service_account_token(state, cluster, "crosstenant-pull", "pull-refresher")
        issuer = issuer_url(cluster)
    assert refusal(await world.sign_in(after))[2] == "AADSTS700211"
    # The issuer before is gone with its cluster, so that nothing vouches for its tokens.
    assert refusal(await world.sign_in(before)) == (400, "invalid_request", "AADSTS90061")
    world.trust(issuer=issuer)
    assert (await world.sign_in(after)).status_code == 200


def forged(world, pem, kid=None):
    claims = jwt.decode(world.token(), options={"verify_signature": False})
    return jwt.encode(claims, private_key(pem), algorithm="RS256", headers={"kid": kid or key_id(pem)})


async def test_token_that_the_issuer_did_not_sign_is_refused(world):
    pem = new_signing_key()
    with world.store.change() as state:
        kid = key_id(signing_key_pem(state, resource(state, CLUSTERS, "aks-managed")))
        of_the_sandbox = federated_token(state, world.issuer, SUBJECT, FEDERATION_AUDIENCE)
    assert refusal(await world.sign_in(forged(world, pem, kid))) == (401, "invalid_client", "AADSTS700027")
    unknown = await world.sign_in(forged(world, pem))
    assert refusal(unknown) == (401, "invalid_client", "AADSTS7000272")
    assert f"metadata of identity provider {world.issuer}" in unknown.json()["error_description"]
    assert refusal(await world.sign_in(of_the_sandbox))[2] == "AADSTS7000272"


async def test_expired_token_is_refused_by_the_clock_of_the_machine(world):
    assert refusal(await world.sign_in(world.token(seconds=-600))) == (401, "invalid_client", "AADSTS700024")
    # A cluster signs by the machine's clock, also while the sandbox's is ahead.
    with world.store.change() as state:
        state["clock"]["ahead_seconds"] = 5 * 3600
    answer = await world.sign_in(world.token())
    assert answer.status_code == 200
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["exp"] > time.time() + 5 * 3600


async def test_new_credential_is_known_after_the_lag(world):
    with world.store.change() as state:
        (credential,) = state["resources"][world.identity["id"].lower()][CREDENTIALS]
        credential["_usable_at"] = time.time() + 60
    assert refusal(await world.sign_in(world.token()))[2] == "AADSTS700211"
    with world.store.change() as state:
        state["clock"]["ahead_seconds"] = 61
    assert (await world.sign_in(world.token())).status_code == 200


async def test_identity_without_a_service_principal_is_unknown(world):
    with world.store.change() as state:
        state["servicePrincipals"][world.identity["properties"]["principalId"]]["_usable_at"] = time.time() + 60
    assert refusal(await world.sign_in(world.token()))[2] == "AADSTS700016"


@both_answers(NO_FEDERATED_RECORD_CODE)
async def test_assertion_without_a_matching_record(world, given_answers):
    answer = await world.sign_in(world.token(account="another"))
    if given_answers[NO_FEDERATED_RECORD_CODE] == "AADSTS70021":
        assert refusal(answer) == (400, "invalid_request", "AADSTS70021")
        assert "Assertion Subject: 'system:serviceaccount:crosstenant-pull:another'" in answer.text
    else:
        assert refusal(answer) == (401, "invalid_client", "AADSTS700213")


async def test_application_signs_in_with_a_token_of_the_cluster(world):
    with world.store.change() as state:
        credentials = application(state, CLUSTER_CALLER_ID)[CREDENTIALS]
        credentials.append({**credentials[0], "issuer": world.issuer, "subject": SUBJECT, "name": "aks"})
        pipeline = federated_token(state, GITHUB_ISSUER, GITHUB_SUBJECT, FEDERATION_AUDIENCE)
    as_application = {"client_id": CLUSTER_CALLER_ID, "tenant": CLUSTER_TENANT}
    assert (await world.sign_in(world.token(), **as_application)).status_code == 200
    assert refusal(await world.sign_in(world.token("x"), **as_application))[2] == "AADSTS700213"
    assert (await world.sign_in(pipeline, **as_application)).status_code == 200


def test_running_entra_asks_the_issuer_over_the_network(running):
    with running.store.change() as state:
        identity = create(state, IDENTITY_GROUP, "pull", "westeurope")
        cluster = resource(state, CLUSTERS, "aks-managed")
        issuer = issuer_url(cluster) or ""
        trust = {"issuer": issuer, "subject": SUBJECT, "audiences": [FEDERATION_AUDIENCE]}
        identity[CREDENTIALS].append({"name": "aks", **trust})
        token = service_account_token(state, cluster, "crosstenant-pull", "pull-refresher")
    form = {
        "grant_type": "client_credentials",
        "client_id": identity["properties"]["clientId"],
        "client_assertion": token,
        "client_assertion_type": ASSERTION,
        "scope": f"{ACR}/.default",
    }
    with httpx.Client(proxy=running.url, verify=running.tls) as client:
        url = f"https://login.microsoftonline.com/{REGISTRY_TENANT}/oauth2/v2.0/token"
        assert client.post(url, data=form).status_code == 200
        path = issuer.split(".com")[1]
        assert [(one["service"], one["path"]) for one in running.requests] == [
            ("issuer", f"{path}.well-known/openid-configuration"),
            ("issuer", f"{path}openid/v1/jwks"),
            ("login", f"/{REGISTRY_TENANT}/oauth2/v2.0/token"),
        ]
        for fault in ({"drop": True}, {"status": 503}):
            with running.store.change() as state:
                state["faults"] = [{"id": "x", "service": "issuer", "times": -1, **fault}]
            assert refusal(client.post(url, data=form)) == (400, "invalid_request", "AADSTS90061")
        with running.store.change() as state:
            state["faults"] = []
        assert client.post(url, data=form).status_code == 200
