"""The caller's own permissions on a resource, from Resource Manager.

https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

from crosstenant.azure.arm import Arm

_API_VERSION = "2022-04-01"


async def permits(arm: Arm, scope: str, action: str) -> bool | None:
    """Whether the caller's roles permit ``action`` on ``scope``; ``None`` if Azure does not tell.

    :param arm: Resource Manager of the scope's tenant.
    :param scope: ARM ID of a resource, resource group or subscription.
    :param action: The action, ``Microsoft.ContainerService/managedClusters/read``.
    """
    from azure.core.exceptions import AzureError

    permissions: list[dict[str, Any]] = []
    path: str | None = f"{scope}/providers/Microsoft.Authorization/permissions"
    version: str | None = _API_VERSION
    try:
        while path:
            found = await arm.get(path, version)
            permissions += found.get("value") or []
            path, version = found.get("nextLink"), None
    except AzureError:
        return None
    return any(
        _covers(one.get("actions"), action) and not _covers(one.get("notActions"), action) for one in permissions
    )


def _covers(patterns: object, action: str) -> bool:
    # https://learn.microsoft.com/azure/role-based-access-control/role-definitions#actions: a `*` matches any text.
    return any(
        re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), action, re.IGNORECASE)
        for pattern in cast("Iterable[str]", patterns or ())
    )
