"""How long a fleet takes beside one cluster, and what memory the plugin needs for it.

    make bench-fleet

Each is one `pulumi up` of examples/fleet from nothing, in the sandbox: first one cluster, then a hundred in four
subscriptions, then a hundred others in five waves of twenty. A reset takes 5 seconds there, in waves 10 (AKS needs
minutes to an hour): its end is seen up to a second later, because AKS asks to be asked each second, and that second of
each wave must not be a large part of what is measured.

The command fails if the fleet takes more than three times as long as the one, if the five waves take more than 1.3
times the sum of their resets from the first reset to the end of the last, if a cluster was not reset exactly once or
before a wave was due, or if a plugin process grows past 200 MB.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from crosstenant.sandbox.host.state_file import open_store, state_path
from lib import sandbox
from lib.checkout import SCRATCH, VENV
from lib.figures import verdict
from lib.fleet import Fleet, add_fleet
from lib.peaks import Peaks

CLUSTERS, SUBSCRIPTIONS = 100, 4
WAVES = 5
RESET_SECONDS, WAVE_SECONDS = 5.0, 10.0
TIME_BOUND, WAVES_BOUND, MEMORY_BOUND = 3.0, 1.3, 200.0
FOLDER = SCRATCH / "bench-fleet"
PLUGIN = f"{VENV}/bin/pulumi-resource-crosstenant$"


@dataclass(frozen=True)
class Run:
    """One update from nothing."""

    seconds: float
    """From the start of `pulumi` to its end."""
    resetting: float
    """From the first reset that AKS accepted to the end of the last one."""
    megabytes: float
    """The most memory that one process of the plugin has had."""


def main(_started: float) -> None:
    """Measure, print, and exit with 1 if a bound is broken."""
    with open_store(state_path()).change() as state:
        clusters = add_fleet(state, 2 * CLUSTERS + 1, SUBSCRIPTIONS, RESET_SECONDS)
    alone, fleet = measure(clusters[:1]), measure(clusters[1 : CLUSTERS + 1])
    with open_store(state_path()).change() as state:
        state["settings"]["reset"]["seconds"] = WAVE_SECONDS
    waves = measure(clusters[CLUSTERS + 1 :], per_wave=CLUSTERS // WAVES)
    ratio, megabytes = fleet.seconds / alone.seconds, max(it.megabytes for it in (alone, fleet, waves))
    of_waves = waves.resetting / (WAVES * WAVE_SECONDS)
    print(
        f"\none cluster: {alone.seconds:.1f} s, of which {alone.resetting:.1f} s resetting\n"
        f"{CLUSTERS} clusters: {fleet.seconds:.1f} s, of which {fleet.resetting:.1f} s resetting; ratio {ratio:.2f},"
        f" bound {TIME_BOUND:.2f}: {verdict(ratio <= TIME_BOUND)}\n"
        f"{CLUSTERS} clusters in {WAVES} waves: {waves.seconds:.1f} s, of which {waves.resetting:.1f} s resetting:"
        f" {of_waves:.2f} times the sum of the waves, bound {WAVES_BOUND:.2f}: {verdict(of_waves <= WAVES_BOUND)}\n"
        f"memory of the plugin: {megabytes:.0f} MB, bound {MEMORY_BOUND:.0f} MB: {verdict(megabytes <= MEMORY_BOUND)}"
    )
    sys.exit(0 if ratio <= TIME_BOUND and of_waves <= WAVES_BOUND and megabytes <= MEMORY_BOUND else 1)


def measure(clusters: list[str], per_wave: int = 0) -> Run:
    """Runs a new stack of these clusters, with an identity of its own.

    :param clusters: ARM IDs of the clusters.
    :param per_wave: How many are in one wave; 0 for one wave of all.
    """
    print(f"pulumi up --parallel {CLUSTERS} of {len(clusters)} cluster(s)" + (f", {per_wave} a wave" * bool(per_wave)))
    stack = Fleet(FOLDER / f"{len(clusters)}-{per_wave}", clusters, per_wave=per_wave)
    with Peaks(PLUGIN) as peaks:
        done = stack.operate("up", "--parallel", str(CLUSTERS))
    if done.code:
        sys.exit(f"bench-fleet: {done.command} failed:\n{done.output}")
    wanted = {cluster.lower() for cluster in clusters}
    with open_store(state_path()).read() as state:
        operations = [it for it in state["operations"].values() if it["resource"] in wanted]
    resets = Counter(it["resource"] for it in operations)
    if resets != Counter(wanted) or any(it["outcome"] != "Succeeded" for it in operations):
        sys.exit(f"bench-fleet: not every cluster was reset once: {resets}")
    in_order = sorted(operations, key=lambda it: it["_start"])
    size = per_wave or len(clusters)
    batches = [in_order[place : place + size] for place in range(0, len(in_order), size)]
    for before, after in pairwise(batches):
        if max(it["_end"] for it in before) > after[0]["_start"]:
            sys.exit("bench-fleet: a reset began before those of the wave before had ended")
    span = max(it["_end"] for it in operations) - min(it["_start"] for it in operations)
    return Run(done.seconds, span, peaks.megabytes)


if __name__ == "__main__":
    sandbox.run_inside(FOLDER, main)
