"""A stack of six clusters that are reset in waves, and every node of every cluster as it pulls."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from crosstenant.sandbox.kubelet.node_pull import pull
from lib.stack import Stack
from tests.engine.cluster_estate import PROFILE
from tests.engine.engine_world import Azure
from tests.engine.fleet_world import FleetStack

Json = dict[str, Any]

IMAGE = "fabrikamimages.azurecr.io/hello:1.0"
PROGRAM = """
    import json
    from pathlib import Path

    import pulumi

    from crosstenant import (
        ClusterArgs, CrossTenantPull, CrossTenantPullArgs, PullCheckOptions, RegistryArgs, RotationArgs,
        tenant_from_config,
    )

    config = pulumi.Config()
    asked = json.loads(Path("waves.json").read_text())
    group = config.require("clusterId").rsplit("/", 1)[0]
    CrossTenantPull(
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
                ClusterArgs(
                    cluster_id=f"{group}/{name}", wave=wave, abandon_on_delete=True, when_stopped=asked["when_stopped"]
                )
                for name, wave in asked["waves"].items()
            ],
            max_parallel_resets=asked["at_once"],
            rotation=RotationArgs(
                rotation_trigger=asked["trigger"], keep_previous=asked["when_stopped"] == "skip"
            ),
        ),
    )
"""


class Waves(FleetStack):
    """The stack, what it asks for, and the clusters as Azure has them."""

    def __init__(
        self,
        azure: Azure,
        make_stack: Callable[..., Stack],
        folder: Path,
        *,
        when_stopped: str = "refuse",
        **waves: int,
    ) -> None:
        """
        :param when_stopped: What the program says of a stopped cluster; with ``skip`` it keeps the previous secret.
        :param waves: The clusters, which are made in Azure, and the wave of each.
        """
        super().__init__(azure, make_stack, PROGRAM, folder / "project" / "waves.json")
        self._asked: Json = {"waves": waves, "at_once": None, "trigger": "1", "when_stopped": when_stopped}
        self.write(self._asked)
        self.add_clusters(*waves, nodes=2)

    def ask(self, *, at_once: int | None = None, trigger: str | None = None, **waves: int | None) -> None:
        """Has the program ask for this from now on; ``None`` for a cluster removes it."""
        kept = {**self._asked["waves"], **waves}
        self._asked |= {
            "waves": {name: wave for name, wave in kept.items() if wave is not None},
            "at_once": at_once,
            "trigger": trigger or self._asked["trigger"],
        }
        self.write(self._asked)

    @property
    def resets(self) -> list[str]:
        """The clusters that Azure has been asked to reset, in that order."""
        return [it.rsplit("/", 1)[-1] for it in self.azure.resets]

    def secret_of(self, name: str) -> str:
        """Key ID of the secret that a cluster has."""
        return self.key_of(self.cluster(name)["_credential"]["secret"])

    def nodes_that_pull(self, *names: str) -> dict[str, list[str]]:
        """Key IDs of the secrets with which the nodes of the clusters pull, every one now."""
        trusting = ssl.create_default_context(cafile=self.azure.environ["SSL_CERT_FILE"])
        with mock.patch("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting):
            return {name: [self._pulling(node) for node in self.cluster(name)["_nodes"]] for name in names}

    def overlap(self, earlier: str, later: str) -> bool:
        """Whether the last reset of one of the later clusters began before those of the earlier ones had ended."""
        operations = list(self.azure.state["operations"].values())
        last = {it["resource"].rsplit("/", 1)[-1]: it for it in operations}
        return min(last[it]["_start"] for it in later) < max(last[it]["_end"] for it in earlier)

    def urn(self, name: str) -> str:
        """URN of the record of a cluster's credential."""
        found = [it["urn"] for it in self.stack.resources() if it["type"] == PROFILE]
        return next(it for it in found if it.endswith(f"::fleet-{name}-profile"))

    def _pulling(self, node: Json) -> str:
        asyncio.run(pull(IMAGE, node, self.azure.environ["CROSSTENANT_SANDBOX"]))
        return self.key_of(node["secret"])
