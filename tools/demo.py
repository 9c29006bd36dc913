"""The quickstart step by step: a cluster of one tenant pulls from a registry of another; drift is shown and repaired.

    make demo

Everything happens on this machine, in the sandbox. The demo checks each step by its exit code and by the
state of the stack and of both tenants. The first step that fails ends the demo with its output.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, parse_arm_id
from crosstenant.sandbox.world import seed
from lib import sandbox
from lib.checkout import ROOT, SCRATCH
from lib.narration import Narrator
from lib.stack import Change, Outcome, Stack

FOLDER = SCRATCH / "demo"
REGISTRY_NAME = parse_arm_id(seed.REGISTRY, REGISTRY_TYPE).name
CLUSTER_NAME = parse_arm_id(seed.CLUSTER, CLUSTER_TYPE).name
IMAGE = f"{REGISTRY_NAME}.azurecr.io/backend/api:1.0"

LONG_DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]+")

APPLICATION = "azuread:index/application:Application"
PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
SECRET = "azuread:index/applicationPassword:ApplicationPassword"  # noqa: S105 - a type
ROLE = "azure-native:authorization:RoleAssignment"
CHECK = "crosstenant:index:PullCheck"
PROFILE = "crosstenant:index:ServicePrincipalProfile"

MEANING = {
    APPLICATION: "cluster tenant: the application of the cluster",
    SECRET: "cluster tenant: its secret",
    ROLE: "registry tenant: the role for the pull",
    CHECK: "registry tenant: the proof of the pull",
    PROFILE: "cluster tenant: the cluster's credential",
}


@dataclass(frozen=True)
class Estate:
    """The objects of both tenants that the demo checks."""

    applications: frozenset[str]
    principals: frozenset[str]
    roles: frozenset[str]
    cluster: str
    """The client ID that the cluster uses."""
    nodes: frozenset[str]
    """The client IDs of its nodes."""

    @classmethod
    def now(cls, azure: sandbox.Sandbox) -> Estate:
        """The present objects."""
        state = azure.show()
        cluster = state["resources"][seed.CLUSTER.lower()]
        return cls(
            frozenset(one["appId"] for one in state["applications"].values()),
            frozenset(state["servicePrincipals"]),
            frozenset(state["roleAssignments"]),
            cluster["properties"]["servicePrincipalProfile"]["clientId"],
            frozenset(node["clientId"] for node in cluster["_nodes"]),
        )


class Demo:
    """The steps, in order."""

    def __init__(self) -> None:
        self.azure = sandbox.Sandbox()
        self.stack = Stack(ROOT, "demo", FOLDER / "stack")
        self.tell = Narrator(steps=11)
        self.client_id = ""

    def run(self) -> None:
        """All steps."""
        seeded = Estate.now(self.azure)
        self.stack.create(sandbox.CONFIG, sandbox.SECRETS)
        self.before()
        self.preview()
        self.deploy(seeded)
        self.pull("The cluster pulls", "The nodes pull with the credential that the update gave them.")
        self.drift()
        self.see_drift()
        self.repair()
        self.pull("The cluster pulls again", "The same pull as before, with the repaired credential.")
        self.nothing_to_do()
        self.leave(seeded)
        self.left(seeded)

    def before(self) -> None:
        """No pull yet."""
        self.tell.step(
            "Before",
            f"The cluster tenant (Contoso) has the AKS cluster {CLUSTER_NAME}, the registry tenant (Fabrikam) has the "
            f"registry {REGISTRY_NAME}. The registry tenant does not know the cluster's present service principal.",
        )
        self.expect_refused_pull()

    def preview(self) -> None:
        """The plan."""
        self.tell.step("Preview", "The program at the top of this repository names both and declares the chain.")
        plan = self.stack.operate("preview")
        self.tell.succeeded(plan, "a plan")
        self.list_changes(plan)
        kinds = sorted(change.type for change in plan.changes if change.type in (PRINCIPAL, *MEANING))
        self.tell.expect(
            kinds == sorted([*MEANING, PRINCIPAL, PRINCIPAL]) and {change.op for change in plan.changes} == {"create"},
            "the chain of seven resources, all to be created",
            plan,
        )

    def deploy(self, seeded: Estate) -> None:
        """The update, and its result in both tenants."""
        self.tell.step(
            "Deploy",
            "The update proves the secret in both tenants. Only then it resets the cluster and its nodes to it.",
        )
        up = self.up()
        estate = Estate.now(self.azure)
        new = estate.applications - seeded.applications
        self.tell.expect(len(new) == 1, "one new application", up)
        (self.client_id,) = new
        self.tell.expect(
            len(estate.principals - seeded.principals) == 2 and len(estate.roles - seeded.roles) == 1,
            "a service principal in each tenant and one role assignment",
            up,
        )
        self.expect_connected(up)
        self.tell.line(f"application {self.client_id}, known in both tenants; all nodes of {CLUSTER_NAME} pull with it")

    def pull(self, title: str, text: str) -> None:
        """A pull by every node."""
        self.tell.step(title, text)
        pull = self.azure.pull("--cluster", CLUSTER_NAME, "--node", "all", IMAGE)
        self.tell.ran(pull)
        self.tell.expect(pull.code == 0 and "sha256:" in pull.output, "the image", pull)
        lines = pull.output.strip().splitlines()
        self.tell.line(LONG_DIGEST.sub(r"\1...", lines[0]))
        if len(lines) > 1:
            self.tell.line(f"... and {len(lines) - 1} nodes more")

    def drift(self) -> None:
        """Two changes outside Pulumi."""
        self.tell.step(
            "Drift: changes outside Pulumi",
            "An administrator of the registry tenant deletes the role assignment; an administrator of the cluster "
            "tenant resets the cluster to its old service principal.",
        )
        for change in (
            self.azure.drift("remove-role-assignment", "--registry", REGISTRY_NAME, "--client-id", self.client_id),
            self.azure.drift("reset-cluster", "--cluster", CLUSTER_NAME),
        ):
            self.tell.succeeded(change, "the change")
        self.expect_refused_pull()

    def see_drift(self) -> None:
        """The preview that shows both changes."""
        self.tell.step("Pulumi detects it", "A preview with refresh, for example in a nightly job: it fails on drift.")
        plan = self.stack.operate("preview", "--refresh", "--expect-no-changes")
        self.tell.ran(plan)
        self.list_changes(plan)
        self.tell.expect(plan.code != 0 and plan.says("no changes were expected"), "a failure because of drift", plan)
        role, profile = plan.changed(ROLE), plan.changed(PROFILE)
        self.tell.expect(role is not None and role.op == "create", "the role assignment to be created again", plan)
        self.tell.expect(
            profile is not None and profile.op == "update" and "clientId" in profile.properties,
            "the cluster's client ID to be changed back",
            plan,
        )

    def repair(self) -> None:
        """The update that repairs both."""
        self.tell.step("Repair", "The same order again: the role assignment, the proof, and the cluster last.")
        up = self.up("--refresh")
        self.tell.expect(up.changed(ROLE) is not None and up.changed(PROFILE) is not None, "both repaired", up)
        self.expect_connected(up)

    def nothing_to_do(self) -> None:
        """No change, with refresh."""
        self.tell.step("Nothing to do", "The stack and both tenants agree.")
        plan = self.stack.operate("preview", "--refresh", "--expect-no-changes")
        self.tell.ran(plan)
        self.tell.expect(plan.code == 0 and not plan.changes, "a plan without a change", plan)
        self.tell.line("no changes")

    def leave(self, seeded: Estate) -> None:
        """The refusal, its remedy, and the end of the stack."""
        self.tell.step(
            "Leave",
            "A cluster must not lose its identity: while it uses the application, destroy is refused. After a reset to "
            "another service principal, destroy deletes everything.",
        )
        refused = self.stack.operate("destroy")
        self.tell.ran(refused)
        self.tell.expect(
            refused.code != 0 and seed.CLUSTER in _message(refused), "a refusal that names the cluster", refused
        )
        self.tell.line(_message(refused))
        self.expect_connected(refused)
        moved = self.azure.drift("reset-cluster", "--cluster", CLUSTER_NAME, "--client-id", seeded.cluster)
        self.tell.succeeded(moved, "the cluster on its old service principal")
        gone = self.stack.operate("destroy")
        self.tell.succeeded(gone, "everything destroyed")
        self.list_changes(gone)

    def left(self, seeded: Estate) -> None:
        """Nothing."""
        self.tell.step("What is left", "The stack's state is empty, and both tenants are the same as at the start.")
        resources = self.stack.resources()
        self.tell.expect(resources == [], f"no resources in the stack's state, not {len(resources)}")
        estate = Estate.now(self.azure)
        self.tell.expect(estate == seeded, f"both tenants as at the start:\n{seeded}\nnot\n{estate}")
        self.tell.line("no application, no service principal, no role assignment; the cluster as before")

    def up(self, *options: str) -> Outcome:
        """An update that must succeed."""
        up = self.stack.operate("up", *options)
        self.tell.succeeded(up, "an update without an error")
        self.list_changes(up)
        return up

    def expect_connected(self, outcome: Outcome) -> None:
        """The cluster and each of its nodes use the application, which has its role."""
        estate = Estate.now(self.azure)
        self.tell.expect(
            estate.cluster == self.client_id and estate.nodes == {self.client_id},
            f"the cluster and its nodes on application {self.client_id}",
            outcome,
        )
        self.tell.expect(
            any(seed.REGISTRY.lower() in role for role in estate.roles), "a role assignment on the registry", outcome
        )

    def expect_refused_pull(self) -> None:
        """A pull that fails at the registry."""
        pull = self.azure.pull("--cluster", CLUSTER_NAME, IMAGE)
        self.tell.ran(pull)
        self.tell.expect(pull.code != 0 and pull.says("401"), "a pull that the registry refuses", pull)
        self.tell.line(_message(pull))

    def list_changes(self, outcome: Outcome) -> None:
        """One line for each resource of the chain; components and providers go without."""
        for change in outcome.changes:
            if change.type in (PRINCIPAL, *MEANING):
                self.tell.line(_describe(change))


def _describe(change: Change) -> str:
    meaning = MEANING.get(change.type)
    if meaning is None:
        meaning = f"{'registry' if 'registry' in change.name else 'cluster'} tenant: its service principal"
    properties = f" ({', '.join(change.properties)})" if change.op == "update" else ""
    return f"{change.op:<8} {change.type.split(':')[-1]:<24} {meaning}{properties}"


def _message(outcome: Outcome) -> str:
    """The first error or line of the output, of Pulumi or of the sandbox."""
    return next(iter([*outcome.errors, *outcome.output.strip().splitlines()]), "")


def main(started: float) -> None:
    """Run the demo, and print its duration."""
    Demo().run()
    print(f"\nEvery step succeeded. {time.monotonic() - started:.0f} s in all.")


if __name__ == "__main__":
    sandbox.run_inside(FOLDER, main)
