"""The clusters' OIDC issuers: who has one, what its host serves, and the tokens that it vouches for."""

from typing import Any

import httpx
import jwt
import pytest

from crosstenant.sandbox.issuers.app import make_app
from crosstenant.sandbox.world.cluster_issuers import issuer_url, service_account_token, signing_key_pem
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_GROUP,
    CLUSTER_TENANT,
    FEDERATION_AUDIENCE,
    MANAGED_IDENTITY_CLUSTER,
)
from tests.sandbox.arm_world import Arm, Json, message, refusal

NEW = f"{CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-new"


@pytest.fixture
async def internet(store):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(store))) as client:
        yield client


@pytest.fixture
def address(store) -> str:
    with store.read() as state:
        return issuer_url(resource(state, CLUSTERS, MANAGED_IDENTITY_CLUSTER)) or ""


def new_cluster(**properties: Any) -> Json:
    pools = [{"name": "system", "count": 1, "mode": "System"}]
    identity = {"type": "SystemAssigned"}
    return {
        "location": "North Europe",
        "identity": identity,
        "properties": {"dnsPrefix": "new", "agentPoolProfiles": pools, **properties},
    }


async def test_issuer_serves_discovery_and_the_key_that_verifies_its_tokens(store, internet, address):
    assert address.startswith(f"https://westeurope.oic.prod-aks.azure.com/{CLUSTER_TENANT}/")
    assert address.endswith("/")
    document = (await internet.get(f"{address}.well-known/openid-configuration")).json()
    assert document["issuer"] == address
    assert document["jwks_uri"] == f"{address}openid/v1/jwks"
    (key,) = (await internet.get(document["jwks_uri"])).json()["keys"]
    with store.read() as state:
        token = service_account_token(state, resource(state, CLUSTERS, "aks-managed"), "apps", "puller")
    claims = jwt.decode(token, jwt.PyJWK(key).key, algorithms=["RS256"], audience=FEDERATION_AUDIENCE, issuer=address)
    assert claims["sub"] == "system:serviceaccount:apps:puller"
    assert jwt.get_unverified_header(token)["kid"] == key["kid"]


async def test_key_is_made_once_and_survives_a_reset(store, internet, address):
    first = (await internet.get(f"{address}openid/v1/jwks")).json()
    store.reset()
    assert (await internet.get(f"{address}openid/v1/jwks")).json() == first
    with store.change() as state:
        assert "PRIVATE KEY" in signing_key_pem(state, resource(state, CLUSTERS, "aks-managed"))


@pytest.mark.parametrize("path", ["openid-configuration", ".well-known/openid-configuration/", "openid/v1/keys"])
async def test_other_addresses_of_an_issuer_do_not_exist(internet, address, path):
    assert (await internet.get(f"{address}{path}", follow_redirects=False)).status_code in (307, 404)


async def test_cluster_without_an_issuer_has_no_key_and_no_address(store, internet, address):
    with store.change() as state:
        off = resource(state, CLUSTERS, CLUSTER)
        assert issuer_url(off) is None
        with pytest.raises(LookupError, match="cluster aks-prod has no OIDC issuer: it is off"):
            signing_key_pem(state, off)
    other = address.rstrip("/")[:-4] + "0000/"
    for path in (".well-known/openid-configuration", "openid/v1/jwks"):
        answer = await internet.get(f"{other}{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NotFound")


def test_issuer_is_switched_on_by_a_put_and_never_off(arm: Arm):
    assert arm.get(CLUSTER).json()["properties"]["oidcIssuerProfile"] == {"enabled": False}
    on = {"location": "westeurope", "properties": {"oidcIssuerProfile": {"enabled": True}}}
    switched = arm.put(CLUSTER, on).json()["properties"]["oidcIssuerProfile"]
    assert switched["enabled"] is True
    assert switched["issuerURL"].startswith(f"https://westeurope.oic.prod-aks.azure.com/{CLUSTER_TENANT}/")
    arm.pass_time(5)
    off = {"location": "westeurope", "properties": {"oidcIssuerProfile": {"enabled": False}}}
    answer = arm.put(CLUSTER, off)
    assert refusal(answer) == (400, "OIDCIssuerFeatureCannotBeDisabled")
    assert message(answer) == "OIDC issuer feature cannot be disabled."
    assert arm.put(CLUSTER, {"location": "westeurope"}).status_code == 200
    assert arm.get(CLUSTER).json()["properties"]["oidcIssuerProfile"] == switched


@pytest.mark.parametrize(
    ("properties", "enabled"),
    [
        ({}, True),
        ({"kubernetesVersion": "1.34.2"}, True),
        ({"kubernetesVersion": "1.33.1"}, False),
        ({"kubernetesVersion": "1.33.1", "oidcIssuerProfile": {"enabled": True}}, True),
        ({"oidcIssuerProfile": {"enabled": False}}, False),
    ],
)
def test_new_cluster_has_an_issuer_from_kubernetes_134_on_unless_told_otherwise(
    arm: Arm, properties: Json, enabled: bool
):
    profile = arm.put(NEW, new_cluster(**properties)).json()["properties"]["oidcIssuerProfile"]
    assert profile["enabled"] is enabled
    if enabled:
        assert profile["issuerURL"].startswith(f"https://northeurope.oic.prod-aks.azure.com/{CLUSTER_TENANT}/")


def test_two_clusters_have_two_issuers_and_two_keys(store, arm: Arm):
    arm.put(NEW, new_cluster())
    with store.change() as state:
        one, other = (resource(state, CLUSTERS, name) for name in ("aks-managed", "aks-new"))
        assert issuer_url(one) != issuer_url(other)
        assert signing_key_pem(state, one) != signing_key_pem(state, other)


def test_running_sandbox_serves_issuers_under_their_own_names(running):
    with running.store.read() as state:
        found = issuer_url(resource(state, CLUSTERS, "aks-managed"))
    with httpx.Client(proxy=running.url, verify=running.tls) as client:
        answer = client.get(f"{found}.well-known/openid-configuration")
        assert answer.json()["issuer"] == found
        with running.store.change() as state:
            state["faults"].append({"id": "x", "service": "issuer", "times": 1, "drop": True})
        with pytest.raises(httpx.HTTPError):
            client.get(f"{found}.well-known/openid-configuration")
    assert [one["service"] for one in running.requests] == ["issuer", "issuer"]
