"""An operation of the plugin, and the process that makes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.clusters.node_proofs import NodeProofs
from crosstenant.azure.clusters.run_command import RunCommands
from crosstenant.azure.connections.open_transports import close_all
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret
from crosstenant.plugin.context import Context
from crosstenant.plugin.node_pull_check.resource import NodePullCheck
from crosstenant.plugin.service_principal_profile.resource import ServicePrincipalProfile
from crosstenant.provider_kit.resource import Properties
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import State, Store
from tests.fakes import Terminal, as_log
from tests.faults.fast_clock import FastClock

NODE_RUN: Final = "00fa0170"
"""The name of each run on nodes."""
URN: Final = "urn:pulumi:dev::test::{}::cell"


class Plugin:
    """A process of the plugin, as far as one resource needs it: with the run it ends, and the stack's state stays."""

    silence: ClassVar[float] = 0.0
    """The seconds that azure-core would have waited in this cell, without a word."""

    def __init__(self, store: Store) -> None:
        self.store, self.terminal, self.clock = store, Terminal(), FastClock()
        self._made: list[object] = []  # a process keeps its resources, whose connections are closed at its end
        self._tenants = {
            "cluster": Tenant(
                seed.CLUSTER_TENANT, PUBLIC, ClientSecret(seed.CLUSTER_CALLER_ID, seed.CLUSTER_CALLER_SECRET)
            ),
            "registry": Tenant(
                seed.REGISTRY_TENANT, PUBLIC, ClientSecret(seed.REGISTRY_CALLER_ID, seed.REGISTRY_CALLER_SECRET)
            ),
        }

    def context(self, side: str) -> Context:
        return Context(self._tenants[side], as_log(self.terminal))

    def node_check(self) -> NodePullCheck:
        context = self.context("cluster")
        commands = RunCommands(context.tenant, self.clock)
        proofs = NodeProofs(context.tenant, commands, self.clock, lambda: NODE_RUN)
        check = NodePullCheck(context, Clusters(context.tenant, self.clock), proofs)
        self._made.append(check)
        return check

    def profile(self) -> ServicePrincipalProfile:
        context = self.context("cluster")
        profile = ServicePrincipalProfile(context, Clusters(context.tenant, self.clock), clock=self.clock)
        self._made.append(profile)
        return profile

    async def end(self) -> None:
        for tenant in self._tenants.values():
            await tenant.aclose()
        await close_all()


@dataclass
class Run:
    """What the state of a stack keeps of one resource from run to run."""

    olds: Properties | None = None
    """Its outputs; ``None`` before it is made."""


Step = Callable[[Plugin, Run], Awaitable[Any]]


@dataclass(frozen=True)
class Operation:
    """One operation of the plugin."""

    name: str
    step: Step
    """What the engine asks for; asked again after a failure, it must succeed."""
    before: Step | None = None
    """What happened before, without a fault."""
    credential: str = ""
    """The secret that the cluster must have at the end; empty where the operation does not touch it."""
    resets: int = 0
    """How many resets it needs, those of ``before`` included."""
    of: str = ""
    """The token of the resource or function that the plugin serves it with."""
    prepare: Callable[[State], None] | None = None
    """What else there is in Azure."""
