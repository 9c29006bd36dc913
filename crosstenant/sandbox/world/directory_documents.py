"""New directory objects in the shape in which Microsoft Graph answers them.

https://learn.microsoft.com/graph/api/resources/application and
https://learn.microsoft.com/graph/api/resources/serviceprincipal. Keys with ``_`` are the sandbox's own.
"""

from __future__ import annotations

import hashlib
from typing import Any

Json = dict[str, Any]


def new_application(
    object_id: str, app_id: str, tenant_id: str, display_name: str, created: str, publisher_domain: str
) -> Json:
    """An application as Graph creates it from a display name alone.

    :param object_id: The application's object ID.
    :param app_id: The application's client ID.
    :param created: The time of creation, as Graph writes times.
    :param publisher_domain: The default domain of its tenant.
    """
    return {
        "id": object_id,
        "deletedDateTime": None,
        "appId": app_id,
        "applicationTemplateId": None,
        "disabledByMicrosoftStatus": None,
        "createdDateTime": created,
        "displayName": display_name,
        "description": None,
        "groupMembershipClaims": None,
        "identifierUris": [],
        "isDeviceOnlyAuthSupported": None,
        "isFallbackPublicClient": None,
        "notes": None,
        "publisherDomain": publisher_domain,
        "serviceManagementReference": None,
        "signInAudience": "AzureADMyOrg",
        "tags": [],
        "tokenEncryptionKeyId": None,
        "samlMetadataUrl": None,
        "defaultRedirectUri": None,
        "certification": None,
        "optionalClaims": None,
        "addIns": [],
        "api": {
            "acceptMappedClaims": None,
            "knownClientApplications": [],
            "requestedAccessTokenVersion": None,
            "oauth2PermissionScopes": [],
            "preAuthorizedApplications": [],
        },
        "appRoles": [],
        "info": {
            "logoUrl": None,
            "marketingUrl": None,
            "privacyStatementUrl": None,
            "supportUrl": None,
            "termsOfServiceUrl": None,
        },
        "keyCredentials": [],
        "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"},
        "passwordCredentials": [],
        "publicClient": {"redirectUris": []},
        "requiredResourceAccess": [],
        "spa": {"redirectUris": []},
        "verifiedPublisher": {"displayName": None, "verifiedPublisherId": None, "addedDateTime": None},
        "web": {
            "homePageUrl": None,
            "logoutUrl": None,
            "redirectUris": [],
            "implicitGrantSettings": {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False},
            "redirectUriSettings": [],
        },
        "_tenant": tenant_id,
        "_owners": [],
        "_federatedIdentityCredentials": [],
    }


def new_service_principal(object_id: str, application: Json, tenant_id: str, created: str) -> Json:
    """The service principal of ``application`` in a tenant: the application's tenant or another.

    :param application: The application's document; ``_tenant`` names the application's tenant.
    :param created: The time of creation, as Graph writes times.
    """
    return {
        "id": object_id,
        "deletedDateTime": None,
        "accountEnabled": True,
        "alternativeNames": [],
        "appDisplayName": application["displayName"],
        "appDescription": application["description"],
        "appId": application["appId"],
        "applicationTemplateId": None,
        "appOwnerOrganizationId": application["_tenant"],
        "appRoleAssignmentRequired": False,
        "createdDateTime": created,
        "description": None,
        "disabledByMicrosoftStatus": None,
        "displayName": application["displayName"],
        "homepage": None,
        "loginUrl": None,
        "logoutUrl": None,
        "notes": None,
        "notificationEmailAddresses": [],
        "preferredSingleSignOnMode": None,
        "preferredTokenSigningKeyThumbprint": None,
        "replyUrls": list(application["web"]["redirectUris"]),
        "samlMetadataUrl": None,
        "samlSingleSignOnSettings": None,
        "servicePrincipalNames": [*application["identifierUris"], application["appId"]],
        "servicePrincipalType": "Application",
        "signInAudience": application["signInAudience"],
        "tags": [],
        "tokenEncryptionKeyId": None,
        "addIns": [],
        "appRoles": [],
        "info": dict(application["info"]),
        "keyCredentials": [],
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
        "resourceSpecificApplicationPermissions": [],
        "verifiedPublisher": dict(application["verifiedPublisher"]),
        "_tenant": tenant_id,
        "_owners": [],
        "_graph_permissions": [],
        "_usable_at": 0.0,
    }


def new_password(key_id: str, secret: str, display_name: str | None, start: str, end: str, usable_at: float) -> Json:
    """A password credential as Entra keeps it: of the secret itself only a digest and the first three characters.

    :param start: The beginning of its validity, as Graph writes times.
    :param end: The end of its validity, as Graph writes times.
    :param usable_at: The time from which sign-in accepts it (replication), in seconds since the epoch.
    """
    return {
        "customKeyIdentifier": None,
        "displayName": display_name,
        "endDateTime": end,
        "hint": secret[:3],
        "keyId": key_id,
        "secretText": None,
        "startDateTime": start,
        "_sha256": hashlib.sha256(secret.encode()).hexdigest(),
        "_usable_at": usable_at,
    }
