"""examples/fleet, as it is, with ten clusters in three subscriptions; `make bench-fleet` measures a hundred."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lib.fleet import Fleet, add_fleet
from lib.peaks import Peaks
from tests.engine.cluster_estate import end_operations, meanwhile
from tests.engine.engine_world import Azure


def test_a_canary_is_reset_first_and_then_the_others_at_one_time(azure: Azure, tmp_path: Path):
    clusters: list[str] = []
    azure.change(lambda state: clusters.extend(add_fleet(state, 10, 3, seconds=600)))
    assert len({it.split("/")[2] for it in clusters}) == 3
    canary, *others = clusters
    fleet = Fleet(tmp_path / "fleet", others, canaries=[canary], environ=azure.environ)

    def end() -> None:
        azure.change(end_operations)

    with (
        Peaks("pulumi-resource-crosstenant") as peaks,
        meanwhile(lambda: len(azure.resets) >= 1, end),
        meanwhile(lambda: len(azure.resets) >= 10, end),
    ):
        up = fleet.operate("up", "--parallel", "10")
    assert up.code == 0, up.output

    state = azure.state
    operations = list(state["operations"].values())
    assert Counter(it["resource"] for it in operations) == Counter(it.lower() for it in clusters)
    first, *rest = sorted(operations, key=lambda it: it["_start"])
    assert first["resource"] == canary.lower()
    assert first["_end"] <= rest[0]["_start"], "the others wait for the canary"
    assert rest[-1]["_start"] < min(it["_end"] for it in rest), "all nine at one time"
    application = next(it for it in state["applications"].values() if it["displayName"] == "fleet (fleet)")
    assert {state["resources"][it.lower()]["_credential"]["clientId"] for it in clusters} == {application["appId"]}
    assert 0 < peaks.megabytes < 200
    quiet = fleet.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output
