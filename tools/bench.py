"""What the package costs beside doing without it: importing it, and previewing the quickstart.

    make bench

Both sides of a comparison run in turn, in one go and on one machine, so that what else the machine does hits both.
Each figure is the median of the runs; the command fails if a ratio is past its bound.
"""

from __future__ import annotations

import ast
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lib import sandbox
from lib.checkout import ROOT, SCRATCH, VENV
from lib.stack import Stack, run

IMPORT_RUNS, IMPORT_BOUND = 15, 1.25
PREVIEW_RUNS, PREVIEW_BOUND = 7, 1.2

PROGRAMS = (ROOT / "__main__.py", ROOT / "examples" / "federated" / "__main__.py")
"""A program of each chain."""
HANDWRITTEN = ROOT / "tests" / "fixtures" / "handwritten"
FOLDER = SCRATCH / "bench"


@dataclass(frozen=True)
class Figure:
    """Two medians in seconds, and how far apart they may be."""

    what: str
    ours: float
    theirs: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its bound."""
        return self.ours <= self.bound * self.theirs

    def __str__(self) -> str:
        """One line for the reader."""
        verdict = "holds" if self.holds else "BROKEN"
        ratio = f"ratio {self.ours / self.theirs:.2f}, bound {self.bound:.2f}: {verdict}"
        return f"{self.what}: {self.ours:.2f} s beside {self.theirs:.2f} s; {ratio}"


def main(_started: float) -> None:
    """Measure, print, and exit with 1 if a bound is broken."""
    # Names are loaded when they are used: `import crosstenant` alone says little, a program costs what its names cost.
    statements = ["import crosstenant", *map(imported_by, PROGRAMS)]
    figures = [*map(measure_import, statements), measure_preview()]
    print()
    for figure in figures:
        print(figure)
    sys.exit(0 if all(figure.holds for figure in figures) else 1)


def imported_by(program: Path) -> str:
    """The statement with which a program imports this package's names."""
    (statement,) = (
        ast.unparse(it)
        for it in ast.parse(program.read_text()).body
        if isinstance(it, ast.ImportFrom) and it.module == "crosstenant"
    )
    return statement


def measure_import(ours: str) -> Figure:
    """The package, beside the libraries that it stands on."""
    theirs = "import pulumi, pulumi_azuread, pulumi_azure_native"
    print(f"`{ours}` and `{theirs}`, {IMPORT_RUNS} runs each")
    a, b = medians(lambda: _import(ours), lambda: _import(theirs), IMPORT_RUNS)
    return Figure(ours, a, b, IMPORT_BOUND)


def measure_preview() -> Figure:
    """The quickstart, beside a program that registers its resources with the same providers and no component."""
    print(f"previews of the quickstart and of {HANDWRITTEN.relative_to(ROOT)}, {PREVIEW_RUNS} runs each")
    stacks = [Stack(ROOT, "bench", FOLDER / "quickstart"), Stack(HANDWRITTEN, "bench", FOLDER / "handwritten")]
    planned: list[list[str]] = []
    for stack in stacks:
        stack.create(sandbox.CONFIG, sandbox.SECRETS)
        changes = stack.operate("preview").changes  # also warms the file caches of both
        # Components are no resources of any provider; all else must be the same on both sides.
        planned.append(sorted(change.type for change in changes if not _is_overhead(change.type)))
    if planned[0] != planned[1] or not planned[0]:
        sys.exit(f"bench: the two programs do not register the same resources:\n{planned[0]}\n{planned[1]}")
    a, b = medians(lambda: _preview(stacks[0]), lambda: _preview(stacks[1]), PREVIEW_RUNS)
    return Figure("preview", a, b, PREVIEW_BOUND)


def medians(first: Callable[[], None], second: Callable[[], None], runs: int) -> tuple[float, float]:
    """The median duration of each, run in turn; who goes first alternates."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(runs):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            start = time.perf_counter()
            (first, second)[which]()
            times[which].append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def _is_overhead(resource_type: str) -> bool:
    return resource_type.split(":")[-1] in ("Stack", "CrossTenantPull", "PullIdentity", "RegistryAccess")


def _import(statement: str) -> None:
    done = run([str(VENV / "bin" / "python"), "-c", statement], cwd=Path("/"), env=os.environ, shown=statement)
    if done.code:
        sys.exit(f"bench: {statement} failed:\n{done.output}")


def _preview(stack: Stack) -> None:
    done = stack.operate("preview")
    if done.code:
        sys.exit(f"bench: {done.command} failed:\n{done.output}")


if __name__ == "__main__":
    sandbox.run_inside(FOLDER, main)
