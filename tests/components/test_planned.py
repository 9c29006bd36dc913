"""What the program itself declares of the application, which a preview must not ask Azure about."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_azuread as azuread
import pytest
from pulumi.resource import DependencyResource

from crosstenant.components.pieces.planned import Planned, planned
from tests.components.construction import APP, build
from tests.components.programs import identity

STACK = "urn:pulumi:test::program"


Made = Callable[[], pulumi.Input[str]]


def answers(make: Made) -> Planned | None:
    """The answer about the client ID that ``make`` gives in a program."""
    said: list[Planned | None] = []

    def program() -> None:
        pulumi.Output.from_input(planned(make(), "sign_in_audience")).apply(said.append)

    build(program)
    assert len(said) == 1
    return said[0]


def of(urn: str) -> pulumi.Output[str]:
    """A value of a resource of another process, as a component of the plugin gets it."""
    return DependencyResource(urn).urn.apply(lambda _: APP)


def single_tenant() -> pulumi.Output[str]:
    return azuread.Application("own", display_name="own", sign_in_audience="AzureADMyOrg").client_id


@pytest.mark.parametrize("given", [lambda: APP, lambda: pulumi.Output.from_input(APP)])
def test_a_client_id_that_is_written_down_is_of_no_resource(given: Made):
    assert answers(given) is None


def test_an_application_of_this_package_is_multi_tenant():
    assert answers(lambda: identity().client_id) == Planned("AzureADMultipleOrgs")
    assert answers(lambda: identity().client_id.apply(str.upper)) == Planned("AzureADMultipleOrgs")


def test_an_application_of_the_program_has_the_audience_that_it_declares():
    assert answers(single_tenant) == Planned("AzureADMyOrg")


def test_a_resource_of_another_process_is_the_programs_own_with_an_audience_that_is_not_known():
    assert answers(lambda: of(f"{STACK}::crosstenant:index:PullIdentity::id")) == Planned(None)


def test_a_stack_reference_is_of_no_resource_of_this_program():
    assert answers(lambda: of(f"{STACK}::pulumi:pulumi:StackReference::org/other/prod")) is None
    assert answers(lambda: pulumi.StackReference("org/other/prod").outputs.apply(lambda _: APP)) is None
