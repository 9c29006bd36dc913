"""The application that a cluster acts as now, for a person: its name, and whether it is in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crosstenant.azure.directory.graph import Application, Graph, ServicePrincipal
from crosstenant.model.outside_text import in_one_line
from crosstenant.model.secret_dates import utc_text


@dataclass(frozen=True)
class PresentApplication:
    """What the directory tells of it."""

    named: str
    """``'contoso-puller' (<client ID>)``; only the client ID if the caller may not read the application."""
    life: str
    """Whether a cluster can sign in as it, in a sentence."""


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
    return _named(application, client_id)


async def present_application(directory: Graph, client_id: str, now: datetime) -> PresentApplication:
    """What the directory tells of an application.

    :param directory: The cluster tenant's directory.
    :param client_id: Client ID (UUID) of the application.
    :param now: The time of day.
    """
    from azure.core.exceptions import AzureError

    try:
        application = await directory.application(client_id)
        principal = await directory.service_principal(client_id)
    except AzureError:
        unread = (
            "Whether that application is in use could not be read (Microsoft Graph permission Application.Read.All)"
        )
        return PresentApplication(client_id, unread)
    return PresentApplication(_named(application, client_id), _life(application, principal, now))


def _life(application: Application | None, principal: ServicePrincipal | None, now: datetime) -> str:
    if principal is None:
        return "The tenant has no service principal of that application, so the cluster cannot sign in"
    if not principal.enabled:
        return "That application is disabled in the tenant, so the cluster cannot sign in"
    secrets = [*(application.secrets if application else ()), *principal.secrets]
    valid = [it.ends_at for it in secrets if it.ends_at > now]
    if valid:
        return f"That application is in use: it has a secret that is valid until {utc_text(max(valid))}"
    if application is None:
        return "That application is another tenant's, and may be in use: its secrets cannot be read here"
    return "That application has no valid secret, so the cluster cannot sign in"


def _named(application: Application | None, client_id: str) -> str:
    display_name = in_one_line(application.display_name) if application else ""
    return f"'{display_name}' ({client_id})" if display_name else client_id
