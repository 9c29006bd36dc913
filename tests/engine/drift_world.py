"""A deployed stack that drift is made behind: deployed once for many tests, each of which begins where it was then."""

from __future__ import annotations

import json
import shutil
import subprocess
import textwrap
from pathlib import Path
from typing import Any

from engine_world import Azure

from crosstenant.sandbox import seed
from crosstenant.sandbox.entra.consent import consent
from lib.sandbox import CONFIG, SECRETS
from lib.stack import Outcome, Stack

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
LEGACY, ABAC = "fabrikamimages", "fabrikamabac"
IMAGES = ("fabrikamimages.azurecr.io/hello:1.0", "fabrikamabac.azurecr.io/hello:1.0")

PROGRAM = """
    import json
    from pathlib import Path

    import pulumi

    from crosstenant import (
        ClusterArgs, CrossTenantPull, CrossTenantPullArgs, PullCheckArgs, RegistryArgs, SecretArgs, TenantArgs
    )

    config = pulumi.Config()
    asked = json.loads(Path("asked.json").read_text())

    def tenant(side):
        return TenantArgs(
            tenant_id=config.require(f"{side}TenantId"),
            client_id=config.require(f"{side}ClientId"),
            client_secret=config.require_secret(f"{side}ClientSecret"),
        )

    check = PullCheckArgs(repository="hello", reference="1.0", timeout_seconds=5)
    pull = CrossTenantPull(
        "drifting",
        CrossTenantPullArgs(
            cluster_tenant=tenant("cluster"),
            registry_tenant=tenant("registry"),
            registries=[
                RegistryArgs(registry_id=config.require("registryId"), pull_check=check),
                RegistryArgs(registry_id=config.require("abacRegistryId"), repositories=["hello"], pull_check=check),
            ],
            clusters=[ClusterArgs(cluster_id=it) for it in asked["clusters"]],
            registry_service_principal=asked["way"],
            secret=SecretArgs(**asked["secret"]),
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
        self._asked: Json = {"clusters": [seed.CLUSTER], "way": way, "secret": {}}
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
        azure.change(lambda state: state["settings"]["reset"].update(seconds=0.5, retry_after=0))
        self.up()
        self.client_id = next(
            it["appId"] for it in azure.state["applications"].values() if it["displayName"] == "drifting"
        )
        if way == "consented":
            azure.change(lambda state: consent(state, seed.REGISTRY_TENANT, self.client_id))
            self.up()
        shutil.copytree(folder / "stack" / "backend", folder / "backend")
        self._azure_then = azure.state

    def restore(self) -> None:
        """Puts Azure, the stack's state and the program back as they were after the deployment."""

        def put_back(state: Json) -> None:
            state.clear()
            state.update(json.loads(json.dumps(self._azure_then)))

        self.azure.change(put_back)
        shutil.rmtree(self._folder / "stack" / "backend")
        shutil.copytree(self._folder / "backend", self._folder / "stack" / "backend")
        Path(f"{self.azure.store.path}.requests.jsonl").unlink(missing_ok=True)
        self.ask()

    @property
    def cluster_key(self) -> str:
        """The cluster, as the key of the state's resources."""
        return seed.CLUSTER.lower()

    def ask(self, **changes: Any) -> None:
        """Has the program ask for something else from now on: other ``clusters``, another ``secret``."""
        (self.project / "asked.json").write_text(json.dumps({**self._asked, **changes}))

    def alarm(self) -> Outcome:
        """What the on-call alarm runs: exit code 0 if nothing has drifted."""
        return self.stack.operate("preview", "--refresh", "--expect-no-changes", "--diff")

    def up(self, *options: str) -> Outcome:
        """An update that has to succeed."""
        done = self.stack.operate("up", *options)
        assert done.code == 0, done.output
        return done

    def every_node_pulls(self) -> bool:
        """Has every node of the cluster pull from both registries."""
        command = [str(ROOT / ".venv" / "bin" / "crosstenant"), "sandbox", "pull", "--cluster", seed.CLUSTER]
        pulling = [
            subprocess.Popen(
                [*command, "--node", "all", image],
                env=self.azure.environ,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            for image in IMAGES
        ]
        for process in pulling:
            process.communicate(timeout=60)
        return not any(process.returncode for process in pulling)

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
