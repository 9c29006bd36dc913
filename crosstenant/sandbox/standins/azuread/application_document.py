"""An application as Graph holds it and as the provider shows it.

https://learn.microsoft.com/graph/api/resources/application beside
https://www.pulumi.com/registry/packages/azuread/api-docs/application.
"""

from __future__ import annotations

from typing import Any, Final, cast

from crosstenant.provider_kit.resource import Properties
from crosstenant.sandbox.standins.http import Json

_INFO: Final = ("marketingUrl", "privacyStatementUrl", "supportUrl", "termsOfServiceUrl")


def to_graph(inputs: Properties) -> Json:
    """The whole body of a create or update; what the program does not give is reset."""
    web = _block(inputs.get("web"))
    grant = _block(web.get("implicitGrant"))
    api = _block(inputs.get("api"))
    return {
        "displayName": inputs["displayName"],
        "description": inputs.get("description"),
        "signInAudience": inputs["signInAudience"],
        "notes": inputs.get("notes"),
        "tags": inputs.get("tags") or [],
        "identifierUris": inputs.get("identifierUris") or [],
        "groupMembershipClaims": ",".join(inputs.get("groupMembershipClaims") or []) or None,
        "isDeviceOnlyAuthSupported": inputs.get("deviceOnlyAuthEnabled", False),
        "isFallbackPublicClient": inputs.get("fallbackPublicClientEnabled", False),
        "serviceManagementReference": inputs.get("serviceManagementReference"),
        "info": {name: inputs.get(name) for name in _INFO},
        "appRoles": [_role_to_graph(role) for role in _items(inputs.get("appRoles"))],
        "api": {
            "acceptMappedClaims": api.get("mappedClaimsEnabled", False),
            "knownClientApplications": api.get("knownClientApplications") or [],
            "oauth2PermissionScopes": [_scope_to_graph(scope) for scope in _items(api.get("oauth2PermissionScopes"))],
            "requestedAccessTokenVersion": api.get("requestedAccessTokenVersion", 1),
        },
        "publicClient": {"redirectUris": _block(inputs.get("publicClient")).get("redirectUris") or []},
        "spa": {"redirectUris": _block(inputs.get("singlePageApplication")).get("redirectUris") or []},
        "requiredResourceAccess": [
            {
                "resourceAppId": access["resourceAppId"],
                "resourceAccess": [
                    {"id": one["id"], "type": one["type"]} for one in _items(access["resourceAccesses"])
                ],
            }
            for access in _items(inputs.get("requiredResourceAccesses"))
        ],
        "web": {
            "homePageUrl": web.get("homepageUrl"),
            "logoutUrl": web.get("logoutUrl"),
            "redirectUris": web.get("redirectUris") or [],
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": grant.get("accessTokenIssuanceEnabled", False),
                "enableIdTokenIssuance": grant.get("idTokenIssuanceEnabled", False),
            },
        },
    }


def from_graph(application: Json, post_response_required: bool, owners: list[str]) -> Properties:
    """The outputs that a read finds.

    :param application: Graph's document.
    :param post_response_required: What only the beta version tells, ``oauth2RequirePostResponse``.
    :param owners: Object IDs of the owners.
    """
    api = _block(application.get("api"))
    info = _block(application.get("info"))
    roles, scopes = _items(application.get("appRoles")), _items(api.get("oauth2PermissionScopes"))
    claims: str = application["groupMembershipClaims"] or ""
    outputs: Properties = {
        "objectId": application["id"],
        "clientId": application["appId"],
        "displayName": application["displayName"],
        "signInAudience": application["signInAudience"],
        "description": application.get("description") or "",
        "notes": application.get("notes") or "",
        "publisherDomain": application.get("publisherDomain") or "",
        "disabledByMicrosoft": str(application.get("disabledByMicrosoftStatus") or ""),
        "identifierUris": application.get("identifierUris") or [],
        "tags": application.get("tags") or [],
        "featureTags": [],
        "groupMembershipClaims": claims.split(",") if claims else [],
        "deviceOnlyAuthEnabled": bool(application.get("isDeviceOnlyAuthSupported")),
        "fallbackPublicClientEnabled": bool(application.get("isFallbackPublicClient")),
        "oauth2PostResponseRequired": post_response_required,
        "serviceManagementReference": application.get("serviceManagementReference") or "",
        "templateId": application.get("applicationTemplateId") or "",
        "logoUrl": info.get("logoUrl") or "",
        "appRoles": [_role_from_graph(role) for role in roles],
        "appRoleIds": {role["value"]: role["id"] for role in roles if role.get("value")},
        "oauth2PermissionScopeIds": {scope["value"]: scope["id"] for scope in scopes if scope.get("value")},
        "owners": owners,
        "requiredResourceAccesses": [
            {
                "resourceAppId": access["resourceAppId"],
                "resourceAccesses": [
                    {"id": one["id"], "type": one["type"]} for one in _items(access["resourceAccess"])
                ],
            }
            for access in _items(application.get("requiredResourceAccess"))
        ],
        **{name: info.get(name) or "" for name in _INFO},
    }
    blocks = {
        "api": _api(api, scopes),
        "web": _web(_block(application["web"])),
        "publicClient": _uris(application.get("publicClient")),
        "singlePageApplication": _uris(application.get("spa")),
    }
    return outputs | {name: block for name, block in blocks.items() if block}


def _api(api: Json, scopes: list[Json]) -> Json | None:
    block: Json = {
        "knownClientApplications": api.get("knownClientApplications") or [],
        "mappedClaimsEnabled": bool(api.get("acceptMappedClaims")),
        "oauth2PermissionScopes": [_scope_from_graph(scope) for scope in scopes],
        "requestedAccessTokenVersion": api.get("requestedAccessTokenVersion") or 1,
    }
    plain: Json = {**block, "requestedAccessTokenVersion": block["requestedAccessTokenVersion"] > 1}
    return block if any(plain.values()) else None


def _web(web: Json) -> Json | None:
    grant = _block(web.get("implicitGrantSettings"))
    block: Json = {
        "homepageUrl": web.get("homePageUrl") or "",
        "logoutUrl": web.get("logoutUrl") or "",
        "redirectUris": web.get("redirectUris") or [],
        "implicitGrant": {
            "accessTokenIssuanceEnabled": bool(grant.get("enableAccessTokenIssuance")),
            "idTokenIssuanceEnabled": bool(grant.get("enableIdTokenIssuance")),
        },
    }
    return block if any([*list(block.values())[:3], *block["implicitGrant"].values()]) else None


def _uris(client: Any) -> Json | None:
    uris = _block(client).get("redirectUris")
    return {"redirectUris": uris} if uris else None


def _items(value: Any) -> list[Json]:
    return cast("list[Json]", value or [])


def _block(value: Any) -> Json:
    return cast(Json, value or {})


def _role_to_graph(role: Json) -> Json:
    return {
        "id": role["id"],
        "allowedMemberTypes": role["allowedMemberTypes"],
        "description": role["description"],
        "displayName": role["displayName"],
        "isEnabled": role.get("enabled", True),
        "value": role.get("value"),
    }


def _role_from_graph(role: Json) -> Json:
    return {
        "id": role["id"],
        "allowedMemberTypes": role["allowedMemberTypes"],
        "description": role["description"],
        "displayName": role["displayName"],
        "enabled": role["isEnabled"],
        "value": role.get("value") or "",
    }


_SCOPE_TEXTS: Final = (
    "adminConsentDescription",
    "adminConsentDisplayName",
    "userConsentDescription",
    "userConsentDisplayName",
    "value",
)


def _scope_to_graph(scope: Json) -> Json:
    texts = {name: scope.get(name) for name in _SCOPE_TEXTS}
    return {"id": scope["id"], "isEnabled": scope.get("enabled", True), "type": scope.get("type", "User"), **texts}


def _scope_from_graph(scope: Json) -> Json:
    texts = {name: scope.get(name) or "" for name in _SCOPE_TEXTS}
    return {"id": scope["id"], "enabled": scope["isEnabled"], "type": scope["type"], **texts}
