"""The caller's own permissions on a resource, from Resource Manager.

https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource and
https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource-group
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from typing import Final

from crosstenant.azure.arm import Arm
from crosstenant.azure.connections.answer_forms import form_due, list_of
from crosstenant.azure.pages import listed
from crosstenant.azure.sign_in.tenant import Tenant

_API_VERSION = "2022-04-01"

# Of a subscription no page says that it can be asked.
_ASKED: Final = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+(/.+)?", re.IGNORECASE)

Permissions = list[tuple[list[str], list[str]]]
"""What each of the caller's roles permits: patterns of actions, and of those among them that it does not."""


async def permits(arm: Arm, scope: str, action: str) -> bool | None:
    """Whether the caller's roles permit ``action`` on ``scope``; ``None`` if Azure does not tell.

    :param arm: Resource Manager of the scope's tenant.
    :param scope: ARM ID of a resource or resource group.
    :param action: The action, ``Microsoft.ContainerService/managedClusters/read``.
    """
    found = await _permissions(arm, scope)
    return None if found is None else _permit(found, action)


class CallerRights:
    """The caller's permissions in one tenant; each scope is asked for once."""

    def __init__(self, tenant: Tenant) -> None:
        """:param tenant: The tenant, with the caller's credential."""
        self._tenant = tenant
        self._asked: dict[str, asyncio.Task[Permissions | None]] = {}

    async def missing(self, scope: str, actions: Sequence[str]) -> list[str]:
        """The actions that the caller's roles surely do not permit; none where Azure does not tell.

        A condition of a role is not read: what it forbids, Azure tells when it is asked.

        :param scope: ARM ID of a resource or resource group.
        :param actions: The actions.
        """
        if not _ASKED.fullmatch(scope):
            return []
        key = scope.lower()
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._permissions(scope))
        # One of several that wait may be cancelled.
        found = await asyncio.shield(self._asked[key])
        return [] if found is None else [it for it in actions if not _permit(found, it)]

    async def _permissions(self, scope: str) -> Permissions | None:
        arm = Arm(self._tenant)
        try:
            return await _permissions(arm, scope)
        finally:
            await arm.aclose()


async def _permissions(arm: Arm, scope: str) -> Permissions | None:
    from azure.core.exceptions import AzureError

    try:
        entries = await listed(arm, f"{scope}/providers/Microsoft.Authorization/permissions", _API_VERSION)
        with form_due():
            return [(list_of(it.get("actions"), str), list_of(it.get("notActions"), str)) for it in entries]
    except AzureError:
        return None


def _permit(permissions: Permissions, action: str) -> bool:
    return any(_covers(actions, action) and not _covers(others, action) for actions, others in permissions)


def _covers(patterns: Iterable[str], action: str) -> bool:
    # https://learn.microsoft.com/azure/role-based-access-control/role-definitions#actions: a `*` matches any text.
    return any(
        re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), action, re.IGNORECASE) for pattern in patterns
    )
