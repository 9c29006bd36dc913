import uuid

import pytest

from crosstenant.sandbox.kubelet.node_pull import nodes_of
from crosstenant.sandbox.world.directory_documents import new_service_principal
from crosstenant.sandbox.world.drift import application, registry_mode, remove_role_assignment, reset_cluster
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.seed import (
    ACR_PULL,
    CLUSTER,
    OLD_CLUSTER_APP_ID,
    REGISTRY,
    REGISTRY_SUBSCRIPTION,
    REGISTRY_TENANT,
)

IMAGE = "fabrikamimages.azurecr.io/hello:1.0"
PULL = ("crosstenant", "sandbox", "pull", "--cluster", "aks-prod")


@pytest.fixture
def granted(running):
    """The running sandbox with the cluster's application let into the legacy registry."""
    with running.store.change() as state:
        document = application(state, OLD_CLUSTER_APP_ID)
        document["signInAudience"] = "AzureADMultipleOrgs"
        principal = new_service_principal(str(uuid.uuid4()), document, REGISTRY_TENANT, "2024-01-01T00:00:00Z")
        state["servicePrincipals"][principal["id"]] = principal
        roles = f"/subscriptions/{REGISTRY_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
        name = str(uuid.uuid4())
        assignment_id = f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments/{name}"
        state["roleAssignments"][assignment_id.lower()] = {
            "id": assignment_id,
            "name": name,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "roleDefinitionId": f"{roles}/{ACR_PULL}",
                "principalId": principal["id"],
                "principalType": "ServicePrincipal",
                "scope": REGISTRY,
            },
            "_effective_at": 0.0,
        }
    return running


def test_node_pulls_with_its_own_credential(granted):
    printed = granted.run(*PULL, IMAGE)
    assert "node aks-system-10000000-vmss000000 pulled fabrikamimages.azurecr.io/hello@sha256:" in printed
    assert f"as application {OLD_CLUSTER_APP_ID}" in printed
    assert {entry.get("client") for entry in granted.requests if entry["path"] == "/oauth2/token"} == {
        OLD_CLUSTER_APP_ID
    }


def test_every_node_may_be_asked(granted):
    printed = granted.run(*PULL, "--node", "all", IMAGE)
    with granted.store.read() as state:
        names = [node["name"] for node in nodes_of(state["resources"][CLUSTER.lower()], "all")]
    assert len(names) == 5
    assert all(f"node {name} pulled" in printed for name in names)
    assert "vmss000002 pulled" in granted.run(*PULL, "--node", "aks-apps-10000000-vmss000002", IMAGE)
    assert "has no node 'aks-gone'" in granted.run(*PULL, "--node", "aks-gone", IMAGE, code=1)


def test_refusals_end_with_1_and_the_words_of_the_registry(granted):
    assert "application not found" not in granted.run(*PULL, IMAGE)
    assert "404" in granted.run(*PULL, "fabrikamimages.azurecr.io/hello:9.9", code=1)
    with granted.store.change() as state:
        remove_role_assignment(state, "fabrikamimages", OLD_CLUSTER_APP_ID)
    refused = granted.run(*PULL, IMAGE, code=1)
    assert f"application {OLD_CLUSTER_APP_ID}: fabrikamimages.azurecr.io/" in refused
    assert "UNAUTHORIZED" in refused
    assert "must be an image of a registry in the sandbox" in granted.run(*PULL, "docker.io/library/hello", code=1)


def test_legacy_role_does_not_pull_from_a_registry_in_abac_mode(granted):
    with granted.store.change() as state:
        registry_mode(state, "fabrikamimages", "abac")
    assert "UNAUTHORIZED" in granted.run(*PULL, IMAGE, code=1)


def test_pull_follows_the_cluster_to_another_application(granted):
    with granted.store.change() as state:
        reset_cluster(state, "aks-prod", "a0000000-0000-4000-8000-0000000000c1")
    assert "Application not registered with AAD" in granted.run(*PULL, IMAGE, code=1)


def test_altered_content_is_noticed(granted):
    altered = {"service": "registry", "path": "/blobs/", "status": "200", "message": "not the layer"}
    with granted.store.change() as state:
        state["faults"].append(new_fault(altered))
    assert "instead of sha256:" in granted.run(*PULL, IMAGE, code=1)


def test_managed_identity_has_nothing_to_pull_with(granted):
    refused = granted.run("crosstenant", "sandbox", "pull", "--cluster", "aks-managed", IMAGE, code=1)
    assert "its cluster uses a managed identity" in refused


def test_without_a_sandbox_nothing_is_sent(granted):
    granted.environ = {name: value for name, value in granted.environ.items() if name != "CROSSTENANT_SANDBOX"}
    assert "the sandbox is not running here" in granted.run(*PULL, IMAGE, code=1)
