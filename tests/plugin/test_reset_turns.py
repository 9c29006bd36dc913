"""Resets among each other: how many at the same time, and what happens to the others after a failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import CLUSTER_TYPE, parse_arm_id
from crosstenant.plugin.service_principal_profile.record import Record
from crosstenant.plugin.service_principal_profile.reset_request import ResetRequest
from crosstenant.plugin.service_principal_profile.reset_turns import ResetTurns, Turn
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.resource import Diff
from crosstenant.provider_kit.values import UNKNOWN
from tests.azure.aks_world import APP, CLUSTER_ID, OLD_APP, SECRET, URN, FakeClock, World, cluster, created, inputs

WAVES = {"wave": 1, "waves": {"0": "canary", "1": "aks-prod, aks-two", "2": "last"}}


def request(name: str, at_once: int | None, client_id: str = APP) -> ResetRequest:
    cluster_id = CLUSTER_ID.replace("aks-prod", name)
    given = inputs(clusterId=cluster_id, clientId=client_id, maxParallelResets=at_once)
    return ResetRequest(URN, parse_arm_id(cluster_id, CLUSTER_TYPE), Record.of_inputs(given), SECRET, 5000.0)


class Resets:
    """Resets that go on until the test ends them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.turns = ResetTurns(self.clock)
        self.begun: dict[str, Turn] = {}
        self.said: list[str] = []
        self._ends: dict[str, asyncio.Future[None]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, name: str, at_once: int | None, client_id: str = APP) -> None:
        """Asks for a reset, which begins or waits."""

        async def reset() -> None:
            async with self.turns.turn(request(name, at_once, client_id), self._say) as turn:
                self.begun[name] = turn
                self._ends[name] = asyncio.get_running_loop().create_future()
                await self._ends[name]

        self._tasks[name] = asyncio.ensure_future(reset())
        await self._settle()

    async def end(self, name: str, error: Exception | None = None) -> None:
        """Ends a reset."""
        if error:
            self._ends[name].set_exception(error)
        else:
            self._ends[name].set_result(None)
        await self._settle()

    async def outcome(self, name: str) -> str:
        """What the engine is told of a reset; empty for a success."""
        try:
            await asyncio.wait_for(self._tasks[name], 240)
        except OperatorError as error:
            return str(error)
        return ""

    async def _say(self, message: str) -> None:
        self.said.append(message)

    async def _settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


@asynccontextmanager
async def resets(*names: str, at_once: int | None) -> AsyncGenerator[Resets]:
    found = Resets()
    for name in names:
        await found.ask(name, at_once)
    yield found
    assert not found.turns.of(APP).running


async def test_no_more_resets_run_than_allowed_and_the_others_follow_in_their_order():
    async with resets("a", "b", "c", "d", at_once=2) as them:
        assert list(them.begun) == ["a", "b"]
        assert them.said == ["waits for the reset of a, b: 2 at the same time at most"] * 2
        await them.end("b")
        assert list(them.begun) == ["a", "b", "c"]
        await them.end("c")
        assert list(them.begun) == ["a", "b", "c", "d"]
        await them.end("a")
        await them.end("d")
        assert [await them.outcome(it) for it in "abcd"] == [""] * 4


async def test_without_a_limit_all_run_at_the_same_time():
    async with resets("a", "b", "c", at_once=None) as them:
        assert list(them.begun) == ["a", "b", "c"]
        await them.end("b", OperatorError("refused"))
        assert await them.outcome("b") == "refused"
        await them.ask("d", None)
        assert "d" in them.begun
        for name in "acd":
            await them.end(name)


async def test_a_wait_counts_against_no_time_limit():
    async with resets("a", "b", at_once=1) as them:
        them.clock.time += 7200
        await them.end("a")
        assert (them.begun["a"].waited, them.begun["a"].request.deadline) == (False, 5000)
        assert (them.begun["b"].waited, them.begun["b"].request.deadline) == (True, 5000 + 7200)
        await them.end("b")


async def test_after_a_failure_the_waiting_ones_do_not_begin_and_say_so():
    async with resets("a", "b", "c", at_once=2) as them:
        await them.end("a", OperatorError("refused"))
        assert await them.outcome("a") == "refused"
        assert "c" not in them.begun
        assert await them.outcome("c") == (
            f"the reset of cluster {CLUSTER_ID.replace('aks-prod', 'c')} is not begun, because that of a failed"
            " (max_parallel_resets: 2). The cluster keeps the credential that it has; the next 'pulumi up' continues"
            " with it"
        )
        await them.end("b")
        assert await them.outcome("b") == "", "what runs already goes on to its end"


async def test_resets_to_another_application_are_not_counted():
    async with resets("a", at_once=1) as them:
        await them.ask("b", 1, OLD_APP)
        assert list(them.begun) == ["a", "b"]
        await them.end("a")
        await them.end("b")


async def test_a_failure_in_a_wave_says_what_is_where():
    world = World(state=cluster(power_state="Stopped"))
    profile = world.profile
    for urn, wave in (("canary", 0), (URN, 1)):
        cluster_id = CLUSTER_ID.replace("aks-prod", urn) if urn == "canary" else CLUSTER_ID
        await profile.check(urn, {}, inputs(**WAVES | {"wave": wave, "clusterId": cluster_id}))
    with pytest.raises(OperatorError) as caught:
        await profile.create(URN, inputs(**WAVES), 0)
    assert str(caught.value).endswith(
        ". The waves: wave 0 (canary) has succeeded; in wave 1 (aks-prod, aks-two) this run has reset no other cluster;"
        " wave 2 (last) is not begun. The next 'pulumi up' continues: it resets only clusters that do not have the new"
        " secret yet, and no secret is removed before all have it"
    )


async def test_a_failure_does_not_claim_a_wave_that_the_run_left_out():
    world = World(state=cluster(power_state="Stopped"))
    with pytest.raises(OperatorError, match=r"wave 0 \(canary\) is not wholly part of this run \(--target\); in wave"):
        await world.profile.create(URN, inputs(**WAVES), 0)


async def test_a_failure_names_the_clusters_that_the_run_has_reset_before():
    world = World()
    profile = world.profile
    await profile.create(URN, inputs(**WAVES), 0)
    world.wait_fails = TimeoutError()
    with pytest.raises(PartialError, match=r"in wave 1 .* this run has reset aks-prod; wave 2"):
        await profile.create(URN, inputs(**WAVES), 0)


async def test_a_reset_that_aks_began_and_that_failed_says_so_too_and_keeps_its_record():
    world = World(wait_fails=TimeoutError())
    with pytest.raises(PartialError, match=r"Allow more time with custom_timeouts\. The waves: ") as caught:
        await world.profile.create(URN, inputs(**WAVES), 0)
    assert caught.value.resource_id == CLUSTER_ID
    assert "credentialState" in caught.value.properties


async def test_a_failure_without_waves_has_its_reason_alone():
    world = World(state=cluster(power_state="Stopped"))
    with pytest.raises(OperatorError) as caught:
        await world.profile.create(URN, inputs(maxParallelResets=1), 0)
    assert "wave" not in str(caught.value)


async def test_a_preview_tells_the_order_once_and_the_turn_of_each_cluster():
    world = World()
    profile = world.profile
    given = inputs(**WAVES, maxParallelResets=2, secret=UNKNOWN)
    await profile.preview_create(URN, given)
    await profile.preview_create(URN, given | {"wave": 0})
    order = "the order of the resets: wave 0 (canary), then wave 1 (aks-prod, aks-two), then wave 2 (last)"
    assert world.terminal.infos == [order]
    await profile.preview_create(URN, given | {"wave": 2})
    second, first, third = world.terminal.warnings
    assert ". Its wave, 2, begins when wave 0 (canary) and wave 1 (aks-prod, aks-two) have succeeded." in third
    assert second.endswith(
        ". Its wave, 1, begins when wave 0 (canary) has succeeded. At most 2 clusters are reset at the same time"
    )
    assert first.endswith(". Its wave, 0, is the first one. At most 2 clusters are reset at the same time")


async def test_another_place_in_the_order_is_no_change():
    world = World()
    olds = await created(world, **WAVES)
    assert "wave" not in olds
    assert (
        await world.profile.diff(URN, CLUSTER_ID, inputs(**WAVES), olds, inputs(wave=5, maxParallelResets=1)) == Diff()
    )


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("wave", -1, "must be a whole number, 0 or more"),
        ("wave", 1.5, "must be a whole number, 0 or more"),
        ("wave", True, "must be a number"),
        ("maxParallelResets", 0, "must be a whole number, 1 or more"),
        ("waves", {"first": "aks"}, "must have the numbers of waves as its keys, such as '0'"),
    ],
)
async def test_a_wrong_place_in_the_order_is_refused(name: str, value: object, reason: str):
    _, failures = await World().profile.check(URN, {}, inputs(**{name: value}))
    assert [(it.property, it.reason) for it in failures] == [(name, reason)]
