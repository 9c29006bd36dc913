"""A stack whose secret changes from one update to the next, and a cluster that pulls all the while."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from crosstenant.sandbox.world import seed
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure

Json = dict[str, Any]

PROGRAM = """
    import json
    from pathlib import Path

    import pulumi

    from crosstenant import (
        ClusterArgs, CrossTenantPull, CrossTenantPullArgs, PullCheckOptions, RegistryArgs, RotationArgs,
        tenant_from_config,
    )

    config = pulumi.Config()

    registry = RegistryArgs(
        registry_id=config.require("registryId"),
        pull_check=PullCheckOptions(repository="hello", reference="1.0", timeout_seconds=5),
    )
    pull = CrossTenantPull(
        "rotating",
        CrossTenantPullArgs(
            cluster_tenant=tenant_from_config(config, "cluster"),
            registry_tenant=tenant_from_config(config, "registry"),
            registries=[registry],
            clusters=[ClusterArgs(cluster_id=config.require("clusterId"))],
            rotation=RotationArgs(**json.loads(Path("secret.json").read_text())),
        ),
    )
    pulumi.export("secretExpiresAt", pull.secret_expires_at)
    pulumi.export("nextRotationAt", pull.next_rotation_at)
"""


@dataclass
class Rotating:
    """The stack, its secret as the program asks for it, and what Azure has of it."""

    stack: Stack
    azure: Azure
    asked: Path
    now: datetime = field(default_factory=lambda: datetime.now(timezone.utc))

    @classmethod
    def make(cls, azure: Azure, make_stack: Callable[..., Stack], folder: Path, **secret: object) -> Rotating:
        """The stack of ``PROGRAM``, not yet up."""
        rotating = cls(make_stack(PROGRAM), azure, folder / "project" / "secret.json")
        # Long enough for the nodes to roll one by one under the eyes of those that pull.
        azure.change(lambda state: state["settings"]["reset"].update(seconds=1.5, retry_after=1))
        rotating.ask(**secret)
        return rotating

    def ask(self, **secret: object) -> None:
        """Has the program give these ``RotationArgs`` from now on."""
        self.asked.write_text(json.dumps(secret))

    def day(self, days: float) -> str:
        """The date so many days from today."""
        return str((self.now + timedelta(days=days)).date())

    def up(self, *options: str) -> Outcome:
        """An update that has to succeed."""
        done = self.stack.operate("up", *options)
        assert done.code == 0, done.output
        return done

    def fails(self, *words: str) -> Outcome:
        """An update that has to fail, with these words."""
        done = self.stack.operate("up")
        assert done.code != 0, done.output
        assert done.says(*words), done.output
        return done

    def is_quiet(self) -> bool:
        """Whether nothing is left to do, by a refreshed preview."""
        return self.stack.operate("preview", "--refresh", "--expect-no-changes").code == 0

    @property
    def application(self) -> Json:
        """The application as the sandbox has it."""
        return next(it for it in self.azure.state["applications"].values() if it["displayName"] == "rotating (test)")

    @property
    def secrets(self) -> list[str]:
        """The key IDs of the secrets that are good, the oldest first."""
        return [it["keyId"] for it in self.application["passwordCredentials"]]

    @property
    def on_cluster(self) -> str:
        """The key ID of the secret that the cluster has."""
        secret = self.azure.state["resources"][seed.CLUSTER.lower()]["_credential"]["secret"]
        return self._key_of(secret)

    @property
    def on_nodes(self) -> list[str]:
        """The key IDs of the secrets that its nodes have, in the nodes' order."""
        return [self._key_of(it["secret"]) for it in self.azure.state["resources"][seed.CLUSTER.lower()]["_nodes"]]

    def _key_of(self, secret: str) -> str:
        digest = hashlib.sha256(secret.encode()).hexdigest()
        found = [it["keyId"] for it in self.application["passwordCredentials"] if it["_sha256"] == digest]
        return found[0] if found else "gone"


def each_node_pulls(azure: Azure) -> None:
    """Returns when each of the nodes that pull has done so with the secret that it has now."""

    def tokens() -> int:
        return sum(it["path"] == "/oauth2/token" for it in azure.requests)

    # One for each pull, in turn; three rounds, since a pull may have begun before, or ask twice.
    enough = tokens() + 3 * len(azure.state["resources"][seed.CLUSTER.lower()]["_nodes"])
    while tokens() < enough:
        time.sleep(0.1)


@contextmanager
def nodes_pulling(azure: Azure) -> Iterator[Json]:
    """The cluster's nodes pull without pause within the block; what came of it is there after it."""
    script = Path(__file__).with_name("nodes_pulling.py")
    command = [sys.executable, str(script), "fabrikamimages.azurecr.io/hello:1.0"]
    result: Json = {}
    with subprocess.Popen(command, env=azure.environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "pulling\n"
        try:
            yield result
        finally:
            process.send_signal(signal.SIGTERM)
            printed, _ = process.communicate(timeout=240)
    assert process.returncode == 0
    result.update(json.loads(printed))
