"""The proof on nodes, step by step: a cluster that was reset by hand to a dead secret is seen, and repaired.

    make demo-nodes

Everything happens on this machine, in the sandbox; the cluster's Kubernetes API is a real kube-apiserver, and the proof
asks it with the real kubectl, through AKS's run-command. The program is the quickstart's, with `prove_on_nodes`. The
demo checks each step by its exit code and by the state of the stack and of both tenants. The first step that fails ends
the demo with its output.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, parse_arm_id
from crosstenant.sandbox.world import seed
from lib import sandbox
from lib.checkout import ROOT, SCRATCH, VENV
from lib.narration import Narrator
from lib.stack import Outcome, Stack

FOLDER = SCRATCH / "demo-nodes"
REGISTRY_NAME = parse_arm_id(seed.REGISTRY, REGISTRY_TYPE).name
CLUSTER_NAME = parse_arm_id(seed.CLUSTER, CLUSTER_TYPE).name

ROLE = "azure-native:authorization:RoleAssignment"
PULL_CHECK = "crosstenant:index:PullCheck"
PROFILE = "crosstenant:index:ServicePrincipalProfile"
NODES = "crosstenant:index:NodePullCheck"

MEANING = {
    ROLE: "registry tenant: the role for the pull",
    PULL_CHECK: "registry tenant: the proof that the secret pulls",
    PROFILE: "cluster tenant: the cluster's credential",
    NODES: "cluster tenant: the proof that the nodes pull",
}

_WITHOUT = 'ClusterArgs(cluster_id=config.require("clusterId"))'
_WITH = 'ClusterArgs(cluster_id=config.require("clusterId"), prove_on_nodes={"timeout_seconds": 15})'


class Demo:
    """The steps, in order."""

    def __init__(self) -> None:
        self.azure = sandbox.Sandbox()
        self.stack = Stack(_project(), "demo", FOLDER / "stack")
        self.tell = Narrator(steps=9)

    def run(self) -> None:
        """All steps."""
        self.stack.create({**sandbox.CONFIG, "repository": "backend/api", "reference": "1.0"}, sandbox.SECRETS)
        self.deploy()
        self.by_hand()
        self.without_the_nodes()
        self.see()
        self.repair()
        self.remove_role()
        self.repair_role()
        self.nothing_to_do()
        self.leave()

    def deploy(self) -> None:
        """The update, with the proof on nodes last."""
        self.tell.step(
            "Deploy",
            f"The quickstart's chain for the cluster {CLUSTER_NAME}, with prove_on_nodes: after the reset a pod on "
            "each node pool pulls the image with what is on its node, and is removed.",
        )
        up = self.up()
        self.tell.expect(self.resets() == 1, "one reset", up)
        self.expect_pulled(up)

    def by_hand(self) -> None:
        """The drift."""
        self.tell.step(
            "Drift: a reset by hand",
            "Somebody resets the cluster to a secret that the application does not have, with az for example. The "
            "application stays the same, and Azure never shows a secret.",
        )
        self.tell.succeeded(self.azure.drift("reset-secret", "--dead", "--cluster", CLUSTER_NAME), "the change")

    def without_the_nodes(self) -> None:
        """What else there is to see: nothing."""
        self.tell.step("What Azure shows", "The cluster names the stack's application. Only its nodes know better.")
        cluster = self.cluster()
        shown = cluster["properties"]["servicePrincipalProfile"]["clientId"]
        self.tell.expect(shown == self.client_id(), "the stack's application")
        self.tell.line(f"servicePrincipalProfile.clientId: {shown}")
        pull = self.azure.pull("--cluster", CLUSTER_NAME, f"{REGISTRY_NAME}.azurecr.io/backend/api:1.0")
        self.tell.ran(pull)
        self.tell.expect(pull.code != 0 and pull.says("401"), "a pull that the registry refuses", pull)

    def see(self) -> None:
        """The preview that asks the nodes."""
        self.tell.step("Pulumi asks the nodes", "A preview with refresh, as in a nightly job: it fails on drift.")
        plan = self.stack.operate("preview", "--refresh", "--expect-no-changes")
        self.tell.ran(plan)
        self.tell.changes(plan, MEANING)
        self.tell.expect(plan.code != 0 and plan.says("no changes were expected"), "a failure because of drift", plan)
        self.tell.expect(plan.changed(PROFILE) is not None, "the cluster's credential to be repaired", plan)

    def repair(self) -> None:
        """The reset."""
        self.tell.step(
            "Repair", "The stack's own secret still pulls, the nodes are refused: the cluster is reset to that secret."
        )
        up = self.up("--refresh")
        self.tell.expect(self.resets() == 2, "a second reset", up)
        self.expect_pulled(up)

    def remove_role(self) -> None:
        """Another cause of the same symptom."""
        self.tell.step(
            "Drift: the role is gone",
            "An administrator of the registry tenant deletes the role assignment: the nodes are refused as well.",
        )
        words = ("--registry", REGISTRY_NAME, "--client-id", self.client_id())
        self.tell.succeeded(self.azure.drift("remove-role-assignment", *words), "the change")

    def repair_role(self) -> None:
        """The repair that touches no node."""
        self.tell.step("Repair", "The role comes back, and the nodes are asked again first: no node is reimaged.")
        up = self.up("--refresh")
        self.tell.expect(up.changed(ROLE) is not None, "the role assignment", up)
        self.tell.expect(self.resets() == 2, "no further reset", up)
        self.expect_pulled(up)

    def nothing_to_do(self) -> None:
        """No change, with refresh."""
        self.tell.step("Nothing to do", "The stack, both tenants and the nodes agree.")
        plan = self.stack.operate("preview", "--refresh", "--expect-no-changes")
        self.tell.ran(plan)
        self.tell.expect(plan.code == 0 and not plan.changes, "a plan without a change", plan)
        self.tell.line("no changes")

    def leave(self) -> None:
        """The end of the stack."""
        self.tell.step("Leave", "The cluster goes back to its old service principal; destroy deletes everything.")
        moved = self.azure.drift("reset-cluster", "--cluster", CLUSTER_NAME)
        self.tell.succeeded(moved, "the cluster on its old service principal")
        gone = self.stack.operate("destroy")
        self.tell.succeeded(gone, "everything destroyed")
        resources = self.stack.resources()
        self.tell.expect(resources == [], f"no resources in the stack's state, not {len(resources)}")

    def up(self, *options: str) -> Outcome:
        """An update that must succeed."""
        up = self.stack.operate("up", *options)
        self.tell.succeeded(up, "an update without an error")
        self.tell.changes(up, MEANING)
        return up

    def expect_pulled(self, outcome: Outcome) -> None:
        """Each node pool has proved its pull."""
        [proof] = [it["outputs"] for it in self.stack.resources() if it["type"] == NODES]
        found = [(it["nodePool"], it["node"], it["result"]) for it in proof["nodes"]]
        pools = {pool["name"] for pool in self.cluster()["properties"]["agentPoolProfiles"]}
        self.tell.expect({(pool, "pulled") for pool in pools} == {(it[0], it[2]) for it in found}, "a pull", outcome)
        for pool, node, result in found:
            self.tell.line(f"node pool {pool}: {node} {result}")

    def cluster(self) -> dict[str, Any]:
        """The cluster as Azure has it."""
        return self.azure.show()["resources"][seed.CLUSTER.lower()]

    def client_id(self) -> str:
        """The application's client ID, an output of the stack."""
        return self.stack.command("pulumi", "stack", "output", "clientId", "--stack", "demo").output.strip()

    def resets(self) -> int:
        """How many resets Azure has accepted."""
        operations = self.azure.show()["operations"].values()
        return sum(1 for it in operations if it["kind"] == "resetServicePrincipalProfile")


def _project() -> Path:
    """The quickstart's program with the proof on nodes, in a folder of its own."""
    program = (ROOT / "__main__.py").read_text()
    if _WITHOUT not in program:
        raise RuntimeError(f"the quickstart's program no longer has: {_WITHOUT}")
    folder = FOLDER / "project"
    folder.mkdir(parents=True, exist_ok=True)
    plugins = {"providers": [{"name": "crosstenant", "path": str(VENV / "bin")}]}
    (folder / "Pulumi.yaml").write_text(json.dumps({"name": "nodes", "runtime": "python", "plugins": plugins}))
    (folder / "__main__.py").write_text(program.replace(_WITHOUT, _WITH))
    return folder


def main(started: float) -> None:
    """Run the demo, and print its duration."""
    Demo().run()
    print(f"\nEvery step succeeded. {time.monotonic() - started:.0f} s in all.")


if __name__ == "__main__":
    sandbox.run_inside(FOLDER, main)
