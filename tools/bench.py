"""What the package costs beside doing without it, and how that grows with clusters and registries.

    make bench
    make bench PAGE=docs/performance.md     writes the page too

Both sides of a comparison run in turn, in one go and on one machine, so that what else the machine does hits both. Each
figure is the median of the runs; the command fails if a ratio or the plugin's memory is past its bound.
"""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

from crosstenant.sandbox.host.state_file import open_store, state_path
from lib import performance_page, sandbox
from lib.checkout import ROOT, SCRATCH, VENV
from lib.estate import add_registries
from lib.figures import Figure, medians, verdict
from lib.fleet import add_fleet
from lib.growth import MEMORY_BOUND, measure_growth
from lib.operations import measure_operations
from lib.peaks import Peaks
from lib.plugin_start import EMPTY, OURS, start_plugin
from lib.stack import run

IMPORT_RUNS, IMPORT_BOUND = 15, 1.25
START_RUNS, START_BOUND = 15, 1.3
OPERATION_RUNS = 7
CLUSTERS, REGISTRIES = (1, 10, 100), (1, 10, 50)

PROGRAMS = (ROOT / "__main__.py", ROOT / "examples" / "federated" / "__main__.py")
"""A program of each chain."""
FOLDER = SCRATCH / "bench"


def main(_started: float) -> None:
    """Measure, print, and exit with 1 if a bound is broken."""
    # Names are loaded when they are used: `import crosstenant` alone says little, a program costs what its names cost.
    figures = [measure_import(it) for it in ("import crosstenant", *map(imported_by, PROGRAMS))]
    figures.append(measure_start())
    with open_store(state_path()).change() as state:
        clusters = add_fleet(state, max(CLUSTERS) + 2 * OPERATION_RUNS, 4, seconds=0)
        registries = add_registries(state, max(REGISTRIES))
    with Peaks(OURS[0].rsplit("/", 1)[-1]) as peaks:
        figures += measure_operations(FOLDER, clusters[max(CLUSTERS) :], OPERATION_RUNS)
        growths = [
            measure_growth(FOLDER, "clusters", CLUSTERS, clusters, registries),
            measure_growth(FOLDER, "registries", REGISTRIES, clusters, registries),
        ]
    print()
    for line in [*figures, *growths]:
        print(line)
    fits = peaks.megabytes <= MEMORY_BOUND
    print(f"memory of one plugin process: {peaks.megabytes:.0f} MB, bound {MEMORY_BOUND:.0f} MB: {verdict(fits)}")
    if len(sys.argv) > 1:
        performance_page.write(Path(sys.argv[1]), figures, growths, peaks.megabytes)
    sys.exit(0 if fits and all(figure.holds for figure in figures) else 1)


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
    return Figure(f"`{ours}`", a, b, IMPORT_BOUND)


def measure_start() -> Figure:
    """The plugin, beside an empty one of Pulumi's own Python host."""
    print(f"starts of the plugin and of an empty one, {START_RUNS} runs each")
    return Figure(
        "start of the plugin",
        *medians(lambda: start_plugin(OURS), lambda: start_plugin(EMPTY), START_RUNS),
        START_BOUND,
    )


def _import(statement: str) -> None:
    done = run([str(VENV / "bin" / "python"), "-c", statement], cwd=Path("/"), env=os.environ, shown=statement)
    if done.code:
        sys.exit(f"bench: {statement} failed:\n{done.output}")


if __name__ == "__main__":
    sandbox.run_inside(FOLDER, main)
