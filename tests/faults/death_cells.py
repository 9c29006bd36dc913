"""The matrix of deaths: each change of an update, a rotation and a removal, each process, before and after it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.faults.calls import Call
from tests.faults.deaths import VICTIMS, Mortal, source_text
from tests.faults.results import ROOT

_ROLE: Final = (
    "/subscriptions/*/resourceGroups/*/providers/Microsoft.ContainerRegistry/registries/*/providers/"
    "Microsoft.Authorization/roleAssignments/*"
)
_RESET: Final = (
    "/subscriptions/*/resourceGroups/*/providers/Microsoft.ContainerService/managedClusters/*/"
    "resetServicePrincipalProfile"
)
STEPS: Final[dict[str, tuple[Call, ...]]] = {
    "up": (
        Call("graph", "POST", "/v1.0/applications"),
        Call("graph", "POST", "/v1.0/servicePrincipals"),
        Call("graph", "POST", "/v1.0/applications/*/addPassword"),
        Call("arm", "PUT", _ROLE),
        Call("registry", "GET", "/oauth2/token"),
        Call("arm", "POST", _RESET),
        Call("arm", "GET", "/subscriptions/*/providers/Microsoft.ContainerService/locations/*/operations/*"),
    ),
    "rotation": (
        Call("graph", "POST", "/v1.0/applications/*/addPassword"),
        Call("registry", "GET", "/oauth2/token"),
        Call("arm", "POST", _RESET),
        Call("graph", "POST", "/v1.0/applications/*/removePassword"),
    ),
    "destroy": (
        Call("arm", "DELETE", _ROLE),
        Call("graph", "DELETE", "/v1.0/servicePrincipals/*"),
        Call("graph", "POST", "/v1.0/applications/*/removePassword"),
        Call("graph", "DELETE", "/v1.0/applications/*"),
    ),
}


@dataclass(frozen=True)
class DeathCell:
    """One death."""

    operation: str
    call: Call
    victim: str
    after: bool

    @property
    def name(self) -> str:
        when = "after the work" if self.after else "before the work"
        return f"death | {self.operation} | {self.call.text} | {self.victim} | {when}"


def death_cells() -> Iterator[DeathCell]:
    """All of them; the program has ended when a removal begins."""
    for operation, calls in STEPS.items():
        for call in calls:
            for victim in VICTIMS:
                if not (operation == "destroy" and victim == "program"):
                    yield from (DeathCell(operation, call, victim, after) for after in (True, False))


def run_death(azure: Azure, folder: Path, cell: DeathCell) -> tuple[list[str], int]:
    """Runs one: what is wrong after the recovery, and how many resets there were in all."""
    azure.store.reset()
    Path(f"{azure.store.path}.requests.jsonl").unlink(missing_ok=True)
    azure.change(lambda state: state["settings"]["reset"].update(seconds=0.5, retry_after=1))
    mortal = Mortal(azure, _stack(azure, folder), folder / "project" / "secret.json")
    if cell.operation != "up":
        made = mortal.stack.operate("up")
        if made.code:
            return [f"the update before fails: {made.errors}"], 0
    if cell.operation == "rotation":
        mortal.rotate("second")
    if cell.operation == "destroy":
        mortal.release_cluster()
    operation = "destroy" if cell.operation == "destroy" else "up"
    mortal.kill_at(cell.victim, cell.call, after=cell.after)
    died = mortal.stack.operate(operation)
    wrong = [] if not azure.state["faults"] else ["the request was not made"]
    azure.change(lambda state: state["faults"].clear())
    if "Traceback" in died.output:
        wrong.append("a stack trace in the output of the death")
    if not mortal.cluster_secret_is_alive:
        wrong.append("at the death the cluster has a secret that is removed")
    done = mortal.recover(operation)
    if done.code:
        wrong.append(f"the next {operation} fails: {' '.join(done.errors)[:400]}")
    return wrong + mortal.wrong(deployed=operation == "up"), len(azure.resets)


def _stack(azure: Azure, folder: Path) -> Stack:
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    settings = {
        "name": "program",
        "runtime": "python",
        "plugins": {"providers": [{"name": "crosstenant", "path": str(ROOT / ".venv" / "bin")}]},
    }
    (project / "Pulumi.yaml").write_text(json.dumps(settings))
    (project / "__main__.py").write_text(source_text())
    stack = Stack(project, "test", folder / "stack", environ=azure.environ)
    stack.create(CONFIG, SECRETS)
    return stack
