"""``az login`` with each kind of credential, and what az shows afterwards."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpx
import pytest

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world import seed
from tests.clients.az.azure_cli import AzureCli

pytestmark = pytest.mark.large

LOGIN = f"login --service-principal --tenant {seed.CLUSTER_TENANT} --username {seed.CLUSTER_OWNER_ID}"


def test_account_is_the_tenants_subscription(cluster_owner: AzureCli):
    [listed] = cluster_owner.ok("account list --all")
    assert (listed["id"], listed["tenantId"]) == (seed.CLUSTER_SUBSCRIPTION, seed.CLUSTER_TENANT)
    assert (listed["name"], listed["isDefault"]) == ("Contoso Production", True)
    assert cluster_owner.ok("account show")["user"] == {"name": seed.CLUSTER_OWNER_ID, "type": "servicePrincipal"}
    token = cluster_owner.ok("account get-access-token")
    assert (token["tenant"], token["tokenType"]) == (seed.CLUSTER_TENANT, "Bearer")
    assert cluster_owner.ok("account list-locations --query '[].name'") == ["westeurope", "northeurope", "eastus"]


def test_tenant_may_be_named_by_its_domain(az: Callable[[], AzureCli]):
    [found] = az().sign_in("contoso.onmicrosoft.com", seed.CLUSTER_OWNER_ID, seed.CLUSTER_OWNER_SECRET)
    assert found["tenantId"] == seed.CLUSTER_TENANT


def test_certificate_signs_in(az: Callable[[], AzureCli], cluster_owner: AzureCli):
    made = cluster_owner.ok("ad sp create-for-rbac --name by-certificate --create-cert")
    path = made["fileWithCertAndPrivateKey"]
    login = f"login --service-principal --tenant {seed.CLUSTER_TENANT} --allow-no-subscriptions"
    [found] = az().ok(f"{login} --username {made['appId']} --certificate {path}")
    assert found["user"]["name"] == made["appId"]
    said = az().refused(f"{login} --username {seed.CLUSTER_OWNER_ID} --certificate {path}")
    assert "AADSTS700027" in said


def test_federated_token_signs_in(az: Callable[[], AzureCli], azure: Sandbox):
    token = federated_token(azure)
    assert [one["id"] for one in az().ok(f"{LOGIN} --federated-token {token}")] == [seed.CLUSTER_SUBSCRIPTION]
    assert "AADSTS" in az().refused(f"{LOGIN} --federated-token {token[:-8]}AAAAAAAA")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("--password wrong", "AADSTS7000215"),
        (f"--password {seed.CLUSTER_OWNER_SECRET} --tenant {seed.REGISTRY_TENANT}", "AADSTS700016"),
        (f"--password {seed.CLUSTER_OWNER_SECRET} --tenant fabricated.onmicrosoft.com", "AADSTS90002"),
    ],
)
def test_wrong_sign_in_is_refused_in_entras_words(az: Callable[[], AzureCli], options: str, code: str):
    assert code in az().refused(f"{LOGIN} {options}")


def test_caller_signs_out(az: Callable[[], AzureCli]):
    """az asks for the discovery document of /organizations."""
    caller = az()
    caller.sign_in(seed.CLUSTER_TENANT, seed.CLUSTER_OWNER_ID, seed.CLUSTER_OWNER_SECRET)
    caller.ok("logout")
    assert "az login" in caller.refused("account show")


def test_caller_without_a_role_has_no_subscription(powerless: AzureCli):
    assert [one["name"] for one in powerless.ok("account list --all")] == ["N/A(tenant level account)"]
    assert "SubscriptionNotFound" in powerless.refused("resource list")


def federated_token(azure: Sandbox) -> str:
    """The token of a pipeline's job, from the sandbox."""
    environ = azure.environment()
    client = httpx.Client(
        proxy=environ["HTTPS_PROXY"], verify=ssl.create_default_context(cafile=environ["SSL_CERT_FILE"])
    )
    headers = {"Authorization": f"Bearer {environ['CROSSTENANT_SANDBOX_TOKEN']}"}
    return client.get("https://sandbox.test/oidc", headers=headers).raise_for_status().json()["value"]
