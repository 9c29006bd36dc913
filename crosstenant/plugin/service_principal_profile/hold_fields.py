"""The inputs that say when a cluster may be reset; a change of them alone changes nothing on the cluster."""

from __future__ import annotations

from typing import Any, Final

from crosstenant.model.modes import WhenStopped
from crosstenant.model.reset_window import DAYS, ResetWindow, WindowError
from crosstenant.model.secret_dates import utc_time
from crosstenant.plugin import forms
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Failure, Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain

DEFAULT_WARNING_DAYS: Final = 30


def _time(name: str, value: Plain) -> str | None:
    if isinstance(value, str) and value.endswith("Z") and utc_time(value) is not None:
        return None
    return "must be a UTC time of the form 2026-01-31T22:00:00Z"


def _warning_days(name: str, value: Plain) -> str | None:
    return None if 0 <= value <= 3650 else "must be a number of days from 0 to 3650"


HOLDS: Final[Fields] = {
    "whenStopped": Field(
        "string",
        "What to do where the cluster is stopped, so that it cannot be reset: `refuse` (default) or `skip`, which lets "
        "it wait for its start.",
        choices=WhenStopped,
        informs=True,
    ),
    "resetDays": Field(
        "array",
        f"Days of the week on which the reset window opens, in UTC: {', '.join(f'`{it}`' for it in DAYS)}. Default: "
        "every day.",
        items="string",
        informs=True,
    ),
    "resetStart": Field(
        "string",
        "When the reset window opens: a time of day in UTC, `22:00`. Outside of the window a reset waits, as long as "
        "the cluster's present credential works.",
        informs=True,
    ),
    "resetDurationMinutes": Field(
        "number",
        "How long the reset window stays open, in minutes; it may go on after midnight.",
        informs=True,
    ),
    "resetInMaintenance": Field(
        "boolean",
        "Take the cluster's own maintenance configuration as the reset window: `aksManagedNodeOSUpgradeSchedule`, else "
        "`aksManagedAutoUpgradeSchedule`, else `default`.",
        informs=True,
    ),
    "resetNotBefore": Field(
        "string",
        "A UTC time, `2026-01-31T22:00:00Z`: a reset waits until then, as long as the cluster's present credential "
        "works.",
        informs=True,
        refusal=_time,
    ),
    "repairFailed": Field(
        "boolean",
        "Reset a cluster in provisioning state Failed although nothing shows that its credential is the cause. By "
        "default such a cluster is refused.",
        informs=True,
    ),
    "previousSecretKeyId": Field(
        "string",
        "Key ID (UUID) of the application's previous secret, which stays valid. A cluster waits with that secret only; "
        "where the update would remove the cluster's present secret, it is refused.",
        compared_as=str.lower,
        informs=True,
        refusal=forms.key_id,
    ),
    "previousSecretExpiresAt": Field(
        "string",
        "When the previous secret ends, a UTC time: a window does not hold a reset after that.",
        informs=True,
    ),
    "expiryWarningDays": Field(
        "number",
        "Days before the end of a waiting cluster's secret from which a run warns where the cluster is to wait until "
        f"then; {DEFAULT_WARNING_DAYS} by default.",
        informs=True,
        refusal=_warning_days,
    ),
}


def refuse_window(inputs: Properties) -> list[Failure]:
    """What is wrong with the parts of a reset window together."""
    days: list[Any] | None = inputs.get("resetDays")
    start, minutes = inputs.get("resetStart"), inputs.get("resetDurationMinutes")
    given = [it for it in ("resetDays", "resetStart", "resetDurationMinutes") if inputs.get(it) is not None]
    if not given or UNKNOWN in (days, start, minutes) or UNKNOWN in (days or ()):
        return []
    if inputs.get("resetInMaintenance"):
        return [Failure(given[0], "is given together with resetInMaintenance: remove one of them")]
    if start is None or minutes is None:
        missing = "resetStart" if start is None else "resetDurationMinutes"
        return [Failure(missing, "is required for a reset window, with resetStart and resetDurationMinutes")]
    try:
        ResetWindow.read(days, start, minutes)
    except WindowError as error:
        return [Failure(_BY_PART[error.part], error.reason)]
    return []


_BY_PART: Final = {"days": "resetDays", "start": "resetStart", "duration_minutes": "resetDurationMinutes"}
