"""A pull without a secret, step by step: a cluster with a managed identity pulls from a registry of another tenant.

    make demo-federated

Everything happens on this machine, in the sandbox; the cluster's Kubernetes API is a real kube-apiserver. The demo
checks each step by its exit code and by the state of the stack, of both tenants and of the cluster. The first step that
fails ends the demo with its output.
"""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import dataclass, replace
from typing import Any

from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, parse_arm_id
from crosstenant.model.kubernetes.plan import PULL_SECRET, REFRESHER
from crosstenant.sandbox.world import seed
from lib import sandbox
from lib.checkout import KUBERNETES, ROOT, SCRATCH
from lib.narration import Narrator
from lib.pods import Pods, kubeconfig_of
from lib.stack import Outcome, Stack

FOLDER = SCRATCH / "demo-federated"
CLUSTER = seed.MANAGED_IDENTITY_CLUSTER
CLUSTER_NAME = parse_arm_id(CLUSTER, CLUSTER_TYPE).name
REGISTRY_NAME = parse_arm_id(seed.REGISTRY, REGISTRY_TYPE).name
IDENTITY_GROUP = seed.IDENTITY_GROUP.rpartition("/")[2]
IMAGE = f"{REGISTRY_NAME}.azurecr.io/backend/api:1.0"
NAMESPACE = "shop"
REFRESHER_NAMESPACE = "crosstenant-images"
LONG_DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]+")
JWT = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")

CALLERS = {
    "CLUSTER_CLIENT_ID": seed.CLUSTER_CALLER_ID,
    "CLUSTER_CLIENT_SECRET": seed.CLUSTER_CALLER_SECRET,
    "REGISTRY_CLIENT_ID": seed.REGISTRY_CALLER_ID,
    "REGISTRY_CLIENT_SECRET": seed.REGISTRY_CALLER_SECRET,
}
"""For `crosstenant check`, which signs in to each tenant by itself."""

IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"
ROLE = "azure-native:authorization:RoleAssignment"
JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type

MEANING = {
    IDENTITY: "registry tenant: the identity that pulls",
    CREDENTIAL: "registry tenant: its trust in the cluster",
    ROLE: "registry tenant: its role for the pull",
    SECRET: "cluster: the pull secret, empty",
    JOB: "cluster: fills it, and proves the pull",
    CRON_JOB: "cluster: renews it every hour",
}


@dataclass(frozen=True)
class Estate:
    """The objects of both tenants that the demo checks."""

    resources: frozenset[str]
    principals: frozenset[str]
    roles: frozenset[str]

    @classmethod
    def now(cls, azure: sandbox.Sandbox) -> Estate:
        """The present objects."""
        state = azure.show()
        return cls(
            frozenset(state["resources"]), frozenset(state["servicePrincipals"]), frozenset(state["roleAssignments"])
        )


class Demo:
    """The steps, in order."""

    def __init__(self) -> None:
        self.azure = sandbox.Sandbox()
        self.stack = Stack(ROOT / "examples" / "federated", "demo", FOLDER / "stack", environ={**os.environ, **CALLERS})
        self.tell = Narrator(steps=12)
        self.kubeconfig = kubeconfig_of(CLUSTER_NAME)
        self.pods = Pods(self.kubeconfig, NAMESPACE)

    def run(self) -> None:
        """All steps."""
        seeded = Estate.now(self.azure)
        text = json.dumps(self.kubeconfig)
        config = {
            **sandbox.CONFIG,
            "clusterId": CLUSTER,
            "identityGroup": IDENTITY_GROUP,
            "namespace": NAMESPACE,
            "repository": "backend/api",
            "reference": "1.0",
        }
        self.stack.create(config, {**sandbox.SECRETS, "kubeconfig": text})
        try:
            self.before()
            self.preview()
            self.deploy(seeded)
            self.pull("A pod pulls", "The pod names no secret: its service account does.", "first")
            self.no_secret()
            self.three_hours()
            self.remove_role()
            self.see()
            self.repair()
            self.nothing_to_do()
            self.leave()
            self.left(seeded)
        finally:
            self.pods.close()

    def before(self) -> None:
        """No pull yet."""
        self.tell.step(
            "Before",
            f"The cluster tenant (Contoso) has the AKS cluster {CLUSTER_NAME}, with a managed identity. The registry "
            f"tenant (Fabrikam) has the registry {REGISTRY_NAME}, and does not know that identity.",
        )
        self.pods.make_namespace()
        self.expect_refused("before")

    def preview(self) -> None:
        """The plan."""
        self.tell.step("Preview", "examples/federated names both, and a namespace of the cluster whose pods pull.")
        plan = self.stack.operate("preview")
        self.tell.succeeded(plan, "a plan")
        self.tell.changes(plan, MEANING)
        kinds = sorted(change.type for change in plan.changes if change.type in MEANING)
        self.tell.expect(
            kinds == sorted(MEANING) and {change.op for change in plan.changes} == {"create"},
            "the chain, all to be created",
            plan,
        )

    def deploy(self, seeded: Estate) -> None:
        """The update, which waits for the proof."""
        self.tell.step(
            "Deploy",
            "The update ends when a Job in the cluster has exchanged its token for one of the registry tenant, filled "
            "the pull secret, and fetched the manifest of the image with it.",
        )
        up = self.up()
        estate = Estate.now(self.azure)
        self.tell.expect(
            len(estate.principals - seeded.principals) == 1 and len(estate.roles - seeded.roles) == 1,
            "one identity and one role assignment",
            up,
        )
        secret = self.pods.secret(PULL_SECRET)
        self.tell.line(f"the pull secret is valid until {_annotation(secret, 'expires-at')}")

    def pull(self, title: str, text: str, pod: str) -> None:
        """A pull by a pod."""
        self.tell.step(title, text)
        self.expect_pulled(pod)

    def no_secret(self) -> None:
        """No token anywhere but in the pull secret."""
        self.tell.step(
            "No secret",
            "The token in the pull secret is the only credential, and ends by itself. The update has put none into the "
            "stack's state, nor into the ConfigMap. (A refresh reads the pull secret: then the state has its token of "
            "that moment, encrypted.)",
        )
        export = self.stack.command("pulumi", "stack", "export", "--show-secrets", "--stack", "demo")
        config_map = self.pods.get(f"/api/v1/namespaces/{REFRESHER_NAMESPACE}/configmaps/{REFRESHER}")
        self.tell.expect(export.code == 0 and not JWT.search(export.output), "no token in the stack's state", export)
        self.tell.expect(not JWT.search(json.dumps(config_map)), "no token in the ConfigMap")
        self.tell.line("no token in the decrypted state, and none in the ConfigMap")

    def three_hours(self) -> None:
        """The clock moves, and the pull secret is renewed."""
        self.tell.step(
            "Three hours later",
            "The token of the update has ended by now. The CronJob has renewed the pull secret in place.",
        )
        before = self.pods.secret(PULL_SECRET)
        moved = self.azure.clock("forward", "3h")
        self.tell.succeeded(moved, "the clock moved")
        after = self.pods.secret(PULL_SECRET)
        self.tell.expect(
            before["metadata"]["uid"] == after["metadata"]["uid"] and before["data"] != after["data"],
            "the same secret with another token",
            moved,
        )
        self.tell.line(f"the pull secret is valid until {_annotation(after, 'expires-at')}")
        self.expect_pulled("later")

    def remove_role(self) -> None:
        """A change outside Pulumi."""
        self.tell.step(
            "Drift: a change outside Pulumi",
            "An administrator of the registry tenant deletes the role assignment. The token in the pull secret is "
            "valid still, and pulls nothing.",
        )
        change = self.azure.drift(
            "remove-role-assignment", "--registry", REGISTRY_NAME, "--client-id", self.client_id()
        )
        self.tell.succeeded(change, "the change")
        self.expect_refused("without-role")

    def see(self) -> None:
        """The preview and the check that show the change."""
        self.tell.step("It is seen", "The nightly preview fails on drift; the check names the link and the remedy.")
        plan = self.stack.operate("preview", "--refresh", "--expect-no-changes")
        self.tell.ran(plan)
        self.tell.changes(plan, MEANING)
        role = plan.changed(ROLE)
        self.tell.expect(plan.code != 0 and role is not None and role.op == "create", "the role to be created", plan)
        check = self.check()
        report = _report(check)
        broken = [it for it in report["links"] if it["state"] == "broken"]
        self.tell.expect([it["link"] for it in broken] == ["role"], "the role is the broken link", check)
        self.tell.line(f"{broken[0]['link']} {broken[0]['object']}: {broken[0]['finding']}")

    def repair(self) -> None:
        """The update that repairs it."""
        self.tell.step("Repair", "One update makes the role assignment again.")
        up = self.up("--refresh")
        self.tell.expect(up.changed(ROLE) is not None, "the role assignment", up)
        self.expect_pulled("repaired")

    def nothing_to_do(self) -> None:
        """No change, and a whole chain."""
        self.tell.step("Nothing to do", "The stack, both tenants and the cluster agree.")
        plan = self.stack.operate("preview", "--refresh", "--expect-no-changes")
        self.tell.ran(plan)
        self.tell.expect(plan.code == 0 and not plan.changes, "a plan without a change", plan)
        check = self.check()
        found = {it["link"]: it for it in _report(check)["links"]}
        self.tell.expect(check.code == 0, "a whole chain", check)
        self.tell.expect(
            found["refresher"]["state"] == found["pull secret"]["state"] == "ok", "the cluster's side as well", check
        )
        self.tell.line(f"no changes; the chain is whole; the pull secret {found['pull secret']['finding']}")

    def leave(self) -> None:
        """The end of the stack."""
        self.tell.step(
            "Leave", "Nothing of the cluster depends on the chain but its pulls: destroy removes everything."
        )
        gone = self.stack.operate("destroy")
        self.tell.succeeded(gone, "everything destroyed")
        self.tell.changes(gone, MEANING)
        self.expect_refused("after")

    def left(self, seeded: Estate) -> None:
        """Nothing."""
        self.tell.step("What is left", "The stack's state is empty, and both tenants are the same as at the start.")
        resources = self.stack.resources()
        self.tell.expect(resources == [], f"no resources in the stack's state, not {len(resources)}")
        estate = Estate.now(self.azure)
        self.tell.expect(estate == seeded, f"both tenants as at the start:\n{seeded}\nnot\n{estate}")
        names = [it["metadata"]["name"] for it in self.pods.get("/api/v1/namespaces")["items"]]
        self.tell.expect(REFRESHER_NAMESPACE not in names, "the refresher's namespace to be gone")
        self.tell.line("no identity, no role assignment, nothing in the cluster but the namespace of the pods")

    def up(self, *options: str) -> Outcome:
        """An update that must succeed."""
        up = self.stack.operate("up", *options)
        self.tell.succeeded(up, "an update without an error")
        self.tell.changes(up, MEANING)
        return up

    def check(self) -> Outcome:
        """`crosstenant check` of the stack, with the kubeconfig that the stack has."""
        options = ("--stack", "demo", "--with-secret", "--json")
        check = self.stack.command("crosstenant", "check", *options, "--cwd", str(FOLDER / "stack"))
        check = replace(check, command=f"crosstenant check {' '.join(options)}")
        self.tell.ran(check)
        return check

    def client_id(self) -> str:
        """The identity's client ID, an output of the stack."""
        return self.stack.command("pulumi", "stack", "output", "clientId", "--stack", "demo").output.strip()

    def expect_pulled(self, pod: str) -> None:
        """A pod whose image is pulled."""
        pull = self.pods.pull(pod, IMAGE)
        self.tell.ran(pull)
        self.tell.expect(pull.code == 0 and pull.says("Successfully pulled image"), "the image", pull)
        said = next(it for it in pull.output.splitlines() if it.startswith("Successfully pulled"))
        self.tell.line(LONG_DIGEST.sub(r"\1...", said))

    def expect_refused(self, pod: str) -> None:
        """A pod whose image the registry refuses."""
        pull = self.pods.pull(pod, IMAGE)
        self.tell.ran(pull)
        self.tell.expect(pull.code != 0 and pull.says("Failed to pull image"), "a refused pull", pull)
        self.tell.line(next(it for it in pull.output.splitlines() if it.startswith("Failed to pull")))


def _annotation(secret: dict[str, Any], name: str) -> str:
    return str(secret["metadata"]["annotations"][f"crosstenant.io/{name}"])


def _report(check: Outcome) -> dict[str, Any]:
    try:
        return json.loads(check.output)
    except ValueError:
        return {"links": []}


def main(started: float) -> None:
    """Run the demo, and print its duration."""
    Demo().run()
    print(f"\nEvery step succeeded. {time.monotonic() - started:.0f} s in all.")


if __name__ == "__main__":
    # pulumi-kubernetes is not in .venv: Pulumi's engine would ask for its plugin at each operation of every program.
    sandbox.run_inside(FOLDER, main, modules=KUBERNETES)
