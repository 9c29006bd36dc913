"""docs/performance.md, made of one run of `make bench`."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from lib.figures import Figure
from lib.growth import MEMORY_BOUND, OPERATIONS, Growth

_HEAD = """\
# Performance

What the package costs beside doing without it, and what one more cluster or registry costs. This page is made by

    make bench PAGE=docs/performance.md

of one run on {date}: {cores} cores, {memory:.0f} GB, {system}, Python {python}, Pulumi's SDK {pulumi}, against the
[sandbox](sandbox.md), which answers at once. Azure answers in tenths of a second, and a reset takes minutes to an hour:
the seconds below are what this package and Pulumi add. Seconds depend on the machine; ratios of two things that were
measured in turn depend on it less, and the command fails where one is past its bound.

## Beside doing without

The operations are those of the quickstart, beside a program that registers the same resources by hand
([tests/fixtures/handwritten](../tests/fixtures/handwritten)); the start of the plugin is beside a plugin of Pulumi's
own host with one empty component. Medians.

| what | this package | without | ratio | bound |
| --- | --- | --- | --- | --- |
"""

_GROWTH = """
## One more {one}

| operation | {sizes} | one more costs |
| --- | {lines} | --- |
"""

_CALLS = """
Calls to Azure in each operation, by service (`login` is the sign-in; every process of a provider signs in once for each
service that it asks):

| operation | stack | calls |
| --- | --- | --- |
"""


def write(page: Path, figures: Sequence[Figure], growths: Sequence[Growth], megabytes: float) -> None:
    """Writes the page.

    :param page: The file.
    :param figures: What was compared.
    :param growths: What grows with clusters, and with registries.
    :param megabytes: The most memory that one process of the plugin had.
    """
    text = _HEAD.format(
        date=datetime.now(timezone.utc).date(),
        cores=os.cpu_count(),
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        system=platform.system(),
        python=platform.python_version(),
        pulumi=version("pulumi"),
    )
    for it in figures:
        text += f"| {it.what} | {it.ours:.2f} s | {it.theirs:.2f} s | {it.ratio:.2f} | {it.bound:.2f} |\n"
    for growth in growths:
        text += _growth(growth)
    text += "\n## Memory\n\nOne process of the plugin needed"
    text += f" {megabytes:.0f} MB at most in all of this; the bound is {MEMORY_BOUND:.0f} MB.\n"
    page.write_text(text)


def _growth(growth: Growth) -> str:
    one = growth.what.removesuffix("s") if growth.what == "clusters" else "registry"
    sizes = " | ".join(f"{count} {one if count == 1 else growth.what}" for count in growth.costs)
    text = _GROWTH.format(one=one, sizes=sizes, lines=" | ".join("---" for _ in growth.costs))
    for operation in OPERATIONS:
        seconds, calls = growth.slope(operation)
        cells = " | ".join(f"{it[operation].seconds:.1f} s" for it in growth.costs.values())
        text += f"| {operation} | {cells} | {max(seconds, 0):.3f} s, {calls:.1f} calls |\n"
    text += _CALLS
    for operation in OPERATIONS:
        for count, costs in growth.costs.items():
            asked = ", ".join(f"{service} {calls}" for service, calls in sorted(costs[operation].asked.items()))
            name = one if count == 1 else growth.what
            text += f"| {operation} | {count} {name} | {costs[operation].calls}: {asked} |\n"
    return text
