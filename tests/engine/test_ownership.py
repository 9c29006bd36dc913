"""A caller that may change only the applications that it owns, and does not own the stack's application any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.state import State
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import HEAD, of_type, rewrite

APPLICATION = "azuread:index/application:Application"
PROGRAM = (
    HEAD
    + """
PullIdentity(
    "owned",
    PullIdentityArgs(
        tenant=tenant("cluster"), display_name="pulls", rotation=RotationArgs(rotation_trigger="1")
    ),
)
"""
)


def test_a_caller_that_is_not_an_owner_any_more_reads_how_it_becomes_one(
    make_stack: Callable[..., Stack], azure: Azure, tmp_path: Path
):
    stack = make_stack(PROGRAM)
    assert stack.operate("up").code == 0
    (application,) = of_type(stack, APPLICATION)
    object_id = application["outputs"]["objectId"]
    owners: list[str] = []

    def nobody_owns(state: State) -> None:
        owners.extend(state["applications"][object_id]["_owners"])
        state["applications"][object_id]["_owners"] = []

    azure.change(nobody_owns)
    for change, operation in (('"1"', '"2"'), "create"), (('"pulls"', '"pulls images"'), "update"):
        rewrite(tmp_path, PROGRAM.replace(*change))
        refused = stack.operate("up")
        assert refused.code != 0
        told = [it for it in refused.errors if "must be an owner of the application" in it]
        assert len(told) == 1, refused.output
        assert f"(PullIdentity 'owned': tenant.client_secret) may not {operation} this there" in told[0]
        assert f"'az ad app owner add --id {object_id} --owner-object-id OBJECT_ID'" in told[0]

    azure.change(lambda state: state["applications"][object_id]["_owners"].extend(owners))
    healed = stack.operate("up")
    assert healed.code == 0, healed.output
    assert drift.application(azure.state, application["outputs"]["clientId"])["displayName"] == "pulls images"
