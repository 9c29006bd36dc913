"""What is written out for a type checker has the arguments of the one table."""

from __future__ import annotations

import inspect
from pathlib import Path

import click

from crosstenant.azure.sign_in.credentials import MAKERS
from crosstenant.cli.tenant_options import SIDES, option, secrets_help, variable, with_tenant_options
from crosstenant.components.arguments.tenant_args import TenantArgs
from crosstenant.model.credentials.arguments import ARGUMENTS, CREDENTIAL_ARGUMENTS, IMPLIED, TENANT_ARGUMENTS
from crosstenant.model.credentials.kinds import KINDS
from crosstenant.model.credentials.variables import VARIABLES, Variable
from crosstenant.plugin.component_schema import component_schema
from crosstenant.plugin.components import component_provider
from crosstenant.plugin.provider_config import PROVIDER_SCHEMA
from crosstenant.resources.provider import Provider

RIGHTS = Path(__file__).parents[2] / "docs" / "rights.md"


def test_tenant_args_have_each_argument():
    assert list(TenantArgs.__annotations__) == [name for name in ARGUMENTS if name != IMPLIED]


def test_provider_takes_each_argument():
    parameters = list(inspect.signature(Provider.__init__).parameters)
    assert parameters == ["self", "resource_name", *ARGUMENTS, "opts"]


def test_schema_marks_the_secrets_of_provider_and_components():
    secret = {it.camel_name for it in ARGUMENTS.values() if it.secret}
    tenants = [it for name, it in component_schema(component_provider())["types"].items() if "Tenant" in name]
    for properties in [PROVIDER_SCHEMA["inputProperties"], *(it["properties"] for it in tenants)]:
        assert {name for name, spec in properties.items() if spec.get("secret")} == secret
    assert list(PROVIDER_SCHEMA["inputProperties"]) == [it.camel_name for it in ARGUMENTS.values()]


def test_commands_have_an_option_for_each_argument_and_only_a_variable_for_a_secret():
    command = click.command()(with_tenant_options(lambda tenants: None))
    options = {name for parameter in command.params for name in parameter.opts}
    for side in SIDES:
        for argument in CREDENTIAL_ARGUMENTS:
            in_options = option(side, argument.name) in options
            assert in_options is (not argument.secret and argument.name != IMPLIED), argument.name
            assert (variable(side, argument.name) in secrets_help()) is argument.secret


def test_every_kind_has_a_credential_of_azures_own():
    assert tuple(sorted(MAKERS, key=KINDS.index)) == KINDS


def test_documentation_has_a_row_for_each_kind():
    page = RIGHTS.read_text()
    for kind in KINDS:
        names = [name for name in kind.argument_names() if name in kind.required_names() or name == kind.told_by]
        cell = ", ".join(f"`{name}`" for name in names) if kind.told_by != IMPLIED else "none of these"
        assert f"| {cell} | {kind.sign_in} | {kind.left_in_state} |" in page, cell


def test_documentation_has_a_row_for_each_variable():
    rows = [it for it in RIGHTS.read_text().splitlines() if it.startswith(("| `ARM_", "| `AZURE_", "| `MSAL_"))]
    assert rows == [documented(it) for it in VARIABLES]


def documented(variable: Variable) -> str:
    """The variable's row: its name, the providers that it changes, with which credential, its effect."""
    readers = [
        name for name, kinds in (("azuread", variable.azuread), ("azure-native", variable.azure_native)) if kinds
    ]
    acts = {*variable.azuread, *variable.azure_native}
    spared = [f"`{kind.told_by}`" for kind in KINDS if kind not in acts]
    if not spared:
        kinds = "any"
    elif len(spared) <= 2:
        kinds = f"any but {', '.join(spared)}"
    else:
        kinds = ", ".join(f"`{kind.told_by}`" for kind in KINDS if kind in acts)
    unless = f" without `{variable.unless}`" if variable.unless else ""
    return f"| `{variable.name}` | {', '.join(readers)} | {kinds}{unless} | {variable.effect} |"


def test_tenant_itself_is_told_by_id_subscription_and_cloud():
    assert [it.name for it in TENANT_ARGUMENTS] == ["tenant_id", "subscription_id", "environment"]
