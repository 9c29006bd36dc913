"""What a ``ServicePrincipalProfile`` has in the stack's state, and what follows from it for a cluster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.provider_kit.resource import Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain

DEFAULT_PRINCIPAL_SECONDS = 300


class Applied(Enum):
    """Whether the cluster has the recorded credential, as far as anybody can know."""

    TRUE = "true"
    """It has: this resource reset it so, or it was created with the credential."""
    PENDING = "pending"
    """It did not exist yet."""
    UNKNOWN = "unknown"
    """A reset was interrupted, somebody else changed the cluster, or the resource was imported."""
    FAILED = "failed"
    """A reset by this resource failed, which may have left nodes with either secret."""


@dataclass(frozen=True)
class Record:
    """The outputs."""

    cluster_id: str
    client_id: str
    """The application that this resource gave, or was to give, to the cluster."""
    secret: str | None
    """Its secret; ``None`` after an import."""
    applied: Applied
    abandon_on_delete: bool = False
    wait_for_principal_seconds: float = DEFAULT_PRINCIPAL_SECONDS
    cluster_client_id: str | None = None
    provisioning_state: str | None = None
    node_pools: tuple[str, ...] | None = None
    reset_at: str | None = None
    pending_operation: str | None = None

    @property
    def may_have_failed_the_cluster(self) -> bool:
        """Whether a failed cluster is the doing of this resource's own last reset."""
        return self.applied is Applied.FAILED or self.pending_operation is not None

    def is_running(self, client_id: Plain, secret: Plain) -> bool:
        """Whether a reset to just this credential was begun whose end this resource has not seen."""
        return self.pending_operation is not None and (self.client_id, self.secret) == (client_id, secret)

    @classmethod
    def of_inputs(cls, inputs: Properties, applied: Applied = Applied.PENDING) -> Record:
        """The record of a resource that has done nothing yet."""
        return cls(
            cluster_id=inputs["clusterId"],
            client_id=inputs["clientId"],
            secret=inputs.get("secret"),
            applied=applied,
            abandon_on_delete=bool(inputs.get("abandonOnDelete")),
            wait_for_principal_seconds=inputs.get("waitForPrincipalSeconds", DEFAULT_PRINCIPAL_SECONDS),
        )

    @classmethod
    def of_outputs(cls, outputs: Properties) -> Record:
        """Reads a state's outputs."""
        # A refresh writes what it found on the cluster to clientId; the application meant stays in the profile.
        profile: dict[str, Any] = outputs.get("servicePrincipalProfile") or {}
        pools: list[str] | None = outputs.get("nodePools")
        return replace(
            cls.of_inputs(outputs, Applied(outputs.get("applied", "unknown"))),
            client_id=profile.get("clientId") or outputs["clientId"],
            cluster_client_id=outputs.get("clusterClientId"),
            provisioning_state=outputs.get("provisioningState"),
            node_pools=None if pools is None else tuple(pools),
            reset_at=outputs.get("resetAt"),
            pending_operation=outputs.get("pendingOperation"),
        )

    def outputs(self) -> Properties:
        """The outputs, for the state."""
        profile = {"clientId": self.client_id, "secret": self.secret} if self.secret else None
        return {
            "clusterId": self.cluster_id,
            "clientId": self.client_id,
            "secret": self.secret,
            "abandonOnDelete": self.abandon_on_delete,
            "waitForPrincipalSeconds": self.wait_for_principal_seconds,
            "applied": self.applied.value,
            "clusterClientId": self.cluster_client_id,
            "provisioningState": self.provisioning_state,
            "nodePools": None if self.node_pools is None else list(self.node_pools),
            "resetAt": self.reset_at,
            "pendingOperation": self.pending_operation,
            "servicePrincipalProfile": profile,
        }

    def seeing(self, state: ClusterState | None) -> Record:
        """The record with what was seen of the cluster."""
        return replace(
            self,
            cluster_client_id=state.client_id if state else None,
            provisioning_state=state.provisioning_state if state else None,
            node_pools=tuple(pool.name for pool in state.node_pools) if state else None,
        )


def needs_reset(record: Record | None, state: ClusterState, client_id: Plain, secret: Plain) -> bool:
    """Whether a cluster must be reset to have a credential for certain.

    :param record: What this resource knows; ``None`` before its first create.
    :param state: The cluster as it is.
    :param client_id: The application wanted; ``UNKNOWN`` for one that is only being made.
    :param secret: The secret wanted, likewise.
    """
    if client_id is UNKNOWN or secret is UNKNOWN or not state.uses(client_id):
        return True
    # The cluster's secret can never be read: it is known only from having put it there, or from the cluster's own
    # creation with it, after which `pending` has not been looked at again.
    if record is None or record.applied in (Applied.UNKNOWN, Applied.FAILED):
        return True
    return record.secret != secret or record.client_id.lower() != client_id.lower()
