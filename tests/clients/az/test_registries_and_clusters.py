"""``az resource``, ``az acr`` and ``az aks`` as their users type them, and as callers without the permission."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from crosstenant.sandbox.world import seed
from tests.clients.az.azure_cli import AzureCli

pytestmark = pytest.mark.large

CLUSTER = "--resource-group rg-clusters --name aks-prod"


def test_resources_are_found_by_group_type_and_name(registry_owner: AzureCli, cluster_owner: AzureCli):
    names = "--query '[].name'"
    assert registry_owner.ok(f"resource list {names}") == ["fabrikamimages", "fabrikamabac"]
    assert cluster_owner.ok(f"resource list --resource-group rg-clusters {names}") == ["aks-prod", "aks-managed"]
    kind = "--resource-type Microsoft.ContainerRegistry/registries"
    assert registry_owner.ok(f"resource list {kind} --name fabrikamabac --query '[].id'") == [seed.ABAC_REGISTRY]
    assert cluster_owner.ok(f"resource list --tag environment=production {names}") == ["aks-prod", "aks-managed"]
    found = cluster_owner.ok("group list --query '[].name'")
    assert found[0] == "rg-clusters"


def test_registry_is_found_by_its_name_alone(registry_owner: AzureCli):
    found = registry_owner.ok("acr show --name fabrikamimages")
    assert (found["id"], found["loginServer"]) == (seed.REGISTRY, "fabrikamimages.azurecr.io")
    assert registry_owner.ok("acr list --query '[].name'") == ["fabrikamimages", "fabrikamabac"]
    assert "could not be found" in registry_owner.refused("acr show --name nowhere")


def test_token_of_a_registry_is_for_that_registry(registry_owner: AzureCli):
    shown = registry_owner.ok("acr login --name fabrikamimages --expose-token")
    assert shown["username"] == "00000000-0000-0000-0000-000000000000"
    payload = shown["refreshToken"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert (claims["aud"], claims["grant_type"]) == ("fabrikamimages.azurecr.io", "refresh_token")
    assert claims["tenant"] == seed.REGISTRY_TENANT


def test_repositories_and_tags_are_listed(registry_owner: AzureCli):
    listed = registry_owner.ok("acr repository list --name fabrikamimages")
    assert listed == ["backend-infra/tools", "backend/api", "hello"]
    tags = "acr repository show-tags --name fabrikamimages --repository hello"
    assert registry_owner.ok(tags) == ["1.0", "latest"]
    shown = registry_owner.ok("acr repository show --name fabrikamimages --image hello:latest")
    detailed = registry_owner.ok(f"{tags} --detail")
    assert {one["name"]: one["digest"] for one in detailed}["latest"] == shown["digest"]
    manifests = registry_owner.ok("acr manifest list-metadata --registry fabrikamimages --name backend/api")
    assert [one["tags"] for one in manifests if one.get("tags")] == [["1.0"]]


def test_role_that_does_not_permit_a_pull_lists_nothing(az: Callable[[], AzureCli], registry_owner: AzureCli):
    made = registry_owner.ok(f"ad sp create-for-rbac --name deleter --role AcrDelete --scopes {seed.REGISTRY}")
    deleter = az()
    deleter.sign_in(seed.REGISTRY_TENANT, made["appId"], made["password"])
    assert deleter.ok("resource list") == []
    assert "could not be found" in deleter.refused("acr show --name fabrikamimages")
    refused = deleter.refused("acr repository show-tags --name fabrikamimages --repository hello")
    assert "authentication required" in refused
    # The owner of an ABAC registry may not read its repositories.
    refused = registry_owner.refused("acr repository list --name fabrikamabac")
    assert "authentication required" in refused


def test_cluster_shows_its_service_principal(cluster_owner: AzureCli):
    found = cluster_owner.ok(f"aks show {CLUSTER}")
    assert found["id"] == seed.CLUSTER
    assert found["servicePrincipalProfile"] == {"clientId": seed.OLD_CLUSTER_APP_ID, "secret": None}
    assert [one["name"] for one in cluster_owner.ok("aks list")] == ["aks-prod", "aks-managed"]
    pools = cluster_owner.ok("aks nodepool list --resource-group rg-clusters --cluster-name aks-prod")
    assert [(one["name"], one["count"]) for one in pools] == [("system", 2), ("apps", 3)]
    assert "ResourceNotFound" in cluster_owner.refused("aks show --resource-group rg-clusters --name aks-other")


def test_kubeconfig_leads_kubectl_to_the_cluster(cluster_owner: AzureCli, kubectl: Path):
    cluster_owner.ok(f"aks get-credentials {CLUSTER} --file kubeconfig")
    command = [kubectl, "--kubeconfig", "kubeconfig", "get", "serviceaccounts", "--output", "name"]
    done = subprocess.run(
        command, env=cluster_owner.environ, cwd=cluster_owner.folder, capture_output=True, text=True, check=False
    )
    assert done.stdout == "serviceaccount/default\n", done.stderr


def test_command_runs_in_the_cluster(cluster_owner: AzureCli, kubectl: Path):
    """az goes by the state in the body of each answer while it waits."""
    command = "sleep 6; kubectl get serviceaccounts --output name; exit 3"
    ended = cluster_owner.ok(f"aks command invoke {CLUSTER} --command '{command}' --output json")
    assert (ended["provisioningState"], ended["exitCode"]) == ("Succeeded", 3)
    assert ended["logs"] == "serviceaccount/default\n"
    again = cluster_owner.ok(f"aks command result {CLUSTER} --command-id {ended['id']} --output json")
    assert again["logs"] == ended["logs"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("network vnet list", "/providers/Microsoft.Network/virtualNetworks"),
        ("tag list", "/tagNames"),
        ("rest --url https://graph.microsoft.com/v1.0/groups", "GET /v1.0/groups of Microsoft Graph"),
    ],
)
def test_what_the_sandbox_does_not_have_is_refused_by_its_name(cluster_owner: AzureCli, command: str, words: str):
    said = cluster_owner.refused(command)
    assert "The sandbox does not emulate GET " in said
    assert words in said


def test_check_acr_goes_as_far_as_the_node(cluster_owner: AzureCli, kubectl: Path, monkeypatch: pytest.MonkeyPatch):
    """az runs a pod that reads the node's own files. The sandbox's nodes have none, refuse it, and serve no logs."""
    path = f"{kubectl.parent}{os.pathsep}{cluster_owner.environ['PATH']}"
    monkeypatch.setitem(cluster_owner.environ, "PATH", path)
    said = cluster_owner.refused(f"aks check-acr {CLUSTER} --acr fabrikamimages.azurecr.io")
    assert "Failed to check the ACR" in said
    assert "no preferred addresses found" in said


def test_reset_is_refused_with_a_wrong_secret_and_without_the_permission(cluster_owner: AzureCli, powerless: AzureCli):
    reset = f"aks update-credentials {CLUSTER} --reset-service-principal"
    said = cluster_owner.refused(f"{reset} --service-principal {seed.OLD_CLUSTER_APP_ID} --client-secret wrong")
    assert "ServicePrincipalValidationClientError" in said
    assert "AADSTS7000215" in said
    said = cluster_owner.refused(
        "aks update-credentials --resource-group rg-clusters --name aks-managed --reset-service-principal "
        f"--service-principal {seed.OLD_CLUSTER_APP_ID} --client-secret {seed.OLD_CLUSTER_SECRET}"
    )
    assert "Updating service principal profile is not allowed on MSI cluster" in said
    # az itself knows no subscription of such a caller.
    said = powerless.refused(f"{reset} --service-principal {seed.OLD_CLUSTER_APP_ID} --client-secret wrong")
    assert "SubscriptionNotFound" in said
