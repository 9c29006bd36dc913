"""Let a chain live for some simulated days: nightly previews, weekly updates, rotations, drift and faults from a seed.

    python tools/soak.py [--days 20] [--seed 1]

Each night: `preview --refresh`, perhaps after somebody has changed something outside the stack, perhaps with a request
that fails; what the preview shows is repaired at once by `up --refresh`. Each seventh night: `up`. Each thirtieth: a
rotation. All the while each node of the cluster pulls. At the end: the pulls that were refused, but for those that a
change outside explains until its repair, the resets made and needed, the application's secrets, and what `destroy`
leaves. A seed gives the same days each time, but for which request a fault meets. The exit code is 1 if something is
not as it should be.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import ssl
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.kubelet.node_pull import NodePullRefused, pull
from crosstenant.sandbox.world import drift, role_drift, seed
from crosstenant.sandbox.world.clock import forward_clock
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State, Store
from lib.checkout import VENV, compile_package
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Outcome, Stack

DAY = 86400
IMAGE = "fabrikamimages.azurecr.io/hello:1.0"
PROGRAM = """
import pulumi
from crosstenant import *

config = pulumi.Config()
check = PullCheckOptions(repository="hello", reference="1.0", timeout_seconds=60)
CrossTenantPull(
    "soak",
    CrossTenantPullArgs(
        cluster_tenant=tenant_from_config(config, "cluster"),
        registry_tenant=tenant_from_config(config, "registry"),
        registries=[RegistryArgs(registry_id=config.require("registryId"), pull_check=check)],
        clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
        rotation=RotationArgs(rotation_trigger=config.get("trigger") or "0"),
    ),
)
"""


@dataclass(frozen=True)
class Drift:
    """Something that somebody does outside the stack."""

    name: str
    resets: int
    """Resets that its repair needs."""

    def make(self, state: State, client_id: str) -> None:
        """Do it."""
        match self.name:
            case "the pull role is removed":
                drift.remove_role_assignment(state, "fabrikamimages", client_id)
            case "a stronger role is added":
                role_drift.add_role(state, "fabrikamimages", client_id, "AcrPush")
            case "the service principal is disabled":
                drift.disable_service_principal(state, seed.REGISTRY_TENANT, client_id)
            case "the cluster is reset to its old application":
                drift.reset_cluster(state, "aks-prod")
            case "the secrets are removed":
                drift.remove_secret(state, client_id)
            case _:
                drift.set_redirect_uri(state, client_id, "https://elsewhere.example/")


DRIFTS = (
    Drift("the pull role is removed", 0),
    Drift("a stronger role is added", 0),
    Drift("the service principal is disabled", 0),
    Drift("the cluster is reset to its old application", 1),
    Drift("the secrets are removed", 1),
    Drift("the redirect URI is changed", 0),
)
FAULTS = ({"status": 503}, {"status": 429, "retry_after": 1}, {"status": 500}, {"drop": True})


class Nodes:
    """Each node of the cluster pulls without pause, in a thread."""

    def __init__(self, store: Store, proxy: str) -> None:
        self._store, self._proxy = store, proxy
        self._stop = threading.Event()
        self.explained = ""
        """The change outside that explains refusals now."""
        self.pulls, self.refused = 0, Counter[str]()
        self.unexplained: list[str] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._pull_on()), daemon=True)

    def __enter__(self) -> Nodes:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    async def _pull_on(self) -> None:
        for turn in range(sys.maxsize):
            if self._stop.is_set():
                return
            before = self.explained
            node = self._node(turn)
            try:
                await pull(IMAGE, node, self._proxy)
                self.pulls += 1
            except NodePullRefused as refusal:
                reason = before or self.explained
                if self._node(turn)["secret"] != node["secret"]:
                    continue
                if reason:
                    self.refused[reason] += 1
                else:
                    self.unexplained.append(str(refusal))
            await asyncio.sleep(0.2)

    def _node(self, turn: int) -> dict[str, str]:
        with self._store.read() as state:
            nodes = state["resources"][seed.CLUSTER.lower()]["_nodes"]
            return dict(nodes[turn % len(nodes)])


class Soak:
    """The chain and its days."""

    def __init__(self, store: Store, stack: Stack, nodes: Nodes, chance: random.Random) -> None:
        self.store, self.stack, self.nodes, self.chance = store, stack, nodes, chance
        self.needed, self.resets_made, self.wrong = 1, 0, list[str]()
        self.counts = Counter[str]()

    def live(self, days: int) -> None:
        """Deploy, let the days pass, and end with all repaired."""
        self.nodes.explained = "the first update"
        self.up("the first update")
        self.nodes.explained = ""
        for day in range(1, days + 1):
            self.change(lambda state: forward_clock(state, DAY))
            self.night(day)
        self.expect_quiet("the last night")

    def night(self, day: int) -> None:
        """One night; see the head of this file."""
        drifted = self.chance.choice(DRIFTS) if self.chance.random() < 0.25 else None
        if self.chance.random() < 0.25:
            fault = {"service": self.chance.choice(["arm", "graph"]), "times": 1}
            self.change(lambda state: state["faults"].append(new_fault({**fault, **self.chance.choice(FAULTS)})))
            self.counts["faults"] += 1
        if drifted:
            self.nodes.explained = drifted.name
            client_id = self.client_id
            self.change(lambda state: drifted.make(state, client_id))
            self.counts["changes outside"] += 1
        preview = self.stack.operate("preview", "--refresh", "--expect-no-changes")
        if (preview.code != 0) != bool(drifted) and not self.with_fault(preview):
            self.wrong.append(f"day {day}: preview after {drifted and drifted.name}: {preview.output[-1500:]}")
        if drifted:
            self.needed += drifted.resets
            self.up(f"day {day}: {drifted.name}", "--refresh")
            self.nodes.explained = ""
        if day % 30 == 0:
            self.needed += 1
            self.counts["rotations"] += 1
        if day % 7 == 0 or day % 30 == 0:
            self.up(f"day {day}", "--config", f"soak:trigger={day // 30}")
        self.change(lambda state: state["faults"].clear())

    def with_fault(self, outcome: Outcome) -> bool:
        """Whether a fault explains that a command failed: it is run once more the next night."""
        return outcome.says("503") or outcome.says("429") or outcome.says("500") or outcome.says("connection")

    def up(self, what: str, *options: str) -> None:
        """An update; one that a fault ended is run again."""
        outcome = self.stack.operate("up", *options)
        if outcome.code:
            self.counts["updates run again"] += 1
            self.change(lambda state: state["faults"].clear())
            outcome = self.stack.operate("up", *options)
        if outcome.code:
            self.wrong.append(f"{what}: {outcome.output[-2000:]}")

    def expect_quiet(self, what: str) -> None:
        """Nothing may be left to do."""
        done = self.stack.operate("preview", "--refresh", "--expect-no-changes")
        if done.code:
            self.wrong.append(f"{what}: {done.output[-1500:]}")

    def change(self, make: object) -> None:
        """Change the sandbox's state."""
        with self.store.change() as state:
            make(state)  # pyright: ignore[reportCallIssue, reportGeneralTypeIssues]

    @property
    def applications(self) -> list[dict[str, object]]:
        """The stack's applications."""
        with self.store.read() as state:
            return [it for it in state["applications"].values() if it["displayName"].startswith("soak ")]

    @property
    def client_id(self) -> str:
        """Client ID of the stack's application."""
        return str(self.applications[0]["appId"])

    @property
    def resets(self) -> int:
        """The resets that Azure accepted."""
        with self.store.read() as state:
            return sum(it["kind"] == "resetServicePrincipalProfile" for it in state["operations"].values())


def main() -> None:
    """Run the days; print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    compile_package()
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    begin = time.monotonic()
    store = open_store(folder / "state.json", "public")
    with Sandbox(store) as sandbox:
        environ = {**sandbox.surroundings(), **prepare_plugins(folder / "pulumi-home").environment}
        with store.change() as state:
            state["settings"]["reset"].update(seconds=0.5, retry_after=1)
        project = folder / "project"
        project.mkdir()
        plugin = f"plugins: {{providers: [{{name: crosstenant, path: {VENV / 'bin'}}}]}}"
        (project / "Pulumi.yaml").write_text(f"name: soak\nruntime: python\n{plugin}\n")
        (project / "__main__.py").write_text(PROGRAM)
        stack = Stack(project, "test", folder / "stack", environ=environ)
        stack.create(CONFIG, SECRETS)
        trusting = ssl.create_default_context(cafile=environ["SSL_CERT_FILE"])
        with (
            mock.patch("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting),
            Nodes(store, environ["CROSSTENANT_SANDBOX"]) as nodes,
        ):
            soak = Soak(store, stack, nodes, random.Random(given.seed))  # noqa: S311
            soak.live(given.days)
            report(soak, nodes, given.days, given.seed, time.monotonic() - begin)
            nodes.explained = "the end"
            soak.change(lambda state: drift.reset_cluster(state, "aks-prod"))
            gone = stack.operate("destroy", "--refresh")
            left = len(soak.applications)
            print(f"after destroy: exit code {gone.code}, {left} applications left")
            if gone.code or left:
                soak.wrong.append(f"destroy: {gone.output[-2000:]}")
    shutil.rmtree(folder, ignore_errors=True)
    if soak.wrong or nodes.unexplained or soak.resets_made != soak.needed:
        print(*soak.wrong, *nodes.unexplained[:10], sep="\n")
        sys.exit(f"failed: replay it with 'make soak DAYS={given.days} SEED={given.seed}'")


def report(soak: Soak, nodes: Nodes, days: int, number: int, seconds: float) -> None:
    """Print the figures."""
    soak.resets_made = soak.resets
    alive = [len(it["passwordCredentials"]) for it in soak.applications]  # pyright: ignore[reportArgumentType]
    print(f"{days} days in {seconds:.0f} s, seed {number}: {dict(soak.counts)}")
    print(f"pulls: {nodes.pulls} granted, {len(nodes.unexplained)} refused without a cause")
    print(f"refused because of a change outside, until its repair: {dict(nodes.refused)}")
    print(f"resets: {soak.resets_made} made, {soak.needed} needed; secrets of the application: {alive}")


if __name__ == "__main__":
    main()
