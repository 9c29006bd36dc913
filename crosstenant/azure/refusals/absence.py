"""Whether an answer says that something does not exist: Azure says so with a code, a proxy or a gateway without one."""

from __future__ import annotations

from typing import Final

from azure.core.exceptions import AzureError

from crosstenant.azure.refusals.refusals import take_apart

# https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found and
# https://github.com/microsoftgraph/msgraph-sdk-php/issues/202. Of an invisible subscription Azure says 404 as well
# (SubscriptionNotFound), which tells nothing about what is in it.
_CODES: Final = ("ResourceNotFound", "ResourceGroupNotFound", "NotFound", "Request_ResourceNotFound")


def is_absent(error: AzureError) -> bool:
    """Whether Azure says that there is no such object.

    :param error: The refusal of reading it.
    """
    said = take_apart(error)
    return said.status == 404 and not said.page and said.code in _CODES
