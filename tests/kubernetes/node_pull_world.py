"""Stacks whose clusters are asked on their nodes, in the sandbox of tests/kubernetes, with clusters that really run."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crosstenant.model.kubernetes.node_pull.pod import RUN_LABEL
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.state import State, Store
from lib.checkout import ROOT
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Outcome, Stack
from tests.kubernetes.cluster_world import Cluster

Json = dict[str, Any]

NAME = "aks-prod"
CHECK = "crosstenant:index:NodePullCheck"
PROFILE = "crosstenant:index:ServicePrincipalProfile"
ROLE = "azure-native:authorization:RoleAssignment"


class NodeStack:
    """A stack, the cluster that it names, and what its nodes have."""

    def __init__(self, program: str, store: Store, environ: dict[str, str], folder: Path, cluster: Cluster) -> None:
        self.store = store
        self.cluster = cluster
        project = folder / "project"
        project.mkdir()
        plugins = {"providers": [{"name": "crosstenant", "path": str(ROOT / ".venv" / "bin")}]}
        (project / "Pulumi.yaml").write_text(json.dumps({"name": "program", "runtime": "python", "plugins": plugins}))
        (project / "__main__.py").write_text(textwrap.dedent(program))
        self.project = project
        self.stack = Stack(project, "test", folder / "stack", environ=environ)
        self.stack.create(CONFIG, SECRETS)

    def change(self, make: Callable[[State], object]) -> None:
        with self.store.change() as state:
            make(state)

    def done(self, operation: str, *options: str) -> Outcome:
        outcome = self.stack.operate(operation, *options)
        assert outcome.code == 0, outcome.output
        return outcome

    def changed(self, outcome: Outcome) -> dict[str, str]:
        """What an operation does to the resources that are not Pulumi's own: operation by type."""
        return {it.type: it.op for it in outcome.changes if it.is_infrastructure}

    def outputs(self, kind: str) -> dict[str, Json]:
        """The outputs of the resources of a type, by name."""
        found = [it for it in self.stack.resources() if it["type"].endswith(kind) and not it.get("delete")]
        return {it["urn"].rsplit("::", 1)[-1]: it["outputs"] for it in found}

    def results(self) -> dict[str, str]:
        """What each NodePullCheck has in the state."""
        return {name: it["result"] for name, it in self.outputs(CHECK).items()}

    @property
    def resets(self) -> int:
        """The resets that Azure accepted."""
        with self.store.read() as state:
            return sum(it["kind"] == "resetServicePrincipalProfile" for it in state["operations"].values())

    def node_secrets(self) -> set[str]:
        with self.store.read() as state:
            return {node["secret"] for node in resource(state, CLUSTERS, NAME)["_nodes"]}

    def commands(self) -> int:
        """The run-commands that the cluster has begun."""
        with self.store.read() as state:
            return len(state.get("runCommands", {}))

    def proof_pods(self) -> list[str]:
        """The pods of proofs that are in the cluster, in all namespaces."""
        found = self.cluster.get(f"/api/v1/pods?labelSelector={RUN_LABEL}")["items"]
        return [it["metadata"]["name"] for it in found]

    def no_pods_soon(self) -> None:
        """The command removes the pods without waiting for their end."""
        self.cluster.until(lambda: self.proof_pods() == [], 20)
