"""How operations grow with the clusters, and with the registries, of one chain: seconds, and calls to Azure."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.host.state_file import open_store, state_path
from lib.estate import Estate

MEMORY_BOUND = 200.0
"""Megabytes that one process of the plugin may need."""

OPERATIONS = {"update from nothing": ("up",), "update without a change": ("up",), "refresh": ("refresh",)}


@dataclass(frozen=True)
class Cost:
    """One operation."""

    seconds: float
    asked: Counter[str]
    """Requests by service; ``login`` is Entra's sign-in."""

    @property
    def calls(self) -> int:
        """All its requests."""
        return sum(self.asked.values())


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

    def __str__(self) -> str:
        """Some lines for the reader."""
        lines: list[str] = []
        for operation in OPERATIONS:
            seconds, calls = self.slope(operation)
            sizes = ", ".join(f"{count}: {it[operation].seconds:.1f} s" for count, it in self.costs.items())
            lines.append(f"{self.what}, {operation}: {sizes}; one more costs {seconds:.3f} s and {calls:.1f} calls")
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
        costs[count] = {name: _cost(stack, name, words) for name, words in OPERATIONS.items()}
    return Growth(what, costs)


def _cost(stack: Estate, name: str, words: tuple[str, ...]) -> Cost:
    known = len(requests(open_store(state_path())))
    expecting = () if "nothing" in name else ("--expect-no-changes",)
    done = stack.operate(*words, "--parallel", "100", *expecting)
    if done.code:
        sys.exit(f"bench: {done.command} failed:\n{done.output}")
    return Cost(done.seconds, Counter(it["service"] for it in requests(open_store(state_path()))[known:]))
