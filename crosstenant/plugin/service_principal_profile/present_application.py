"""The application that a cluster acts as now, for a person."""

from __future__ import annotations

from crosstenant.azure.directory.graph import Graph
from crosstenant.model.outside_text import in_one_line


async def named(directory: Graph, client_id: str) -> str:
    """``'contoso-puller' (<client ID>)``; only the client ID if the caller may not read the application.

    :param directory: The cluster tenant's directory.
    :param client_id: Client ID (UUID) of the application.
    """
    from azure.core.exceptions import AzureError

    try:
        application = await directory.application(client_id)
    except AzureError:
        application = None
    display_name = in_one_line(application.display_name) if application else ""
    return f"'{display_name}' ({client_id})" if display_name else client_id
