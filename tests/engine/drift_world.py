"""A deployed stack that drift is made behind: deployed once for many tests, each of which begins where it was then."""

from __future__ import annotations

import json
import shutil
import ssl
import textwrap
from pathlib import Path
from typing import Any
from unittest import mock

from crosstenant.sandbox.entra.consent import consent
from crosstenant.sandbox.kubelet import node_pull as kubelet
from crosstenant.sandbox.world import seed
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
LEGACY, ABAC = "fabrikamimages", "fabrikamabac"
IMAGES = ("fabrikamimages.azurecr.io/hello:1.0", "fabrikamabac.azurecr.io/hello:1.0")

PROGRAM = """
    import json
    from pathlib import Path

    import pulumi

    from crosstenant import (
        ClusterArgs, CrossTenantPull, CrossTenantPullArgs, PullCheckOptions, RegistryArgs, RotationArgs,
        tenant_from_config,
    )

    config = pulumi.Config()
    asked = json.loads(Path("asked.json").read_text())

    check = PullCheckOptions(repository="hello", reference="1.0", timeout_seconds=5)
    pull = CrossTenantPull(
        "drifting",
        CrossTenantPullArgs(
            cluster_tenant=tenant_from_config(config, "cluster"),
            registry_tenant=tenant_from_config(config, "registry"),
            registries=[
                RegistryArgs(registry_id=config.require("registryId"), pull_check=check),
                RegistryArgs(registry_id=config.require("abacRegistryId"), repositories=["hello"], pull_check=check),
            ],
            clusters=[ClusterArgs(cluster_id=it) for it in asked["clusters"]],
            registry_service_principal=asked["way"],
            rotation=RotationArgs(**asked["rotation"]),
        ),
    )
    pulumi.export("clientId", pull.client_id)
"""


class Deployed:
    """The stack of ``PROGRAM``, up and quiet, and Azure as it was at that moment."""

    def __init__(self, azure: Azure, folder: Path, way: str = "managed") -> None:
        """
        :param azure: The sandbox; its state is put back to the seeded one.
        :param folder: Where the program and the stack's state go.
        :param way: How the application gets its service principal in the registries' tenant.
        """
        self.azure = azure
        self._asks: Json = {"clusters": [seed.CLUSTER], "way": way, "rotation": {}}
        self._folder = folder
        self.project = folder / "project"
        self.project.mkdir(parents=True)
        plugin = {"name": "crosstenant", "path": str(ROOT / ".venv" / "bin")}
        settings = {"name": "program", "runtime": "python", "plugins": {"providers": [plugin]}}
        (self.project / "Pulumi.yaml").write_text(json.dumps(settings))
        (self.project / "__main__.py").write_text(textwrap.dedent(PROGRAM))
        self.ask()
        self.stack = Stack(self.project, "test", folder / "stack", environ=azure.environ)
        self.stack.create({**CONFIG, "abacRegistryId": seed.ABAC_REGISTRY}, SECRETS)
        azure.store.reset()
        # Without an interval of Azure's a client polls every 15 seconds.
        azure.change(lambda state: state["settings"]["reset"].update(seconds=0.5, retry_after=1))
        if way == "consented":
            waiting = self.stack.operate("up")
            assert waiting.says("has not given admin consent"), waiting.output
            app = self.client_id
            azure.change(lambda state: consent(state, seed.REGISTRY_TENANT, app))
        self.up()
        shutil.copytree(folder / "stack" / "backend", folder / "backend")
        self._azure_then = azure.state
        self._asked_then = dict(self._asks)
        self._mark = f"{way} {id(self)}"
        self._repaired = False

    def restore(self) -> None:
        """Puts Azure, the stack's state and the program back as they were after the deployment."""
        self._repaired = False
        self.put_back(self._azure_then)
        shutil.rmtree(self._folder / "stack" / "backend")
        shutil.copytree(self._folder / "backend", self._folder / "stack" / "backend")
        Path(f"{self.azure.store.path}.requests.jsonl").unlink(missing_ok=True)
        self.ask(**self._asked_then)

    def resume(self) -> None:
        """Begins where the last ``leave`` was; where things are unknown, as after the deployment."""
        if not self.is_repaired:
            self.restore()
        self._repaired = False

    def leave(self) -> None:
        """To be called when all that had drifted is repaired: the next test may go on from here."""
        self.azure.change(lambda state: state.update(_deployment=self._mark))
        self._repaired = True

    @property
    def is_repaired(self) -> bool:
        """Whether nothing has happened since the last ``leave``, nor to Azure by another test."""
        return self._repaired and self.azure.state.get("_deployment") == self._mark

    def put_back(self, then: Json) -> None:
        """Makes Azure what it was."""

        def apply(state: Json) -> None:
            state.clear()
            state.update(json.loads(json.dumps(then)))

        self.azure.change(apply)

    @property
    def client_id(self) -> str:
        """Client ID of the stack's application."""
        applications = self.azure.state["applications"].values()
        return next(it["appId"] for it in applications if it["displayName"] == "drifting (test)")

    @property
    def cluster(self) -> Json | None:
        """The cluster as Azure has it."""
        return self.azure.state["resources"].get(seed.CLUSTER.lower())

    def ask(self, **changes: Any) -> None:
        """Has the program ask for something else from now on: other ``clusters``, another ``rotation``."""
        self._asks.update(changes)
        (self.project / "asked.json").write_text(json.dumps(self._asks))

    def alarm(self) -> Outcome:
        """What the on-call alarm runs: exit code 0 if nothing has drifted."""
        return self.stack.operate("preview", "--refresh", "--expect-no-changes", "--diff")

    def up(self, *options: str) -> Outcome:
        """An update that has to succeed."""
        done = self.stack.operate("up", *options)
        assert done.code == 0, done.output
        return done

    async def every_node_pulls(self) -> bool:
        """Has every node of the cluster pull from both registries."""
        cluster = self.cluster
        if cluster is None:
            return False
        trusting = ssl.create_default_context(cafile=self.azure.environ["SSL_CERT_FILE"])
        proxy = self.azure.environ["CROSSTENANT_SANDBOX"]
        with mock.patch("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting):
            for image in IMAGES:
                for node in cluster["_nodes"]:
                    try:
                        await kubelet.pull(image, node, proxy)
                    except kubelet.NodePullRefused:
                        return False
        return True

    def check(self, *options: str, **environ: str) -> Outcome:
        """``crosstenant check``, signed in to both tenants as the stack is."""
        credentials = {
            "CLUSTER_CLIENT_ID": seed.CLUSTER_CALLER_ID,
            "CLUSTER_CLIENT_SECRET": seed.CLUSTER_CALLER_SECRET,
            "REGISTRY_CLIENT_ID": seed.REGISTRY_CALLER_ID,
            "REGISTRY_CLIENT_SECRET": seed.REGISTRY_CALLER_SECRET,
        }
        given = [f"{name}={value}" for name, value in {**credentials, **environ}.items()]
        return self.stack.command("env", *given, "crosstenant", "check", *options)
