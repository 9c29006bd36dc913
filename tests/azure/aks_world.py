"""A cluster, a clock and a terminal to drive the AKS side with, in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from azure.core.exceptions import ClientAuthenticationError

from crosstenant.azure.clusters.cluster_state import ClusterState, IdentityKind, NodePool, RunningOperation
from crosstenant.azure.clusters.clusters import Attempt, Ending
from crosstenant.azure.clusters.maintenance import Maintenance
from crosstenant.azure.clusters.node_proofs import Moment, NodeQuestion
from crosstenant.azure.clusters.reset_operation import ResetOperation
from crosstenant.azure.directory.graph import Application, Secret, ServicePrincipal
from crosstenant.azure.sign_in.secret_proof import SignInError
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import Clock
from crosstenant.model.arm_id import CLUSTER_TYPE, ArmId, parse_arm_id
from crosstenant.model.clouds import PUBLIC, Cloud
from crosstenant.model.credentials.kinds import AppCredential, ClientSecret
from crosstenant.model.kubernetes.node_pull.verdict import ClusterOutcome
from crosstenant.model.modes import NodePullResult
from crosstenant.model.secret_dates import SecretDates
from crosstenant.plugin.context import Context
from crosstenant.plugin.service_principal_profile.resource import ServicePrincipalProfile
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.resource import Properties
from crosstenant.provider_kit.values import from_properties
from tests.fakes import OnProgress, Terminal, as_clusters, as_graph, as_log, as_proofs, as_prove

TENANT_ID = "a0000000-0000-4000-8000-00000000000a"
SUBSCRIPTION_ID = "a0000000-0000-4000-8000-0000000000a1"
CLUSTER_ID = (
    f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-clusters"
    "/providers/Microsoft.ContainerService/managedClusters/aks-prod"
)
CLUSTER = parse_arm_id(CLUSTER_ID, CLUSTER_TYPE)
OLD_APP = "00000000-0000-4000-8000-0000000000aa"
APP = "00000000-0000-4000-8000-0000000000bb"
OBJECT_ID = "00000000-0000-4000-8000-0000000000cc"
SECRET = "abc8Q~planted-secret-value-number-one"
NEXT_SECRET = "def8Q~planted-secret-value-number-two"
URN = "urn:pulumi:dev::test::crosstenant:index:ServicePrincipalProfile::prod"
OPERATION = "https://management.azure.com/subscriptions/x/operations/1?api-version=1"
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)


class FakeClock(Clock):
    """Time passes only in sleep, at once."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.sleeps: list[float] = []

    def now(self) -> float:
        return self.time

    def utc(self) -> datetime:
        return NOW + timedelta(seconds=self.time - 1000)

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


def cluster(**changes: Any) -> ClusterState:
    """A running service-principal cluster with two node pools, with ``changes``."""
    return replace(
        ClusterState(
            cluster_id=CLUSTER_ID,
            identity_kind=IdentityKind.SERVICE_PRINCIPAL,
            client_id=OLD_APP,
            provisioning_state="Succeeded",
            power_state="Running",
            node_pools=(NodePool("system", 2, "Succeeded"), NodePool("apps", 3, "Succeeded")),
            location="westeurope",
            kubernetes_version="1.34.0",
            node_resource_group="MC_rg-clusters_aks-prod_westeurope",
            etag="1",
        ),
        **changes,
    )


def application(client_id: str, name: str, ends_at: datetime = NOW + timedelta(days=90)) -> Application:
    """An application with one secret."""
    secret = Secret("00000000-0000-4000-8000-0000000000ee", "", ends_at)
    return Application(client_id, f"object-of-{client_id}", name, "AzureADMultipleOrgs", (secret,))


MANAGED = cluster(identity_kind=IdentityKind.MANAGED_IDENTITY, client_id="msi")


class FakeNodes:
    """The nodes of the cluster: each answer once, the last one for ever."""

    def __init__(self) -> None:
        self.answers = [ClusterOutcome(NodePullResult.PULLED)]
        self.asked: list[tuple[NodeQuestion, Moment]] = []
        self.forgotten = 0
        self.missing = ""

    async def missing_action(self, cluster_id: ArmId) -> str:
        return self.missing

    async def ask(
        self, cluster: ClusterState, question: NodeQuestion, moment: Moment, on_wait: OnProgress
    ) -> ClusterOutcome:
        await on_wait("waiting for the nodes")
        self.asked.append((question, moment))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def forget(self, cluster_id: ArmId) -> None:
        self.forgotten += 1


class FakeOperation(ResetOperation):
    """An accepted reset: ``wait`` does what the world says."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    @property
    def url(self) -> str:
        return OPERATION

    async def wait(self, seconds: float, on_look: Callable[[], Awaitable[None]]) -> None:
        self._world.allowed = seconds
        await self._world.during(on_look)
        if self._world.wait_fails is not None:
            raise self._world.wait_fails
        state = self._world.state
        assert state is not None
        client_id, secret = self._world.resets[-1]
        self._world.state = replace(state, client_id=client_id, provisioning_state="Succeeded")
        self._world.secret_on_cluster = secret


@dataclass
class World:
    """One cluster (or none), and everything that happens to it."""

    state: ClusterState | None = field(default_factory=cluster)
    clock: FakeClock = field(default_factory=FakeClock)
    terminal: Terminal = field(default_factory=Terminal)
    secret_on_cluster: str = "the-old-secret"
    resets: list[tuple[str, str]] = field(default_factory=list)
    proofs: list[tuple[str, str]] = field(default_factory=list)
    waits: int = 0
    allowed: float = 0
    roles: int | None = 1
    may: bool | None = True
    windows: Maintenance | None = None
    endings: dict[str, Ending] = field(default_factory=dict)
    proof_fails: SignInError | None = None
    dead_secrets: dict[str, SignInError] = field(default_factory=dict)
    start_fails: BaseException | None = None
    start_accepts: bool = False
    wait_fails: BaseException | None = None
    read_fails: BaseException | None = None
    applications: dict[str, Application] = field(
        default_factory=lambda: {it: application(it, f"name-of-{it[-2:]}") for it in (OLD_APP, APP)}
    )
    directory_fails: bool = False
    order: list[str] = field(default_factory=list)
    nodes: FakeNodes = field(default_factory=lambda: FakeNodes())
    states_while_busy: list[ClusterState | None] = field(default_factory=list)

    async def during(self, on_look: Callable[[], Awaitable[None]]) -> None:
        """While a reset runs."""
        await on_look()

    @property
    def context(self) -> Context:
        tenant = Tenant(TENANT_ID, PUBLIC, ClientSecret(APP, "caller"))
        return Context(tenant, as_log(self.terminal))

    @property
    def profile(self) -> ServicePrincipalProfile:
        return ServicePrincipalProfile(
            self.context, as_clusters(self), as_prove(self.prove), self.clock, as_graph(self), as_proofs(self.nodes)
        )

    # What Clusters does.

    async def get(self, cluster_id: ArmId) -> ClusterState | None:
        assert cluster_id.key == CLUSTER.key
        if self.read_fails is not None:
            raise self.read_fails
        return self.state

    async def wait_until_idle(
        self,
        cluster_id: ArmId,
        *,
        deadline: float,
        on_progress: OnProgress,
        running: RunningOperation | None = None,
    ) -> ClusterState | None:
        self.waits += 1
        while self.states_while_busy:
            await on_progress("waiting for the cluster")
            await self.clock.sleep(60)
            if self.clock.now() > deadline:
                raise TimeoutError("the cluster, which is Updating (90 min)")
            self.state = self.states_while_busy.pop(0)
        return self.state

    async def start_reset(
        self,
        cluster_id: ArmId,
        credential: AppCredential,
        *,
        deadline: float,
        propagation_deadline: float,
        on_progress: OnProgress,
        attempt: Attempt,
    ) -> ResetOperation:
        self.order.append("reset")
        attempt.maybe_accepted = self.start_accepts or self.start_fails is None
        if self.start_fails is not None:
            raise self.start_fails
        self.resets.append((credential.client_id, credential.secret))
        assert self.state is not None
        return FakeOperation(self)

    async def ending(self, url: str) -> Ending:
        return self.endings.get(url, Ending())

    async def may_reset(self, cluster_id: ArmId) -> bool | None:
        return self.may

    async def maintenance(self, cluster_id: ArmId) -> Maintenance | None:
        return self.windows

    async def roles_on_node_group(self, cluster: ClusterState, object_id: str) -> int | None:
        assert object_id == OBJECT_ID
        return self.roles

    # What Graph does.

    async def application(self, client_id: str) -> Application | None:
        if self.directory_fails:
            raise ClientAuthenticationError("Insufficient privileges to complete the operation.")
        return self.applications.get(client_id)

    async def service_principal(self, client_id: str) -> ServicePrincipal | None:
        found = await self.application(client_id)
        return ServicePrincipal(OBJECT_ID, enabled=True) if found else None

    # What sign_in does.

    async def prove(
        self,
        tenant_id: str,
        cloud: Cloud,
        credential: AppCredential,
        *,
        deadline: float,
        on_wait: OnProgress,
        clock: Clock | None = None,
        wait_for_application: bool = True,
        dates: SecretDates | None = None,
    ) -> str:
        assert tenant_id == TENANT_ID
        self.order.append("prove")
        self.proofs.append((credential.client_id, credential.secret))
        if fails := self.dead_secrets.get(credential.secret, self.proof_fails):
            raise fails
        return OBJECT_ID


def inputs(**changes: Any) -> Properties:
    """Checked inputs of a profile."""
    given = {"clusterId": CLUSTER_ID, "clientId": APP, "secret": SECRET, "abandonOnDelete": False}
    return {**given, "waitForPrincipalSeconds": 300, **changes}


def kept(error: PartialError) -> Properties:
    """The outputs that the engine would keep after a partial failure."""
    return from_properties(error.properties)


async def created(world: World, **changes: Any) -> Properties:
    """A profile that has been created, and its outputs as the state has them."""
    _, outputs = await world.profile.create(URN, inputs(**changes), 0)
    world.resets.clear()
    world.proofs.clear()
    world.order.clear()
    return {name: value for name, value in outputs.items() if value is not None}
