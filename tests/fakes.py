"""What stands in for the plugin's neighbours, and the protocols that say what each has to have.

A protocol is checked from both sides by pyright: the real class fits it (``_the_real_ones_fit``), and a fake reaches
the code under test only through the function here that asks for the protocol. A signature that changes on either side
is an error of types, before any test runs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from crosstenant.azure.arm import Arm
    from crosstenant.azure.clusters.cluster_state import ClusterState, RunningOperation
    from crosstenant.azure.clusters.clusters import Attempt, Clusters, Ending
    from crosstenant.azure.clusters.maintenance import Maintenance
    from crosstenant.azure.clusters.node_proofs import Moment, NodeProofs, NodeQuestion
    from crosstenant.azure.clusters.reset_operation import ResetOperation
    from crosstenant.azure.clusters.run_command import CommandResult, RunCommands
    from crosstenant.azure.directory.graph import Application, Graph, ServicePrincipal
    from crosstenant.azure.waiting import Clock
    from crosstenant.model.arm_id import ArmId
    from crosstenant.model.clouds import Cloud
    from crosstenant.model.credentials.kinds import AppCredential
    from crosstenant.model.kubernetes.node_pull.verdict import ClusterOutcome
    from crosstenant.model.secret_dates import SecretDates
    from crosstenant.provider_kit.engine_log import EngineLog

OnProgress = Callable[[str], Awaitable[None]]


class TellsThePerson(Protocol):
    """``EngineLog``."""

    async def status(self, urn: str, message: str) -> None: ...
    async def info(self, urn: str, message: str) -> None: ...
    async def warning(self, urn: str, message: str) -> None: ...


class HasClusters(Protocol):
    """``Clusters``, as the plugin's resources use it."""

    async def get(self, cluster_id: ArmId) -> ClusterState | None: ...
    async def wait_until_idle(
        self,
        cluster_id: ArmId,
        *,
        deadline: float,
        on_progress: OnProgress,
        running: RunningOperation | None = None,
    ) -> ClusterState | None: ...
    async def start_reset(
        self,
        cluster_id: ArmId,
        credential: AppCredential,
        *,
        deadline: float,
        propagation_deadline: float,
        on_progress: OnProgress,
        attempt: Attempt,
    ) -> ResetOperation: ...
    async def ending(self, url: str) -> Ending: ...
    async def may_reset(self, cluster_id: ArmId) -> bool | None: ...
    async def maintenance(self, cluster_id: ArmId) -> Maintenance | None: ...
    async def roles_on_node_group(self, cluster: ClusterState, object_id: str) -> int | None: ...


class AsksNodes(Protocol):
    """``NodeProofs``, as the plugin's resources use it."""

    async def missing_action(self, cluster_id: ArmId) -> str: ...
    async def ask(
        self, cluster: ClusterState, question: NodeQuestion, moment: Moment, on_wait: OnProgress
    ) -> ClusterOutcome: ...
    def forget(self, cluster_id: ArmId) -> None: ...


class RunsCommands(Protocol):
    """``RunCommands``, as ``NodeProofs`` uses it."""

    async def missing_action(self, cluster_id: ArmId) -> str: ...
    async def run(
        self, cluster: ClusterState, command: str, *, deadline: float, on_wait: OnProgress
    ) -> CommandResult: ...


class ReadsArm(Protocol):
    """``Arm``, as far as it reads one document."""

    async def get(self, path: str, api_version: str | None = None, **query: str) -> Any: ...


class ProvesSecrets(Protocol):
    """``prove_secret``."""

    async def __call__(
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
    ) -> str: ...


class ReadsDirectory(Protocol):
    """``Graph``, as the plugin's resources use it."""

    async def application(self, client_id: str) -> Application | None: ...
    async def service_principal(self, client_id: str) -> ServicePrincipal | None: ...


if TYPE_CHECKING:
    from crosstenant.azure.sign_in.secret_proof import prove_secret

    def _the_real_ones_fit(
        log: EngineLog, clusters: Clusters, arm: Arm, graph: Graph, proofs: NodeProofs, commands: RunCommands
    ) -> tuple[TellsThePerson, HasClusters, ReadsArm, ProvesSecrets, ReadsDirectory, AsksNodes, RunsCommands]:
        return log, clusters, arm, prove_secret, graph, proofs, commands


def as_log(fake: TellsThePerson) -> EngineLog:
    """A fake where the code under test takes an ``EngineLog``."""
    return cast("EngineLog", fake)


def as_clusters(fake: HasClusters) -> Clusters:
    """A fake where the code under test takes ``Clusters``."""
    return cast("Clusters", fake)


def as_proofs(fake: AsksNodes) -> NodeProofs:
    """A fake where the code under test takes ``NodeProofs``."""
    return cast("NodeProofs", fake)


def as_commands(fake: RunsCommands) -> RunCommands:
    """A fake where the code under test takes ``RunCommands``."""
    return cast("RunCommands", fake)


def as_arm(fake: ReadsArm) -> Arm:
    """A fake where the code under test takes an ``Arm``."""
    return cast("Arm", fake)


def as_graph(fake: ReadsDirectory) -> Graph:
    """A fake where the code under test takes a ``Graph``."""
    return cast("Graph", fake)


def as_prove(fake: ProvesSecrets) -> ProvesSecrets:
    """A fake where the code under test takes ``prove_secret``, whose type it does not spell out."""
    return fake


class Terminal:
    """What the person at the terminal would read."""

    def __init__(self) -> None:
        self.heard: Callable[[str], object] = str
        """Called with each status line. Azure goes on when a test has read it here, and not after some seconds."""
        self.statuses: list[str] = []
        self.infos: list[str] = []
        self.warnings: list[str] = []

    async def status(self, urn: str, message: str) -> None:
        self.statuses.append(message)
        self.heard(message)

    async def info(self, urn: str, message: str) -> None:
        self.infos.append(message)

    async def warning(self, urn: str, message: str) -> None:
        self.warnings.append(message)

    @property
    def everything(self) -> str:
        return "\n".join([*self.statuses, *self.infos, *self.warnings])
