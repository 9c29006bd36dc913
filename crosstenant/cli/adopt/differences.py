"""The changes that the component would make to objects that were made by hand: those of the first preview.

Properties that the component does not set are reset, except owners:
https://www.pulumi.com/registry/packages/azuread/api-docs/application.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast
from urllib.parse import urlsplit

from crosstenant.model.consent import DEFAULT_REDIRECT_URI, MICROSOFT_GRAPH, USER_READ

Json = dict[str, Any]
"""A JSON object."""

MULTI_TENANT: Final = "AzureADMultipleOrgs"

_RESET_ON_APPLICATION: Final = {
    "description": "description",
    "identifierUris": "identifier URIs",
    "groupMembershipClaims": "group claims",
    "isFallbackPublicClient": "public client fallback",
    "isDeviceOnlyAuthSupported": "device-only sign-in",
    "optionalClaims": "optional claims",
    "appRoles": "app roles",
    "api.oauth2PermissionScopes": "scopes of its API",
    "api.knownClientApplications": "known client applications",
    "api.acceptMappedClaims": "mapped claims",
    "publicClient.redirectUris": "public client redirect URIs",
    "spa.redirectUris": "single-page redirect URIs",
    "web.homePageUrl": "home page",
    "web.logoutUrl": "logout URL",
    "web.implicitGrantSettings.enableAccessTokenIssuance": "implicit grant of access tokens",
    "web.implicitGrantSettings.enableIdTokenIssuance": "implicit grant of ID tokens",
    "info.marketingUrl": "marketing URL",
    "info.privacyStatementUrl": "privacy statement URL",
    "info.supportUrl": "support URL",
    "info.termsOfServiceUrl": "terms of service URL",
}
_RESET_ON_PRINCIPAL: Final = {
    "description": "description",
    "notes": "notes",
    "alternativeNames": "alternative names",
    "appRoleAssignmentRequired": "the need of an assignment",
    "loginUrl": "login URL",
    "notificationEmailAddresses": "notification addresses",
    "preferredSingleSignOnMode": "single sign-on mode",
}


def redirect_uri_of(application: Json) -> str | None:
    """The redirect URI argument with which the application keeps its own; ``None`` for the default.

    :param application: Microsoft Graph's document.
    """
    return next((uri for uri in _redirect_uris(application) if _is_accepted(uri)), None)


def application_differences(application: Json, *, consented: bool) -> list[str]:
    """The changes of the application, one clause for each.

    :param application: Microsoft Graph's document.
    :param consented: Whether the program uses consent mode.
    """
    found: list[str] = []
    audience = str(application.get("signInAudience"))
    if audience != MULTI_TENANT:
        found.append(f"its sign-in audience {audience} becomes {MULTI_TENANT}")
    uris, wanted = _redirect_uris(application), redirect_uri_of(application) or DEFAULT_REDIRECT_URI
    if uris != [wanted]:
        found.append(
            f"its redirect URI {', '.join(uris)} becomes {wanted}" if uris else f"it gets redirect URI {wanted}"
        )
    asked, needed = _permissions(application), {(MICROSOFT_GRAPH, USER_READ)} if consented else set[tuple[str, str]]()
    if asked - needed:
        count = len(asked - needed)
        found.append(f"it no longer asks for {count} API {'permission' if count == 1 else 'permissions'}")
    if needed - asked:
        found.append("it asks for Microsoft Graph's User.Read")
    return found + _removals(application, _RESET_ON_APPLICATION)


def principal_differences(principal: Json) -> list[str]:
    """The changes of a service principal, one clause for each.

    :param principal: Microsoft Graph's document.
    """
    found = [] if principal.get("accountEnabled", True) else ["it is disabled: the first update enables it"]
    return found + _removals(principal, _RESET_ON_PRINCIPAL)


def _removals(document: Json, names: dict[str, str]) -> list[str]:
    gone = [label for path, label in names.items() if _at(document, path)]
    return [f"other properties are reset: {', '.join(gone)}"] if gone else []


def _at(document: Json, path: str) -> object:
    value: object = document
    for part in path.split("."):
        value = cast("dict[str, object]", value).get(part) if isinstance(value, dict) else None
    return value


def _redirect_uris(application: Json) -> list[str]:
    return [str(uri) for uri in cast("Sequence[object]", _at(application, "web.redirectUris") or ())]


def _permissions(application: Json) -> set[tuple[str, str]]:
    accesses = cast("list[Json]", application.get("requiredResourceAccess") or [])
    return {(str(it["resourceAppId"]), str(one["id"])) for it in accesses for one in it["resourceAccess"]}


def _is_accepted(uri: str) -> bool:
    # azuread's provider refuses one without a path, https://www.microsoft.com, which the portal takes.
    try:
        parts = urlsplit(uri)
    except ValueError:
        # Graph keeps what Python cannot take apart: `https://[`.
        return False
    return parts.scheme == "https" and bool(parts.path)
