"""Lists of Azure Resource Manager, which come in pages.

https://learn.microsoft.com/rest/api/azure/#async-operations-throttling-and-paging
"""

from __future__ import annotations

from typing import Final, cast

from crosstenant.azure.arm import Arm, Json
from crosstenant.azure.connections.answer_forms import entries_of, form_due

_MOST_PAGES: Final = 1000


async def listed(arm: Arm, path: str, api_version: str, **query: str) -> list[Json]:
    """The entries of a list, from all its pages.

    :param arm: Resource Manager.
    :param path: The list, below the host.
    :param api_version: The API version.
    :param query: Further query parameters, without their leading ``$``.
    :raises azure.core.exceptions.AzureError: Sign-in failed, or ARM refused or could not be reached, or the pages do
        not come to an end.
    """
    found: list[Json] = []
    read: set[str] = set()
    address, version = path, cast("str | None", api_version)
    while address:
        read.add(address)
        page = await arm.get(address, version, **query)
        with form_due():
            found += entries_of(page)
            address, version, query = str(page.get("nextLink") or ""), None, {}
            if address in read or len(read) >= _MOST_PAGES:
                raise ValueError("its pages do not come to an end")
    return found
