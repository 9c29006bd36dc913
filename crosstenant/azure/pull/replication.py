"""What a refused pull means where its secret or role assignment is minutes old: it is not replicated yet.

https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---role-assignment-changes-are-not-being-detected
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

from crosstenant.azure.pull.pull_attempts import Patience
from crosstenant.azure.pull.pull_verdict import Reason
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.secret_dates import SecretDates, utc_time

_ASSIGNMENT: Final = re.compile(
    r"/subscriptions/[^?#]+/providers/Microsoft\.Authorization/roleAssignments/[0-9a-f-]{36}", re.IGNORECASE
)
_WAIT_LONGER: Final = (
    "run 'pulumi up' again in a few minutes, or let it wait longer (replication_timeout_seconds of the component, "
    "timeout_seconds of a check)"
)


def of_new_secret(dates: SecretDates, now: datetime) -> Patience:
    """The patience with a secret: as long as the check may take where it is new, and as the stack knows valid."""
    endless = float("inf")
    patience: dict[Reason, float] = {}
    if dates.is_young(now):
        patience[Reason.SECRET_WRONG] = endless
    if dates.is_young(now) and dates.cannot_have_ended(now):
        patience[Reason.SECRET_EXPIRED] = endless
    return patience


def of_young_secret(client_id: str, age: str) -> str:
    """The advice for a secret that is not accepted yet.

    :param client_id: Client ID (UUID) of the application.
    :param age: How long ago it was made.
    """
    return f"the secret of application {client_id} was made {age} and is not accepted yet: {_WAIT_LONGER}"


def of_young_assignment(reason: Reason, client_id: str, age: str) -> str:
    """The advice for a role assignment that does not count yet, or whose service principal is not known yet.

    :param reason: ``ROLE_MISSING`` or ``SERVICE_PRINCIPAL_MISSING``.
    :param client_id: Client ID (UUID) of the application.
    :param age: How long ago the role was assigned.
    """
    whose = f"the service principal of application {client_id}"
    if reason is Reason.ROLE_MISSING:
        return f"{whose} was given its role {age}, which does not count at the registry yet: {_WAIT_LONGER}"
    return f"{whose}, which was given its role {age}, is not known to the registry yet: {_WAIT_LONGER}"


async def newest_assignment(tenant: Tenant, resource_ids: Sequence[str]) -> datetime | None:
    """When the newest of some role assignments was made; ``None`` if none can be read.

    :param tenant: Their tenant.
    :param resource_ids: ARM IDs; those of other resources do not count.
    """
    from azure.core.exceptions import AzureError

    from crosstenant.azure.arm import Arm, Json

    arm = Arm(tenant)
    times: list[datetime] = []
    try:
        for resource_id in filter(_ASSIGNMENT.fullmatch, resource_ids):
            try:
                found = await arm.get(resource_id, "2022-04-01")
            except AzureError:
                continue  # It says nothing then, and the advice is the usual one.
            properties: object = found.get("properties")
            made_at = utc_time(cast("Json", properties).get("createdOn")) if isinstance(properties, dict) else None
            times += [made_at] if made_at else []
    finally:
        await arm.aclose()
    return max(times, default=None)
