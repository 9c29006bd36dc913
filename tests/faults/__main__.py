"""The whole matrix of faults: ``python -m tests.faults``, which ``make faults`` calls; it writes docs/faults.md.

The results are kept in .sandbox/faults.jsonl; a run that is interrupted goes on there. ``--minutes 3`` ends after that
time, ``--only calls`` or ``--only deaths`` runs a part, ``--fresh`` begins again, ``--calls`` prints the calls. Two
runs at once share the deaths with ``--share 1/2`` and ``--share 2/2``.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import ssl
import sys
import tempfile
import time
from pathlib import Path

import aiohttp.connector

from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world.state import Store
from lib.checkout import compile_package
from tests.engine.engine_world import Azure
from tests.faults.cells import NOT_MET, Cell, applies, calls_of, run_cell
from tests.faults.clocks import CLOCK_OPERATIONS, OFF, run_clock
from tests.faults.death_cells import death_cells, run_death
from tests.faults.kinds import KINDS, times_of
from tests.faults.operations import OPERATIONS
from tests.faults.results import PAGE, ROOT, Results, page

KEPT = ROOT / ".sandbox" / "faults.jsonl"


async def run_calls(store: Store, results: Results, until: float, only: str = "") -> None:
    """Each operation, call and kind of fault whose name has the text ``only``."""
    for operation in OPERATIONS:
        for call in await calls_of(store, operation):
            for kind in (it for it in KINDS if applies(call, it) and only in it):
                for times in times_of(kind, is_refresh="refresh" in operation.name):
                    cell = Cell(operation, call, kind, times)
                    if cell.name in results.cells or time.monotonic() > until:
                        continue
                    result = await run_cell(store, cell)
                    if result.outcome == NOT_MET and not result.wrong:
                        continue
                    results.add(cell.name, outcome=result.outcome, wrong=result.wrong, said=result.sentence)
                    if result.wrong:
                        print(f"wrong: {cell.name}: {'; '.join(result.wrong)}\n  {result.sentence}", flush=True)
        print(f"{operation.name}: {len(results.cells)} cells", flush=True)


async def run_clocks(store: Store, results: Results) -> None:
    """Each operation by a clock that is off."""
    for operation in CLOCK_OPERATIONS:
        for off in OFF:
            name = f"clock | {operation.name} | {off}"
            if name in results.cells:
                continue
            result = await run_clock(store, operation, off)
            results.add(name, outcome=result.outcome, wrong=result.wrong, said=result.sentence)
            if result.wrong:
                print(f"wrong: {name}: {'; '.join(result.wrong)}\n  {result.sentence}", flush=True)
    print(f"clocks: {len(results.cells)} cells", flush=True)


def run_deaths(azure: Azure, folder: Path, results: Results, until: float, share: str) -> None:
    """Each change of an update, a rotation and a removal, and each process that may die."""
    number, of = map(int, share.split("/"))
    # The deaths that lose most come first, for a run that is not given the time for all.
    cells = sorted(death_cells(), key=lambda it: (it.victim != "machine" or not it.after, it.victim == "program"))
    for cell in cells[number - 1 :: of]:
        if cell.name in results.cells or time.monotonic() > until:
            continue
        found = run_death(azure, folder, cell)
        outcome = "wrong" if found.wrong else "success"
        results.add(cell.name, outcome=outcome, needed=cell.needed, **vars(found))
        print(f"{cell.name}: {'; '.join(found.wrong) or 'good'}", flush=True)


def main() -> int:
    """Runs what is missing, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["calls", "deaths"])
    parser.add_argument("--minutes", type=float, default=24 * 60)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--calls", action="store_true")
    parser.add_argument("--kind", default="", help="only the kinds of fault with this text")
    parser.add_argument("--share", default="1/1", metavar="NUMBER/OF")
    given = parser.parse_args()
    logging.getLogger().addHandler(logging.NullHandler())
    compile_package()
    until = time.monotonic() + given.minutes * 60
    if given.fresh:
        KEPT.unlink(missing_ok=True)
    results = Results(KEPT)
    with tempfile.TemporaryDirectory(prefix="crosstenant-faults-") as name:
        folder = Path(name)
        store = open_store(folder / "state.json", "public")
        with Sandbox(store) as sandbox:
            environ = {**sandbox.surroundings(), **prepare_plugins(folder / "pulumi-home").environment}
            outside = dict(os.environ)
            os.environ.update(sandbox.environment())
            trusting = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
            aiohttp.connector._SSL_CONTEXT_VERIFIED = trusting  # pyright: ignore[reportPrivateUsage]
            if given.calls:
                for operation in OPERATIONS:
                    print(operation.name, *(it.text for it in asyncio.run(calls_of(store, operation))), sep="\n  ")
                return 0
            if given.only != "deaths":
                asyncio.run(run_calls(store, results, until, given.kind))
                asyncio.run(run_clocks(store, results))
            os.environ.clear()
            os.environ.update(outside)
            if given.only != "calls":
                run_deaths(Azure(store, environ), folder, results, until, given.share)
    PAGE.write_text(page(results, list(KINDS), [it.name for it in death_cells()]), encoding="utf-8")
    print(f"{len(results.cells)} cells, {len(results.wrong)} of them wrong; {PAGE.relative_to(ROOT)} is written")
    return 1 if results.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
