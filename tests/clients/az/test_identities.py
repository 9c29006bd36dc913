"""``az identity``, and the OIDC issuer of a cluster with ``az aks``, as their users type them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.cluster_issuers import service_account_token
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.state import Store
from tests.clients.az.azure_cli import AzureCli

pytestmark = pytest.mark.large

GROUP = "--resource-group rg-identities"
AUDIENCE = "api://AzureADTokenExchange"
SUBJECT = "system:serviceaccount:crosstenant-pull:pull-refresher"


def named(name: str) -> str:
    return f"{GROUP} --identity-name pull --name {name}"


def trusting(name: str, issuer: str, subject: str = SUBJECT) -> str:
    return f"{named(name)} --issuer {issuer} --subject {subject} --audiences {AUDIENCE}"


def test_issuer_is_switched_on_and_cannot_be_switched_off(cluster_owner: AzureCli):
    issuer = "--query oidcIssuerProfile.issuerUrl"
    found = cluster_owner.ok(f"aks show --resource-group rg-clusters --name aks-managed {issuer}")
    assert found.startswith(f"https://westeurope.oic.prod-aks.azure.com/{seed.CLUSTER_TENANT}/")
    assert cluster_owner.ok(f"aks show --resource-group rg-clusters --name aks-prod {issuer}") is None
    made = cluster_owner.ok(f"aks update --resource-group rg-clusters --name aks-prod --enable-oidc-issuer {issuer}")
    assert made.startswith(f"https://westeurope.oic.prod-aks.azure.com/{seed.CLUSTER_TENANT}/")
    assert cluster_owner.ok(f"aks show --resource-group rg-clusters --name aks-prod {issuer}") == made


def test_identity_trusts_a_cluster_and_signs_in_with_its_token(
    az: Callable[[], AzureCli], registry_owner: AzureCli, cluster_owner: AzureCli, store: Store
):
    made = registry_owner.ok(f"identity create {GROUP} --name pull")
    issuer = cluster_owner.ok(
        "aks show --resource-group rg-clusters --name aks-managed --query oidcIssuerProfile.issuerUrl"
    )
    assert (
        registry_owner.ok(f"identity federated-credential create {trusting('aks-managed', issuer)}")["subject"]
        == SUBJECT
    )
    assert registry_owner.ok(f"identity federated-credential show {named('aks-managed')}")["issuer"] == issuer
    assigned = f"role assignment create --role AcrPull --scope {seed.REGISTRY}"
    principal = f"--assignee-object-id {made['principalId']} --assignee-principal-type ServicePrincipal"
    assert registry_owner.ok(f"{assigned} {principal}")["principalId"] == made["principalId"]
    with store.change() as state:
        cluster = resource(state, CLUSTERS, "aks-managed")
        token = service_account_token(state, cluster, "crosstenant-pull", "pull-refresher")
    caller = az()
    signed_in = f"login --service-principal --username {made['clientId']} --federated-token {token}"
    caller.ok(f"{signed_in} --tenant {seed.REGISTRY_TENANT} --allow-no-subscriptions")
    shown = caller.ok("acr login --name fabrikamimages.azurecr.io --expose-token")
    assert shown["username"] == "00000000-0000-0000-0000-000000000000"
    refused = az().refused(f"{signed_in} --tenant {seed.CLUSTER_TENANT} --allow-no-subscriptions")
    assert "AADSTS700016" in refused


def test_credentials_are_listed_changed_refused_and_deleted(registry_owner: AzureCli):
    registry_owner.ok(f"identity create {GROUP} --name pull")
    registry_owner.ok(f"identity federated-credential create {trusting('one', 'https://x.invalid/', 'one')}")
    refused = registry_owner.refused(
        f"identity federated-credential create {trusting('two', 'https://x.invalid/', 'one')}"
    )
    assert "Issuer and subject combination already exists for this Managed Identity." in refused
    changed = registry_owner.ok(f"identity federated-credential update {trusting('one', 'https://y.invalid/', 'one')}")
    assert changed["issuer"] == "https://y.invalid/"
    names = f"identity federated-credential list {GROUP} --identity-name pull --query '[].name'"
    assert "one" in registry_owner.ok(names)
    registry_owner.ok(f"identity federated-credential delete {named('one')} --yes")
    assert "one" not in registry_owner.ok(names)
    assert registry_owner.ok(f"identity list {GROUP} --query '[].name'") == ["pull"]
    registry_owner.ok(f"identity delete {GROUP} --name pull")
    assert registry_owner.ok(f"identity list {GROUP} --query '[].name'") == []


def test_registry_refuses_tokens_for_resource_manager(registry_owner: AzureCli):
    assert registry_owner.ok("acr config authentication-as-arm show --registry fabrikamimages")["status"] == "enabled"
    changed = registry_owner.ok("acr config authentication-as-arm update --registry fabrikamimages --status disabled")
    assert changed["status"] == "disabled"
    # az asks for a token for registries then.
    assert registry_owner.ok("acr login --name fabrikamimages --expose-token")["refreshToken"]
