"""Clusters whose reset waits: stopped, outside of their window, not before a time; and when none of that holds one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crosstenant.azure.clusters.maintenance import Maintenance
from crosstenant.azure.directory.graph import Secret
from crosstenant.azure.sign_in.secret_proof import SecretExpired
from crosstenant.errors import OperatorError
from crosstenant.model.maintenance_schedule import windows_of
from crosstenant.provider_kit.resource import Change, Properties
from crosstenant.provider_kit.values import UNKNOWN
from tests.azure.aks_world import (
    APP,
    CLUSTER_ID,
    NEXT_SECRET,
    NOW,
    OLD_APP,
    SECRET,
    URN,
    World,
    application,
    cluster,
    created,
    inputs,
)

KEY = "00000000-0000-4000-8000-0000000000e1"
NEXT_KEY = "00000000-0000-4000-8000-0000000000e2"
ENDS = "2026-04-30T00:00:00Z"
# The clock says Saturday, 12:00.
CLOSED = {"resetStart": "22:00", "resetDurationMinutes": 120}
OPEN = {"resetStart": "11:00", "resetDurationMinutes": 120}
SKIP = {"whenStopped": "skip"}
PREVIOUS = {"previousSecretKeyId": KEY, "previousSecretExpiresAt": ENDS}
STOPPED = cluster(client_id=APP, power_state="Stopped")
WAITS = f"cluster {CLUSTER_ID} waits: its reset window is closed until 2026-01-31T22:00:00Z."


@pytest.fixture
def world() -> World:
    world = World()
    found = application(APP, "ours")
    secrets = tuple(Secret(key, "", NOW + timedelta(days=90)) for key in (KEY, NEXT_KEY))
    world.applications[APP] = replace(found, secrets=secrets)
    return world


async def with_first(world: World) -> Properties:
    """The cluster has the first secret."""
    return await created(world, secretKeyId=KEY)


def rotated(**changes: Any) -> Properties:
    """The inputs after a rotation that keeps the first secret."""
    return inputs(secret=NEXT_SECRET, secretKeyId=NEXT_KEY, **{**PREVIOUS, **changes})


async def held_by(world: World, **rules: Any) -> Properties:
    """The state after a rotation that the cluster does not take part in."""
    olds = await with_first(world)
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, rotated(**rules), 0)
    assert world.resets == []
    world.terminal.infos.clear()
    world.terminal.warnings.clear()
    return {name: value for name, value in outputs.items() if value is not None}


async def differences(world: World, olds: Properties, news: Properties) -> dict[str, Change]:
    found = await world.profile.diff(URN, CLUSTER_ID, news, olds, news)
    return {name: it.change for name, it in found.differences.items()}


async def test_a_reset_outside_of_the_window_is_announced_and_not_made(world: World):
    olds = await with_first(world)
    news = rotated(**CLOSED)
    preview = await world.profile.preview_update(URN, CLUSTER_ID, olds, news | {"secret": UNKNOWN})
    assert (preview["credentialState"], preview["servicePrincipalProfile"]["secret"]) == ("waiting", UNKNOWN)
    assert world.terminal.infos[-1] == (
        f"{WAITS} The first update after that resets its credential. Until then it keeps secret {KEY}, which ends at"
        f" {ENDS}"
    )
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, news, 0)
    assert world.resets == world.terminal.warnings == []
    assert outputs["credentialState"] == "waiting"
    assert outputs["waitsFor"] == (
        f"2026-01-31T22:00:00Z (its reset window is closed), then 'pulumi up'; its present secret {KEY} ends at {ENDS}"
    )
    # The cluster's own secret is kept, and a new cluster takes the program's.
    assert (outputs["secret"], outputs["secretKeyId"]) == (SECRET, KEY)
    assert outputs["servicePrincipalProfile"] == {"clientId": APP, "secret": NEXT_SECRET}


async def test_while_it_waits_the_plan_is_quiet_and_every_run_says_so(world: World):
    state = await held_by(world, **CLOSED)
    assert await differences(world, state, rotated(**CLOSED)) == {}
    assert [it.partition(WAITS)[0] for it in world.terminal.infos] == [""]
    assert world.terminal.warnings == []
    seen = await world.profile.read(URN, CLUSTER_ID, rotated(**CLOSED), state)
    assert seen is not None
    assert {name: it for name, it in seen.outputs.items() if it is not None} == state
    assert seen.inputs == rotated(**CLOSED)


async def test_in_the_window_the_next_update_resets(world: World):
    state = await held_by(world, **CLOSED)
    world.clock.time += 10 * 3600
    assert await differences(world, state, rotated(**CLOSED)) == {"credentialState": Change.UPDATE}
    outputs = await world.profile.update(URN, CLUSTER_ID, state, rotated(**CLOSED), 0)
    assert world.resets == [(APP, NEXT_SECRET)]
    assert (outputs["credentialState"], outputs["waitsFor"], outputs["secret"]) == ("applied", None, NEXT_SECRET)
    assert outputs["secretKeyId"] == NEXT_KEY


async def test_azure_tells_the_time_of_a_window(world: World):
    """A machine whose clock is wrong must not open a window."""
    state = await held_by(world, **CLOSED)
    world.state = cluster(client_id=APP, as_of=NOW + timedelta(hours=10))
    assert await differences(world, state, rotated(**CLOSED)) == {"credentialState": Change.UPDATE}


async def test_an_open_window_holds_nothing(world: World):
    olds = await with_first(world)
    await world.profile.update(URN, CLUSTER_ID, olds, rotated(**OPEN), 0)
    assert world.resets == [(APP, NEXT_SECRET)]


async def test_not_before_holds_a_reset_and_an_open_window_does_not_hasten_it(world: World):
    later = {"resetNotBefore": "2026-02-02T00:00:00Z"}
    for rules, until in ((later, "2026-02-02T00:00:00Z"), (later | OPEN, "2026-02-02T11:00:00Z")):
        state = await held_by(world, **rules)
        assert state["waitsFor"].startswith(until)


async def test_a_window_that_is_removed_ends_the_wait(world: World):
    state = await held_by(world, **CLOSED)
    assert await differences(world, state, rotated()) == {"credentialState": Change.UPDATE}


async def test_a_wait_that_comes_near_the_end_of_the_secret_is_a_warning(world: World):
    near = {"previousSecretExpiresAt": "2026-02-10T00:00:00Z"}
    state = await held_by(world, **CLOSED, **near)
    await differences(world, state, rotated(**CLOSED, **near, expiryWarningDays=9))
    assert world.terminal.warnings == []
    await differences(world, state, rotated(**CLOSED, **near, expiryWarningDays=10))
    assert world.terminal.warnings[-1].endswith(
        "which ends at 2026-02-10T00:00:00Z, in 9 days: from 2026-01-31T22:00:00Z on, run 'pulumi up' before that, or"
        " the cluster cannot sign in, nor pull"
    )


async def test_a_window_after_the_end_of_the_secret_is_said_days_before(world: World):
    late = {"previousSecretExpiresAt": "2026-03-20T00:00:00Z", "resetNotBefore": "2026-03-21T00:00:00Z"}
    state = await held_by(world, **late)
    await differences(world, state, rotated(**late))
    assert world.terminal.warnings[-1].endswith(
        "in 47 days. The reset comes too late: between the end of the secret and an update after it the cluster cannot"
        " sign in, nor pull. Give it an earlier window (reset_window, reset_not_before), and run 'pulumi up' in it"
    )


async def test_a_window_holds_nothing_once_the_secret_has_ended(world: World):
    ending = {"previousSecretExpiresAt": "2026-01-31T13:00:00Z"}
    state = await held_by(world, **CLOSED, **ending)
    assert await differences(world, state, rotated(**CLOSED, **ending)) == {}
    world.clock.time += 3600
    assert await differences(world, state, rotated(**CLOSED, **ending)) == {"credentialState": Change.UPDATE}
    await world.profile.update(URN, CLUSTER_ID, state, rotated(**CLOSED, **ending), 0)
    assert world.resets == [(APP, NEXT_SECRET)]


async def test_a_window_holds_nothing_once_the_application_has_lost_the_secret(world: World):
    state = await held_by(world, **CLOSED)
    world.applications[APP] = replace(world.applications[APP], secrets=())
    assert await differences(world, state, rotated(**CLOSED)) == {"credentialState": Change.UPDATE}


@pytest.mark.parametrize("found", [cluster(client_id=OLD_APP), cluster(client_id=APP, provisioning_state="Failed")])
async def test_a_window_does_not_hold_the_repair_of_a_broken_cluster(world: World, found: Any):
    olds = await with_first(world)
    world.state = found
    world.dead_secrets = {SECRET: SecretExpired("expired")} if found.has_failed else {}
    await world.profile.update(URN, CLUSTER_ID, olds, rotated(**CLOSED), 0)
    assert world.resets == [(APP, NEXT_SECRET)]


async def test_a_first_reset_waits_too_and_the_cluster_keeps_its_own_credential(world: World):
    """Nothing of this stack is lost by it, whatever rotates meanwhile."""
    _, outputs = await world.profile.create(URN, inputs(secretKeyId=KEY, **CLOSED), 0)
    assert (world.resets, outputs["credentialState"], outputs["secret"]) == ([], "waiting", None)
    assert world.terminal.infos[-1].endswith("Until then it keeps the credential that it has")
    state = {name: value for name, value in outputs.items() if value is not None}
    assert await differences(world, state, inputs(secretKeyId=KEY, **CLOSED)) == {}
    seen = await world.profile.read(URN, CLUSTER_ID, inputs(secretKeyId=KEY, **CLOSED), state)
    assert seen is not None
    assert (seen.inputs["clientId"], seen.outputs["credentialState"]) == (APP, "waiting")
    later = await world.profile.update(URN, CLUSTER_ID, state, rotated(**CLOSED, previousSecretKeyId=None), 0)
    assert later["credentialState"] == "waiting"
    assert later["servicePrincipalProfile"]["secret"] == NEXT_SECRET
    world.clock.time += 10 * 3600
    await world.profile.update(URN, CLUSTER_ID, state, rotated(**CLOSED), 0)
    assert world.resets == [(APP, NEXT_SECRET)]


async def test_the_clusters_own_maintenance_is_a_window(world: World):
    weekly = {
        "maintenanceWindow": {
            "schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Sunday"}},
            "durationHours": 4,
            "startTime": "02:00",
        }
    }
    world.windows = Maintenance("aksManagedNodeOSUpgradeSchedule", windows_of(weekly))
    state = await held_by(world, resetInMaintenance=True)
    assert state["waitsFor"].startswith(
        "2026-02-01T02:00:00Z (its maintenance configuration aksManagedNodeOSUpgradeSchedule is closed)"
    )
    world.windows = None
    with pytest.raises(OperatorError, match=r"has no maintenance .* \('az aks maintenanceconfig"):
        await differences(world, state, rotated(resetInMaintenance=True))


async def test_a_stopped_cluster_waits_for_its_start(world: World):
    olds = await with_first(world)
    world.state = STOPPED
    with pytest.raises(OperatorError, match=r"start it .* or let it wait for its start \(when_stopped='skip'\)"):
        await world.profile.preview_update(URN, CLUSTER_ID, olds, rotated())
    state = await world.profile.update(URN, CLUSTER_ID, olds, rotated(**SKIP), 0)
    assert world.resets == []
    assert state["waitsFor"] == (
        "the start of the cluster ('az aks start -g rg-clusters -n aks-prod'), then 'pulumi up'; its present secret"
        f" {KEY} ends at {ENDS}"
    )
    world.terminal.infos.clear()
    assert await differences(world, state, rotated(**SKIP)) == {}
    assert world.terminal.infos == [
        f"cluster {CLUSTER_ID} waits: it is stopped. The first update after its start ('az aks start -g rg-clusters -n"
        f" aks-prod') resets it. Until then it keeps secret {KEY}, which ends at {ENDS}"
    ]
    world.state = cluster(client_id=APP)
    assert await differences(world, state, rotated(**SKIP)) == {"credentialState": Change.UPDATE}
    await world.profile.update(URN, CLUSTER_ID, state, rotated(**SKIP), 0)
    assert world.resets == [(APP, NEXT_SECRET)]


async def test_a_cluster_that_stops_is_not_waited_for(world: World):
    olds = await with_first(world)
    world.state = cluster(client_id=APP, provisioning_state="Stopping")
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, rotated(**SKIP), 0)
    assert (outputs["credentialState"], world.resets) == ("waiting", [])


async def test_the_end_of_a_stopped_clusters_secret_is_said_before_and_after(world: World):
    near = {**SKIP, "previousSecretExpiresAt": "2026-02-01T18:00:00Z"}
    olds = await with_first(world)
    world.state = STOPPED
    state = await world.profile.update(URN, CLUSTER_ID, olds, rotated(**near), 0)
    assert world.terminal.warnings[-1].endswith(
        "in 30 hours: start it and run 'pulumi up' before that, or the cluster cannot sign in, nor pull"
    )
    world.clock.time += 2 * 86400
    assert await differences(world, state, rotated(**near)) == {}
    assert world.terminal.warnings[-1].endswith("which ended at 2026-02-01T18:00:00Z: it cannot sign in, nor pull")


@pytest.mark.parametrize(
    ("found", "rules", "remedy"),
    [
        (STOPPED, SKIP, r"has to wait \(it is stopped\), .*start it \('az aks start -g rg-clusters -n aks-prod'\)"),
        (cluster(client_id=APP), CLOSED, "run again after 2026-01-31T22:00:00Z, in its window; or remove reset_window"),
    ],
)
async def test_an_update_that_would_remove_the_secret_of_a_waiting_cluster_is_refused(
    world: World, found: Any, rules: Properties, remedy: str
):
    olds = await with_first(world)
    world.state = found
    state = await world.profile.update(URN, CLUSTER_ID, olds, rotated(**rules), 0)
    # A second rotation: the new one is not made yet, and the one that the cluster waits for is the previous one.
    second = rotated(**rules, previousSecretKeyId=NEXT_KEY) | {"secret": UNKNOWN, "secretKeyId": UNKNOWN}
    with pytest.raises(OperatorError, match=remedy) as caught:
        await world.profile.preview_update(URN, CLUSTER_ID, state, second)
    assert f"would remove the secret that it has ({KEY})" in str(caught.value)
    with pytest.raises(OperatorError, match=remedy):
        await world.profile.update(URN, CLUSTER_ID, state, second | {"secret": "third", "secretKeyId": None}, 0)
    assert world.resets == []


async def test_a_secret_that_has_ended_may_be_removed_while_its_cluster_is_stopped(world: World):
    olds = await with_first(world)
    world.state = STOPPED
    state = await world.profile.update(URN, CLUSTER_ID, olds, rotated(**SKIP), 0)
    world.clock.time += 100 * 86400
    third = rotated(**SKIP, previousSecretKeyId=NEXT_KEY) | {"secret": "third-secret", "secretKeyId": None}
    outputs = await world.profile.update(URN, CLUSTER_ID, state, third, 0)
    assert (outputs["credentialState"], outputs["secretKeyId"]) == ("waiting", KEY)


async def test_a_stopped_cluster_with_another_application_stays_drift(world: World):
    """Neither its secret nor its repair is this stack's to put off, once it runs: no window holds it."""
    olds = await with_first(world)
    world.state = cluster(client_id=OLD_APP, power_state="Stopped")
    state = await world.profile.update(URN, CLUSTER_ID, olds, rotated(**SKIP, **CLOSED), 0)
    assert state["credentialState"] == "unknown"
    assert await differences(world, state, rotated(**SKIP, **CLOSED)) == {}
    world.state = cluster(client_id=OLD_APP)
    assert await differences(world, state, rotated(**SKIP, **CLOSED)) == {"credentialState": Change.UPDATE}
    await world.profile.update(URN, CLUSTER_ID, state, rotated(**SKIP, **CLOSED), 0)
    assert world.resets == [(APP, NEXT_SECRET)]


async def test_a_failed_cluster_is_reset_where_the_program_says_so(world: World):
    olds = await with_first(world)
    world.state = cluster(client_id=APP, provisioning_state="Failed")
    with pytest.raises(OperatorError, match=r"or ask for the reset nevertheless \(repair_failed=True\)"):
        await world.profile.preview_update(URN, CLUSTER_ID, olds, rotated())
    await world.profile.preview_update(URN, CLUSTER_ID, olds, rotated(repairFailed=True))
    assert world.terminal.warnings[-1].endswith(
        "Its provisioning state is Failed, and nothing shows that its credential is the cause: it is reset"
        " nevertheless, because repair_failed is set"
    )
    await world.profile.update(URN, CLUSTER_ID, olds, rotated(repairFailed=True), 0)
    assert world.resets == [(APP, NEXT_SECRET)]


@pytest.mark.parametrize(
    ("window", "name"),
    [
        ({"resetStart": "22:00"}, "resetDurationMinutes"),
        ({"resetDays": ["saturday"]}, "resetStart"),
        ({**CLOSED, "resetDays": ["caturday"]}, "resetDays"),
        ({**CLOSED, "resetStart": "24:00"}, "resetStart"),
        ({**CLOSED, "resetDurationMinutes": 0.5}, "resetDurationMinutes"),
        ({**CLOSED, "resetInMaintenance": True}, "resetStart"),
        ({"resetNotBefore": "tomorrow"}, "resetNotBefore"),
        ({"whenStopped": "wait"}, "whenStopped"),
        ({"expiryWarningDays": -1}, "expiryWarningDays"),
        ({"previousSecretKeyId": "me"}, "previousSecretKeyId"),
    ],
)
async def test_what_cannot_be_a_window_is_refused(world: World, window: Properties, name: str):
    _, failures = await world.profile.check(URN, {}, inputs(**window))
    assert [it.property for it in failures] == [name]
