"""The state of a ``ServicePrincipalProfile``, and whether it needs a reset of its cluster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.model.modes import CredentialState
from crosstenant.model.reset_waves import NO_WAVES, WavePlace
from crosstenant.model.secret_dates import UNKNOWN_DATES, SecretDates, utc_time
from crosstenant.plugin.secret_dates_fields import secret_dates
from crosstenant.plugin.service_principal_profile.fields import DEFAULT_PRINCIPAL_SECONDS
from crosstenant.plugin.service_principal_profile.wave_fields import wave_place
from crosstenant.provider_kit.resource import Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain

NO_ADDRESS: Final = "accepted, at an address that cannot be read"
"""In place of an operation's address: AKS accepted the reset, and the cluster alone can tell its end."""
NO_ANSWER: Final = "requested, without an answer"
"""In place of an operation's address: AKS may have accepted the reset."""


# Azure names no bound; what lags longer than this has not been reported.
_LONGEST_LAG: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Record:
    """The outputs."""

    cluster_id: str
    client_id: str
    """The application that this resource gives to the cluster."""
    secret: str | None
    """Its secret; ``None`` after an import."""
    credential_state: CredentialState
    """Whether the cluster has it, as far as it is known."""
    secret_key_id: str | None = None
    """Key ID of the secret, if it is known."""
    abandon_on_delete: bool = False
    created_by_this_stack: bool | None = None
    """Whether the cluster may not exist yet."""
    wait_for_principal_seconds: float = DEFAULT_PRINCIPAL_SECONDS
    secret_dates: SecretDates = UNKNOWN_DATES
    """Of the secret; they are not recorded."""
    place: WavePlace = NO_WAVES
    """In the order of the resets; it is not recorded."""
    cluster_client_id: str | None = None
    provisioning_state: str | None = None
    node_pools: tuple[str, ...] | None = None
    reset_at: str | None = None
    pending_operation: str | None = None
    waits_for: str | None = None
    """What the reset to the program's credential waits for; ``secret`` is the cluster's present one then."""
    next_secret: str | None = None
    """While it waits: the program's secret."""
    nodes_refused: str | None = None
    """That the registry did not accept the credential of the cluster's nodes, in a sentence."""

    @property
    def credential(self) -> AppCredential | None:
        """What the cluster was given, if the secret is known."""
        return AppCredential(self.client_id, self.secret) if self.secret else None

    @property
    def may_have_failed_the_cluster(self) -> bool:
        """Whether this resource's own last reset may be the cause of a failed cluster."""
        return self.credential_state is CredentialState.FAILED or self.pending_operation is not None

    @property
    def changes_the_application(self) -> bool:
        """Whether the cluster had another application when last read: if it has this one now, a reset was the cause."""
        before = self.cluster_client_id or self.client_id
        return before.lower() != self.client_id.lower()

    def is_perhaps_newer_than(self, state: ClusterState, now: datetime) -> bool:
        """Whether what was read of the cluster may be older than its reset: a replica of Azure may lag.

        :param state: The cluster as it was read.
        :param now: The time of the reading.
        """
        reset_at = utc_time(self.reset_at)
        applied = self.credential_state is CredentialState.APPLIED
        return applied and not state.uses(self.client_id) and reset_at is not None and now - reset_at < _LONGEST_LAG

    def is_running(self, client_id: Plain, secret: Plain) -> bool:
        """Whether a reset to this credential was begun whose end is unknown."""
        if self.pending_operation is None or client_id is UNKNOWN:
            return False
        return (self.client_id.lower(), self.secret) == (client_id.lower(), secret)

    @classmethod
    def of_inputs(cls, inputs: Properties, state: CredentialState = CredentialState.PENDING) -> Record:
        """The record of a resource that has done nothing yet."""
        return cls(
            cluster_id=inputs["clusterId"],
            client_id=inputs["clientId"],
            secret=inputs.get("secret"),
            credential_state=state,
            secret_key_id=inputs.get("secretKeyId"),
            abandon_on_delete=bool(inputs.get("abandonOnDelete")),
            created_by_this_stack=inputs.get("createdByThisStack"),
            wait_for_principal_seconds=inputs.get("waitForPrincipalSeconds", DEFAULT_PRINCIPAL_SECONDS),
            secret_dates=secret_dates(inputs),
            place=wave_place(inputs),
        )

    @classmethod
    def of_outputs(cls, outputs: Properties) -> Record:
        """Reads a state's outputs."""
        # A refresh writes the cluster's client ID to clientId; the resource's own application stays in the profile.
        profile: dict[str, Any] = outputs.get("servicePrincipalProfile") or {}
        pools: list[str] | None = outputs.get("nodePools")
        return replace(
            cls.of_inputs(outputs, _state_in(outputs)),
            client_id=profile.get("clientId") or outputs["clientId"],
            cluster_client_id=outputs.get("clusterClientId"),
            provisioning_state=outputs.get("provisioningState"),
            node_pools=None if pools is None else tuple(pools),
            reset_at=outputs.get("resetAt"),
            pending_operation=outputs.get("pendingOperation"),
            waits_for=outputs.get("waitsFor"),
            next_secret=profile.get("secret") if outputs.get("waitsFor") else None,
            nodes_refused=outputs.get("nodesRefused"),
        )

    def outputs(self) -> Properties:
        """The outputs, for the state."""
        # What a new cluster takes is the program's credential, also while this one waits for it.
        secret = self.next_secret or self.secret
        profile = {"clientId": self.client_id, "secret": secret} if secret else None
        return {
            "clusterId": self.cluster_id,
            "clientId": self.client_id,
            "secret": self.secret,
            "secretKeyId": self.secret_key_id,
            "abandonOnDelete": self.abandon_on_delete,
            "createdByThisStack": self.created_by_this_stack,
            "waitForPrincipalSeconds": self.wait_for_principal_seconds,
            "credentialState": self.credential_state.value,
            "clusterClientId": self.cluster_client_id,
            "provisioningState": self.provisioning_state,
            "nodePools": None if self.node_pools is None else list(self.node_pools),
            "resetAt": self.reset_at,
            "pendingOperation": self.pending_operation,
            "waitsFor": self.waits_for,
            "nodesRefused": self.nodes_refused,
            "servicePrincipalProfile": profile,
        }

    def after(self, old: Record) -> Record:
        """The record of new inputs, with what stays of the old one."""
        # Where ignore_changes keeps the secret, its key ID stays too, whatever the program's is.
        keeps_secret = old.secret_key_id is not None and self.secret == old.secret
        key_id = old.secret_key_id if keeps_secret else self.secret_key_id
        return replace(self, secret_key_id=key_id, reset_at=old.reset_at)

    def with_state(self, state: CredentialState, operation: str | None = None) -> Record:
        """The record with another state and the address of the reset that may still be running; it does not wait, and
        its nodes have not been asked."""
        return replace(
            self,
            credential_state=state,
            pending_operation=operation,
            waits_for=None,
            next_secret=None,
            nodes_refused=None,
        )

    @property
    def as_applied(self) -> Record:
        """The record if its cluster has the credential after all."""
        return self.with_state(CredentialState.APPLIED)

    def seeing(self, state: ClusterState | None) -> Record:
        """The record with the cluster's properties."""
        return replace(
            self,
            cluster_client_id=state.client_id if state else None,
            provisioning_state=state.provisioning_state if state else None,
            node_pools=tuple(pool.name for pool in state.node_pools) if state else None,
        )


def _state_in(outputs: Properties) -> CredentialState:
    # Before 1.0 it was called `applied`, and `true` where the cluster has the credential: no reason to reset it.
    former = {"true": CredentialState.APPLIED.value}.get(outputs.get("applied", ""), outputs.get("applied"))
    return CredentialState(outputs.get("credentialState") or former or CredentialState.UNKNOWN)


def needs_reset(record: Record | None, state: ClusterState, client_id: Plain, secret: Plain) -> bool:
    """Whether a reset is needed to be certain that a cluster has a credential.

    :param record: This resource's record; ``None`` before its first create.
    :param state: The cluster.
    :param client_id: Client ID of the application; ``UNKNOWN`` for one that is only being created.
    :param secret: Its secret; ``UNKNOWN`` for one that is only being made.
    """
    if client_id is UNKNOWN or secret is UNKNOWN or not state.uses(client_id):
        return True
    # The cluster's secret can never be read: it is known only after this resource has set it, or after the cluster's
    # own creation with it, if `pending` has not been read again since.
    if record is None or record.credential_state in (CredentialState.UNKNOWN, CredentialState.FAILED):
        return True
    return record.secret != secret or record.client_id.lower() != client_id.lower()
