"""``az ad`` and ``az role``: applications, service principals and role assignments, by name and by client ID."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from crosstenant.model.names import role_assignment_name
from crosstenant.sandbox.world import seed
from tests.clients.az.azure_cli import AzureCli

pytestmark = pytest.mark.large

GROUP = seed.CLUSTER_GROUP
PULL = f"--role AcrPull --scope {seed.REGISTRY}"


@pytest.fixture(scope="module")
def application(cluster_owner: AzureCli) -> str:
    """A multi-tenant application, by its client ID."""
    made = cluster_owner.ok("ad app create --display-name shared --sign-in-audience AzureADMultipleOrgs")
    return made["appId"]


@pytest.fixture(scope="module")
def guest(cluster_owner: AzureCli, registry_owner: AzureCli) -> str:
    """An application of the cluster tenant with a service principal in the registry tenant, by its client ID."""
    made = cluster_owner.ok("ad app create --display-name guest --sign-in-audience AzureADMultipleOrgs")
    registry_owner.ok(f"ad sp create --id {made['appId']}")
    return made["appId"]


def test_application_is_created_changed_and_shown(cluster_owner: AzureCli, powerless: AzureCli):
    made = cluster_owner.ok("ad app create --display-name pull --sign-in-audience AzureADMyOrg")
    redirect = "--web-redirect-uris https://www.microsoft.com/"
    cluster_owner.ok(f"ad app update --id {made['appId']} --sign-in-audience AzureADMultipleOrgs {redirect}")
    shown = cluster_owner.ok(f"ad app show --id {made['appId']}")
    assert (shown["id"], shown["signInAudience"]) == (made["id"], "AzureADMultipleOrgs")
    assert shown["web"]["redirectUris"] == ["https://www.microsoft.com/"]
    assert [one["appId"] for one in cluster_owner.ok("ad app list --display-name pull")] == [made["appId"]]
    for command in (f"ad app show --id {made['appId']}", "ad app create --display-name mine"):
        assert "Insufficient privileges to complete the operation." in powerless.refused(command)
    cluster_owner.ok(f"ad app delete --id {made['appId']}")
    assert "does not exist" in cluster_owner.refused(f"ad app show --id {made['appId']}")


def test_secret_of_an_application_is_shown_once(cluster_owner: AzureCli, application: str):
    reset = f"ad app credential reset --id {application} --append --years 1"
    made = cluster_owner.ok(f"{reset} --display-name first")
    assert (made["appId"], made["tenant"]) == (application, seed.CLUSTER_TENANT)
    cluster_owner.ok(f"{reset} --display-name second")
    listed = cluster_owner.ok(f"ad app credential list --id {application}")
    assert [one["displayName"] for one in listed] == ["first", "second"]
    assert made["password"] not in json.dumps(listed)
    cluster_owner.ok(f"ad app credential delete --id {application} --key-id {listed[0]['keyId']}")
    left = cluster_owner.ok(f"ad app credential list --id {application}")
    assert [one["displayName"] for one in left] == ["second"]


def test_federated_credential_of_an_application(cluster_owner: AzureCli, application: str):
    given = {
        "name": "job",
        "issuer": seed.GITHUB_ISSUER,
        "subject": "repo:a/b",
        "audiences": [seed.FEDERATION_AUDIENCE],
    }
    created = f"ad app federated-credential create --id {application} --parameters '{json.dumps(given)}'"
    cluster_owner.ok(created)
    [found] = cluster_owner.ok(f"ad app federated-credential list --id {application}")
    assert found["subject"] == "repo:a/b"


def test_service_principal_is_created_in_the_other_tenant(
    cluster_owner: AzureCli, registry_owner: AzureCli, powerless: AzureCli, application: str
):
    assert "does not exist" in registry_owner.refused(f"ad sp show --id {application}")
    made = registry_owner.ok(f"ad sp create --id {application}")
    assert made["appOwnerOrganizationId"] == seed.CLUSTER_TENANT
    assert registry_owner.ok(f"ad sp show --id {application}")["id"] == made["id"]
    assert [one["id"] for one in registry_owner.ok(f"ad sp list --spn {application}")] == [made["id"]]
    assert "already in use" in registry_owner.refused(f"ad sp create --id {application}")
    # Only in its own tenant may az show its application.
    assert "does not exist" in registry_owner.refused(f"ad app show --id {application}")
    single = cluster_owner.ok("ad app create --display-name single --sign-in-audience AzureADMyOrg")["appId"]
    assert "does not reference a valid application object" in registry_owner.refused(f"ad sp create --id {single}")
    assert "Insufficient privileges" in powerless.refused(f"ad sp show --id {application}")


def test_role_is_assigned_by_name_to_a_client_id(registry_owner: AzureCli, guest: str):
    made = registry_owner.ok(f"role assignment create --assignee {guest} {PULL}")
    assert (made["scope"], made["principalType"]) == (seed.REGISTRY, "ServicePrincipal")
    [listed] = registry_owner.ok(f"role assignment list --assignee {guest} --all")
    assert (listed["id"], listed["roleDefinitionName"]) == (made["id"], "AcrPull")
    assert listed["principalName"] == guest
    at_registry = registry_owner.ok(f"role assignment list --scope {seed.REGISTRY}")
    assert [one["id"] for one in at_registry] == [made["id"]]
    registry_owner.ok(f"role assignment delete --assignee {guest} {PULL}")
    assert registry_owner.ok(f"role assignment list --assignee {guest} --all") == []
    [role] = registry_owner.ok("role definition list --name AcrPull")
    assert role["roleName"] == "AcrPull"


def test_assignment_is_refused_without_the_permission_and_with_an_unknown_role(
    az: Callable[[], AzureCli], registry_owner: AzureCli, guest: str
):
    made = registry_owner.ok(f"ad sp create-for-rbac --name reader --role Reader --scopes {seed.REGISTRY_GROUP}")
    reader = az()
    reader.sign_in(seed.REGISTRY_TENANT, made["appId"], made["password"])
    principal = registry_owner.ok(f"ad sp show --id {guest}")["id"]
    assignee = f"--assignee-object-id {principal} --assignee-principal-type ServicePrincipal"
    said = reader.refused(f"role assignment create {assignee} {PULL}")
    assert "AuthorizationFailed" in said
    assert "'Microsoft.Authorization/roleAssignments/write'" in said
    # Without a permission in Graph az cannot find the service principal, and takes the client ID for an object ID.
    said = reader.refused(f"role assignment create --assignee {guest} {PULL}")
    assert "Failed to query" in said
    unknown = f"role assignment create {assignee} --role AcrPuller --scope {seed.REGISTRY}"
    assert "Role 'AcrPuller' doesn't exist." in registry_owner.refused(unknown)


def test_service_principal_for_rbac_signs_in_with_its_role(az: Callable[[], AzureCli], cluster_owner: AzureCli):
    made = cluster_owner.ok(f"ad sp create-for-rbac --name ci --role Reader --scopes {GROUP}")
    caller = az()
    assert [one["id"] for one in caller.sign_in(made["tenant"], made["appId"], made["password"])] == [
        seed.CLUSTER_SUBSCRIPTION
    ]
    assert caller.ok("resource list --query '[].name'") == ["aks-prod", "aks-managed"]
    said = caller.refused("aks get-credentials --resource-group rg-clusters --name aks-prod --file -")
    assert "'Microsoft.ContainerService/managedClusters/listClusterUserCredential/action'" in said


def test_secret_of_a_service_principal_is_of_its_tenant_alone(
    az: Callable[[], AzureCli], registry_owner: AzureCli, guest: str
):
    made = registry_owner.ok(f"ad sp credential reset --id {guest}")
    login = f"login --service-principal --username {guest} --password={made['password']} --allow-no-subscriptions"
    assert az().ok(f"{login} --tenant {seed.REGISTRY_TENANT}")[0]["tenantId"] == seed.REGISTRY_TENANT
    assert "AADSTS7000229" in az().refused(f"{login} --tenant {seed.CLUSTER_TENANT}")


def test_the_printed_command_gives_the_assignment_the_stacks_name(cluster_owner: AzureCli, registry_owner: AzureCli):
    made = cluster_owner.ok("ad app create --display-name printed --sign-in-audience AzureADMultipleOrgs")
    principal = registry_owner.ok(f"ad sp create --id {made['appId']}")["id"]
    # As crosstenant check and the pull check print it (azure/pull/pull_advice.py).
    name = role_assignment_name(seed.REGISTRY, principal, seed.ACR_PULL)
    assigned = registry_owner.ok(
        f"role assignment create --name {name} --assignee-object-id {principal} --assignee-principal-type"
        f' ServicePrincipal --role "AcrPull" --scope {seed.REGISTRY}'
    )
    own = f"{seed.REGISTRY}/providers/Microsoft.Authorization/roleAssignments/{name}"
    assert (assigned["id"], assigned["principalId"]) == (own, principal)
    # As the advice for an assignment of another role or another name prints it.
    registry_owner.ok(f"role assignment delete --ids {own}")
    assert registry_owner.ok(f"role assignment list --scope {seed.REGISTRY} --assignee {principal}") == []
