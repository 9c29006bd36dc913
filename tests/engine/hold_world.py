"""A stack of two clusters whose resets may have to wait."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from crosstenant.sandbox.world import seed
from lib.stack import Stack
from tests.engine.cluster_estate import PROFILE, document
from tests.engine.engine_world import Azure
from tests.engine.fleet_world import FleetStack

Json = dict[str, Any]

PROGRAM = """
    import json
    from pathlib import Path

    import pulumi

    from crosstenant import (
        ClusterArgs, CrossTenantPull, CrossTenantPullArgs, PullCheckOptions, RegistryArgs, ResetWindowArgs,
        RotationArgs, tenant_from_config,
    )

    config = pulumi.Config()
    asked = json.loads(Path("holds.json").read_text())
    group = config.require("clusterId").rsplit("/", 1)[0]
    fleet = CrossTenantPull(
        "fleet",
        CrossTenantPullArgs(
            cluster_tenant=tenant_from_config(config, "cluster"),
            registry_tenant=tenant_from_config(config, "registry"),
            registries=[
                RegistryArgs(
                    registry_id=config.require("registryId"),
                    pull_check=PullCheckOptions(repository="hello", reference="1.0"),
                )
            ],
            clusters=[
                ClusterArgs(cluster_id=f"{group}/{name}", **more) for name, more in sorted(asked["clusters"].items())
            ],
            rotation=RotationArgs(keep_previous=True, **asked["rotation"]),
        ),
    )
    pulumi.export("waiting", {it.name: it.waits_for for it in fleet.clusters})
"""


class Holding(FleetStack):
    """The stack, what it asks for, and the clusters ``a`` and ``b`` as Azure has them."""

    def __init__(self, azure: Azure, make_stack: Callable[..., Stack], folder: Path) -> None:
        super().__init__(azure, make_stack, PROGRAM, folder / "project" / "holds.json")
        self.add_clusters("a", "b", nodes=1)

    def ask(self, rotation: Json, **clusters: Json) -> None:
        """Has the program ask for this from now on; a cluster that is not named has no arguments of its own."""
        self.write({"rotation": rotation, "clusters": {"a": {}, "b": {}, **clusters}})

    @property
    def on_clusters(self) -> tuple[str, str]:
        """Key IDs of the secrets that ``a`` and ``b`` have, and every node of theirs."""
        return self._secret_of("a"), self._secret_of("b")

    @property
    def states(self) -> tuple[str, str]:
        """What the stack's state says of the credentials of ``a`` and ``b``."""
        profiles = [it["outputs"] for it in self.stack.resources() if it["type"] == PROFILE]
        found = {it["clusterId"][-1]: it for it in profiles}
        return found["a"]["credentialState"], found["b"]["credentialState"]

    @property
    def waiting(self) -> Json:
        """The exported sentences about what each cluster waits for."""
        return json.loads(
            self.stack.command("pulumi", "stack", "output", "waiting", "--json", "--stack", "test").output
        )

    def check(self) -> str:
        """What ``crosstenant check`` says of the cluster tenant, in one line."""
        signed_in = [
            f"CLUSTER_CLIENT_ID={seed.CLUSTER_CALLER_ID}",
            f"CLUSTER_CLIENT_SECRET={seed.CLUSTER_CALLER_SECRET}",
        ]
        done = self.stack.command("env", *signed_in, "crosstenant", "check", "--stack", "test")
        return " ".join(done.output.split())

    def change(self, name: str, **properties: object) -> None:
        """Changes a cluster behind everybody's back: members of its ``properties``."""
        self.azure.change(lambda state: document(state, name)["properties"].update(properties))

    def pass_time(self, **passed: float) -> None:
        """Moves the sandbox's clock."""
        seconds = timedelta(**passed).total_seconds()
        self.azure.change(lambda state: state["clock"].update(ahead_seconds=state["clock"]["ahead_seconds"] + seconds))

    def _secret_of(self, name: str) -> str:
        cluster = self.cluster(name)
        [secret] = {cluster["_credential"]["secret"], *(it["secret"] for it in cluster["_nodes"])}
        return self.key_of(secret)


def from_now(**ahead: float) -> datetime:
    """A time, in whole minutes."""
    return (datetime.now(timezone.utc) + timedelta(**ahead)).replace(second=0, microsecond=0)


def utc(moment: datetime) -> str:
    """A UTC time as programs write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
