"""Deaths: the plugin, the engine or the program ends (SIGKILL) at a request of an update, and the next update goes on.

Azure works before or after the death, so that what was asked for is made, and the stack does not know it, or is not.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import follow_imports, imports
from tests.faults.calls import Call, call_of

PLUGIN: Final = "pulumi-resource-crosstenant"
ENGINE: Final = "pulumi"
PROGRAM: Final = "pulumi-language-python-exec"
VICTIMS: Final = {"plugin": PLUGIN, "engine": ENGINE, "program": PROGRAM}

SOURCE: Final = """
    import json
    from pathlib import Path

    import pulumi

    from crosstenant import (
        ClusterArgs, CrossTenantPull, CrossTenantPullArgs, PullCheckOptions, RegistryArgs, RotationArgs,
        tenant_from_config,
    )

    config = pulumi.Config()
    CrossTenantPull(
        "mortal",
        CrossTenantPullArgs(
            cluster_tenant=tenant_from_config(config, "cluster"),
            registry_tenant=tenant_from_config(config, "registry"),
            registries=[
                RegistryArgs(
                    registry_id=config.require("registryId"),
                    pull_check=PullCheckOptions(repository="hello", reference="1.0", timeout_seconds=5),
                )
            ],
            clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
            rotation=RotationArgs(**json.loads(Path("secret.json").read_text())),
        ),
    )
"""

_REMOVAL: Final = re.compile(r"'az ad app credential delete --id ([0-9a-f-]{36}) --key-id ([0-9a-f-]{36})'")
_CALLERS: Final = (
    f"CLUSTER_CLIENT_ID={seed.CLUSTER_CALLER_ID}",
    f"CLUSTER_CLIENT_SECRET={seed.CLUSTER_CALLER_SECRET}",
    f"REGISTRY_CLIENT_ID={seed.REGISTRY_CALLER_ID}",
    f"REGISTRY_CLIENT_SECRET={seed.REGISTRY_CALLER_SECRET}",
)


def source_text() -> str:
    """The program."""
    return textwrap.dedent(SOURCE)


@dataclass
class Mortal:
    """A stack whose processes die, and what both tenants have of it."""

    azure: Azure
    stack: Stack
    secret_file: Path
    before: dict[str, int] = field(default_factory=lambda: {})

    def __post_init__(self) -> None:
        self.before = self.objects()
        self.rotate("first")

    def rotate(self, trigger: str) -> None:
        """Has the program ask for another secret."""
        self.secret_file.write_text(json.dumps({"rotation_trigger": trigger}))

    def kill_at(self, victim: str, call: Call, *, after: bool, skip: int = 0) -> None:
        """Ends a process at a request of this kind."""
        fault = {"service": call.service, "method": call.method, "path": call.pattern, "after": after, "skip": skip}
        fault |= {"kill": VICTIMS[victim], "drop": True}
        self.azure.change(lambda state: state["faults"].append(new_fault(fault)))

    def dies(self, operation: str) -> Outcome:
        """An operation that a death ends; the fault has struck."""
        done = self.stack.operate(operation)
        assert self.azure.state["faults"] == [], f"nothing died in {operation}:\n{done.output}"
        return done

    def recover(self, operation: str = "up") -> Outcome:
        """What docs/errors.md says of an interrupted update: the printed commands, and the same operation again."""
        self.stack.command("pulumi", "cancel", "--yes", "--stack", "test")  # the lock of an engine that is dead
        if operation == "up":
            warned = self.stack.operate("preview")
            if warned.says("has another application"):
                follow_imports(self.stack, warned)
        done = self.stack.operate(operation, "--refresh")
        for _ in range(3):
            if done.code == 0 or not imports(done):
                break
            follow_imports(self.stack, done)
            done = self.stack.operate(operation, "--refresh")
        if operation == "up" and done.code == 0:
            self._remove_forgotten_secrets()
        return done

    def _remove_forgotten_secrets(self) -> None:
        """A secret that was made just before a death: ``crosstenant check --stack`` names it, and how to remove it."""
        if any(len(it["passwordCredentials"]) > 1 for it in self.applications):
            command = ["env", *_CALLERS, "crosstenant", "check", "--stack", "test"]
            said = " ".join(self.stack.command(*command).output.split())
            for client_id, key_id in _REMOVAL.findall(said):
                self.azure.change(lambda state, ids=(client_id, key_id): drift.remove_secret(state, *ids))

    def objects(self) -> dict[str, int]:
        """How many objects of each kind both tenants have."""
        state = self.azure.state
        return {it: len(state[it]) for it in ("applications", "servicePrincipals", "roleAssignments", "resources")}

    def calls(self) -> list[Call]:
        """Each request that the sandbox has seen, as its kind."""
        return [call_of(it) for it in self.azure.requests]

    @property
    def applications(self) -> list[dict[str, Any]]:
        """The applications that the stack's updates made."""
        return [it for it in self.azure.state["applications"].values() if it["displayName"].startswith("mortal")]

    @property
    def cluster_secret_is_alive(self) -> bool:
        """Whether the secret that the cluster has is one of a living application."""
        state = self.azure.state
        credential = state["resources"][seed.CLUSTER.lower()]["_credential"]
        if (credential["clientId"], credential["secret"]) == (seed.OLD_CLUSTER_APP_ID, seed.OLD_CLUSTER_SECRET):
            return True
        digest = hashlib.sha256(credential["secret"].encode()).hexdigest()
        owners = [it for it in state["applications"].values() if it["appId"] == credential["clientId"]]
        return any(it["_sha256"] == digest for owner in owners for it in owner["passwordCredentials"])

    def wrong(self, *, deployed: bool) -> list[str]:
        """What must not be after the recovery: orphans, and a cluster on a removed secret."""
        more = {kind: count - self.before[kind] for kind, count in self.objects().items()}
        due = {"applications": 1, "servicePrincipals": 2, "roleAssignments": 1, "resources": 0}
        expected = due if deployed else dict.fromkeys(due, 0)
        wrong = [] if more == expected else [f"objects that the stack made: {more}, not {expected}"]
        secrets = [len(it["passwordCredentials"]) for it in self.applications]
        if deployed and secrets != [1]:
            wrong.append(f"secrets of the applications: {secrets}")
        return wrong if self.cluster_secret_is_alive else [*wrong, "the cluster has a secret that is removed"]

    def release_cluster(self) -> None:
        """Somebody gives the cluster its old application again, so that the stack may be destroyed."""
        self.azure.change(lambda state: drift.reset_cluster(state, "aks-prod"))
