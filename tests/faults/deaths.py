"""Deaths: the plugin, the engine, the program or all of them end (SIGKILL) at a request, and the next update goes on.

Where the process that made the request dies, Azure has done the work, which the stack does not know, or has not. Where
another one dies, the request goes on: a process that dies breaks no connection of another.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from crosstenant.sandbox.host.descendants import AND_ITS_OWN
from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.managed_identities import CREDENTIALS
from lib.stack import Outcome, Stack
from tests.engine.cluster_estate import add_cluster, document
from tests.engine.engine_world import Azure
from tests.engine.fleet_world import cluster_id
from tests.engine.registry_stacks import follow_imports, imports
from tests.faults.calls import Call, call_of
from tests.faults.death_programs import ONE_CLUSTER, Program

PLUGIN: Final = "pulumi-resource-crosstenant"
ENGINE: Final = "pulumi"
PROGRAM: Final = "pulumi-language-python-exec"
VICTIMS: Final = {"plugin": PLUGIN, "engine": ENGINE, "program": PROGRAM, "machine": f"{ENGINE}{AND_ITS_OWN}"}
"""What each ends; with the machine, or the container of a job, every process ends at once."""

_REMOVAL: Final = re.compile(r"'az ad app credential delete --id ([0-9a-f-]{36}) --key-id ([0-9a-f-]{36})'")
_CALLERS: Final = (
    f"CLUSTER_CLIENT_ID={seed.CLUSTER_CALLER_ID}",
    f"CLUSTER_CLIENT_SECRET={seed.CLUSTER_CALLER_SECRET}",
    f"REGISTRY_CLIENT_ID={seed.REGISTRY_CALLER_ID}",
    f"REGISTRY_CLIENT_SECRET={seed.REGISTRY_CALLER_SECRET}",
)


@dataclass
class Mortal:
    """A stack whose processes die, and what both tenants have of it."""

    azure: Azure
    stack: Stack
    folder: Path
    """The program's folder."""

    program: Program = ONE_CLUSTER
    before: dict[str, int] = field(default_factory=lambda: {})
    """How many objects of each kind there were without the stack; counted by default."""

    commands: list[str] = field(default_factory=lambda: [])
    """The printed commands that a person had to run after a death."""

    def __post_init__(self) -> None:
        missing = [it for it in self.program.waves if cluster_id(it).lower() not in self.azure.state["resources"]]
        self.azure.change(lambda state: [add_cluster(state, cluster_id(it), {"system": 2}) for it in missing])
        self.before = self.before or self.objects()
        self.rotate("first")

    def rotate(self, trigger: str) -> None:
        """Has the program ask for another secret."""
        asked = {"trigger": trigger, "waves": dict(self.program.waves)}
        (self.folder / "asked.json").write_text(json.dumps(asked))

    def kill_at(self, victim: str, call: Call, *, after: bool, skip: int = 0) -> None:
        """Ends a process at a request of this kind; where another process made the request, it is answered."""
        fault = {"service": call.service, "method": call.method, "path": call.pattern, "after": after, "skip": skip}
        fault["kill"] = VICTIMS[victim]
        self.azure.change(lambda state: state["faults"].append(new_fault(fault)))

    def dies(self, operation: str) -> Outcome:
        """An operation that a death ends; the fault has struck."""
        done = self.stack.operate(operation)
        assert self.azure.state["faults"] == [], f"nothing died in {operation}:\n{done.output}"
        return done

    def recover(self, operation: str = "up") -> Outcome:
        """What docs/errors.md says of an interrupted update: the printed commands, and the same operation again."""
        self.stack.command("pulumi", "cancel", "--yes", "--stack", "test")  # the lock of an engine that is dead
        if operation == "up" and not self._knows_its_application:
            warned = self.stack.operate("preview")
            if warned.says("has another application"):
                self._import(warned)
        done = self.stack.operate(operation, "--refresh")
        for _ in range(3):
            if done.code == 0 or not imports(done):
                break
            self._import(done)
            done = self.stack.operate(operation, "--refresh")
        if operation == "up" and done.code == 0:
            self._remove_forgotten_secrets()
        return done

    def _import(self, told: Outcome) -> None:
        follow_imports(self.stack, told)
        self.commands += ["pulumi import"] * len(imports(told))

    def _remove_forgotten_secrets(self) -> None:
        """A secret that was made just before a death: ``crosstenant check --stack`` names it, and how to remove it."""
        if any(len(it["passwordCredentials"]) > 1 for it in self.applications):
            command = ["env", *_CALLERS, "crosstenant", "check", "--stack", "test"]
            said = " ".join(self.stack.command(*command).output.split())
            for client_id, key_id in _REMOVAL.findall(said):
                self.azure.change(lambda state, ids=(client_id, key_id): drift.remove_secret(state, *ids))
                self.commands.append("az ad app credential delete")

    @property
    def _knows_its_application(self) -> bool:
        """Whether no update will make one: the preview warns of another one before."""
        kinds = {it["type"] for it in self.stack.resources()}
        return not self.program.objects["applications"] or "azuread:index/application:Application" in kinds

    def objects(self) -> dict[str, int]:
        """How many objects of each kind both tenants have."""
        state = self.azure.state
        found = {it: len(state[it]) for it in ("applications", "servicePrincipals", "roleAssignments", "resources")}
        return found | {"trusts": sum(len(it.get(CREDENTIALS, ())) for it in state["resources"].values())}

    def calls(self) -> list[Call]:
        """Each request that the sandbox has seen, as its kind."""
        return [call_of(it) for it in self.azure.requests]

    @property
    def applications(self) -> list[dict[str, Any]]:
        """The applications that the stack's updates made."""
        return [it for it in self.azure.state["applications"].values() if it["displayName"].startswith("mortal")]

    @property
    def cluster_secrets_are_alive(self) -> bool:
        """Whether the secret that each cluster has is one of a living application."""
        state = self.azure.state
        digests = {
            (it["appId"], one["_sha256"]) for it in state["applications"].values() for one in it["passwordCredentials"]
        }
        digests.add((seed.OLD_CLUSTER_APP_ID, _digest(seed.OLD_CLUSTER_SECRET)))
        held = [document(state, it)["_credential"] for it in self.program.waves]
        return all((it["clientId"], _digest(it["secret"])) in digests for it in held)

    def wrong(self, *, deployed: bool) -> list[str]:
        """What must not be after the recovery: orphans, and a cluster on a removed secret."""
        more = {kind: count - self.before[kind] for kind, count in self.objects().items()}
        expected = dict(self.program.objects) if deployed else dict.fromkeys(self.program.objects, 0)
        wrong = [] if more == expected else [f"objects that the stack made: {more}, not {expected}"]
        secrets = [len(it["passwordCredentials"]) for it in self.applications]
        if deployed and secrets != [1] * self.program.objects["applications"]:
            wrong.append(f"secrets of the applications: {secrets}")
        return wrong if self.cluster_secrets_are_alive else [*wrong, "a cluster has a secret that is removed"]

    def release_clusters(self) -> None:
        """Somebody gives the clusters their old application again, so that the stack may be destroyed."""
        self.azure.change(lambda state: [drift.reset_cluster(state, it) for it in self.program.waves])


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
