"""The ways in which a reset ends early: what the state keeps, and what the next update does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ServiceResponseError

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import ClusterGone, Ending
from crosstenant.azure.clusters.reset_operation import ResetFailed
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import ArmId
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.resource import Change
from tests.azure.aks_world import (
    APP,
    CLUSTER,
    CLUSTER_ID,
    NEXT_SECRET,
    OLD_APP,
    OPERATION,
    SECRET,
    URN,
    World,
    cluster,
    created,
    inputs,
    kept,
)
from tests.azure.azure_answers import answer

SUCCEEDED = Ending("Succeeded", "2026-01-31T12:34:56Z")


@pytest.fixture
def world() -> World:
    return World()


def refused(status: int, code: str, message: str) -> HttpResponseError:
    return HttpResponseError(response=answer(status, code, message))


def failed(code: str, message: str) -> ResetFailed:
    error = ResetFailed()
    error.__cause__ = HttpResponseError(response=answer(200, code, message, status_text="Failed"))
    return error


async def interrupted(world: World, olds: dict[str, Any] | None = None, **changes: Any) -> PartialError:
    work = world.profile.create(URN, inputs(**changes), 0) if olds is None else None
    work = work or world.profile.update(URN, CLUSTER_ID, olds or {}, inputs(**changes), 0)
    with pytest.raises(PartialError) as caught:
        await work
    assert SECRET not in str(caught.value)
    assert NEXT_SECRET not in str(caught.value)
    assert caught.value.resource_id == CLUSTER_ID
    return caught.value


@pytest.mark.parametrize("code", ["AADSTS7000215", "AADSTS7000222"])
async def test_new_secret_that_aks_does_not_know_yet_is_told_with_its_age(world: World, code: str):
    world.start_fails = refused(400, "BadRequest", f"{code}: Invalid client secret '{SECRET}'.")
    now = world.clock.utc()
    dates = {
        "secretMadeAt": (now - timedelta(minutes=4)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "secretExpiresAt": (now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    with pytest.raises(OperatorError) as caught:
        await world.profile.create(URN, inputs(**dates), 0)
    text = str(caught.value)
    assert f"cluster {CLUSTER_ID}: AKS does not accept the application's secret yet, which was made 4 min" in text
    assert f"Azure says BadRequest: {code}" in text
    assert SECRET not in text
    with pytest.raises(OperatorError) as caught:
        await world.profile.create(URN, inputs(), 0)
    assert "was made" not in str(caught.value)


async def test_waits_for_running_operation_then_resets(world: World):
    world.state = cluster(provisioning_state="Updating")
    world.states_while_busy = [cluster(provisioning_state="Updating"), cluster()]
    _, outputs = await world.profile.create(URN, inputs(), 0)
    assert world.order == ["prove", "reset"]
    assert world.clock.sleeps == [60, 60]
    assert outputs["credentialState"] == "applied"


async def test_another_operation_that_outlasts_the_limit_changes_nothing(world: World):
    world.state = cluster(provisioning_state="Updating")
    world.states_while_busy = [cluster(provisioning_state="Updating")] * 3
    with pytest.raises(OperatorError, match="custom_timeouts") as caught:
        await world.profile.create(URN, inputs(), 90)
    assert not isinstance(caught.value, PartialError)
    assert world.resets == []


async def test_cluster_that_ends_failed_while_waited_for_is_refused(world: World):
    world.state = cluster(provisioning_state="Updating")
    world.states_while_busy = [cluster(provisioning_state="Failed")]
    with pytest.raises(OperatorError, match="provisioning state Failed"):
        await world.profile.create(URN, inputs(), 0)
    assert world.resets == []


async def test_refusal_by_aks_changes_nothing(world: World):
    olds = await created(world)
    world.start_fails = refused(403, "RequestDisallowedByPolicy", "no")
    with pytest.raises(OperatorError, match="RequestDisallowedByPolicy: no") as caught:
        await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0)
    assert not isinstance(caught.value, PartialError)


async def test_request_without_an_answer_is_taken_for_accepted(world: World):
    world.start_fails, world.start_accepts = ServiceResponseError("connection reset"), True
    error = await interrupted(world)
    assert "may have begun the reset" in str(error)
    assert kept(error)["credentialState"] == "unknown"


async def test_failed_reset_keeps_the_old_credential_and_azures_words(world: World):
    olds = await created(world)
    world.wait_fails = failed("PodDrainFailure", "pod web-1 cannot be evicted")
    world.state = cluster(client_id=APP)
    error = await interrupted(world, olds, secret=NEXT_SECRET)
    assert "PodDrainFailure: pod web-1 cannot be evicted" in str(error)
    outputs = kept(error)
    assert (outputs["credentialState"], outputs["secret"], outputs["clientId"]) == ("failed", SECRET, APP)
    assert outputs["servicePrincipalProfile"] == {"clientId": APP, "secret": SECRET}
    assert outputs["resetAt"] == olds["resetAt"]


async def test_own_failed_reset_may_be_repeated_on_the_failed_cluster(world: World):
    olds = await created(world)
    world.wait_fails = failed("SubnetIsFull", "no address left")
    outputs = kept(await interrupted(world, olds, secret=NEXT_SECRET))
    world.state, world.wait_fails = cluster(client_id=APP, provisioning_state="Failed"), None
    diff = await world.profile.diff(URN, CLUSTER_ID, inputs(secret=NEXT_SECRET), outputs, inputs(secret=NEXT_SECRET))
    assert [(name, item.change) for name, item in diff.differences.items()] == [("credentialState", Change.UPDATE)]
    outputs = await world.profile.update(URN, CLUSTER_ID, outputs, inputs(secret=NEXT_SECRET), 0)
    assert world.resets[-1] == (APP, NEXT_SECRET)
    assert (outputs["credentialState"], outputs["provisioningState"]) == ("applied", "Succeeded")


async def cancelled(world: World, work: Callable[[], Awaitable[Any]], at: str) -> BaseException:
    """Runs ``work`` and cancels it during the reset, or during whatever ``at`` names."""
    reached = asyncio.Event()

    async def hang(*_: Any, **__: Any) -> Any:
        reached.set()
        await asyncio.Event().wait()

    setattr(world, at, hang)
    task = asyncio.ensure_future(work())
    await asyncio.wait_for(reached.wait(), 240)
    task.cancel()
    with pytest.raises((OperatorError, asyncio.CancelledError)) as caught:
        await task
    delattr(world, at)
    return caught.value


async def test_cancel_during_the_reset_says_that_aks_goes_on(world: World):
    olds = await created(world)
    error = await cancelled(
        world, lambda: world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0), "during"
    )
    assert isinstance(error, PartialError)
    assert "AKS continues it" in str(error)
    outputs = kept(error)
    assert (outputs["credentialState"], outputs["pendingOperation"], outputs["secret"]) == (
        "unknown",
        OPERATION,
        NEXT_SECRET,
    )
    assert outputs["resetAt"] == olds["resetAt"]
    assert {name for name, value in error.properties.items() if value.is_secret} == world.profile.secret_properties


async def test_cancel_before_the_reset_changes_nothing(world: World):
    for at in ("prove", "get"):
        error = await cancelled(world, lambda: world.profile.create(URN, inputs(), 0), at)
        assert isinstance(error, OperatorError)
        assert not isinstance(error, PartialError)
        assert "cancelled before" in str(error)
    assert world.resets == []


async def after_cancel(world: World) -> dict[str, Any]:
    olds = await created(world)
    error = await cancelled(
        world, lambda: world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0), "during"
    )
    assert isinstance(error, PartialError)
    world.resets.clear()
    return kept(error)


@pytest.mark.parametrize(("status", "repeated"), [("Succeeded", 0), ("Failed", 1), ("Canceled", 1), ("", 1)])
async def test_after_cancel_the_next_update_waits_and_repeats_only_if_it_must(world: World, status: str, repeated: int):
    olds = await after_cancel(world)
    world.state = cluster(client_id=APP, provisioning_state="Updating")
    world.states_while_busy = [cluster(client_id=APP)]
    world.endings[OPERATION] = Ending(status)
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0)
    assert world.resets == [(APP, NEXT_SECRET)] * repeated
    assert (outputs["credentialState"], outputs["pendingOperation"]) == ("applied", None)


@pytest.mark.parametrize("shown", [APP, OLD_APP])
@pytest.mark.parametrize(("end", "repeated"), [("Succeeded", 0), ("Failed", 1)])
async def test_status_that_lags_behind_the_cluster_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch, shown: str, end: str, repeated: int
):
    olds = await after_cancel(world)
    endings = [*[Ending("InProgress")] * 4, Ending(end)]

    async def ending(url: str) -> Ending:
        assert world.resets == []
        world.state = cluster(client_id=shown if len(endings) > 1 else APP)
        return endings.pop(0) if len(endings) > 1 else endings[0]

    monkeypatch.setattr(world, "ending", ending)
    world.state = cluster(client_id=shown)
    world.clock.sleeps.clear()
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0)
    assert world.resets == [(APP, NEXT_SECRET)] * repeated
    assert outputs["credentialState"] == "applied"
    assert world.clock.sleeps[:4] == [1, 2, 4, 8]


@pytest.mark.parametrize(("state", "repeated"), [("Succeeded", 0), ("Failed", 1), ("Canceled", 1)])
async def test_of_a_status_that_never_ends_the_cluster_tells_the_end(world: World, state: str, repeated: int):
    olds = await after_cancel(world)
    world.state = cluster(client_id=APP, provisioning_state=state)
    world.endings[OPERATION] = Ending("InProgress")
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0)
    assert world.resets == [(APP, NEXT_SECRET)] * repeated
    assert (outputs["credentialState"], outputs["pendingOperation"]) == ("applied", None)
    assert 250 < sum(world.clock.sleeps) <= 305


async def test_cluster_whose_reset_was_cancelled_does_not_count_as_reset(world: World):
    """Azure says that the operation succeeded, or nothing at all; some nodes have the old credential."""
    olds = await created(world)

    async def during(on_look: Callable[[], Awaitable[None]]) -> None:
        async def get(cluster_id: ArmId) -> ClusterState:
            return cluster(client_id=APP, provisioning_state="Canceled")

        async def idle(*args: Any, **options: Any) -> ClusterState:
            return await get(CLUSTER)

        world.get, world.wait_until_idle = get, idle

    world.during = during
    error = await interrupted(world, olds, secret=NEXT_SECRET)
    assert "has client ID" in str(error)
    assert "provisioning state 'Canceled'" in str(error)
    assert kept(error)["credentialState"] == "unknown"


async def test_preview_after_cancel_says_that_the_reset_goes_on(world: World):
    olds = await after_cancel(world)
    world.state = cluster(client_id=APP, provisioning_state="Updating")
    await world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET))
    await world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET, clientId=APP.upper()))
    await world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(secret=SECRET))
    assert ["goes on in AKS" in warning for warning in world.terminal.warnings] == [True, True, False]
    world.terminal.warnings.clear()
    world.state, world.endings[OPERATION] = cluster(client_id=APP), Ending("InProgress")
    await world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET))
    assert ["goes on in AKS" in warning for warning in world.terminal.warnings] == [True]


async def test_after_cancel_a_third_secret_is_reset_whatever_came_of_the_second(world: World):
    olds = await after_cancel(world)
    world.state = cluster(client_id=APP)
    world.endings[OPERATION] = SUCCEEDED
    await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=SECRET), 0)
    assert world.resets == [(APP, SECRET)]


async def test_after_cancel_and_failure_by_aks_the_reset_may_be_repeated(world: World):
    olds = await after_cancel(world)
    world.state = cluster(client_id=APP, provisioning_state="Failed")
    world.endings[OPERATION] = Ending("Failed")
    await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0)
    assert world.resets == [(APP, NEXT_SECRET)]


async def test_refresh_after_cancel_learns_how_the_operation_ended(world: World):
    olds = await after_cancel(world)
    world.state = cluster(client_id=APP)
    world.endings[OPERATION] = SUCCEEDED
    found = await world.profile.read(URN, CLUSTER_ID, inputs(secret=NEXT_SECRET), olds)
    assert found is not None
    assert (found.outputs["credentialState"], found.outputs["pendingOperation"]) == ("applied", None)
    assert found.outputs["resetAt"] == "2026-01-31T12:34:56Z"


async def test_refresh_during_the_operation_does_not_lose_it(world: World):
    olds = await created(world, clientId=OLD_APP)
    error = await cancelled(world, lambda: world.profile.update(URN, CLUSTER_ID, olds, inputs(), 0), "during")
    assert isinstance(error, PartialError)
    world.state = cluster(client_id=OLD_APP, provisioning_state="Updating")
    found = await world.profile.read(URN, CLUSTER_ID, inputs(), kept(error))
    assert found is not None
    assert (found.inputs["clientId"], found.outputs["pendingOperation"]) == (OLD_APP, OPERATION)
    world.resets.clear()
    world.states_while_busy = [cluster(client_id=APP)]
    world.endings[OPERATION] = SUCCEEDED
    outputs = await world.profile.update(URN, CLUSTER_ID, found.outputs, inputs(), 0)
    assert world.resets == []
    assert outputs["credentialState"] == "applied"


async def test_time_limit_keeps_the_operation(world: World):
    world.wait_fails = TimeoutError()
    error = await interrupted(world)
    assert "custom_timeouts" in str(error)
    assert kept(error)["pendingOperation"] == OPERATION


@pytest.mark.parametrize(
    ("afterwards", "credential_state"),
    [(cluster(client_id=OLD_APP), "unknown"), (cluster(client_id=APP, provisioning_state="Failed"), "failed")],
)
async def test_cluster_is_looked_at_again_after_the_reset(world: World, afterwards: Any, credential_state: str):
    read = world.wait_until_idle

    async def other(*args: Any, **kwargs: Any) -> Any:
        await read(*args, **kwargs)
        return afterwards

    world.wait_until_idle = other
    error = await interrupted(world)
    assert "was reset, but has client ID" in str(error)
    outputs = kept(error)
    assert (outputs["credentialState"], outputs["provisioningState"]) == (
        credential_state,
        afterwards.provisioning_state,
    )
    assert "pendingOperation" not in outputs


async def test_cluster_that_vanishes_before_the_reset(world: World):
    world.start_fails = ClusterGone()
    with pytest.raises(OperatorError, match="is gone"):
        await world.profile.create(URN, inputs(), 0)


async def test_status_line_shows_the_pools_at_work(world: World):
    async def during(on_look: Callable[[], Awaitable[None]]) -> None:
        assert world.state is not None
        pools = world.state.node_pools
        for busy in pools:
            world.clock.time += 120
            rolled = (replace(one, provisioning_state="Updating") if one is busy else one for one in pools)
            world.state = cluster(provisioning_state="Updating", node_pools=tuple(rolled))
            await on_look()

    world.during = during
    await world.profile.create(URN, inputs(), 0)
    assert world.terminal.statuses == [
        "resetting the credential (2 min); node pools at work: system",
        "resetting the credential (4 min); node pools at work: apps; done: system",
    ]


async def test_no_secret_is_ever_said(world: World):
    await created(world)
    assert SECRET not in world.terminal.everything
