"""The page on which an administrator of the registry's tenant consents to the application.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent and
https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from crosstenant.model.clouds import Cloud

DEFAULT_REDIRECT_URI: Final = "https://www.microsoft.com/"
"""Where the consent page goes when it is done, if the program does not say."""

MICROSOFT_GRAPH: Final = "00000003-0000-0000-c000-000000000000"
"""Client ID of Microsoft Graph in every tenant."""

USER_READ: Final = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
"""ID of Graph's delegated permission User.Read, the least that an application can ask for. One that asks for nothing
may be refused on the consent page (AADSTS650056, AADSTS90008).
https://learn.microsoft.com/graph/permissions-reference#userread"""


def consent_url(cloud: Cloud, registry_tenant_id: str, client_id: str, redirect_uri: str | None = None) -> str:
    """The admin consent URL; opening it and accepting makes the service principal in the registry's tenant.

    :param cloud: The cloud of both tenants.
    :param registry_tenant_id: UUID of the registry's tenant.
    :param client_id: The application's client ID (UUID).
    :param redirect_uri: One of the application's redirect URIs: where the page goes when it is done. Default: the
        application's own.
    """
    query = {"client_id": client_id}
    if redirect_uri:
        query["redirect_uri"] = redirect_uri
    return f"https://{cloud.login_host}/{registry_tenant_id}/adminconsent?{urlencode(query)}"


def consent_message(registry_tenant_id: str, client_id: str, url: str, *, gone: bool) -> str:
    """What to do now, for whoever runs the deployment.

    :param registry_tenant_id: UUID of the registry's tenant.
    :param client_id: The application's client ID (UUID).
    :param url: The consent page.
    :param gone: Whether the application had a service principal there before.
    """
    if gone:
        return (
            f"the service principal of application {client_id} in tenant {registry_tenant_id} is gone, and with it the "
            f"right to pull. Have an administrator of that tenant open {url} and accept; then run 'pulumi up --refresh'"
        )
    return (
        f"tenant {registry_tenant_id} has not consented to application {client_id} yet: no role is assigned there and "
        f"no cluster is touched. Have an administrator of that tenant open {url} and accept; then run 'pulumi up' again"
    )
