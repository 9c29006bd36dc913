"""Admin consent: a request for the consent page consents, and creates the application's service principal.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent. The sandbox has no users: every request for the
page counts as an administrator's click in the tenant that its address names.
"""

from __future__ import annotations

import uuid

from crosstenant.sandbox.entra import sources
from crosstenant.sandbox.entra.clients import find_application, find_tenant
from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.world.directory_documents import new_service_principal
from crosstenant.sandbox.world.open_questions import CONSENT_WITHOUT_PERMISSIONS
from crosstenant.sandbox.world.state import State, now
from crosstenant.sandbox.world.times import timestamp


def consent(state: State, tenant: str, client_id: str) -> str:
    """Consents to an application in a tenant.

    :returns: The tenant's ID.
    :raises SignInRefusal: The tenant or the application does not exist, the application is single-tenant, or it
        requests no permission: Entra refuses consent to such an application (AADSTS650056).
    """
    tenant_id = find_tenant(state, tenant)
    application = find_application(state, tenant_id, client_id)
    if not application["requiredResourceAccess"] and CONSENT_WITHOUT_PERMISSIONS.answer(state) == "refused":
        raise SignInRefusal(
            "AADSTS650056",
            "Misconfigured application. This could be due to one of the following: the client has not listed any "
            "permissions for 'Windows Azure Active Directory' in the requested permissions in the client's application "
            "registration. Or, the admin has not consented in the tenant. Or, check the application identifier in the "
            "request to ensure it matches the configured client application identifier. Please contact your admin to "
            f"fix the configuration or consent on behalf of the tenant. Client app ID: {application['appId']}.",
            "invalid_request",
            400,
            source=sources.AADSTS650056,
        )
    exists = any(
        one["appId"] == application["appId"] and one["_tenant"] == tenant_id
        for one in state["servicePrincipals"].values()
    )
    if not exists:
        object_id = str(uuid.uuid4())
        principal = new_service_principal(object_id, application, tenant_id, timestamp(now(state)))
        principal["_usable_at"] = now(state) + state["settings"]["lag"]["servicePrincipal"]
        state["servicePrincipals"][object_id] = principal
    return tenant_id


def find_redirect(state: State, tenant: str, client_id: str, redirect_uri: str) -> str:
    """The address to which the page redirects: ``redirect_uri``; if it is empty, the application's first redirect URI.

    :raises SignInRefusal: The application does not list ``redirect_uri``, or has no redirect URI.
    """
    application = find_application(state, find_tenant(state, tenant), client_id)
    listed: list[str] = application["web"]["redirectUris"]
    if not redirect_uri and not listed:
        raise SignInRefusal(
            "AADSTS500113",
            "No reply address is registered for the application.",
            "invalid_request",
            400,
            source=sources.AADSTS500113,
        )
    if redirect_uri and redirect_uri not in listed:
        raise SignInRefusal(
            "AADSTS50011",
            f"The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured "
            f"for the application '{application['appId']}'. Make sure the redirect URI sent in the request matches one "
            "added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to "
            "learn more about how to fix this.",
            "invalid_request",
            400,
            source=sources.AADSTS50011,
        )
    return redirect_uri or listed[0]
