"""Wrong configuration, credentials and rights: each is refused at preview with what to change, and nothing is made.

Here is what the engine makes of a refusal of each kind: of an argument, a credential, a function, a resource. Which
refusals there are, tests of ``components``, ``plugin`` and ``azure`` ask, and of arguments
``test_bad_input_arguments``, in one preview.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosstenant.sandbox.world import drift, seed
from lib.checkout import search_path
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.azure.az_double import Account, AzDouble
from tests.certificate_files import PASSWORD, key_credential, pkcs12_file
from tests.engine.engine_world import Azure
from tests.engine.refusal_world import refused_plainly, without_role, without_trace_or_secret

ROOT = Path(__file__).parents[2]
NO_TENANT = "c0000000-0000-4000-8000-00000000000c"
REGISTRY_CALLER = seed.REGISTRY_CALLER_ID[:-2] + "d1"

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


def test_configuration_is_refused_before_anybody_signs_in(configured: Configured, azure: Azure):
    refused = configured({"clusterId": "/subscriptions/prod/managedClusters/aks"}).operate("preview")
    refused_plainly(refused, azure, "clusters[0].cluster_id:", "is not the ARM ID", "/managedClusters/<name>")
    assert azure.requests == []


def test_variable_that_would_reach_both_tenants_is_refused(configured: Configured, azure: Azure):
    variable = "ARM_CLIENT_CERTIFICATE_PATH"
    refused = configured({}).operate("preview", environ={variable: "/run/planted-path"})
    refused_plainly(refused, azure, "cluster_tenant:", f"environment variable {variable}", "unset it")
    assert "planted-path" not in refused.output


def test_certificate_that_a_provider_cannot_read_is_refused(configured: Configured, azure: Azure, tmp_path: Path):
    def register(state: dict[str, Any]) -> None:
        application = next(it for it in state["applications"].values() if it["appId"] == seed.REGISTRY_CALLER_ID)
        application["keyCredentials"] = [key_credential()]

    # The package itself signs in with it.
    azure.change(register)
    (tmp_path / "cert.pfx").write_bytes(pkcs12_file())
    certificate = {"registryClientCertificatePath": str(tmp_path / "cert.pfx")}
    refused = configured(
        {**certificate, "registryClientCertificatePassword": PASSWORD, "registryClientSecret": None}
    ).operate("preview")
    refused_plainly(
        refused,
        azure,
        "registry_tenant.client_certificate_path: cannot be used: the azure-native provider reads PKCS#12 with a MAC",
        "-keypbe PBE-SHA1-3DES -macalg sha1",
        known_secrets=[PASSWORD],
    )


def test_account_that_azuread_would_not_use_is_refused_before_it_signs_in(
    configured: Configured, azure: Azure, tmp_path: Path
):
    (tmp_path / "az").mkdir()
    AzDouble(
        tmp_path / "az",
        Account("ann@contoso.com", seed.CLUSTER_SUBSCRIPTION, seed.CLUSTER_TENANT, signs_in_to=(seed.CLUSTER_TENANT,)),
        Account("bob@fabrikam.com", "any", seed.REGISTRY_TENANT, current=True, signs_in_to=(seed.REGISTRY_TENANT,)),
    )
    path = f"{tmp_path / 'az'}{os.pathsep}{search_path()}"
    refused = configured({"clusterClientId": None, "clusterClientSecret": None}).operate(
        "preview", environ={"PATH": path}
    )
    refused_plainly(
        refused,
        azure,
        f"cluster_tenant.tenant_id: the account that sees subscription {seed.CLUSTER_SUBSCRIPTION} signs in to tenant"
        f" {seed.CLUSTER_TENANT}, but the azuread provider asks the Azure CLI for its current account",
        f"'az account set --subscription {seed.CLUSTER_SUBSCRIPTION}'",
    )


@pytest.mark.parametrize(
    ("changes", "argument", "remedy"),
    [
        ({"clusterTenantId": NO_TENANT}, "cluster_tenant.tenant_id", "no such tenant in this cloud; check tenantId"),
        ({"registryClientSecret": "planted-wrong-secret"}, "registry_tenant.client_secret", "give the secret's value"),
        (
            {"clusterClientId": None, "clusterClientSecret": None},
            "cluster_tenant.tenant_id",
            f"run 'az login --tenant {seed.CLUSTER_TENANT}', or give the provider another kind of credential",
        ),
        (
            {"clusterClientSecret": None, "clusterOidcTokenFilePath": "/dev/null"},
            "cluster_tenant.oidc_token_file_path",
            "the OIDC token file '/dev/null' is empty: the token must be in it before Pulumi starts",
        ),
    ],
)
def test_credentials_are_refused_by_the_argument_that_is_wrong(
    configured: Configured, azure: Azure, changes: dict[str, str | None], argument: str, remedy: str
):
    refused = configured(changes).operate("preview")
    refused_plainly(refused, azure, f"{argument}: ", remedy, known_secrets=["planted-wrong-secret"])
    assert "building client" not in refused.output, "another provider was first with a message of its own"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"clusterClientId": seed.CLUSTER_POWERLESS_ID, "clusterClientSecret": seed.CLUSTER_POWERLESS_SECRET},
            ["ServicePrincipalProfile (quickstart-aks-prod-profile)", "managedClusters/read", "the role 'Reader'"],
        ),
        (
            {"registryId": seed.REGISTRY.replace("fabrikamimages", "fabrikamimage")},
            ["registries[0].registry_id: there is no registry", "check the ID, or create the registry first"],
        ),
    ],
    ids=["a resource's refusal", "a function's refusal"],
)
def test_what_azure_would_refuse_is_refused_at_preview(
    configured: Configured, azure: Azure, changes: dict[str, str | None], words: list[str]
):
    # What it lacks in the directory would be told first.
    azure.change(
        lambda state: drift.service_principal(state, seed.CLUSTER_TENANT, seed.CLUSTER_POWERLESS_ID).update(
            _graph_permissions=["Application.ReadWrite.OwnedBy"]
        )
    )
    refused_plainly(configured(changes).operate("preview"), azure, *words)


def test_missing_right_to_assign_roles_fails_the_update_and_touches_no_cluster(configured: Configured, azure: Azure):
    # Without a preview, which would tell it before.
    azure.change(lambda state: without_role(state, seed.RBAC_ADMINISTRATOR, of=REGISTRY_CALLER))
    failed = configured({}).operate("up")
    assert failed.code != 0
    assert failed.says("quickstart-fabrikamimages-pull-role", "Microsoft.Authorization/roleAssignments/write")
    assert failed.says("may not assign roles on", "give it the role Role Based Access Control Administrator")
    without_trace_or_secret(failed)
    assert azure.resets == []
    assert not [it for it in azure.writes if "/managedClusters/" in it]
