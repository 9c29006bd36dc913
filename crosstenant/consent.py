"""The page on which an administrator of the registry's tenant consents to the application."""

from __future__ import annotations

from urllib.parse import urlencode

from crosstenant.clouds import Cloud


def consent_url(cloud: Cloud, registry_tenant_id: str, client_id: str, redirect_uri: str) -> str:
    """The admin consent URL; opening it and accepting makes the service principal in the registry's tenant.

    https://learn.microsoft.com/entra/identity-platform/v2-admin-consent

    :param cloud: The cloud of both tenants.
    :param registry_tenant_id: UUID of the registry's tenant.
    :param client_id: The application's client ID (UUID).
    :param redirect_uri: One of the application's redirect URIs: where the page goes when it is done.
    """
    query = urlencode({"client_id": client_id, "redirect_uri": redirect_uri})
    return f"https://{cloud.login_host}/{registry_tenant_id}/adminconsent?{query}"
