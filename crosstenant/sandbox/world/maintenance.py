"""The maintenance configurations of clusters, outside a stack."""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.state import State

KIND: Final = "maintenanceConfigurations"
MAINTENANCE: Final = "_maintenance"
"""Where a cluster's document has its configurations, by name."""
NAMES: Final = ("aksManagedNodeOSUpgradeSchedule", "aksManagedAutoUpgradeSchedule", "default")
"""The names that a configuration may have."""
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def set_maintenance(state: State, cluster: str, name: str, day: str, start: str, hours: int) -> str:
    """Gives a cluster a weekly maintenance configuration, or another one.

    :param cluster: The cluster.
    :param name: The configuration.
    :param day: The day of the week.
    :param start: A time of day in UTC, ``22:00``.
    :param hours: Its duration.
    :raises LookupError: The cluster does not exist.
    """
    document = resource(state, CLUSTERS, cluster)
    schedule = {"weekly": {"intervalWeeks": 1, "dayOfWeek": day}}
    window = {"schedule": schedule, "durationHours": hours, "startTime": start, "utcOffset": "+00:00"}
    document.setdefault(MAINTENANCE, {})[name] = {"maintenanceWindow": window}
    return f"cluster {document['name']} has {name}: {day}, {start} UTC, {hours} hours"
