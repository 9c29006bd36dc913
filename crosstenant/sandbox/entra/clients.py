"""Clients that sign in: applications, their service principals and their secrets, checked as Entra checks them.

Refusals carry the codes of https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations

import hashlib
from typing import Any

from crosstenant.sandbox.entra import sources
from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.world.managed_identities import CREDENTIALS, find_identity
from crosstenant.sandbox.world.open_questions import NEW_SECRET_CODE
from crosstenant.sandbox.world.state import State, now
from crosstenant.sandbox.world.times import epoch

Json = dict[str, Any]


def authenticate(state: State, tenant_id: str, client_id: str, secret: str) -> Json:
    """Signs an application in to a tenant with a client secret.

    :param tenant_id: The tenant's ID or default domain.
    :returns: The application's service principal in that tenant.
    :raises SignInRefusal: Entra would refuse.
    """
    application, principal = find_client(state, tenant_id, client_id)
    check_secret(state, application, principal, secret)
    return principal


def find_tenant(state: State, tenant: str) -> str:
    """The ID of a tenant.

    :param tenant: Its ID or its default domain.
    :raises SignInRefusal: The tenant does not exist.
    """
    for tenant_id, document in state["tenants"].items():
        if tenant.lower() in (tenant_id, document["defaultDomainName"].lower()):
            return tenant_id
    raise tenant_not_found(tenant)


def tenant_not_found(tenant: str) -> SignInRefusal:
    """The refusal of a tenant that does not exist, or not in this cloud."""
    return SignInRefusal(
        "AADSTS90002",
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
        "invalid_request",
        400,
        source=sources.AADSTS90002,
    )


def tenant_of_another_cloud() -> SignInRefusal:
    """The refusal of an application whose tenant is in another cloud, which the cloud of the request knows of."""
    return SignInRefusal(
        "AADSTS900382",
        "Confidential Client is not supported in Cross Cloud request.",
        "invalid_request",
        400,
        source=sources.AADSTS900382,
    )


def find_application(state: State, tenant_id: str, client_id: str) -> Json:
    """The application of a client ID, if it may be used in the tenant: its own tenant, or any if it is multi-tenant.

    :raises SignInRefusal: The application does not exist or is not for this tenant.
    """
    application = next((one for one in state["applications"].values() if one["appId"] == client_id.lower()), None)
    if application is not None and (
        application["_tenant"] == tenant_id or application["signInAudience"] != "AzureADMyOrg"
    ):
        return application
    raise SignInRefusal(
        "AADSTS700016",
        f"Application with identifier '{client_id}' was not found in the directory "
        f"'{state['tenants'][tenant_id]['displayName']}'. This can happen if the application has not been installed by "
        "the administrator of the tenant or consented to by any user in the tenant. You may have sent your "
        "authentication request to the wrong tenant.",
        "unauthorized_client",
        400,
        source=sources.AADSTS700016,
    )


def check_multi_tenant(state: State, client_id: str) -> None:
    """Checks that users of any tenant may sign in to an application.

    :raises SignInRefusal: The application does not exist or is single-tenant.
    """
    application = next((one for one in state["applications"].values() if one["appId"] == client_id.lower()), None)
    if application is None:
        raise SignInRefusal(
            "AADSTS700016",
            f"Application with identifier '{client_id}' was not found in the directory 'Microsoft Accounts'.",
            "unauthorized_client",
            400,
            source=sources.AADSTS700016_COMMON,
        )
    if application["signInAudience"] == "AzureADMyOrg":
        raise SignInRefusal(
            "AADSTS50194",
            f"Application '{application['appId']}'({application['displayName']}) is not configured as a multi-tenant "
            "application. Usage of the /common endpoint is not supported for such applications created after "
            "'10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
            "invalid_request",
            400,
            source=sources.AADSTS50194,
        )


def find_client(state: State, tenant: str, client_id: str) -> tuple[Json, Json]:
    """The application of a client ID and its enabled service principal in the tenant.

    For a managed identity, which has no application, the first is what an application would have for sign-in.

    :raises SignInRefusal: The application does not exist, is not for this tenant, has no service principal in it, or is
        disabled there.
    """
    tenant_id = find_tenant(state, tenant)
    time = now(state)
    application = _find_identity(state, tenant_id, client_id) or find_application(state, tenant_id, client_id)
    principal = next(
        (
            one
            for one in state["servicePrincipals"].values()
            if one["appId"] == application["appId"] and one["_tenant"] == tenant_id and one["_usable_at"] <= time
        ),
        None,
    )
    if principal is None:
        raise SignInRefusal(
            "AADSTS7000229",
            f"The client application {application['appId']} is missing service principal in the tenant {tenant_id}. "
            "See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
            source=sources.AADSTS7000229,
        )
    if not principal["accountEnabled"]:
        raise SignInRefusal(
            "AADSTS7000112",
            f"Application '{application['appId']}'({application['displayName']}) is disabled.",
            "unauthorized_client",
            source=sources.AADSTS7000112,
        )
    return application, principal


def _find_identity(state: State, tenant_id: str, client_id: str) -> Json | None:
    """A managed identity of the tenant, once the directory has its service principal; other tenants do not know it."""
    identity = find_identity(state, client_id)
    if identity is None or identity["properties"]["tenantId"] != tenant_id:
        return None
    principal = state["servicePrincipals"].get(identity["properties"]["principalId"])
    if principal is None or principal["_usable_at"] > now(state):
        return None
    return {
        "appId": identity["properties"]["clientId"],
        "displayName": identity["name"],
        "keyCredentials": [],
        "passwordCredentials": [],
        CREDENTIALS: identity[CREDENTIALS],
    }


def check_secret(state: State, application: Json, principal: Json, secret: str) -> None:
    """Checks a client secret: it must be replicated and valid now.

    A secret of the application is valid in every tenant, a secret of a service principal in its own tenant.

    :raises SignInRefusal: The secret is unknown, not yet valid, or has expired.
    """
    time = now(state)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    for credential in (*application["passwordCredentials"], *principal["passwordCredentials"]):
        usable = credential["_usable_at"] <= time and epoch(credential["startDateTime"]) <= time
        lags_as_expired = not usable and NEW_SECRET_CODE.answer(state) == "AADSTS7000222"
        if credential["_sha256"] == digest and (usable or lags_as_expired):
            if usable and epoch(credential["endDateTime"]) > time:
                return
            raise SignInRefusal(
                "AADSTS7000222",
                f"The provided client secret keys for app '{application['appId']}' are expired. Visit the Azure portal "
                "to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate "
                "credentials for added security: https://aka.ms/certCreds.",
                source=sources.AADSTS7000222,
            )
    raise SignInRefusal(
        "AADSTS7000215",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        f"the client secret ID, for a secret added to app '{application['appId']}'.",
        source=sources.AADSTS7000215,
    )
