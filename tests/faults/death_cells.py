"""The matrix of deaths: each change of an update, a rotation, waves and a removal, and each process that may die."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.sandbox import CONFIG, SECRETS
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.faults.calls import Call
from tests.faults.death_programs import NO_SECRET, ONE_CLUSTER, TWO_WAVES, Program
from tests.faults.deaths import VICTIMS, Mortal
from tests.faults.results import ROOT

_PROVIDERS: Final = "/subscriptions/*/resourceGroups/*/providers"
_ROLE: Final = Call(
    "arm",
    "PUT",
    f"{_PROVIDERS}/Microsoft.ContainerRegistry/registries/*/providers/Microsoft.Authorization/roleAssignments/*",
)
_IDENTITY: Final = Call("arm", "PUT", f"{_PROVIDERS}/Microsoft.ManagedIdentity/userAssignedIdentities/*")
_TRUST: Final = Call("arm", "PUT", f"{_IDENTITY.path}/federatedIdentityCredentials/*")
_RESET: Final = Call(
    "arm", "POST", f"{_PROVIDERS}/Microsoft.ContainerService/managedClusters/*/resetServicePrincipalProfile"
)
_PROGRESS: Final = Call("arm", "GET", "/subscriptions/*/providers/Microsoft.ContainerService/locations/*/operations/*")
_TOKEN: Final = Call("registry", "GET", "/oauth2/token")
_APPLICATION: Final = Call("graph", "POST", "/v1.0/applications")
_PRINCIPAL: Final = Call("graph", "POST", "/v1.0/servicePrincipals")
_SECRET: Final = Call("graph", "POST", "/v1.0/applications/*/addPassword")
_NO_MORE_SECRET: Final = Call("graph", "POST", "/v1.0/applications/*/removePassword")


def _reset_of(cluster: str) -> Call:
    return Call("arm", "POST", _RESET.path.replace("managedClusters/*", f"managedClusters/{cluster}"))


def _removal_of(made: Call, path: str = "") -> Call:
    return made._replace(method="DELETE", path=path or made.path)


def _as_azure_writes(of_an_identity: Call) -> str:
    """Its IDs have this part in lower case, and they are what the provider deletes."""
    return of_an_identity.path.replace("resourceGroups", "resourcegroups")


STEPS: Final[dict[str, tuple[Program, tuple[Call, ...]]]] = {
    "up": (ONE_CLUSTER, (_APPLICATION, _PRINCIPAL, _SECRET, _ROLE, _TOKEN, _RESET, _PROGRESS)),
    "rotation": (ONE_CLUSTER, (_SECRET, _TOKEN, _RESET, _PROGRESS, _NO_MORE_SECRET)),
    "rotation in waves": (TWO_WAVES, (_reset_of("canary-a"), _reset_of("rest"))),
    "destroy": (
        ONE_CLUSTER,
        (
            _removal_of(_ROLE),
            _removal_of(_PRINCIPAL, "/v1.0/servicePrincipals/*"),
            _NO_MORE_SECRET,
            _removal_of(_APPLICATION, "/v1.0/applications/*"),
        ),
    ),
    "up without a secret": (NO_SECRET, (_IDENTITY, _TRUST, _ROLE)),
    "destroy without a secret": (
        NO_SECRET,
        (
            _removal_of(_TRUST, _as_azure_writes(_TRUST)),
            _removal_of(_ROLE),
            _removal_of(_IDENTITY, _as_azure_writes(_IDENTITY)),
        ),
    ),
}
"""The operations: ``FederatedPull`` is the one without a secret, and makes nothing in a cluster here (``delivery``
"none"), which takes no Kubernetes API."""

_OF_THE_PLUGIN: Final = (_TOKEN, _RESET, _PROGRESS, _reset_of("canary-a"), _reset_of("rest"))
"""The requests that the plugin makes; the others are of other providers' plugins."""


@dataclass(frozen=True)
class DeathCell:
    """One death."""

    operation: str
    call: Call
    victim: str
    after: bool | None
    """Whether the work is done; None: another process than the one that dies made the request, and it goes on."""

    @property
    def name(self) -> str:
        when = {True: "after the work", False: "before the work", None: "during the work"}[self.after]
        return f"death | {self.operation} | {self.call.text} | {self.victim} | {when}"

    @property
    def needed(self) -> int:
        """How many resets there may be: one for each cluster and secret, and one for each whose end no process saw."""
        program = STEPS[self.operation][0]
        rotations = 2 if self.operation.startswith("rotation") else 1
        return rotations * len(program.waves) + self._unheard

    @property
    def _unheard(self) -> int:
        if self.call not in _OF_THE_PLUGIN or self.call == _TOKEN or self.victim == "program":
            return 0
        at_once = [it for it, wave in STEPS[self.operation][0].waves.items() if wave == 0]
        if self.call in (_RESET, _PROGRESS, _reset_of("rest")):
            at_once = at_once[:1]
        # The other cluster of a wave may be in the middle of its reset, whatever becomes of this one's.
        return len(at_once) - (self.call != _PROGRESS and self.after is False)


def death_cells() -> Iterator[DeathCell]:
    """All of them; the program has ended when a removal begins."""
    for operation, (_, calls) in STEPS.items():
        for call in calls:
            for victim in VICTIMS:
                if operation.startswith("destroy") and victim == "program":
                    continue
                asks = victim == "machine" or (victim == "plugin" and call in _OF_THE_PLUGIN)
                for after in (True, False) if asks else (None,):
                    yield DeathCell(operation, call, victim, after)


@dataclass(frozen=True)
class Recovered:
    """What a death came to."""

    wrong: list[str]
    resets: int
    """In all, since before the stack was made."""

    commands: list[str]
    """Those that a person had to run."""


def run_death(azure: Azure, folder: Path, cell: DeathCell) -> Recovered:
    """Runs one, with the recovery."""
    program = STEPS[cell.operation][0]
    operation = "destroy" if cell.operation.startswith("destroy") else "up"
    mortal = (_fresh if cell.operation.startswith("up") else _deployed)(azure, folder, program)
    if cell.operation.startswith("rotation"):
        mortal.rotate("second")
    if operation == "destroy":
        mortal.release_clusters()
    mortal.kill_at(cell.victim, cell.call, after=bool(cell.after))
    died = mortal.stack.operate(operation)
    wrong = [] if not azure.state["faults"] else ["the request was not made"]
    azure.change(lambda state: state["faults"].clear())
    if "Traceback" in died.output:
        wrong.append("a stack trace in the output of the death")
    if not mortal.cluster_secrets_are_alive:
        wrong.append("at the death a cluster has a secret that is removed")
    done = mortal.recover(operation)
    if done.code:
        wrong.append(f"the next {operation} fails: {' '.join(done.errors)[:400]}")
    resets = len(azure.resets)
    if resets > cell.needed:
        wrong.append(f"{resets} resets, {cell.needed} of them needed")
    return Recovered(wrong + mortal.wrong(deployed=operation == "up"), resets, mortal.commands)


def _fresh(azure: Azure, folder: Path, program: Program) -> Mortal:
    """A stack that is not deployed yet, in tenants as new."""
    azure.store.reset()
    Path(f"{azure.store.path}.requests.jsonl").unlink(missing_ok=True)
    azure.change(lambda state: state["settings"]["reset"].update(seconds=0.5, retry_after=1))
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    settings = {
        "name": "program",
        "runtime": "python",
        "plugins": {"providers": [{"name": "crosstenant", "path": str(ROOT / ".venv" / "bin")}]},
    }
    (project / "Pulumi.yaml").write_text(json.dumps(settings))
    (project / "__main__.py").write_text(textwrap.dedent(program.source))
    stack = Stack(project, "test", folder / "stack", environ=azure.environ)
    stack.create(CONFIG, SECRETS)
    return Mortal(azure, stack, project, program)


def _deployed(azure: Azure, folder: Path, program: Program) -> Mortal:
    """A deployed stack: the same one each time, with its tenants as they were after its update."""
    kept = folder / f"deployed-{program.name}"
    if not kept.exists():
        mortal = _fresh(azure, folder, program)
        done = mortal.stack.operate("up")
        assert done.code == 0, done.output
        shutil.copytree(folder / "project", kept / "project")
        shutil.copytree(folder / "stack", kept / "stack")
        (kept / "azure.json").write_text(json.dumps({"state": azure.state, "before": mortal.before}))
    for name in ("project", "stack"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(kept / name, folder / name)
    was = json.loads((kept / "azure.json").read_text())
    azure.change(lambda state: (state.clear(), state.update(was["state"])))
    Path(f"{azure.store.path}.requests.jsonl").unlink(missing_ok=True)
    stack = Stack(folder / "project", "test", folder / "stack", environ=azure.environ)
    return Mortal(azure, stack, folder / "project", program, was["before"])
