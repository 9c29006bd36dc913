"""What must hold of a run, and what is told of it."""

from __future__ import annotations

from collections import Counter

from lib.soak.life import Findings
from lib.soak.tenants import by_kind


def judge(found: Findings) -> list[str]:
    """What is not as it must be; nothing where the run is good."""
    wrong = [*found.wrong]
    wrong += [f"refused without a cause: {it}" for it in found.unexplained[:10]]
    if len(found.pulls) != found.nodes:
        wrong.append(f"{len(found.pulls)} nodes pulled, of {found.nodes}")
    wrong += [
        f"node {node} pulled {count} times in {found.lived} days: too few to prove anything"
        for node, count in found.pulls.items()
        if count < found.lived
    ]
    for cluster in sorted({*found.resets_made, *found.resets_needed}):
        made, needed = found.resets_made[cluster], found.resets_needed[cluster]
        if made != needed:
            wrong.append(f"cluster {cluster} was reset {made} times, {needed} were needed")
    if found.secrets_alive != found.secrets_needed:
        wrong.append(f"{found.secrets_alive} secrets are alive in the end, {found.secrets_needed} are needed")
    if found.least_days_left <= 0:
        wrong.append("a node had a secret that has ended")
    if found.left:
        wrong.append(f"left in the end: {', '.join(sorted(found.left))}")
    if found.lost:
        wrong.append(f"gone in the end, though it is not the stack's: {', '.join(sorted(found.lost))}")
    return wrong


def figures(found: Findings) -> list[tuple[str, str]]:
    """The figures of a run, each with its name."""
    resets = "; ".join(
        f"{cluster}: {found.resets_made[cluster]} made, {found.resets_needed[cluster]} needed"
        for cluster in sorted(found.resets_needed, reverse=True)
    )
    operations = ", ".join(f"{count} {name} of {seconds:.1f} s" for name, (count, seconds) in found.operations.items())
    return [
        ("days", f"{found.lived} of {found.days}, in {found.seconds / 60:.0f} minutes; seed {found.seed}"),
        ("operations, with the median of their seconds", operations),
        ("pulls refused without a cause", str(len(found.unexplained))),
        ("pulls granted", f"{found.pulls.total()}, by {len(found.pulls)} nodes; {_least(found.pulls)} by one at least"),
        ("pulls refused because of a change outside, until its repair", str(found.refused.total())),
        ("changes outside", str(found.changes.total())),
        ("faults", f"{found.faults_set} set, {found.faults_met.total()} met a request, "
         f"{found.operations_ended.total()} ended an operation, which the next run completed"),
        ("rotations", f"{found.rotations}, every {found.rotate_every_days} days"),
        ("resets", resets),
        ("secrets made", str(found.secrets_made)),
        ("secrets alive before the removal", f"{found.secrets_alive}, {found.secrets_needed} needed"),
        ("the least time that a node's secret had to its end", f"{found.least_days_left:.0f} days"),
        ("objects of both tenants before", found.before),
        ("objects that the stack added", found.meanwhile),
        ("objects left after destroy", by_kind(found.left)),
    ]  # fmt: skip


def _least(pulls: Counter[str]) -> int:
    return min(pulls.values(), default=0)
