"""A rotation of six clusters in three waves: its order, a failure in the second wave, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.nodes import set_power
from lib.stack import Stack
from tests.engine.cluster_estate import resets_of
from tests.engine.engine_world import Azure
from tests.engine.fleet_world import cluster_id
from tests.engine.wave_world import Waves


def test_a_rotation_in_waves_stops_at_a_failure_and_goes_on(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    waves = Waves(azure, make_stack, tmp_path, a=0, b=0, c=1, d=1, e=2, f=2)
    waves.up()
    assert sorted(waves.resets) == list("abcdef")
    assert not waves.overlap("ab", "cd")
    assert not waves.overlap("cd", "ef")
    (old,) = waves.secrets

    waves.ask(trigger="2", at_once=1)
    plan = waves.stack.operate("preview")
    assert plan.says("the order of the resets: wave 0 (a, b), then wave 1 (c, d), then wave 2 (e, f)"), plan.output
    for name, turn in {"b": "0, is the first one", "c": "1, begins when wave 0 (a, b) has succeeded"}.items():
        assert f"{cluster_id(name)}: AKS drains" in plan.output
        assert plan.says(f"Its wave, {turn}. At most 1 cluster is reset at the same time"), plan.output

    # The second wave fails in AKS, with some nodes reimaged already.
    with resets_of("c", "d", outcome="Failed"):
        failed = waves.stack.operate("up")
    assert failed.code != 0
    assert "Traceback" not in failed.output
    first, *others = waves.resets[8:]
    assert others == []
    (other,) = set("cd") - {first}
    told = "The waves: wave 0 (a, b) has succeeded; in wave 1 (c, d) this run has reset no other cluster;"
    assert failed.says(told, "wave 2 (e, f) is not begun. The next 'pulumi up' continues"), failed.output
    begun = [it for it in failed.errors if f"the reset of cluster {cluster_id(other)} is not begun" in it]
    assert len(begun) == 1, failed.errors
    assert f"because that of {first} failed (max_parallel_resets: 1)" in begun[0]
    kept, new = waves.secrets
    assert kept == old
    pulling = waves.nodes_that_pull(*"abcdef")
    assert [pulling[it] for it in "ab"] == [[new, new]] * 2
    assert set(pulling[first]) <= {old, new}
    assert [pulling[it] for it in (other, "e", "f")] == [[old, old]] * 3

    # One cluster alone, by the operator's wish: the order is not kept, and the others are not touched.
    waves.ask()
    waves.up("--target", waves.urn("e"))
    assert waves.resets[9:] == ["e"]
    assert waves.secrets == [old, new]

    resumed = waves.up("--parallel", "1")
    assert sorted(waves.resets[10:]) == ["c", "d", "f"], "no second reset of what has the new secret"
    assert not waves.overlap("cd", "f")
    assert resumed.changes[-1].op == "delete-replaced", "the old secret goes last of all"
    assert [it["path"].rsplit("/", 1)[-1] for it in azure.requests if it["method"] == "POST"][-1] == "removePassword"
    assert waves.secrets == [new]
    assert waves.nodes_that_pull(*"abcdef") == {it: [new, new] for it in "abcdef"}

    # Other waves, the first one gone, a cluster less: none of it resets.
    waves.ask(a=5, b=None, c=0, d=2, e=0)
    less = waves.up()
    assert [(it.op, it.name) for it in less.changes] == [("delete", "fleet-b-profile")]
    assert len(waves.resets) == 13
    quiet = waves.stack.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output

    destroyed = waves.stack.operate("destroy")
    assert destroyed.code == 0, destroyed.output
    records = [it.name[len("fleet-") :][0] for it in destroyed.changes if it.name.endswith("-profile")]
    assert records[0] == "a"
    assert set(records[1:3]) == {"d", "f"}
    assert set(records[3:]) == {"c", "e"}


def test_a_cluster_that_has_to_wait_does_not_hold_up_the_next_wave(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    waves = Waves(azure, make_stack, tmp_path, when_stopped="skip", a=0, b=1)
    waves.up()
    before = waves.secret_of("a")
    azure.change(lambda state: drift.stop_cluster(state, "a"))
    waves.ask(trigger="2")
    rotated = waves.up()
    assert rotated.says(f"{cluster_id('a')} waits"), rotated.output
    assert waves.resets[2:] == ["b"]
    assert before in waves.secrets
    assert waves.secret_of("a") == before != waves.secret_of("b")

    azure.change(lambda state: set_power(drift.resource(state, drift.CLUSTERS, "a"), "Running"))
    waves.up()
    assert waves.resets[3:] == ["a"]
    assert waves.secret_of("a") == waves.secret_of("b")
