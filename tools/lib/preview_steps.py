"""Where the time of a preview goes: previews of the quickstart up to a step, beside that of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lib import sandbox
from lib.checkout import ROOT, VENV
from lib.operations import Create, Side
from lib.peaks import Peaks
from lib.stack import Stack

PROGRAM = ROOT / "tests" / "fixtures" / "preview_steps"

OUR_PLUGIN = f"{VENV}/bin/pulumi-resource-crosstenant$"
ANY_PLUGIN = rf"^{VENV}/bin/python\S* .*resource-[a-z-]+"

_STEPS = {
    "engine, language host and an interpreter for a program without resources": "nothing",
    "imports of the quickstart's program": "imports",
    "starts of its {plugins} plugin processes, one after another": "providers",
    "all else: sign-in, look-ups, checks, the plan of its resources": "",
}
"""The program's step by what it adds to the one before; the last is the quickstart."""


@dataclass(frozen=True)
class PreviewTime:
    """The time of a preview, told apart."""

    parts: dict[str, float]
    """Seconds by what takes them."""
    plugins: int
    """Plugin processes that the engine has started."""
    our_plugins: int
    """Those of this package: one for each tenant."""

    def __str__(self) -> str:
        """Some lines for the reader."""
        lines = [f"preview, {what}: {seconds:.2f} s" for what, seconds in self.parts.items()]
        return "\n".join([*lines, f"plugin processes: {self.plugins}, of which {self.our_plugins} of this package"])


def measure_preview(folder: Path, whole: Side, runs: int) -> PreviewTime:
    """Previews of every step in turn; each part is the difference of the shortest ones of two steps.

    :param folder: Where the stacks of the steps are made.
    :param whole: The quickstart.
    :param runs: How often each is done.
    """
    print(f"previews of the quickstart up to a step, {runs} runs each")
    sides = [Side(PROGRAM, folder / step, _at(step)) if step else whole for step in _STEPS.values()]
    times: list[list[float]] = [[] for _ in sides]
    for side in sides:
        side.fresh().operate("preview")
    for _ in range(runs):
        for side, mine in zip(sides, times, strict=True):
            mine.append(side.operate("preview").seconds)
    with Peaks(ANY_PLUGIN) as plugins, Peaks(OUR_PLUGIN) as ours:
        whole.operate("preview")
    # What else the machine does only adds time, and would hide a small difference.
    shortest = [min(it) for it in times]
    added = [shortest[0], *(after - before for before, after in pairwise(shortest))]
    names = (it.format(plugins=plugins.processes) for it in _STEPS)
    return PreviewTime(dict(zip(names, added, strict=True)), plugins.processes, ours.processes)


def _at(step: str) -> Create:
    def create(stack: Stack) -> str:
        stack.create({**sandbox.CONFIG, "step": step}, sandbox.SECRETS)
        return sandbox.CONFIG["clusterId"]

    return create
