"""Applications: https://learn.microsoft.com/graph/api/resources/application."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final, cast

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.directory import (
    APPLICATIONS,
    SERVICE_PRINCIPALS,
    all_seen,
    check_length,
    check_properties,
    find,
    find_to_change,
    keep_history,
    merge,
)
from crosstenant.sandbox.graph.owners import bound_owners
from crosstenant.sandbox.graph.queries import many, one
from crosstenant.sandbox.graph.refusals import bad_request, not_emulated
from crosstenant.sandbox.graph.request import GraphRequest, Json
from crosstenant.sandbox.world.addresses import split_address
from crosstenant.sandbox.world.directory_documents import new_application
from crosstenant.sandbox.world.times import timestamp

_PLATFORMS: Final = {"web", "spa", "publicClient"}
_PERSONAL: Final = "AzureADandPersonalMicrosoftAccount"
_AUDIENCES: Final = {"AzureADMyOrg", "AzureADMultipleOrgs", _PERSONAL}
_UUID: Final = r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_READ_ONLY: Final = {
    "id",
    "appId",
    "applicationTemplateId",
    "createdDateTime",
    "deletedDateTime",
    "disabledByMicrosoftStatus",
    "passwordCredentials",
    "publisherDomain",
    "verifiedPublisher",
}
_LONGEST_NAME: Final = 256
_LONGEST_DESCRIPTION: Final = 1024
_LONGEST_REDIRECT_URI: Final = 256
_MOST_REDIRECT_URIS: Final = 256
# What an application has only once it was written: new_application makes none.
_LATER: Final = dict.fromkeys(("oauth2RequirePostResponse", "uniqueName"))


def list_applications(request: GraphRequest) -> Json:
    """``GET /applications``."""
    request.may_read()
    found = all_seen(request.state, APPLICATIONS, request.time)
    return many(request, APPLICATIONS, [one for one in found if one["_tenant"] == request.caller.tenant_id])


def get_application(request: GraphRequest) -> Json:
    """``GET /applications/{id}``."""
    request.may_read()
    return one(request, APPLICATIONS, find(request, APPLICATIONS))


def create_application(request: GraphRequest) -> Json:
    """``POST /applications``; a caller with ``Application.ReadWrite.OwnedBy`` becomes an owner."""
    request.may_create()
    body = dict(request.body)
    if not body.get("displayName"):
        raise bad_request("Property 'displayName' is required but was not specified.", source=sources.MISSING_PROPERTY)
    if body.get("passwordCredentials"):
        # Graph makes a secret of a name alone: no client of the project asks for it.
        raise not_emulated("an application that is created with a password")
    owners = bound_owners(request, body.pop("owners@odata.bind", []))
    if not request.writes_all() and request.caller.object_id not in owners:
        owners.append(request.caller.object_id)
    object_id = str(uuid.uuid4())
    domain = request.state["tenants"][request.caller.tenant_id]["defaultDomainName"]
    application = new_application(
        object_id, str(uuid.uuid4()), request.caller.tenant_id, body["displayName"], timestamp(request.time), domain
    )
    application["_owners"] = owners
    _apply(application, body)
    _check_service_reference(request, application, "Create")
    keep_history(request.state, APPLICATIONS, object_id, request.time)
    request.state[APPLICATIONS][object_id] = application
    return one(request, APPLICATIONS, application)


def update_application(request: GraphRequest) -> None:
    """``PATCH /applications/{id}``; also updates the properties that service principals copy."""
    application = find_to_change(request, APPLICATIONS)
    _check_service_reference(request, {**application, **request.body}, "Update")
    _apply(application, request.body)
    for principal in request.state[SERVICE_PRINCIPALS].values():
        if principal["appId"] != application["appId"]:
            continue
        principal["appDisplayName"] = application["displayName"]
        principal["signInAudience"] = application["signInAudience"]
        if principal["_tenant"] == application["_tenant"]:
            principal["displayName"] = application["displayName"]
            principal["replyUrls"] = list(application["web"]["redirectUris"])


def delete_application(request: GraphRequest) -> None:
    """``DELETE /applications/{id}``: with its own tenant's service principal; those in other tenants remain."""
    application = find_to_change(request, APPLICATIONS)
    del request.state[APPLICATIONS][application["id"]]
    for object_id, principal in list(request.state[SERVICE_PRINCIPALS].items()):
        if principal["appId"] == application["appId"] and principal["_tenant"] == application["_tenant"]:
            keep_history(request.state, SERVICE_PRINCIPALS, object_id, request.time)
            del request.state[SERVICE_PRINCIPALS][object_id]


def _check_service_reference(request: GraphRequest, application: Json, operation: str) -> None:
    """The tenant's rule that each application names its entry in the service management database."""
    if not request.state["tenants"][request.caller.tenant_id]["_policies"].get("serviceManagementReferenceRequired"):
        return
    see = "Refer to the TSG `https://aka.ms/service-management-reference-error` for resolving the error"
    reference = application.get("serviceManagementReference")
    if not reference:
        raise bad_request(
            f"ServiceManagementReference field is required for {operation}, but is missing in the request. {see}",
            "ServiceTreeValueMissing",
            source=sources.SERVICE_REFERENCE,
        )
    if not re.fullmatch(_UUID, str(reference)):
        raise bad_request(
            f"Invalid value provided for property ServiceManagementReference: Value for ServiceManagementReference must"
            f" be a valid GUID {see}",
            "ServiceTreeInvalid",
            source=sources.SERVICE_REFERENCE,
        )


def _apply(application: Json, changes: Json) -> None:
    changes = {name: value for name, value in changes.items() if not name.startswith("@")}
    for name in _READ_ONLY & set(changes):
        if changes[name] != application[name] and not (name == "passwordCredentials" and changes[name] is None):
            _apply_read_only(application, name, changes[name])
        del changes[name]
    check_properties({**_LATER, **application}, changes)
    check_length("Application", changes, "displayName", _LONGEST_NAME)
    check_length("Application", changes, "description", _LONGEST_DESCRIPTION)
    if "displayName" in changes and not changes["displayName"]:
        raise bad_request(
            "Invalid value specified for property 'displayName' of resource 'Application'.",
            source=sources.INVALID_VALUE,
        )
    if changes.get("signInAudience") == "PersonalMicrosoftAccount":
        raise not_emulated("the signInAudience PersonalMicrosoftAccount")
    if changes.get("signInAudience", "AzureADMyOrg") not in _AUDIENCES:
        raise bad_request(
            "Invalid value specified for property 'signInAudience' of resource 'Application'.",
            source=sources.INVALID_VALUE,
        )
    for platform in _PLATFORMS & set(changes):
        settings: Json = cast(Json, changes[platform] or {})
        # Without settings a platform is answered with as an empty object.
        changes[platform] = settings
        uris = cast("list[str]", settings.get("redirectUris") or [])
        for uri in uris:
            _check_redirect_uri(uri)
        if len(uris) > _MOST_REDIRECT_URIS:
            raise bad_request(
                f"Invalid value specified for property 'redirectUris': more than {_MOST_REDIRECT_URIS} URIs.",
                source=sources.REDIRECT_URI,
            )
    if "keyCredentials" in changes:
        changes["keyCredentials"] = [_certificate(given) for given in changes["keyCredentials"]]
    _check_token_version({**application, **changes}, changes)
    merge(application, changes)


def _check_token_version(application: Json, changes: Json) -> None:
    """An application that personal accounts sign in to takes access tokens of version 2 only.

    https://learn.microsoft.com/graph/api/resources/apiapplication
    """
    if application["signInAudience"] != _PERSONAL or not changes.keys() & {"signInAudience", "api"}:
        return
    api: Json = application["api"] or {}
    if api.get("requestedAccessTokenVersion") != 2:
        raise bad_request(
            "One or more properties contains invalid values.", "InvalidAccessTokenVersion", source=sources.TOKEN_VERSION
        )


def _apply_read_only(application: Json, name: str, value: Any) -> None:
    if name != "passwordCredentials":
        raise bad_request(f"Property '{name}' is read-only and cannot be set.", source=sources.READ_ONLY_PROPERTY)
    kept = {credential.get("keyId") for credential in value}
    if not kept <= {credential["keyId"] for credential in application["passwordCredentials"]}:
        raise bad_request(
            "New password credentials must be generated using service actions.",
            source=sources.PASSWORD_IN_PATCH,
        )
    found = application["passwordCredentials"]
    application["passwordCredentials"] = [credential for credential in found if credential["keyId"] in kept]


def _check_redirect_uri(uri: str) -> None:
    """https://learn.microsoft.com/entra/identity-platform/reply-url"""
    parts = split_address(uri)
    reason = None
    if parts.scheme not in ("http", "https") and not re.fullmatch(r"[a-z][a-z0-9+.-]*", parts.scheme):
        reason = "it must be an absolute URI"
    elif parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1"):
        reason = "its scheme must be https"
    elif parts.fragment:
        reason = "it must not have a fragment"
    elif parts.scheme in ("http", "https") and not parts.path:
        reason = "it must end with a trailing slash when it has no path"
    elif len(uri) > _LONGEST_REDIRECT_URI:
        reason = f"it must have at most {_LONGEST_REDIRECT_URI} characters"
    if reason:
        raise bad_request(
            f"Invalid value specified for property 'redirectUris': '{uri}': {reason}.", source=sources.REDIRECT_URI
        )


def _certificate(given: Json) -> Json:
    """A certificate as Graph stores it: no answer contains the key."""
    key = given.get("key")
    return {"keyId": str(uuid.uuid4()), **given, "key": None, "_key": key or given.get("_key")}
