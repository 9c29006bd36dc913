"""Resets that wait: for a stopped cluster's start, for a window, for a time; and what nothing holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.fleet_world import cluster_id
from tests.engine.hold_world import Holding, from_now, utc


def test_a_reset_waits_as_long_as_its_cluster_pulls_and_every_run_says_so(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    fleet = Holding(azure, make_stack, tmp_path)
    skipping = {"when_stopped": "skip"}
    fleet.ask({}, b=skipping)
    fleet.up()
    (first,) = fleet.secrets
    assert fleet.on_clusters == (first, first)

    # One is stopped: the other moves, and the old secret stays.
    fleet.change("b", powerState={"code": "Stopped"})
    fleet.ask({"rotation_trigger": "1"}, b=skipping)
    waits = f"cluster {cluster_id('b')} waits: it is stopped. The first update after its start ('az aks start -g"
    done = fleet.up()
    assert waits in done.output, done.output
    second = fleet.secrets[-1]
    assert fleet.secrets == [first, second]
    assert fleet.on_clusters == (second, first)
    assert fleet.states == ("applied", "waiting")
    assert fleet.waiting["a"] is None
    assert first in fleet.waiting["b"]
    quiet = fleet.stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output
    assert waits in quiet.output
    checked = fleet.check()
    assert "its reset waits for the start of the cluster ('az aks start" in checked, checked

    # A second rotation would take from it the secret that it has: refused, with nothing made.
    fleet.ask({"rotation_trigger": "2"}, b=skipping)
    before = len(azure.writes)
    refused = fleet.stack.operate("preview")
    assert refused.code != 0
    lost = f"cluster {cluster_id('b')} has to wait (it is stopped), and this update would remove the secret that it has"
    assert refused.says(lost, "start it ('az aks start -g"), refused.output
    assert azure.writes[before:] == []

    fleet.change("b", powerState={"code": "Running"})
    fleet.ask({"rotation_trigger": "1"}, b=skipping)
    started = fleet.up()
    assert [it.name for it in started.changes if it.is_infrastructure] == ["fleet-b-profile"]
    assert fleet.on_clusters == (second, second)
    assert fleet.states == ("applied", "applied")

    # The other has a window: announced, held, and done in the window by Azure's clock.
    opens = from_now(hours=3)
    window = {"reset_window": {"start": f"{opens:%H:%M}", "duration_minutes": 60}}
    near = {"rotation_trigger": "2", "end_date": utc(from_now(days=20))}
    fleet.ask(near, a=window)
    held = fleet.up()
    assert held.says(f"waits: its reset window is closed until {utc(opens)}"), held.output
    third = fleet.secrets[-1]
    assert fleet.secrets == [second, third], "the first one goes, which no cluster has"
    assert fleet.on_clusters == (second, third)
    fleet.pass_time(hours=3, minutes=5)
    opened = fleet.up()
    assert [it.name for it in opened.changes if it.is_infrastructure] == ["fleet-a-profile"]
    assert fleet.on_clusters == (third, third)

    # A time that comes after the end of its secret: said long before, and not kept once the secret has ended.
    late = {"reset_not_before": utc(from_now(days=25))}
    fleet.ask({"rotation_trigger": "3", "end_date": utc(from_now(days=400))}, a=late)
    warned = fleet.up()
    fourth = fleet.secrets[-1]
    assert warned.says("warning: cluster", "in 19 days. The reset comes too late"), warned.output
    assert fleet.on_clusters == (third, fourth)
    fleet.pass_time(days=21)
    mended = fleet.up()
    assert [it.name for it in mended.changes if it.is_infrastructure] == ["fleet-a-profile"]
    assert fleet.on_clusters == (fourth, fourth)

    # A cluster that failed for another reason than its credential is reset where the program says so.
    fleet.change("a", provisioningState="Failed")
    fleet.ask({"rotation_trigger": "4", "end_date": utc(from_now(days=400))}, a={"repair_failed": True})
    fleet.up()
    fifth = fleet.secrets[-1]
    assert fleet.secrets == [fourth, fifth]
    assert fleet.on_clusters == (fifth, fifth)
