"""``protect`` and ``retain_on_delete`` on the real engine: ordinary life goes on, and nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crosstenant.sandbox.world import drift, seed
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.options_world import Optioned, shows


def test_a_protected_component_rotates_follows_its_registry_and_is_not_destroyed(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    stack = Optioned(azure, make_stack, tmp_path, protect=True, retain_on_delete=True)
    stack.up()
    (first,) = stack.secrets

    azure.change(lambda state: drift.registry_mode(state, "fabrikamimages", "abac"))
    stack.ask(rotation={"rotation_trigger": "1"})
    shows(stack.up("--refresh"), "protect", "retain")
    (second,) = stack.secrets
    assert second != first
    assert stack.roles == [seed.ACR_REPOSITORY_READER]
    assert len(azure.resets) == 2

    chain = (stack.secrets, stack.roles)
    before = len(azure.writes)
    refused = stack.stack.command("pulumi", "destroy", "--preview-only", "--non-interactive", "--stack", "test")
    assert refused.code != 0
    shows(refused, "destroy-protected")
    unprotected = stack.stack.command("pulumi", "state", "unprotect", "--all", "--yes", "--stack", "test")
    assert unprotected.code == 0, unprotected.output
    still_used = stack.stack.operate("destroy")
    assert still_used.code != 0
    assert still_used.says("still acts as application"), still_used.output
    assert (stack.secrets, stack.roles) == chain
    assert azure.writes[before:] == []

    component = "urn:pulumi:test::program::crosstenant:index:CrossTenantPull::prod"
    given_up = stack.stack.command(
        "pulumi", "state", "delete", component, "--target-dependents", "--yes", "--stack", "test"
    )
    assert given_up.code == 0, given_up.output
    assert [it["urn"] for it in stack.stack.resources() if it["custom"]] == []
    assert azure.writes[before:] == []
