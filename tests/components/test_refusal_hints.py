"""What is said beside a provider's own error, and what is waited for."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pulumi
import pytest
from pulumi.resource_hooks import ErrorHookArgs

from crosstenant.components.pieces import refusal_hints

SCOPE = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/images"
EXISTS = (
    'Status=409 Code="RoleAssignmentExists" Message="The role assignment already exists. The ID of the existing role '
    'assignment is 0dbd5fb00c5b504aba28635caca3349d."'
)
UNSEEN = 'Status=400 Code="PrincipalNotFound" Message="Principal 1 does not exist in the directory 2."'


class Run:
    """The hooks of one run, without an engine: what they log, and how long they wait."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.logged: list[str] = []
        self.slept: list[float] = []
        monkeypatch.setattr(refusal_hints, "ErrorHook", lambda name, callback: callback)
        monkeypatch.setattr(pulumi.log, "error", lambda message, resource: self.logged.append(message))

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        monkeypatch.setattr(refusal_hints.asyncio, "sleep", sleep)
        self.component = SimpleNamespace(urn=_Known("urn:component"))
        self.providers = SimpleNamespace(tenant_id="tenant-b", azuread=SimpleNamespace(urn=_Known("urn:provider")))

    async def assignment_fails(self, *errors: str, operation: str = "create") -> bool:
        hook = refusal_hints.on_role_assignment_error(
            "images-pull-role", cast("Any", self.providers), cast("Any", self.component)
        )
        return await cast("Any", hook)(failed(*errors, operation=operation))

    async def principal_fails(self, *errors: str) -> bool:
        hook = refusal_hints.on_service_principal_error(
            "images-principal", cast("Any", self.providers), cast("Any", self.component)
        )
        return await cast("Any", hook)(failed(*errors))


class _Known:
    def __init__(self, value: str) -> None:
        self._value = value

    def future(self) -> asyncio.Future[str]:
        found = asyncio.get_running_loop().create_future()
        found.set_result(self._value)
        return found


def failed(*errors: str, operation: str = "create") -> ErrorHookArgs:
    return ErrorHookArgs("urn", "", "name", "type", {"scope": SCOPE}, failed_operation=operation, errors=list(errors))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(monkeypatch)


async def test_an_assignment_under_another_name_is_named_with_the_way_to_take_it_over(run: Run):
    assert await run.assignment_fails(EXISTS) is False
    name = "0dbd5fb0-0c5b-504a-ba28-635caca3349d"
    assert f"{SCOPE}/providers/Microsoft.Authorization/roleAssignments/{name}" in run.logged[0]
    assert f"role_assignment_name='{name}'" in run.logged[0]


async def test_an_assignment_whose_id_azure_leaves_out_is_told_where_to_look(run: Run):
    await run.assignment_fails("RoleAssignmentExists: The role assignment already exists.")
    assert f"az role assignment list --scope {SCOPE}" in run.logged[0]


async def test_a_principal_that_has_not_replicated_is_waited_for_within_bounds(run: Run):
    errors: list[str] = []
    tries = 0
    while await run.assignment_fails(*(errors := [UNSEEN, *errors])):
        tries += 1
    assert run.slept == [2, 5, 10, 20, 30, 30, 30]
    assert tries == len(run.slept)
    assert run.logged == []


async def test_a_caller_that_may_not_assign_roles_reads_which_role_it_lacks(run: Run):
    assert await run.assignment_fails("Code=AuthorizationFailed The client 'x' ...") is False
    assert "Role Based Access Control Administrator" in run.logged[0]
    await run.assignment_fails("Code=AuthorizationFailed ...", operation="delete")
    assert len(run.logged) == 1


async def test_another_error_is_left_as_it_is(run: Run):
    assert await run.assignment_fails("Code=ScopeLocked ...") is False
    assert await run.principal_fails("something else") is False
    assert run.logged == []


async def test_a_service_principal_that_exists_comes_with_the_whole_import_command(run: Run):
    await run.principal_fails('A resource with the ID "/servicePrincipals/abc" already exists - to be managed ...')
    assert "'consented'" in run.logged[0]
    assert (
        "pulumi import azuread:index/servicePrincipal:ServicePrincipal images-principal /servicePrincipals/abc"
        " --protect=false --parent 'parent=urn:component' --provider 'provider=urn:provider'"
    ) in run.logged[0]


async def test_a_caller_without_rights_in_the_directory_reads_both_ways_out(run: Run):
    await run.principal_fails(
        "Could not create service principal: Authorization_RequestDenied: Insufficient privileges"
    )
    assert "Application.ReadWrite.All" in run.logged[0]
    assert "'consented'" in run.logged[0]


def test_hooks_of_resources_with_one_name_have_names_of_their_own():
    assert refusal_hints.hook_name("a", "error") != refusal_hints.hook_name("a", "error")
