"""Both tenants' credentials as options and variables of a command."""

import click
import pytest
from click.testing import CliRunner

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.tenant_options import on_both_tenants, secrets_help
from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, parse_arm_id
from crosstenant.model.clouds import CHINA, PUBLIC
from crosstenant.model.credentials.kinds import AzureCli, ClientSecret, ManagedIdentity

A, B = "a0000000-0000-4000-8000-00000000000a", "b0000000-0000-4000-8000-00000000000b"
APP_A, APP_B = "a0000000-0000-4000-8000-0000000000c1", "b0000000-0000-4000-8000-0000000000c1"
SUB_A, SUB_B = "a0000000-0000-4000-8000-0000000000a1", "b0000000-0000-4000-8000-0000000000b1"
IDS = ["--cluster-tenant-id", A, "--registry-tenant-id", B]


def run(*options, **environ):
    given: dict[str, Tenant] = {}

    @click.command()
    @on_both_tenants
    def command(cluster_tenant: Tenant, registry_tenant: Tenant) -> None:
        given.update(cluster=cluster_tenant, registry=registry_tenant)

    result = CliRunner().invoke(command, list(options), env=environ)
    return result, given


def test_the_azure_cli_signs_in_where_nothing_is_given():
    result, given = run(*IDS)
    assert result.exit_code == 0, result.output
    assert given == {"cluster": Tenant(A, PUBLIC, AzureCli()), "registry": Tenant(B, PUBLIC, AzureCli())}


def test_subscription_of_the_first_cluster_or_registry_selects_the_account():
    cluster = parse_arm_id(f"/subscriptions/{SUB_A}/resourceGroups/rg/providers/{CLUSTER_TYPE}/aks", CLUSTER_TYPE)
    registry = parse_arm_id(f"/subscriptions/{SUB_B}/resourceGroups/rg/providers/{REGISTRY_TYPE}/images", REGISTRY_TYPE)
    found: list[str | None] = []

    @click.command()
    @click.option("--cluster", "clusters", multiple=True, callback=lambda *_: [cluster])
    @click.option("--registry", "registries", multiple=True, callback=lambda *_: [registry])
    @on_both_tenants
    def command(cluster_tenant: Tenant, registry_tenant: Tenant, clusters: object, registries: object) -> None:
        found.extend([cluster_tenant.subscription_id, registry_tenant.subscription_id])

    result = CliRunner().invoke(command, IDS)
    assert result.exit_code == 0, result.output
    assert found == [SUB_A, SUB_B]


@pytest.mark.parametrize("environ", [{}, {"REGISTRY_USE_MSI": "true"}])
def test_one_managed_identity_for_both_tenants_is_refused(environ: dict[str, str]):
    result, given = run(*IDS, "--cluster-use-msi", *([] if environ else ["--registry-use-msi"]), **environ)
    assert (result.exit_code, given) == (2, {})
    assert "--cluster-use-msi and --registry-use-msi cannot be used together" in result.output


def test_each_tenant_has_its_own_variables():
    result, given = run(
        CLUSTER_TENANT_ID=A,
        CLUSTER_CLIENT_ID=APP_A,
        CLUSTER_CLIENT_SECRET="secret of A",
        REGISTRY_TENANT_ID=B,
        REGISTRY_CLIENT_ID=APP_B,
        REGISTRY_CLIENT_SECRET="secret of B",
    )
    assert result.exit_code == 0, result.output
    assert given["cluster"].credentials == ClientSecret(APP_A, "secret of A")
    assert given["registry"].credentials == ClientSecret(APP_B, "secret of B")


def test_variables_for_one_tenant_alone_reach_neither():
    result, given = run(*IDS, ARM_CLIENT_ID=APP_A, ARM_CLIENT_SECRET="s", AZURE_CLIENT_ID=APP_A)
    assert result.exit_code == 0, result.output
    assert {type(tenant.credentials) for tenant in given.values()} == {AzureCli}


def test_an_option_beats_its_variable():
    result, given = run(*IDS, "--registry-use-msi", "--registry-client-id", APP_B, REGISTRY_CLIENT_ID=APP_A)
    assert result.exit_code == 0, result.output
    assert given["registry"].credentials == ManagedIdentity(APP_B)


def test_the_cloud_is_that_of_both():
    _, given = run(*IDS, "--environment", "china")
    assert [tenant.cloud for tenant in given.values()] == [CHINA, CHINA]


@pytest.mark.parametrize(
    ("options", "environ", "words"),
    [
        (["--cluster-tenant-id", A], {}, ["--registry-tenant-id"]),
        ([*IDS[:3], "fabrikam.onmicrosoft.com"], {}, ["--registry-tenant-id", "must be a UUID"]),
        ([*IDS, "--cluster-client-id", APP_A], {}, ["--cluster-client-id", "CLUSTER_CLIENT_SECRET"]),
        (IDS, {"REGISTRY_CLIENT_SECRET": "s"}, ["--registry-client-id", "REGISTRY_CLIENT_SECRET belongs to"]),
        (
            [*IDS, "--cluster-client-id", APP_A, "--cluster-oidc-token-file-path", "t"],
            {"CLUSTER_CLIENT_SECRET": "planted"},
            ["--cluster-oidc-token-file-path", "together with CLUSTER_CLIENT_SECRET"],
        ),
    ],
)
def test_wrong_options_are_named_as_the_command_line_spells_them(options, environ, words):
    result, _ = run(*options, **environ)
    assert result.exit_code == 2
    flat = " ".join(result.output.split())
    assert all(word in flat for word in words), result.output
    assert "planted" not in flat


def test_no_secret_can_be_given_on_the_command_line():
    result, _ = run(*IDS, "--cluster-client-secret", "s")
    assert result.exit_code == 2
    assert "No such option" in result.output
    assert "CLUSTER_CLIENT_SECRET" in secrets_help()
