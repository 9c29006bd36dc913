"""Whether the caller's own roles permit an action, and what follows where they do not."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from azure.core.exceptions import HttpResponseError

from crosstenant.azure import caller_rights
from crosstenant.azure.caller_rights import CallerRights, permits
from crosstenant.azure.clusters.clusters import RESET_ACTION
from crosstenant.azure.connections.addresses import ForeignAddressError
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.errors import OperatorError
from tests.azure.aks_world import CLUSTER_ID, OLD_APP, SECRET, URN, World, created, inputs
from tests.azure.azure_answers import answer
from tests.fakes import as_arm


class FakeArm:
    """Answers from a script."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str | None]] = []

    async def get(self, path: str, api_version: str | None = None, **query: str) -> Any:
        self.asked.append((path, api_version))
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def aclose(self) -> None:
        pass


def permission(*actions: str, but: list[str] | None = None) -> dict[str, Any]:
    return {"actions": list(actions), "notActions": but or [], "dataActions": [], "notDataActions": []}


async def ask(*answers: Any) -> bool | None:
    return await permits(as_arm(FakeArm(*answers)), CLUSTER_ID, RESET_ACTION)


@pytest.mark.parametrize(
    ("permissions", "permitted"),
    [
        ([], False),
        ([permission("*/read")], False),
        ([permission("*")], True),
        ([permission("Microsoft.ContainerService/managedClusters/*")], True),
        ([permission(RESET_ACTION.upper())], True),
        ([permission("Microsoft.ContainerService/managedClusters/read", RESET_ACTION)], True),
        ([permission("*", but=["Microsoft.ContainerService/*"])], False),
        # What one role leaves out another may give.
        ([permission("*", but=["Microsoft.ContainerService/*"]), permission(RESET_ACTION)], True),
        ([permission("Microsoft.ContainerService/managedClusters")], False),
    ],
)
async def test_permission_follows_from_the_roles(permissions: list[dict[str, Any]], permitted: bool):
    assert await ask({"value": permissions}) is permitted


async def test_every_page_counts():
    arm = FakeArm({"value": [permission("*/read")], "nextLink": "https://next"}, {"value": [permission("*")]})
    assert await permits(as_arm(arm), CLUSTER_ID, RESET_ACTION) is True
    assert arm.asked == [
        (f"{CLUSTER_ID}/providers/Microsoft.Authorization/permissions", "2022-04-01"),
        ("https://next", None),
    ]


async def test_nothing_follows_from_a_refusal():
    refused = HttpResponseError(response=answer(403, "AuthorizationFailed", "No."))
    assert await ask(refused) is None
    assert await ask(ForeignAddressError("https://elsewhere", "management.azure.com")) is None


GROUP = CLUSTER_ID.split("/providers/")[0]
ASSIGN, READ = (f"Microsoft.Authorization/roleAssignments/{verb}" for verb in ("write", "read"))


def rights(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> tuple[CallerRights, FakeArm]:
    arm = FakeArm(*answers)
    monkeypatch.setattr(caller_rights, "Arm", lambda tenant: arm)
    return CallerRights(cast("Tenant", None)), arm


async def test_resources_that_share_a_scope_ask_for_it_once(monkeypatch: pytest.MonkeyPatch):
    found, arm = rights(monkeypatch, {"value": [permission("*/read")]}, {"value": [permission("*")]})
    asked = [found.missing(scope, [READ, ASSIGN]) for scope in (GROUP, GROUP.lower(), CLUSTER_ID, GROUP)]
    assert await asyncio.gather(*asked) == [[ASSIGN], [ASSIGN], [], [ASSIGN]]
    assert len(arm.asked) == 2


async def test_nothing_is_missing_where_azure_does_not_tell(monkeypatch: pytest.MonkeyPatch):
    refused = HttpResponseError(response=answer(403, "AuthorizationFailed", "No."))
    found, arm = rights(monkeypatch, refused)
    assert await found.missing(GROUP, [ASSIGN]) == []
    for undocumented in ("/subscriptions/s", "/providers/Microsoft.Management/managementGroups/m", ""):
        assert await found.missing(undocumented, [ASSIGN]) == []
    assert len(arm.asked) == 1


async def test_a_condition_of_a_role_is_left_to_azure(monkeypatch: pytest.MonkeyPatch):
    conditional = {**permission(ASSIGN), "condition": "@Request[...] ...", "conditionVersion": "2.0"}
    found, _ = rights(monkeypatch, {"value": [conditional]})
    assert await found.missing(GROUP, [ASSIGN]) == []


async def test_reset_that_the_caller_may_not_make_is_refused_at_preview():
    world = World(may=False)
    with pytest.raises(OperatorError) as refused:
        await world.profile.preview_create(URN, inputs())
    said = str(refused.value)
    assert CLUSTER_ID in said
    assert RESET_ACTION in said
    assert "'Azure Kubernetes Service Contributor Role'" in said


@pytest.mark.parametrize("may", [True, None])
async def test_reset_is_announced_where_nothing_speaks_against_it(may: bool | None):
    world = World(may=may)
    await world.profile.preview_create(URN, inputs())
    assert len(world.terminal.warnings) == 1


async def test_right_to_reset_is_not_needed_where_nothing_is_reset():
    world = World()
    olds = await created(world)
    world.may = False
    await world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(abandonOnDelete=True))
    assert (OLD_APP, SECRET) not in world.resets
