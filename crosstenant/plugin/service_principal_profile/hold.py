"""What lets a reset wait, and the sentences about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from crosstenant.model.arm_id import ArmId
from crosstenant.model.modes import CredentialState, WhenStopped
from crosstenant.model.reset_window import ResetWindow
from crosstenant.model.secret_dates import utc_text, utc_time
from crosstenant.model.shell_words import shell_word
from crosstenant.plugin.service_principal_profile.hold_fields import DEFAULT_WARNING_DAYS
from crosstenant.plugin.service_principal_profile.record import Record
from crosstenant.provider_kit.resource import Properties
from crosstenant.provider_kit.values import UNKNOWN


@dataclass(frozen=True)
class HoldRules:
    """When the program lets the cluster be reset, and which secrets stay valid."""

    skips_stopped: bool = False
    window: ResetWindow | None = None
    in_maintenance: bool = False
    """Whether the cluster's own maintenance configuration is the window."""
    not_before: datetime | None = None
    repair_failed: bool = False
    valid_secrets: tuple[tuple[str, datetime | None], ...] = ()
    """The application's secrets that the update leaves: key ID (UUID, lower case) and end."""
    warn_days: float = DEFAULT_WARNING_DAYS

    @classmethod
    def of_inputs(cls, inputs: Properties) -> HoldRules:
        """Reads the inputs; what a preview does not know yet counts as not given."""
        known: dict[str, Any] = {name: None if value is UNKNOWN else value for name, value in inputs.items()}
        start, minutes = known.get("resetStart"), known.get("resetDurationMinutes")
        secrets = (
            (known.get("secretKeyId"), known.get("secretExpiresAt")),
            (known.get("previousSecretKeyId"), known.get("previousSecretExpiresAt")),
        )
        days = known.get("expiryWarningDays")
        return cls(
            skips_stopped=known.get("whenStopped") == WhenStopped.SKIP.value,
            window=ResetWindow.read(known.get("resetDays"), start, minutes) if start and minutes else None,
            in_maintenance=bool(known.get("resetInMaintenance")),
            not_before=utc_time(known.get("resetNotBefore")),
            repair_failed=bool(known.get("repairFailed")),
            valid_secrets=tuple((str(key).lower(), utc_time(end)) for key, end in secrets if key),
            warn_days=DEFAULT_WARNING_DAYS if days is None else days,
        )

    @property
    def may_hold(self) -> bool:
        """Whether a running cluster may have to wait."""
        return self.window is not None or self.in_maintenance or self.not_before is not None

    def leaves(self, key_id: str | None) -> bool:
        """Whether a secret stays valid."""
        return key_id is not None and key_id.lower() in dict(self.valid_secrets)

    def end_of(self, key_id: str | None) -> datetime | None:
        """When a secret ends, if that is known."""
        return dict(self.valid_secrets).get(key_id.lower()) if key_id else None


@dataclass(frozen=True)
class Hold:
    """A reset that has to wait."""

    cluster_id: ArmId
    cause: str
    """``it is stopped``, ``its reset window is closed``."""
    now: datetime
    warn_days: float
    opens_at: datetime | None = None
    """When it may be reset; ``None`` where a person must start the cluster."""
    key_id: str | None = None
    """Key ID of the secret that it keeps; ``None`` where it has none of this resource."""
    ends_at: datetime | None = None
    """When that secret ends, if that is known."""

    @property
    def is_urgent(self) -> bool:
        """Whether the secret ends before the reset, or soon."""
        if self.ends_at is None:
            return False
        return (self.opens_at or self.now) >= self.ends_at - timedelta(days=self.warn_days)

    @property
    def waits_for(self) -> str:
        """What the reset waits for, for the state."""
        if self.opens_at is None:
            text = f"the start of the cluster ('{self.start}'), then 'pulumi up'"
        else:
            text = f"{utc_text(self.opens_at)} ({self.cause}), then 'pulumi up'"
        return text + (f"; its present secret {self.key_id}{self._until}" if self.key_id else "")

    @property
    def start(self) -> str:
        """The command that starts the cluster."""
        return f"az aks start -g {shell_word(self.cluster_id.resource_group)} -n {self.cluster_id.name}"

    @property
    def announcement(self) -> str:
        """The sentences for each run."""
        where = f"cluster {self.cluster_id}"
        if self.opens_at is None:
            text = f"{where} waits: {self.cause}. The first update after its start ('{self.start}') resets it"
        else:
            text = (
                f"{where} waits: {self.cause} until {utc_text(self.opens_at)}. The first update after that resets its"
                " credential"
            )
        if not self.key_id:
            return f"{text}. Until then it keeps the credential that it has"
        text += f". Until then it keeps secret {self.key_id}"
        if self.ends_at is not None and self.ends_at <= self.now:
            return f"{text}, which ended at {utc_text(self.ends_at)}: it cannot sign in, nor pull"
        return text + (f", which{self._until}" if self.ends_at else "") + (self._warning if self.is_urgent else "")

    @property
    def _until(self) -> str:
        return f" ends at {utc_text(self.ends_at)}" if self.ends_at else ""

    @property
    def _warning(self) -> str:
        assert self.ends_at is not None
        left = self.ends_at - self.now
        lasts = f"{left.days} days" if left.days > 1 else f"{left // timedelta(hours=1)} hours"
        if self.opens_at is not None and self.opens_at >= self.ends_at:
            return (
                f", in {lasts}. The reset comes too late: between the end of the secret and an update after it the"
                f" cluster cannot sign in, nor pull. {_OPEN_EARLIER}"
            )
        run = "start it and run" if self.opens_at is None else f"from {utc_text(self.opens_at)} on, run"
        return f", in {lasts}: {run} 'pulumi up' before that, or the cluster cannot sign in, nor pull"


def would_lose(hold: Hold) -> str:
    """The refusal of an update that would remove the secret of a cluster that waits."""
    if hold.opens_at is None:
        remedy = (
            f"start it ('{hold.start}') and run again; or remove it from the program (abandon_on_delete=True before),"
            " if it is to pull no longer"
        )
    else:
        remedy = (
            f"run again after {utc_text(hold.opens_at)}, in its window; or remove reset_window and reset_not_before for"
            " this update"
        )
    which = f"the secret that it has ({hold.key_id})" if hold.key_id else "the secret that it has"
    return (
        f"cluster {hold.cluster_id} has to wait ({hold.cause}), and this update would remove {which}: neither the"
        f" application's present nor its previous secret is that one. {remedy}. Nothing has changed"
    )


def held(record: Record, old: Record | None, hold: Hold) -> Record:
    """The record of a cluster whose reset waits.

    :param record: What the program asks for.
    :param old: The previous record; ``None`` on a first create.
    :param hold: What the reset waits for.
    """
    waiting = replace(record, waits_for=hold.waits_for, next_secret=record.secret)
    if old is None or old.secret is None:
        return replace(waiting, credential_state=CredentialState.WAITING, secret=None, secret_key_id=None)
    kept = replace(waiting, secret=old.secret, secret_key_id=old.secret_key_id)
    if hold.key_id and old.credential_state in HEALTHY:
        return replace(kept, credential_state=CredentialState.WAITING)
    # It is stopped, and not known to have the secret of its record: no window holds its repair later.
    broken = CredentialState.FAILED if old.credential_state is CredentialState.FAILED else CredentialState.UNKNOWN
    return replace(kept, credential_state=broken, pending_operation=old.pending_operation)


HEALTHY: Final = (CredentialState.APPLIED, CredentialState.WAITING)
"""States in which the cluster has the secret of its record."""
_OPEN_EARLIER: Final = "Give it an earlier window (reset_window, reset_not_before), and run 'pulumi up' in it"
