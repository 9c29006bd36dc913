"""The results of the matrix: kept in a file, so that an interrupted run goes on, and shown as docs/faults.md."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final

from crosstenant.sandbox.world import seed

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "faults.md"
Json = dict[str, Any]

_HEAD: Final = """\
# Faults

`make faults` writes this page: it makes each call that the plugin makes in the sandbox go wrong, in each kind, and
checks what comes of it. A cell is good where the run succeeds, or ends in one clear error with what to do and Azure's
request ID; the run after it reaches the goal by itself; both tenants have as many objects as before; no cluster has a
secret that is removed; no cluster is reset again without need; and no secret is in what is said, in an exception behind
it or in Python's log: those that are planted, also in base64, and whatever has the form of a token, an Authorization
header, a private key or a signed address. An interrupted run goes on where it was. `make test` runs a part of it.

| mark | meaning |
| --- | --- |
| ok | success: the plugin repeats the request, or does without the answer |
| error | one clear error; the next run reaches the goal |
| ok / error | success where the fault strikes once, an error where it stays |
| **wrong** | something of the above does not hold |
| (empty) | the fault cannot happen to this call |

A reset whose answer is lost is repeated in one case alone, once in a run: the cluster had the same application before,
and Azure shows no secret. A `Retry-After` of more than two minutes is not waited for; the error has it.

The azuread provider repeats a request that is answered with 5xx, and not one whose connection broke. Where the work of
the first was done, there are two applications; the update warns of the one that the stack does not use, with the
command that removes it (`tests/engine/test_interrupted_creation.py`).

Of a pull by nodes the calls to Resource Manager are here, with the caller's token for the cluster; what happens in the
cluster is in `tests/kubernetes`.

A refresh asks Azure once more, after five seconds, before it believes that a cluster or registry of the stack is gone.
So does every run within a minute of a reset, where a cluster seems to have another application than it was given.
"stale: what was before the change" is an answer of before the latest change, once and for four seconds: what lags
longer than the second question is taken for drift. "stale: not found" strikes a refresh once: what each question finds
missing is gone.

A token that is refused is replaced by that of a new sign-in, once for each request. "token aged" is refused from the
first such request on, until the plugin shows another.

The waits are counted and not slept. Up to ten minutes may pass without a word. The storage of a registry's layers gives
no request ID, and none is due there.
"""

_DEATHS: Final = """\
A process ends (SIGKILL) at a request. Then what [errors.md](errors.md) says of an interrupted update is done: the
printed commands are run, and the same operation with `--refresh`. The plugin is that of this package, the program the
process that runs `__main__.py`; with the machine every process ends at once, those of the other providers too, as
where a job is cancelled. Where the process that made the request dies, Azure has done the work ("after") or never
does it ("before"); where another one dies, the request goes on ("during").

Good is a death after which the goal is reached, both tenants have the objects of one stack and no more (after a
removal: none), the application has one secret, no cluster has a secret that is removed, at the death and in the end,
and there were at most as many resets as the table says: one for each cluster and each secret, and one more for a
cluster whose reset was accepted and whose end no process of the stack saw, since Azure never shows which secret a
cluster has. In waves that may be every cluster of a wave.

"commands" are those that the next run or `crosstenant check` printed and that were run; `pulumi cancel`, which a
backend in files takes after the death of an engine, is not counted.

The chain without a secret (`FederatedPull`) runs with `delivery` "none": its objects in the cluster would take a
Kubernetes API, and are left out here.
"""


class Results:
    """What the cells of a run came to, by the cell's name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.cells: dict[str, Json] = {}
        if path.exists():
            for line in path.read_text().splitlines():
                cell = json.loads(line)
                self.cells[cell["name"]] = cell
            # What was wrong is run again: it may be mended.
            self.cells = {name: cell for name, cell in self.cells.items() if not cell["wrong"]}

    def add(self, name: str, **result: object) -> None:
        """Keeps the result of a cell."""
        self.cells[name] = {"name": name, **result}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(self.cells[name]) + "\n")

    @property
    def wrong(self) -> list[str]:
        """The names of the cells that are not good."""
        return [name for name, it in self.cells.items() if it["wrong"]]


def page(results: Results, kinds: list[str], deaths_in_order: list[str]) -> str:
    """docs/faults.md."""
    calls: dict[tuple[str, str], dict[str, dict[str, Json]]] = defaultdict(lambda: defaultdict(dict))
    deaths: list[Json] = []
    clocks: dict[str, dict[str, Json]] = defaultdict(dict)
    for name, result in results.cells.items():
        parts = name.split(" | ")
        if parts[0] == "death":
            deaths.append(result)
        elif parts[0] == "clock":
            clocks[parts[1]][parts[2]] = result
        else:
            operation, call, kind, times = parts
            calls[operation, call][kind][times] = result
    outcomes = Counter(it["outcome"] for cells in calls.values() for kind in cells.values() for it in kind.values())
    lines = [
        _HEAD,
        f"The last run: {sum(outcomes.values())} cells of calls ({outcomes['success']} successes, {outcomes['error']}"
        f" clear errors), {sum(map(len, clocks.values()))} of a wrong clock and {len(deaths)} deaths,"
        f" {len(results.wrong)} wrong; on a machine of {os.cpu_count()} cores.",
        "",
        "## Calls",
        "",
    ]
    for operation in dict.fromkeys(operation for operation, _ in calls):
        found = [(call, cells) for (of, call), cells in calls.items() if of == operation]
        lines += [f"### {operation[0].upper()}{operation[1:]}", ""]
        lines += [f"{number}. `{_short(call)}`" for number, (call, _) in enumerate(found, 1)]
        lines += ["", "| fault | " + " | ".join(map(str, range(1, len(found) + 1))) + " |"]
        lines.append("| --- |" + " --- |" * len(found))
        lines += [f"| {kind} | " + " | ".join(_mark(it.get(kind, {})) for _, it in found) + " |" for kind in kinds]
        lines.append("")
    lines += _clocks(clocks)
    ran = [it for it in deaths if it["name"] in deaths_in_order]
    lines += _deaths(sorted(ran, key=lambda it: deaths_in_order.index(it["name"])), len(deaths_in_order))
    return "\n".join(lines)


def _clocks(clocks: dict[str, dict[str, Json]]) -> list[str]:
    if not clocks:
        return []
    offs = list(next(iter(clocks.values())))
    lines = [
        "## A wrong clock",
        "",
        "The machine's time of day is off, and Azure's is right. A window opens by the time of Azure's answers. Entra"
        " refuses a certificate's assertion of a future time (the sandbox allows five minutes, which is assumed), and"
        " the error says to check the clock; a sign-in with a secret or an OIDC token goes on.",
        "",
        "| operation | " + " | ".join(offs) + " |",
        "| --- |" + " --- |" * len(offs),
    ]
    lines += [
        f"| {it} | " + " | ".join(_mark({off: found.get(off, {})}) for off in offs) + " |"
        for it, found in clocks.items()
    ]
    return [*lines, ""]


def _deaths(deaths: list[Json], of: int) -> list[str]:
    if not deaths:
        return []
    lines = [
        "## Deaths",
        "",
        _DEATHS,
        f"{len(deaths)} of {of} deaths ran.",
        "",
        "| operation | request | who dies | when | resets | at most | commands | result |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for it in deaths:
        _, operation, call, victim, when = it["name"].split(" | ")
        mark = f"**wrong**: {'; '.join(it['wrong'])}" if it["wrong"] else "goal reached, nothing left"
        resets = f"{it['resets']} | {it.get('needed', '')}"
        lines.append(f"| {operation} | `{_short(call)}` | {victim} | {when} | {resets} | {_commands(it)} | {mark} |")
    return [*lines, ""]


def _commands(death: Json) -> str:
    if "commands" not in death:
        return "not counted"
    return ", ".join(f"{count} `{it}`" for it, count in Counter(death["commands"]).items()) or "none"


def _mark(found: dict[str, Json]) -> str:
    if not found:
        return ""
    if any(it["wrong"] for it in found.values()):
        return "**wrong**"
    marks = ["ok" if it["outcome"] == "success" else "error" for it in found.values()]
    return marks[0] if len(set(marks)) == 1 else " / ".join(marks)


def _short(call: str) -> str:
    call = call.replace("/resourcegroups/", "/resourceGroups/")
    for long in ("/subscriptions/*/resourceGroups/*/providers/", "/subscriptions/*/"):
        call = call.replace(long, "…/")
    assert seed.CLUSTER_TENANT not in call
    return call
