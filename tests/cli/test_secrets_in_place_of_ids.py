"""A secret in the place of an option's value: refused, and not printed."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from crosstenant.cli.adopt.commands import adopt
from crosstenant.cli.check.command import check
from crosstenant.cli.main import main
from tests.cli import adopted

PLANTED = "abc8Q~Zt-secret_of.the~form~that_entra-makes"
TENANTS = ("--cluster-tenant-id", adopted.TENANT_A, "--registry-tenant-id", adopted.TENANT_B)
IDS = ("--cluster", adopted.CLUSTER, "--registry", adopted.REGISTRY)


@pytest.mark.parametrize(
    ("command", "options", "named"),
    [
        (check, ("--client-id", PLANTED, "--registry", adopted.REGISTRY, *TENANTS), "--client-id"),
        (check, ("--client-id", adopted.APP, "--registry", PLANTED, *TENANTS), "--registry"),
        (
            check,
            ("--client-id", adopted.APP, "--registry", adopted.REGISTRY, "--cluster", PLANTED, *TENANTS),
            "--cluster",
        ),
        (
            check,
            ("--client-id", adopted.APP, *IDS, *TENANTS[:2], "--registry-tenant-id", PLANTED),
            "--registry-tenant-id",
        ),
        (check, ("--client-id", adopted.APP, *IDS, *TENANTS, "--cluster-client-id", PLANTED), "--cluster-client-id"),
        (adopt, ("--cluster", PLANTED, *IDS[2:], *TENANTS), "--cluster"),
        (adopt, (*IDS[:2], "--registry", PLANTED, *TENANTS), "--registry"),
        (adopt, (*IDS, *TENANTS, "--registry-principal", PLANTED), "--registry-principal"),
        (adopt, (*IDS, *TENANTS[2:], "--cluster-tenant-id", PLANTED), "--cluster-tenant-id"),
        (adopt, (*IDS, *TENANTS, "--registry-client-id", PLANTED), "--registry-client-id"),
    ],
)
def test_secret_in_the_place_of_an_id_is_refused_and_not_printed(command, options, named):
    result = CliRunner().invoke(command, list(options))
    assert result.exit_code == 2, result.output
    assert named in result.output
    assert PLANTED not in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("adopt", "--name", PLANTED, *IDS, *TENANTS),
        ("adopt", "--environment", PLANTED, *IDS, *TENANTS),
        ("adopt", "--registry-service-principal", PLANTED, *IDS, *TENANTS),
        ("check", "--client-id", adopted.APP, *IDS, *TENANTS, "--cwd", PLANTED),
        ("check", "--client-id", adopted.APP, *IDS, *TENANTS, PLANTED),
        ("check", "--client-id", adopted.APP, *IDS, *TENANTS, f"--client-secret={PLANTED}"),
        ("plugin", "install", "--cwd", PLANTED),
        ("plugin", PLANTED),
        (PLANTED,),
    ],
    ids=lambda it: it[0],
)
def test_secret_in_the_place_of_another_value_is_not_printed(words):
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 2, result.output
    assert PLANTED not in result.output


def test_secret_in_the_place_of_a_variables_value_is_not_printed():
    words = ["check", "--client-id", adopted.APP, *IDS, *TENANTS]
    result = CliRunner().invoke(main, words, env={"REGISTRY_USE_MSI": PLANTED})
    assert result.exit_code == 2, result.output
    assert "--registry-use-msi" in result.output
    assert PLANTED not in result.output
