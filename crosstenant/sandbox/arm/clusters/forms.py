"""The forms that AKS demands of a cluster's names and node pools.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.clusters.checks import invalid_parameter
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import ArmRequest
from crosstenant.sandbox.world.resource_documents import location_name, node_resource_group_id

Json = dict[str, Any]

_RULES: Final = "Please see https://aka.ms/aks-naming-rules for more details."
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_DNS_PREFIX: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?")
_POOL: Final = re.compile(r"[a-z][a-z0-9]{0,11}")
_MOST_NODES: Final = 1000
_LONGEST_GROUP: Final = 80
# Before this version every pool could be the system's.
_MODES_SINCE: Final = "2020-03-01"


def check_new_cluster(request: ArmRequest, properties: Json) -> None:
    """Checks the names of a new cluster, and that one of its pools is a system pool.

    :param properties: The ``properties`` of the body.
    :raises ArmRefusal: A name has another form, or there is no system pool (400).
    """
    name, prefix = request.part("name"), properties.get("dnsPrefix") or ""
    if not _NAME.fullmatch(name):
        raise invalid_parameter(
            "resourceName", f"Name '{name}' is invalid. It must have 1 to 63 letters, digits, '_' and '-'"
        )
    if not _DNS_PREFIX.fullmatch(str(prefix)) and not properties.get("fqdnSubdomain"):
        raise ArmRefusal(
            400,
            "InvalidParameter",
            f"The value of parameter dnsPrefix is invalid. Error details: DNS prefix '{prefix}' is invalid. DNS prefix "
            f"must contain between 1 and 54 characters. {_RULES}. {_RULES}",
            target="dnsPrefix",
            source=sources.DNS_PREFIX,
        )
    group_id = node_resource_group_id(request.scope, location_name(str(request.body["location"])))
    group = str(properties.get("nodeResourceGroup") or group_id.rsplit("/", 1)[-1])
    if len(group) > _LONGEST_GROUP:
        raise ArmRefusal(
            400,
            "InvalidParameter",
            f"The length of the node resource group name is too long. The maximum length is {_LONGEST_GROUP} and the "
            f"length of the value provided is {len(group)}. {_RULES}",
            target="name",
            source=sources.NODE_GROUP_NAME,
        )
    modes = [pool.get("mode") for pool in cast("list[Json]", properties.get("agentPoolProfiles") or [])]
    if request.api_version >= _MODES_SINCE and "System" not in modes:
        raise ArmRefusal(400, "BadRequest", "Must define at least one system pool.", source=sources.NO_SYSTEM_POOL)


def check_pools(pools: list[Json]) -> None:
    """Checks the names of node pools, and how many nodes each has.

    :raises ArmRefusal: A name has another form or stands twice, or there are too many nodes (400).
    """
    names = [pool["name"] for pool in pools]
    for pool in pools:
        name, count = pool["name"], pool.get("count")
        if not _POOL.fullmatch(name) or names.count(name) > 1:
            raise ArmRefusal(
                400,
                "InvalidParameter",
                f"The value of parameter agentPoolProfile.name is invalid. {_RULES}",
                target="agentPoolProfile.name",
                source=sources.POOL_NAME,
            )
        least = 1 if pool.get("mode") == "System" else 0
        if count is not None and not least <= int(count) <= _MOST_NODES:
            raise invalid_parameter(
                "agentPoolProfile.count", f"The number of nodes {count} is not from {least} to {_MOST_NODES}"
            )
