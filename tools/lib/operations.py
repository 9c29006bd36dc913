"""The quickstart's operations beside those of a program that registers its resources without a component."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from lib import sandbox
from lib.checkout import ROOT
from lib.figures import Figure, medians
from lib.stack import Stack

HANDWRITTEN = ROOT / "tests" / "fixtures" / "handwritten"
COMPONENTS = ("Stack", "CrossTenantPull", "PullIdentity", "RegistryAccess")
BOUND = 1.2


def measure_operations(folder: Path, clusters: list[str], runs: int) -> list[Figure]:
    """Previews, updates from nothing, updates and refreshes without a change, of both programs in turn.

    :param folder: Where the stacks are made.
    :param clusters: Two for each run: no two stacks may have the same.
    :param runs: How often each is done.
    """
    free = iter(clusters)
    pair = [_Side(ROOT, folder / "quickstart", free), _Side(HANDWRITTEN, folder / "handwritten", free)]
    planned = [it.fresh().planned() for it in pair]  # also warms the file caches of both
    if planned[0] != planned[1] or not planned[0]:
        sys.exit(f"bench: the two programs do not register the same resources:\n{planned[0]}\n{planned[1]}")
    figures = [_figure("preview", runs, *(it.timed("preview") for it in pair))]
    figures.append(_figure("update from nothing", runs - 1, *(it.from_nothing for it in pair)))
    for what, words in (("update without a change", ("up",)), ("refresh without a change", ("refresh",))):
        figures.append(_figure(what, runs, *(it.timed(*words, "--expect-no-changes") for it in pair)))
    return figures


class _Side:
    """The stacks of one program."""

    def __init__(self, program: Path, folder: Path, free: Iterator[str]) -> None:
        self._program, self._folder, self._free = program, folder, free
        self._stack = Stack(program, "bench", folder)

    def fresh(self) -> _Side:
        """Makes the stack anew, of a cluster that no stack has had."""
        self._stack = Stack(self._program, "bench", self._folder)
        self._stack.create({**sandbox.CONFIG, "clusterId": next(self._free)}, sandbox.SECRETS)
        return self

    def planned(self) -> list[str]:
        """The types of the resources that a preview plans; components are resources of no provider."""
        changes = self._stack.operate("preview").changes
        return sorted(it.type for it in changes if it.type.split(":")[-1] not in COMPONENTS)

    def from_nothing(self) -> float:
        """The seconds of an update of a new stack."""
        self.fresh()
        return self.timed("up")()

    def timed(self, *words: str) -> Callable[[], float]:
        """Does an operation on the present stack, and returns its seconds."""

        def operate() -> float:
            done = self._stack.operate(*words)
            if done.code:
                sys.exit(f"bench: {done.command} of {self._program.name} failed:\n{done.output}")
            return done.seconds

        return operate


def _figure(what: str, runs: int, ours: Callable[[], float], theirs: Callable[[], float]) -> Figure:
    print(f"{what}: the quickstart and {HANDWRITTEN.relative_to(ROOT)}, {runs} runs each")
    return Figure(what, *medians(ours, theirs, runs), BOUND)
