"""docs/performance.md, made of one run of `make bench`."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from lib.az_program import Drift
from lib.calls import OTHERS, OURS
from lib.figures import Figure, verdict
from lib.growth import CLUSTERS_BOUND, MEMORY_BOUND, OPERATIONS, REFRESH, Growth
from lib.preview_steps import PreviewTime

TEXT = Path(__file__).with_name("performance_page.md")
"""The page's words, with a name in braces where a table or a figure of the run goes."""


@dataclass(frozen=True)
class Measured:
    """All of one run."""

    beside: Sequence[Figure]
    """Beside doing without the package."""
    beside_az: Sequence[Figure]
    """Beside a program that calls the Azure CLI; nothing where there is no Azure CLI."""
    drifts: Sequence[Drift]
    preview: PreviewTime
    growths: Sequence[Growth]
    megabytes: float
    """The most memory that one process of the plugin had."""

    @property
    def holds(self) -> bool:
        """Whether all is within its bounds."""
        parts = (*self.beside, *self.beside_az, *self.growths)
        return self.megabytes <= MEMORY_BOUND and all(it.holds for it in parts)

    def __str__(self) -> str:
        """Some lines for the reader."""
        fits = verdict(self.megabytes <= MEMORY_BOUND)
        memory = f"memory of one plugin process: {self.megabytes:.0f} MB, bound {MEMORY_BOUND:.0f} MB: {fits}"
        return "\n".join(map(str, (*self.beside, *self.beside_az, *self.drifts, self.preview, *self.growths, memory)))


def write(page: Path, measured: Measured) -> None:
    """Writes the page.

    :param page: The file.
    :param measured: What was measured, with the Azure CLI.
    """
    clusters, registries = measured.growths
    beside = [[it.what, *_seconds(it), f"{it.bound:.2f}{_past(it)}"] for it in measured.beside if it.bound is not None]
    drifts = [[it.what, _seen(it.ours), _seen(it.theirs)] for it in measured.drifts]
    parts = [[what, f"{seconds:.2f} s"] for what, seconds in measured.preview.parts.items()]
    text = TEXT.read_text(encoding="utf-8").format(
        date=datetime.now(timezone.utc).date(),
        cores=os.cpu_count(),
        memory=f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f}",
        load=f"{os.getloadavg()[2]:.0f}",
        system=platform.system(),
        python=platform.python_version(),
        pulumi=version("pulumi"),
        beside=_table(["what", "this package", "without", "ratio", "bound"], beside),
        beside_az=_table(
            ["operation", "this package", "calls az", "ratio"], [[it.what, *_seconds(it)] for it in measured.beside_az]
        ),
        drifts=_table(["what was changed by hand", "this package shows it", "the program that calls az"], drifts),
        preview=_table(["part", "time"], parts),
        plugins=measured.preview.plugins,
        our_plugins=measured.preview.our_plugins,
        refresh=_refresh(clusters),
        refresh_calls=clusters.costs[1][REFRESH].by_object.ours,
        refresh_bound=clusters.refresh_bound(1),
        clusters=_growth(clusters),
        clusters_bound=f"{CLUSTERS_BOUND:.0f}",
        clusters_times=", ".join(f"{clusters.times(it):.1f} ({it})" for it in OPERATIONS),
        registries=_growth(registries),
        megabytes=f"{measured.megabytes:.0f}",
        megabytes_bound=f"{MEMORY_BOUND:.0f}",
    )
    page.write_text(text, encoding="utf-8")


def _seconds(figure: Figure) -> tuple[str, str, str]:
    return f"{figure.ours:.2f} s", f"{figure.theirs:.2f} s", f"{figure.ratio:.2f}"


def _past(figure: Figure) -> str:
    return "" if figure.holds else ": past it"


def _seen(shown: bool) -> str:
    return "yes" if shown else "no"


def _refresh(growth: Growth) -> str:
    calls = growth.costs[1][REFRESH].by_object
    rows = [[kind, *(str(calls.by_object[kind, who]) for who in (OURS, OTHERS))] for kind in calls.kinds]
    return _table(["object", OURS, OTHERS], rows)


def _growth(growth: Growth) -> str:
    one = growth.what.removesuffix("s") if growth.what == "clusters" else "registry"
    sizes = [f"{count} {one if count == 1 else growth.what}" for count in growth.costs]
    seconds: list[list[str]] = []
    calls: list[list[str]] = []
    for operation in OPERATIONS:
        time, asked = growth.slope(operation)
        cells = [f"{it[operation].seconds:.1f} s" for it in growth.costs.values()]
        seconds.append([operation, *cells, f"{max(time, 0):.3f} s, {asked:.1f} calls"])
        for size, costs in zip(sizes, growth.costs.values(), strict=True):
            by_service = ", ".join(f"{service} {count}" for service, count in sorted(costs[operation].asked.items()))
            calls.append([operation, size, f"{costs[operation].calls}: {by_service}"])
    return "\n\n".join(
        [
            _table(["operation", *sizes, "one more costs"], seconds),
            "Calls to Azure in each operation, by service (`login` is the sign-in):",
            _table(["operation", "stack", "calls"], calls),
        ]
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
