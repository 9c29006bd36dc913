"""What the package costs beside doing without it, and how that grows with clusters and registries.

    make bench
    make bench AZ=1                             also beside a program that calls the Azure CLI, which is installed first
    make bench AZ=1 PAGE=docs/performance.md    writes the page too

Both sides of a comparison run in turn, in one go and on one machine, so that what else the machine does hits both. Each
figure is the median of the runs, each ratio the median of the ratios of runs that followed each other. The command
fails if a ratio, the calls of a refresh or the plugin's memory are past their bounds.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
from pathlib import Path

from crosstenant.sandbox.host.state_file import open_store, state_path
from lib import azure_cli, performance_page, sandbox
from lib.az_program import az_side, measure_drift
from lib.checkout import ROOT, SCRATCH, VENV
from lib.estate import add_registries
from lib.figures import Figure, in_pairs
from lib.fleet import add_fleet
from lib.growth import measure_growth
from lib.operations import (
    FROM_NOTHING,
    HANDWRITTEN,
    PREVIEW,
    REFRESH,
    UNCHANGED,
    Side,
    measure_operations,
    must_be_alike,
    quickstart,
)
from lib.peaks import Peaks
from lib.performance_page import Measured
from lib.plugin_start import EMPTY, OURS, start_plugin
from lib.preview_steps import OUR_PLUGIN, measure_preview
from lib.stack import run

IMPORT_RUNS, IMPORT_BOUND = 15, 1.25
START_RUNS, START_BOUND = 15, 1.3
OPERATION_RUNS, AZ_RUNS, STEP_RUNS = 7, 3, 5
OPERATION_BOUNDS = {PREVIEW: 1.05, FROM_NOTHING: 1.05, UNCHANGED: 1.25, REFRESH: 1.1}
CLUSTERS, REGISTRIES = (1, 10, 100), (1, 10, 50)
STACKS = 40
"""At least as many as all comparisons make; each has a cluster of its own."""

PROGRAMS = (ROOT / "__main__.py", ROOT / "examples" / "federated" / "__main__.py")
"""A program of each chain."""
FOLDER = SCRATCH / "bench"


def main(_started: float) -> None:
    """Measure, print, and exit with 1 if a bound is broken."""
    page = _arguments().page
    # Names are loaded when they are used: `import crosstenant` alone says little, a program costs what its names cost.
    beside = [measure_import(it) for it in ("import crosstenant", *map(imported_by, PROGRAMS))]
    beside.append(measure_start())
    with open_store(state_path()).change() as state:
        clusters = add_fleet(state, max(CLUSTERS) + STACKS, 4, seconds=0)
        registries = add_registries(state, max(REGISTRIES))
    free = iter(clusters[max(CLUSTERS) :])
    with Peaks(OUR_PLUGIN) as peaks:
        ours = Side(ROOT, FOLDER / "quickstart", quickstart(free))
        by_hand = Side(HANDWRITTEN, FOLDER / "handwritten", quickstart(free))
        must_be_alike(ours, by_hand)
        beside += measure_operations(ours, by_hand, OPERATION_RUNS, OPERATION_BOUNDS)
        preview = measure_preview(FOLDER / "steps", ours, STEP_RUNS)
        beside_az, drifts = [], []
        if azure_cli.is_there():
            az = az_side(FOLDER / "az", free)
            beside_az = measure_operations(ours, az, AZ_RUNS, {})
            drifts = measure_drift(FOLDER / "drift", az, free)
        else:
            print("beside a program that calls the Azure CLI: left out, because make bench AZ=1 has not installed it")
        growths = [
            measure_growth(FOLDER, "clusters", CLUSTERS, clusters, registries),
            measure_growth(FOLDER, "registries", REGISTRIES, clusters, registries),
        ]
    measured = Measured(beside, beside_az, drifts, preview, growths, peaks.megabytes)
    print(f"\n{measured}")
    if page:
        performance_page.write(page, measured)
    sys.exit(0 if measured.holds else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What the package costs beside doing without it.")
    parser.add_argument("page", nargs="?", type=Path, help="write docs/performance.md here")
    arguments = parser.parse_args()
    if arguments.page and not azure_cli.is_there():
        parser.error("the page has a part that needs the Azure CLI: make bench AZ=1 PAGE=... installs it")
    return arguments


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
    pairs = in_pairs(lambda: _import(ours), lambda: _import(theirs), IMPORT_RUNS)
    return Figure(f"`{ours}`", pairs, IMPORT_BOUND)


def measure_start() -> Figure:
    """The plugin, beside an empty one of Pulumi's own Python host."""
    print(f"starts of the plugin and of an empty one, {START_RUNS} runs each")
    return Figure(
        "start of the plugin",
        in_pairs(lambda: start_plugin(OURS), lambda: start_plugin(EMPTY), START_RUNS),
        START_BOUND,
    )


def _import(statement: str) -> None:
    done = run([str(VENV / "bin" / "python"), "-c", statement], cwd=Path("/"), env=os.environ, shown=statement)
    if done.code:
        sys.exit(f"bench: {statement} failed:\n{done.output}")


if __name__ == "__main__":
    sandbox.run_inside(FOLDER, main)
