"""docs/soak.md, made of one run of `make soak`."""

from __future__ import annotations

import math
import os
import platform
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from lib.soak.changes import CLUSTERS, DRIFTS
from lib.soak.life import Findings
from lib.soak.verdict import figures

_HEAD: Final = """\
# The soak

A chain lives for a year, or for fewer days, by the [sandbox](sandbox.md)'s clock. The command

    {command}

made this page, of its run on {date} on {cores} cores, {system}, Python {python}.{shorter}

Without arguments the command lets a chain live for 20 days (some minutes) and writes no page; with `MINUTES=60` no day
begins after an hour, and the days that came to pass are judged. What is wrong is printed on its day. A run that fails
ends with the command that replays it: which change and which fault come on which day follows from the seed alone, and
the first days of a year are those of a shorter run.

## What happens

The chain is a `CrossTenantPull` with one registry and two clusters in two [waves](waves.md), of five and three nodes,
whose secret [rotates](rotation.md) every {every} days and is kept for one more period. The program, the plugin and the
providers see the date of the sandbox's clock, so that the rotations are due by the program's own schedule.

- **Each night** `pulumi preview --refresh --expect-no-changes` must be silent, or show a change: where somebody has
  made one, and where a rotation is due. After a change that it shows, `pulumi up --refresh` repairs the chain.
- **Each week** `pulumi up` must do nothing, or rotate.
- **All the while** each node of each cluster pulls an image, in a loop of its own, with the credential that it has at
  that moment. Only while the date moves are all pulls at an end.
- **On about every fourth night** somebody has changed something outside the stack; on about every third a request goes
  wrong. Faults of requests that change something wait for such a request. The registry's own requests have no faults
  here, because nodes make the same ones; [faults.md](faults.md) has them.

## What must hold

- No pull is refused, except between a change outside that stops pulls and the end of its repair, at the clusters that
  it concerns. A change that stops no pull explains none. (Each change that stops pulls must be noticed by a node of
  each of its clusters, and each node must have pulled at least once for each day: a loop that stands still proves
  nothing.)
- An operation fails only if a fault has met one of its requests and the error speaks of that fault; run again, it
  succeeds, or another fault has met it. Nothing shows a traceback or a secret.
- Azure is asked for exactly as many resets as are needed: one for each cluster to begin with, one for each rotation,
  one for each loss of a cluster's credential. This is counted from dates and changes, beside the stack.
- After each update the application has the current and the previous secret and no other, and each node the current
  one. No secret of a node comes to its end.
- After `pulumi destroy` both tenants have the objects that they had before, no more and no fewer: applications,
  secrets, service principals, role assignments, resources, locks. (Before it the clusters are given back their old
  application.)

## What came of it

| | |
| --- | --- |
"""


def write(file: Path, found: Findings) -> None:
    """Writes the page.

    :param file: The page.
    :param found: A good run.
    """
    bound = "" if math.isinf(found.minutes) else f" MINUTES={found.minutes:g}"
    text = _HEAD.format(
        command=f"make soak DAYS={found.days} SEED={found.seed}{bound} PAGE=docs/soak.md",
        shorter="" if found.lived == found.days else f"\n**It had time for {found.lived} of the {found.days} days.**",
        date=datetime.now(timezone.utc).date(),
        cores=os.cpu_count(),
        system=platform.system(),
        python=platform.python_version(),
        every=found.rotate_every_days,
    )
    text += "".join(f"| {name} | {figure} |\n" for name, figure in figures(found))
    text += "\n## Changes outside\n\n| change | stops pulls | resets | times | pulls refused until its repair |\n"
    text += "| --- | --- | --- | --- | --- |\n"
    for it in DRIFTS:
        resets, refused = len(it.resets) or "none", found.refused[it.name] if it.stops else "none"
        text += f"| {it.name} | {_of(it.stops)} | {resets} | {found.changes[it.name]} | {refused} |\n"
    text += "\n## Faults\n\n| request | fault | met a request | ended an operation |\n| --- | --- | --- | --- |\n"
    for name, count in sorted(found.faults_met.items()):
        request, form = name.split(": ")
        text += f"| {request} | {form} | {count} | {_count(found.operations_ended, name)} |\n"
    file.write_text(text)


def _of(clusters: tuple[str, ...]) -> str:
    return "no" if not clusters else "of both clusters" if clusters == CLUSTERS else f"of {clusters[0]}"


def _count(counts: Counter[str], name: str) -> str:
    return str(counts[name] or "no")
