"""Wrong configuration, credentials and rights: each is refused at preview with what to change, and nothing is made.

The quickstart is what is configured wrongly here; arguments that only a program can give wrongly are in
``test_bad_input_arguments``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosstenant.sandbox.world import seed
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.refusal_world import refused_plainly, without_role, without_trace_or_secret

ROOT = Path(__file__).parents[2]
NO_TENANT = "c0000000-0000-4000-8000-00000000000c"
SECOND_SUBSCRIPTION = "b0000000-0000-4000-8000-0000000000b2"
CLUSTER_CALLER = seed.CLUSTER_CALLER_ID[:-2] + "d1"
REGISTRY_CALLER = seed.REGISTRY_CALLER_ID[:-2] + "d1"
RESET = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action"

Configured = Callable[..., Stack]


@pytest.fixture
def configured(azure: Azure, tmp_path: Path) -> Configured:
    """Makes a stack of the quickstart with these changes of its configuration; ``None`` leaves a key away."""

    def make(changes: dict[str, str | None]) -> Stack:
        values = {**CONFIG, **SECRETS, **changes}
        given = {key: value for key, value in values.items() if value is not None}
        stack = Stack(ROOT, "test", tmp_path / "stack", environ=azure.environ)
        stack.create(
            {key: value for key, value in given.items() if key not in SECRETS},
            {key: value for key, value in given.items() if key in SECRETS},
        )
        return stack

    return make


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"clusterId": "/subscriptions/prod/managedClusters/aks"},
            ["clusters[0].cluster_id:", "is not the ARM ID", "/managedClusters/<name>"],
        ),
        (
            {"clusterId": seed.REGISTRY},
            ["clusters[0].cluster_id:", "is the ID of a Microsoft.ContainerRegistry/registries"],
        ),
        (
            {"registryId": seed.CLUSTER},
            ["registries[0].registry_id:", "is the ID of a Microsoft.ContainerService/managedClusters"],
        ),
        (
            {"clusterTenantId": "contoso.onmicrosoft.com"},
            ["cluster_tenant.tenant_id:", "must be a UUID, not 'contoso.onmicrosoft.com'", "az account show"],
        ),
        (
            {"registryTenantId": seed.CLUSTER_TENANT},
            ["registry_tenant.tenant_id:", "both tenants are", "az aks update --attach-acr"],
        ),
        (
            {"clusterId": seed.CLUSTER.replace(seed.CLUSTER_SUBSCRIPTION, seed.REGISTRY_SUBSCRIPTION)},
            ["clusters:", f"subscription {seed.REGISTRY_SUBSCRIPTION} holds both", "one of the IDs is wrong"],
        ),
        ({"environment": "germany"}, [".environment: must be one of public, usgovernment, china, not 'germany'"]),
        (
            {"reference": "1.0"},
            ["registries[0].pull_check.reference:", "is one of a repository: give 'repository' as well"],
        ),
        ({"clusterId": None}, ["missing configuration value 'clusterId'"]),
    ],
)
def test_configuration_is_refused_before_anybody_signs_in(
    configured: Configured, azure: Azure, changes: dict[str, str | None], words: list[str]
):
    refused_plainly(configured(changes).operate("preview"), azure, *words)
    assert azure.requests == []


@pytest.mark.parametrize("variable", ["ARM_CLIENT_CERTIFICATE_PATH", "ARM_CLIENT_SECRET_FILE_PATH"])
def test_variable_that_would_reach_both_tenants_is_refused(configured: Configured, azure: Azure, variable: str):
    refused = configured({}).operate("preview", environ={variable: "/run/planted-path"})
    refused_plainly(refused, azure, "cluster_tenant:", f"environment variable {variable}", "unset it")
    assert "planted-path" not in refused.output


NOT_IN_TENANT = "no service principal in the tenant; check the client ID and the tenant ID"


@pytest.mark.parametrize(
    ("changes", "argument", "remedy"),
    [
        ({"clusterTenantId": NO_TENANT}, "cluster_tenant.tenant_id", "no such tenant in this cloud; check tenantId"),
        ({"registryTenantId": NO_TENANT}, "registry_tenant.tenant_id", "no such tenant in this cloud; check tenantId"),
        (
            {"clusterTenantId": seed.REGISTRY_TENANT, "registryTenantId": seed.CLUSTER_TENANT},
            "_tenant.client_id",
            NOT_IN_TENANT,
        ),
        ({"clusterClientId": NO_TENANT}, "cluster_tenant.client_id", NOT_IN_TENANT),
        (
            {"registryClientId": "pulumi-registries"},
            "registry_tenant.client_id",
            "must be a UUID, not 'pulumi-reg",
        ),
        ({"clusterClientSecret": "planted-wrong-secret"}, "cluster_tenant.client_secret", "give the secret's value"),
        ({"registryClientSecret": "planted-wrong-secret"}, "registry_tenant.client_secret", "give the secret's value"),
        (
            {"clusterClientId": None, "clusterClientSecret": None},
            "cluster_tenant.tenant_id",
            f"run 'az login --tenant {seed.CLUSTER_TENANT}', or give the provider another kind of credential",
        ),
    ],
)
def test_credentials_are_refused_by_the_argument_that_is_wrong(
    configured: Configured, azure: Azure, changes: dict[str, str | None], argument: str, remedy: str
):
    refused = configured(changes).operate("preview")
    refused_plainly(refused, azure, f"{argument}: ", remedy, known_secrets=["planted-wrong-secret"])
    assert "building client" not in refused.output, "another provider was first with a message of its own"


def test_expired_secret_of_the_caller_is_refused(configured: Configured, azure: Azure):
    def expire(state: dict[str, Any]) -> None:
        (caller,) = (it for it in state["applications"].values() if it["appId"] == seed.REGISTRY_CALLER_ID)
        caller["passwordCredentials"][0]["endDateTime"] = "2025-01-01T00:00:00Z"

    azure.change(expire)
    refused = configured({}).operate("preview")
    refused_plainly(refused, azure, "registry_tenant.client_secret: ", "has expired; make a new secret")


POWERLESS_A = {"clusterClientId": seed.CLUSTER_POWERLESS_ID, "clusterClientSecret": seed.CLUSTER_POWERLESS_SECRET}
POWERLESS_B = {"registryClientId": seed.REGISTRY_POWERLESS_ID, "registryClientSecret": seed.REGISTRY_POWERLESS_SECRET}


def not_this_tenants(kind: str) -> list[str]:
    return [f"reading {kind} ", "its subscription belongs to tenant", "use an ID of this provider's tenant"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            POWERLESS_A,
            ["ServicePrincipalProfile (quickstart-aks-prod-profile)", "managedClusters/read", "the role 'Reader'"],
        ),
        (POWERLESS_B, ["registries[0].registry_id:", "registries/read", "assign the role 'Reader'"]),
        (
            {"clusterId": seed.CLUSTER.replace(seed.CLUSTER_SUBSCRIPTION, SECOND_SUBSCRIPTION)},
            ["ServicePrincipalProfile (quickstart-aks-prod-profile)", *not_this_tenants("cluster")],
        ),
        (
            {
                "clusterId": seed.CLUSTER.replace(seed.CLUSTER_SUBSCRIPTION, SECOND_SUBSCRIPTION),
                "registryId": seed.REGISTRY.replace(seed.REGISTRY_SUBSCRIPTION, seed.CLUSTER_SUBSCRIPTION),
            },
            ["registries[0].registry_id:", *not_this_tenants("registry")],
        ),
        (
            {"registryId": seed.REGISTRY.replace("fabrikamimages", "fabrikamimage")},
            ["registries[0].registry_id: there is no registry", "check the ID, or create the registry first"],
        ),
        (
            {"clusterId": seed.MANAGED_IDENTITY_CLUSTER},
            ["aks-managed has a managed identity", "give its pods the identity's image_pull_secret"],
        ),
    ],
)
def test_what_azure_would_refuse_is_refused_at_preview(
    configured: Configured, azure: Azure, changes: dict[str, str | None], words: list[str]
):
    azure.change(add_second_subscription)
    refused_plainly(configured(changes).operate("preview"), azure, *words)


def test_right_to_reset_is_asked_for_at_preview(configured: Configured, azure: Azure):
    azure.change(lambda state: without_role(state, seed.AKS_CONTRIBUTOR, of=CLUSTER_CALLER))
    stack = configured({})
    refused = stack.operate("preview")
    remedy = "assign the role 'Azure Kubernetes Service Contributor Role' on the cluster"
    refused_plainly(refused, azure, "ServicePrincipalProfile (quickstart-aks-prod-profile)", RESET, remedy)


def test_missing_right_to_assign_roles_fails_the_update_and_touches_no_cluster(configured: Configured, azure: Azure):
    # azure-native reads nothing at preview, so that only the update can tell.
    azure.change(lambda state: without_role(state, seed.RBAC_ADMINISTRATOR, of=REGISTRY_CALLER))
    stack = configured({})
    assert stack.operate("preview").code == 0

    failed = stack.operate("up")

    assert failed.code != 0
    assert failed.says("quickstart-fabrikamimages-pull-role", "Microsoft.Authorization/roleAssignments/write")
    assert failed.says("may not assign roles on", "give it the role Role Based Access Control Administrator")
    without_trace_or_secret(failed)
    assert azure.resets == []
    assert not [it for it in azure.writes if "/managedClusters/" in it]


def add_second_subscription(state: dict[str, Any]) -> None:
    first = state["subscriptions"][seed.REGISTRY_SUBSCRIPTION]
    state["subscriptions"][SECOND_SUBSCRIPTION] = {
        **first,
        "id": f"/subscriptions/{SECOND_SUBSCRIPTION}",
        "subscriptionId": SECOND_SUBSCRIPTION,
    }
