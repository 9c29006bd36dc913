"""The components' arguments against their declared types: the mistakes that no type checker has seen."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.declared_form import checked
from crosstenant.components.arguments.tenant_args import TenantArgs
from crosstenant.components.cross_tenant_pull import CrossTenantPullArgs
from crosstenant.components.pull_identity import PullIdentityArgs
from crosstenant.components.registry_access import RegistryAccessArgs
from crosstenant.model.modes import PullCheckMode

AT = ArgPath("CrossTenantPull 'x'")
PULL: dict[str, Any] = {
    "cluster_tenant": {"tenant_id": "a"},
    "registry_tenant": {"tenant_id": "b"},
    "registries": [{"registry_id": "r"}],
    "clusters": [{"cluster_id": "c"}],
}


def read(**changes: Any) -> Any:
    return checked(AT, CrossTenantPullArgs, {**PULL, **changes})  # type: ignore[typeddict-item]


def refused(**changes: Any) -> str:
    with pytest.raises(ArgumentError) as error:
        read(**changes)
    return str(error.value).removeprefix("CrossTenantPull 'x': ")


def test_right_arguments_pass_unchanged():
    assert read() == PULL


def test_none_is_the_same_as_omitted():
    found = read(display_name=None, cluster_tenant={"tenant_id": "a", "client_id": None, "client_secret": None})
    assert found == PULL


def test_what_was_given_is_not_changed():
    given = {**PULL, "display_name": None}
    checked(AT, CrossTenantPullArgs, given)  # type: ignore[arg-type]
    assert "display_name" in given


def test_whole_numbers_of_other_languages_become_whole_numbers():
    found = read(clusters=[{"cluster_id": "c", "reset_timeout_seconds": 90.0}])
    assert repr(found["clusters"][0]["reset_timeout_seconds"]) == "90"


async def test_outputs_pass_where_inputs_are_declared():
    secret = pulumi.Output.secret("s")
    later = asyncio.get_running_loop().create_future()
    found = read(
        cluster_tenant={"tenant_id": "a", "client_id": later, "client_secret": secret},
        owners=[secret],
        registries=[{"registry_id": secret}],
    )
    assert found["cluster_tenant"]["client_secret"] is secret
    assert found["cluster_tenant"]["client_id"] is later
    assert found["owners"] == [secret]
    assert found["registries"] == [{"registry_id": secret}]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cluster_tenant": {}}, "cluster_tenant.tenant_id: is missing: it is required"),
        (
            {"cluster_tenant": {"tenant_id": None}},
            "cluster_tenant.tenant_id: is None: give a value (does the stack's configuration have one?)",
        ),
        ({"registry_tenant": {"tenantId": "b"}}, "registry_tenant.tenantId: is not an argument: write 'tenant_id'"),
        ({"registry_tenant": {"tenat_id": "b"}}, "registry_tenant.tenat_id: is not an argument: write 'tenant_id'"),
        ({"registries": {"registry_id": "r"}}, "registries: is of type dict: write a list"),
        ({"registries": ["r"]}, "registries[0]: is of type str: write RegistryArgs(...) or a dictionary of its fields"),
        ({"clusters": [{"cluster_id": 3}]}, "clusters[0].cluster_id: is of type int: write text"),
        (
            {"registries": [{"registry_id": "r", "pull_check": {"mode": "planted"}}]},
            "registries[0].pull_check.mode: must be one of 'require', 'warn', 'skip'",
        ),
        ({"registry_service_principal": True}, "registry_service_principal: must be one of 'managed', 'consented'"),
        (
            {"clusters": [{"cluster_id": "c", "abandon_on_delete": "yes"}]},
            "clusters[0].abandon_on_delete: is of type str: write True or False",
        ),
        (
            {"clusters": [{"cluster_id": "c", "reset_timeout_seconds": True}]},
            "clusters[0].reset_timeout_seconds: is of type bool: write a whole number",
        ),
        (
            {"clusters": [{"cluster_id": "c", "reset_timeout_seconds": 1.5}]},
            "clusters[0].reset_timeout_seconds: is of type float: write a whole number",
        ),
    ],
)
def test_says_what_to_write_instead(changes: dict[str, Any], says: str):
    assert refused(**changes) == says


def test_unlike_name_is_answered_with_those_there_are():
    said = refused(colour="blue")
    assert said.startswith(
        "colour: is not an argument: there are cluster_tenant, registry_tenant, registries, clusters,"
    )


async def test_output_in_place_of_plain_text_is_refused():
    output = pulumi.Output.from_input("r")
    assert refused(display_name=output).startswith("display_name: is an output: ")
    assert refused(registries=output).startswith("registries: is an output: ")


@pytest.mark.parametrize("given", ["warn", PullCheckMode.WARN])
def test_a_choice_is_its_member_or_its_text(given: str):
    found = read(registries=[{"registry_id": "r", "pull_check": {"mode": given}}])
    assert found["registries"][0]["pull_check"]["mode"] is PullCheckMode.WARN


def test_value_is_never_repeated():
    assert "planted" not in refused(cluster_tenant="planted-secret")
    assert "planted" not in refused(clusters=[{"cluster_id": ["planted-secret"]}])


@pytest.mark.parametrize("declared", [CrossTenantPullArgs, PullIdentityArgs, RegistryAccessArgs, TenantArgs])
@pytest.mark.parametrize("given", [None, "text", 5, {"colour": "blue"}])
def test_what_has_not_the_form_of_arguments_is_refused(declared: Any, given: Any):
    with pytest.raises(ArgumentError):
        checked(ArgPath("X 'x'"), declared, given)


@pytest.mark.parametrize("name", ["hunter2+planted/opaque==", "abc8Q~Zt-secret_of.the~form~that_entra-makes", 1, None])
def test_a_name_that_could_be_a_secret_is_not_repeated(name: Any):
    given = {"tenant_id": "b", name: "x"}
    assert refused(registry_tenant=given).startswith(
        "registry_tenant: has a name that is not an argument: there are tenant_id, subscription_id,"
    )
    assert refused(**{"clusters": [{"cluster_id": "c", name: "x"}]}).startswith("clusters[0]: has a name that is not")
