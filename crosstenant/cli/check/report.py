"""A report for people, and for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from crosstenant.azure.refusals.masking import hide
from crosstenant.cli.check.chain import ACCESS, APPLICATION, PRINCIPAL, SECRET, Link, LinkState, Report, Tenancy
from crosstenant.model.outside_text import in_one_line

_MARKS: Final = {
    LinkState.OK: "-",
    LinkState.NOTE: "!",
    LinkState.BROKEN: "X",
    LinkState.UNSEEN: "?",
    LinkState.SKIPPED: " ",
}
_VERDICTS: Final = {
    "broken": "The chain is broken: {broken}.",
    "not seen": "No link is known to be broken, but not all could be read: {unseen}.",
    "whole": "The chain is whole.",
}


def as_text(report: Report) -> str:
    """The drawing, the table and the verdict. What others wrote (names, refusals) is shown in one line each."""
    report = replace(report, links=tuple(map(_shown, report.links)))
    verdict = _VERDICTS[report.verdict].format(broken=_titles(report.broken), unseen=_titles(report.unseen))
    return "\n".join([*drawing(report), "", *table(report.links), "", verdict])


def as_json(report: Report) -> str:
    """One JSON object in ASCII: the chain, the verdict (``whole``, ``broken`` or ``not seen``), the links in order."""
    chain = report.chain
    text = json.dumps(
        {
            "clientId": chain.client_id,
            "clusterTenantId": chain.cluster_tenant_id,
            "registryTenantId": chain.registry_tenant_id,
            "verdict": report.verdict,
            "links": [
                {
                    "tenant": link.tenancy.value.split()[0],
                    "link": link.name,
                    "object": hide(link.object),
                    "state": link.state.value.lower(),
                    "finding": hide(link.finding),
                    "remedy": hide(link.remedy),
                }
                for link in report.links
            ],
        },
        indent=2,
    )
    # An agent of a pipeline obeys `##vso[...]` within JSON too.
    return text.replace("##", "#\\u0023")


def _shown(link: Link) -> Link:
    return replace(
        link,
        object=_safe(link.object),
        finding=_safe(link.finding),
        remedy=_safe(link.remedy),
    )


def _safe(text: str) -> str:
    # It may hold the words of a cluster, of a directory or of the stack's state.
    return hide(in_one_line(text))


def drawing(report: Report) -> list[str]:
    """The chain from the clusters down to the pull: ``X`` for a broken link, ``?`` for a link that could not be read.

    Every link of a tenant is tied to the one line that runs through both.
    """
    chain = report.chain
    tenants = {Tenancy.CLUSTER: chain.cluster_tenant_id, Tenancy.REGISTRY: chain.registry_tenant_id}
    links = [link for link in report.links if link.name != ACCESS or link.state is not LinkState.OK]
    width = max((len(_label(link)) for link in links), default=0) + 4
    # A stack's state is a file that anybody may have written, too.
    lines = [in_one_line(chain.title), ""]
    for tenancy, tenant_id in tenants.items():
        if tenancy is Tenancy.REGISTRY:
            lines.append(f"{' ' * (width + 8)}|")
        lines.append(f"{tenancy.value} {in_one_line(tenant_id)}")
        lines += [_tied(link, width) for link in links if link.tenancy is tenancy]
    return lines


def _label(link: Link) -> str:
    # There is one of these in each tenant, and its name is a UUID.
    return link.name if link.name in (APPLICATION, SECRET, PRINCIPAL, ACCESS) else link.title


def _tied(link: Link, width: int) -> str:
    line = " " if link.state is LinkState.SKIPPED else "-"
    label = f"{_label(link)} ".ljust(width, line)
    shown = "" if link.state is LinkState.OK else f"  {link.state.value}"
    return f"  {label}{line}{_MARKS[link.state]}{line * 4}+{shown}"


def table(links: Sequence[Link]) -> list[str]:
    """Link, object, state and finding in columns, and below each what to do, in one line since it may be a command."""
    rows = [("LINK", "OBJECT", "STATE", "FINDING"), *(_row(link) for link in links)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines: list[str] = []
    for row, link in zip(rows, [None, *links], strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        lines.append("  ".join(cells).rstrip())
        if link and link.remedy:
            lines.append(f"    -> {link.remedy}")
    return lines


def _row(link: Link) -> tuple[str, str, str, str]:
    return link.name, link.object, link.state.value, link.finding


def _titles(links: Sequence[Link]) -> str:
    return ", ".join(f"{link.title} ({link.tenancy.value})" for link in links)
