"""Maintenance configurations of a cluster: reading, listing, writing and deleting.

https://learn.microsoft.com/rest/api/aks/maintenance-configurations and
https://learn.microsoft.com/azure/aks/planned-maintenance. They tell when AKS itself may touch the nodes; no operation
that a caller asks for is held to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.clusters.checks import missing_parameter
from crosstenant.sandbox.arm.ids import find_resource, key
from crosstenant.sandbox.arm.refusals import ArmRefusal, resource_not_found
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.world.ids import CLUSTER_TYPE
from crosstenant.sandbox.world.maintenance import KIND, MAINTENANCE, NAMES
from crosstenant.sandbox.world.provenance import Source

Json = dict[str, Any]

_SCHEDULES: Final = ("daily", "weekly", "absoluteMonthly", "relativeMonthly")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_OFFSET: Final = re.compile(r"[+-]\d\d:\d\d")


def list_configurations(request: ArmRequest) -> Answer:
    """``GET .../managedClusters/{name}/maintenanceConfigurations``."""
    cluster = find_resource(request.state, request.scope)
    return Answer(200, {"value": [_document(cluster, name) for name in _of(cluster)]})


def get_configuration(request: ArmRequest) -> Answer:
    """``GET .../maintenanceConfigurations/{configuration}``."""
    cluster = find_resource(request.state, request.scope)
    name = _spelled(request.part("configuration"))
    if name not in _of(cluster):
        path = f"{cluster['name']}/{KIND}/{request.part('configuration')}"
        raise resource_not_found(CLUSTER_TYPE, path, request.part("group"))
    return Answer(200, _document(cluster, name))


def put_configuration(request: ArmRequest) -> Answer:
    """``PUT .../maintenanceConfigurations/{configuration}``: creates a configuration, or replaces it."""
    cluster = find_resource(request.state, request.scope)
    name = _spelled(request.part("configuration"))
    if name not in NAMES:
        known = "'default', 'aksManagedAutoUpgradeSchedule' and 'aksManagedNodeOSUpgradeSchedule'"
        raise _invalid(
            f"Only {known} are allowed configNames for maintenance configuration.", source=sources.MAINTENANCE_NAME
        )
    given = cast(Json, request.body.get("properties") or {})
    _check(name, given)
    cluster.setdefault(MAINTENANCE, {})[name] = given
    return Answer(200, _document(cluster, name))


def delete_configuration(request: ArmRequest) -> Answer:
    """``DELETE .../maintenanceConfigurations/{configuration}``: 204 if it does not exist."""
    cluster = request.state["resources"].get(key(request.scope))
    name = _spelled(request.part("configuration"))
    if cluster is None or name not in _of(cluster):
        return Answer(204)
    del cluster[MAINTENANCE][name]
    return Answer(200)


def _check(name: str, properties: Json) -> None:
    window = properties.get("maintenanceWindow")
    if window is None and name == "default" and properties.get("timeInWeek"):
        return
    if not isinstance(window, dict):
        raise missing_parameter("properties.maintenanceWindow")
    found = cast(Json, window)
    for part in ("schedule", "durationHours", "startTime"):
        if found.get(part) is None:
            raise missing_parameter(f"properties.maintenanceWindow.{part}")
    schedule = cast("Mapping[str, Any]", found["schedule"])
    given = [it for it in _SCHEDULES if schedule.get(it)]
    if len(given) != 1:
        raise _invalid("One and only one of the schedule types has to be given.", source=sources.MAINTENANCE_WINDOW)
    if name == "default" and given != ["weekly"]:
        raise _invalid(
            "Only weekly schedule is supported for control plane upgrade maintenance configuration: default.",
            source=sources.MAINTENANCE_OF_CONTROL_PLANE,
        )
    hours = found["durationHours"]
    if not isinstance(hours, int) or not 4 <= hours <= 24:
        raise _invalid(f"The duration of {hours} hours is not from 4 to 24 hours.", source=sources.MAINTENANCE_WINDOW)
    if not _TIME.fullmatch(str(found["startTime"])):
        raise _invalid(
            f"The start time '{found['startTime']}' is not of the form HH:mm.", source=sources.MAINTENANCE_WINDOW
        )
    offset = found.get("utcOffset")
    if offset is not None and not _OFFSET.fullmatch(str(offset)):
        raise _invalid(f"The UTC offset '{offset}' is not of the form +HH:mm.", source=sources.MAINTENANCE_WINDOW)


def _invalid(message: str, *, source: Source) -> ArmRefusal:
    return ArmRefusal(400, "InvalidParameter", message, source=source)


def _spelled(name: str) -> str:
    return next((it for it in NAMES if it.lower() == name.lower()), name)


def _of(cluster: Json) -> Json:
    return cast(Json, cluster.get(MAINTENANCE) or {})


def _document(cluster: Json, name: str) -> Json:
    return {
        "id": f"{cluster['id']}/{KIND}/{name}",
        "name": name,
        "type": f"{CLUSTER_TYPE}/{KIND}",
        "properties": _of(cluster)[name],
    }
