"""The state of an AKS cluster in Azure Resource Manager, as far as its credential needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import TYPE_CHECKING, Final

from crosstenant.model.arm_id import CLUSTER_TYPE, ArmId, parse_arm_id
from crosstenant.model.matched_texts.azure_texts import RUNNING_OPERATION, RUNNING_OPERATION_OLD

if TYPE_CHECKING:
    from azure.mgmt.containerservice.models import ErrorDetail, ManagedCluster


class IdentityKind(Enum):
    """The kind of a cluster's identity."""

    SERVICE_PRINCIPAL = "ServicePrincipal"
    MANAGED_IDENTITY = "ManagedIdentity"


@dataclass(frozen=True)
class NodePool:
    """One node pool."""

    name: str
    count: int
    provisioning_state: str
    is_windows: bool = False


@dataclass(frozen=True)
class ClusterState:
    """A cluster at one moment."""

    cluster_id: str
    """ARM ID, in this package's spelling."""
    identity_kind: IdentityKind
    client_id: str
    """The application's client ID; ``msi`` (Azure's word) or empty for a managed identity."""
    provisioning_state: str
    """``Succeeded``, ``Updating``, ``Failed``, ..."""
    power_state: str
    """``Running`` or ``Stopped``."""
    node_pools: tuple[NodePool, ...]
    location: str
    kubernetes_version: str
    node_resource_group: str
    """Name of the group that holds the nodes, in the cluster's subscription."""
    etag: str
    oidc_issuer: str | None = None
    """The issuer of its service accounts' tokens, to the letter, as a federated credential must have it: a URL with its
    trailing slash; none where the issuer is off."""
    workload_identity: bool = False
    """Whether the workload identity webhook is on; a projected token does not need it."""
    api_hosts: tuple[str, ...] = ()
    """Host names of the Kubernetes API server: the public one, the private one."""
    run_command_disabled: bool = False
    """Whether it refuses commands through Resource Manager."""
    takes_cluster_token: bool = False
    """Whether a command through Resource Manager needs the caller's token for the cluster (managed Entra
    integration)."""
    failure: str = ""
    """Azure's words for the failure of the last operation, codes included, if it keeps some."""
    as_of: datetime | None = None
    """Azure's own time of the answer, if the answer has one."""

    @property
    def arm_id(self) -> ArmId:
        """Its ID in parts."""
        return parse_arm_id(self.cluster_id, CLUSTER_TYPE)

    @property
    def is_idle(self) -> bool:
        """Whether no operation is changing the cluster or one of its node pools."""
        return self.provisioning_state in ENDS and not self.busy_pools

    @property
    def busy_pools(self) -> tuple[NodePool, ...]:
        """The node pools that are being changed; the cluster itself may say ``Succeeded`` meanwhile."""
        return tuple(pool for pool in self.node_pools if pool.provisioning_state not in (*ENDS, ""))

    @property
    def is_being_deleted(self) -> bool:
        """Whether the cluster is being deleted."""
        return self.provisioning_state == "Deleting"

    @property
    def has_failed(self) -> bool:
        """Whether the last operation on the cluster failed."""
        return self.provisioning_state == "Failed"

    @property
    def is_stopped(self) -> bool:
        """Whether the cluster is stopped or stopping."""
        if self.provisioning_state in ("Starting", "Stopping"):
            return self.provisioning_state == "Stopping"
        return self.power_state == "Stopped"

    @property
    def uses_managed_identity(self) -> bool:
        """Whether the cluster has a managed identity instead of a service principal."""
        return self.identity_kind is IdentityKind.MANAGED_IDENTITY

    def uses(self, client_id: str) -> bool:
        """Whether the cluster uses the application ``client_id``."""
        return not self.uses_managed_identity and self.client_id.lower() == client_id.lower()

    def is_settled_with(self, client_id: str) -> bool:
        """Whether the cluster uses the application ``client_id``, and its last operation ended well."""
        return self.uses(client_id) and self.is_idle and self.provisioning_state == "Succeeded"

    @property
    def node_count(self) -> int:
        """How many nodes it has."""
        return sum(pool.count for pool in self.node_pools)


ENDS: Final = frozenset({"Succeeded", "Failed", "Canceled"})
"""The states at the end of an operation; all others are names of work in progress.

https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations#provisioningstate-values
"""


@dataclass(frozen=True)
class RunningOperation:
    """The operation that AKS names when it refuses another one."""

    name: str
    """``update managed cluster``, ``nodepool1 - Updating``."""
    started: datetime | None = None
    """When it began, if Azure says."""


def running_operation(message: str) -> RunningOperation | None:
    """Finds the running operation in AKS's ``OperationNotAllowed`` message, of which there are two forms."""
    if found := RUNNING_OPERATION.search(message):
        return RunningOperation(found["name"], _time(found["started"]))
    if found := RUNNING_OPERATION_OLD.search(message):
        return RunningOperation(found["name"])
    return None


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def _text(value: str | Enum | None) -> str:
    # The SDK makes an enum of the values that it knows, and leaves others as they are.
    return str(value.value) if isinstance(value, Enum) else value or ""


def _words(error: ErrorDetail | None) -> str:
    if error is None:
        return ""
    return " ".join([error.code or "", error.message or "", *map(_words, error.details or [])]).strip()


def from_model(cluster: ManagedCluster, as_of: datetime | None = None) -> ClusterState:
    """Reads the SDK's model.

    :param cluster: The model.
    :param as_of: Azure's time of the answer.
    """
    properties = cluster.properties
    assert properties is not None, "Azure answered a cluster without properties"
    profile = properties.service_principal_profile
    client_id = (profile.client_id if profile else "") or ""
    issuer, security = properties.oidc_issuer_profile, properties.security_profile
    workload_identity = security.workload_identity if security else None
    access, directory = properties.api_server_access_profile, properties.aad_profile
    has_principal = client_id and client_id.lower() != "msi"
    return ClusterState(
        cluster_id=str(parse_arm_id(cluster.id or "", CLUSTER_TYPE)),
        identity_kind=IdentityKind.SERVICE_PRINCIPAL if has_principal else IdentityKind.MANAGED_IDENTITY,
        client_id=client_id,
        provisioning_state=properties.provisioning_state or "",
        power_state=_text(properties.power_state.code if properties.power_state else None),
        node_pools=tuple(
            NodePool(
                pool.name, pool.count or 0, pool.provisioning_state or "", is_windows=_text(pool.os_type) == "Windows"
            )
            for pool in properties.agent_pool_profiles or []
        ),
        location=cluster.location,
        kubernetes_version=properties.current_kubernetes_version or properties.kubernetes_version or "",
        node_resource_group=properties.node_resource_group or "",
        etag=cluster.e_tag or "",
        oidc_issuer=(issuer.issuer_url or None) if issuer and issuer.enabled else None,
        workload_identity=bool(workload_identity and workload_identity.enabled),
        api_hosts=tuple(it for it in (properties.fqdn, properties.private_fqdn) if it),
        run_command_disabled=bool(access and access.disable_run_command),
        takes_cluster_token=bool(directory and directory.managed),
        failure=_words(properties.status.provisioning_error if properties.status else None),
        as_of=as_of,
    )
