"""A cluster's own maintenance configuration, in which AKS itself may touch its nodes.

https://learn.microsoft.com/azure/aks/planned-maintenance. Azure does not hold a reset of the credential to it: what
counts for a reset is decided here, and documented in docs/reset-windows.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crosstenant.azure.arm import Arm
from crosstenant.azure.pages import listed
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import ArmId
from crosstenant.model.maintenance_schedule import NAMES, windows_of
from crosstenant.model.recurring import Recurring

_API_VERSION: Final = "2025-05-01"


@dataclass(frozen=True)
class Maintenance:
    """The configuration that counts for a reset."""

    name: str
    """``aksManagedNodeOSUpgradeSchedule``, ``aksManagedAutoUpgradeSchedule`` or ``default``."""
    windows: tuple[Recurring, ...]


async def maintenance_of(arm: Arm, cluster_id: ArmId) -> Maintenance | None:
    """The maintenance configuration of a cluster; ``None`` if it has none.

    :param arm: Resource Manager of the cluster tenant.
    :param cluster_id: The cluster.
    :raises OperatorError: The configuration has a form that is not known here.
    :raises azure.core.exceptions.AzureError: Azure refused, or could not be reached.
    """
    entries = await listed(arm, f"{cluster_id}/maintenanceConfigurations", _API_VERSION)
    found = {str(it.get("name")).lower(): it for it in entries}
    for name in NAMES:
        if name.lower() not in found:
            continue
        try:
            return Maintenance(name, windows_of(found[name.lower()].get("properties") or {}))
        except ValueError as error:
            raise OperatorError(
                f"the maintenance configuration {name} of cluster {cluster_id} cannot be read as a reset window:"
                f" {error}. Give the times themselves (start and duration_minutes in reset_window)"
            ) from None
    return None
