"""The operations of two programs that make the same chain, in turn."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from lib import sandbox
from lib.checkout import ROOT
from lib.figures import Figure, in_pairs
from lib.stack import Outcome, Stack

HANDWRITTEN = ROOT / "tests" / "fixtures" / "handwritten"
COMPONENTS = ("Stack", "CrossTenantPull", "PullIdentity", "RegistryAccess")

PREVIEW, FROM_NOTHING = "preview", "update from nothing"
UNCHANGED, REFRESH = "update without a change", "refresh without a change"

_WORDS = {
    PREVIEW: ("preview",),
    FROM_NOTHING: ("up",),
    UNCHANGED: ("up", "--expect-no-changes"),
    REFRESH: ("refresh", "--expect-no-changes"),
}

Create = Callable[[Stack], str]
"""Makes a stack, and returns the ARM ID of its cluster."""


class Side:
    """The stacks of one program."""

    def __init__(self, program: Path, folder: Path, create: Create) -> None:
        """
        :param program: The folder of the program.
        :param folder: Where its stack is made; emptied for each.
        :param create: Makes a stack, of a cluster that no stack has had.
        """
        self._program, self._folder, self._create = program, folder, create
        self._stack = Stack(program, "bench", folder)
        self.cluster = ""
        """ARM ID of the present stack's cluster."""

    @property
    def program(self) -> str:
        """The program, for a person."""
        return "the quickstart" if self._program == ROOT else str(self._program.relative_to(ROOT))

    def fresh(self) -> Side:
        """Makes the stack anew."""
        self._stack = Stack(self._program, "bench", self._folder)
        self.cluster = self._create(self._stack)
        return self

    def planned(self) -> list[str]:
        """The types of the resources that a preview plans; components are resources of no provider."""
        changes = self.operate("preview").changes
        return sorted(it.type for it in changes if it.type.split(":")[-1] not in COMPONENTS)

    def from_nothing(self) -> float:
        """The seconds of an update of a new stack."""
        self.fresh()
        return self.operate("up").seconds

    def operate(self, *words: str) -> Outcome:
        """An operation on the present stack, which must succeed."""
        done = self._stack.operate(*words)
        if done.code:
            sys.exit(f"bench: {done.command} of {self.program} failed:\n{done.output}")
        return done

    def output(self, name: str) -> str:
        """An output of the present stack."""
        return str(self._stack.resources()[0]["outputs"][name])


def quickstart(free: Iterator[str]) -> Create:
    """Makes stacks with the quickstart's configuration.

    :param free: ARM IDs of clusters that no stack has had.
    """

    def create(stack: Stack) -> str:
        cluster = next(free)
        stack.create({**sandbox.CONFIG, "clusterId": cluster}, sandbox.SECRETS)
        return cluster

    return create


def measure_operations(ours: Side, theirs: Side, runs: int, bounds: Mapping[str, float]) -> list[Figure]:
    """Previews, updates from nothing, updates and refreshes without a change, of both programs in turn.

    :param ours: The program that uses the package.
    :param theirs: The other.
    :param runs: How often each is done.
    :param bounds: How many times as long the first may take, by operation; without one there is no bound.
    """
    pair = (ours.fresh(), theirs.fresh())
    for side in pair:
        side.operate("preview")  # warms the file caches of both
    figures: list[Figure] = []
    for what, words in _WORDS.items():
        print(f"{what}: {ours.program} and {theirs.program}, {runs} runs each")
        once = [it.from_nothing if what == FROM_NOTHING else _timed(it, words) for it in pair]
        figures.append(Figure(what, in_pairs(once[0], once[1], runs), bounds.get(what)))
    return figures


def must_be_alike(ours: Side, theirs: Side) -> None:
    """Ends the command if the two programs do not plan the same resources."""
    planned = [it.fresh().planned() for it in (ours, theirs)]
    if planned[0] != planned[1] or not planned[0]:
        sys.exit(f"bench: the two programs do not register the same resources:\n{planned[0]}\n{planned[1]}")


def _timed(side: Side, words: tuple[str, ...]) -> Callable[[], float]:
    return lambda: side.operate(*words).seconds
