"""How operations grow with the clusters, and with the registries, of one chain: seconds, and calls to Azure."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.host.state_file import open_store, state_path
from lib.calls import Calls, calls_of, refresh_bound
from lib.estate import Estate
from lib.figures import verdict

MEMORY_BOUND = 200.0
"""Megabytes that one process of the plugin may need."""

CLUSTERS_BOUND = 3.0
"""How many times as long an operation may take with the most clusters as with one."""

REFRESH = "refresh"
OPERATIONS = {
    "preview of a new stack": ("preview",),
    "update from nothing": ("up",),
    "update without a change": ("up", "--expect-no-changes"),
    REFRESH: ("refresh", "--expect-no-changes"),
}


@dataclass(frozen=True)
class Cost:
    """One operation."""

    seconds: float
    requests: list[dict[str, Any]]
    """Its entries in the sandbox's request log."""

    @property
    def asked(self) -> Counter[str]:
        """Requests by service; ``login`` is Entra's sign-in."""
        return Counter(it["service"] for it in self.requests)

    @property
    def by_object(self) -> Calls:
        """Requests by object."""
        return calls_of(self.requests)

    @property
    def calls(self) -> int:
        """All its requests."""
        return len(self.requests)


@dataclass(frozen=True)
class Growth:
    """The costs of stacks that differ in one number."""

    what: str
    """``clusters`` or ``registries``."""
    costs: dict[int, dict[str, Cost]]
    """By that number, and by operation."""

    def slope(self, operation: str) -> tuple[float, float]:
        """Seconds and calls that one more costs, between the two largest stacks."""
        few, many = sorted(self.costs)[-2:]
        less, more = self.costs[few][operation], self.costs[many][operation]
        return (more.seconds - less.seconds) / (many - few), (more.calls - less.calls) / (many - few)

    def times(self, operation: str) -> float:
        """How many times as long the largest stack takes as the smallest."""
        return self.costs[max(self.costs)][operation].seconds / self.costs[min(self.costs)][operation].seconds

    def refresh_bound(self, count: int) -> int:
        """The calls that the plugin may make in a refresh of one of the stacks."""
        return refresh_bound(count, 1) if self.what == "clusters" else refresh_bound(1, count)

    @property
    def holds(self) -> bool:
        """Whether the growth with clusters, and the calls of every refresh, are within their bounds."""
        within = self.what != "clusters" or all(self.times(it) <= CLUSTERS_BOUND for it in OPERATIONS)
        return within and all(it[REFRESH].by_object.ours <= self.refresh_bound(n) for n, it in self.costs.items())

    def __str__(self) -> str:
        """Some lines for the reader."""
        lines: list[str] = []
        for operation in OPERATIONS:
            seconds, calls = self.slope(operation)
            sizes = ", ".join(f"{count}: {it[operation].seconds:.1f} s" for count, it in self.costs.items())
            line = f"{self.what}, {operation}: {sizes}; one more costs {seconds:.3f} s and {calls:.1f} calls"
            if self.what == "clusters":
                ratio = self.times(operation)
                line += f"; ratio {ratio:.2f}, bound {CLUSTERS_BOUND:.2f}: {verdict(ratio <= CLUSTERS_BOUND)}"
            lines.append(line)
        for count, it in self.costs.items():
            ours, bound = it[REFRESH].by_object.ours, self.refresh_bound(count)
            said = f"{ours} calls of the plugin, bound {bound}: {verdict(ours <= bound)}"
            lines.append(f"refresh of a stack with {count} {self.what}: {said}")
        return "\n".join(lines)


def measure_growth(
    folder: Path, what: str, counts: tuple[int, ...], clusters: list[str], registries: list[str]
) -> Growth:
    """Runs the operations of a new stack for each number.

    :param folder: Where the stacks are made.
    :param what: What there are more of: ``clusters`` or ``registries``.
    :param counts: How many.
    :param clusters: ARM IDs of clusters; a later stack takes them from an earlier one.
    :param registries: ARM IDs of registries.
    """
    costs: dict[int, dict[str, Cost]] = {}
    for count in counts:
        print(f"operations of a stack with {count} {what}")
        some = (clusters[:count], registries[:1]) if what == "clusters" else (clusters[:1], registries[:count])
        stack = Estate(folder / f"{count}-{what}", *some)
        costs[count] = {name: _cost(stack, words) for name, words in OPERATIONS.items()}
    return Growth(what, costs)


def _cost(stack: Estate, words: tuple[str, ...]) -> Cost:
    known = len(requests(open_store(state_path())))
    done = stack.operate(*words, "--parallel", "100")
    if done.code:
        sys.exit(f"bench: {done.command} failed:\n{done.output}")
    return Cost(done.seconds, requests(open_store(state_path()))[known:])
