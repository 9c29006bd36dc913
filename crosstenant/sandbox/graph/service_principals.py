"""Service principals: https://learn.microsoft.com/graph/api/resources/serviceprincipal."""

from __future__ import annotations

import uuid
from typing import Final

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
from crosstenant.sandbox.graph.refusals import GraphRefusal, bad_request
from crosstenant.sandbox.graph.request import GraphRequest, Json
from crosstenant.sandbox.world.directory_documents import new_service_principal
from crosstenant.sandbox.world.state import public
from crosstenant.sandbox.world.times import timestamp

_READ_ONLY: Final = {
    "id",
    "appDisplayName",
    "appId",
    "appOwnerOrganizationId",
    "applicationTemplateId",
    "createdDateTime",
    "deletedDateTime",
    "disabledByMicrosoftStatus",
    "passwordCredentials",
    "servicePrincipalType",
    "signInAudience",
    "verifiedPublisher",
}
_LONGEST_TEXT: Final = 1024


def list_service_principals(request: GraphRequest) -> Json:
    """``GET /servicePrincipals``."""
    request.may_read()
    found = all_seen(request.state, SERVICE_PRINCIPALS, request.time)
    return many(request, SERVICE_PRINCIPALS, [one for one in found if one["_tenant"] == request.caller.tenant_id])


def get_service_principal(request: GraphRequest) -> Json:
    """``GET /servicePrincipals/{id}``."""
    request.may_read()
    return one(request, SERVICE_PRINCIPALS, find(request, SERVICE_PRINCIPALS))


def create_service_principal(request: GraphRequest) -> Json:
    """``POST /servicePrincipals``: for an application of the caller's tenant, or a multi-tenant application of another.

    With ``Application.ReadWrite.OwnedBy`` the application must be of this tenant and the caller its owner.
    """
    request.may_create()
    body = dict(request.body)
    app_id = str(body.pop("appId", "")).lower()
    tenant_id = request.caller.tenant_id
    application = next(
        (one for one in all_seen(request.state, APPLICATIONS, request.time) if one["appId"] == app_id), None
    )
    owners = bound_owners(request, body.pop("owners@odata.bind", []))
    if not request.writes_all():
        if application is None or application["_tenant"] != tenant_id:
            raise GraphRefusal(
                403,
                "Authorization_RequestDenied",
                "When using this permission, the backing application of the service principal being created must in "
                "the local tenant",
                source=sources.BACKING_APPLICATION,
            )
        request.may_write(application)
        if request.caller.object_id not in owners:
            owners.append(request.caller.object_id)
    if application is None or (application["_tenant"] != tenant_id and application["signInAudience"] == "AzureADMyOrg"):
        raise bad_request(
            f"The appId '{app_id}' of the service principal does not reference a valid application object.",
            source=sources.NO_APPLICATION,
        )
    for other in request.state[SERVICE_PRINCIPALS].values():
        if other["appId"] == app_id and other["_tenant"] == tenant_id:
            raise GraphRefusal(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                "The service principal cannot be created, updated, or restored because the service principal name "
                f"{app_id} is already in use.",
                source=sources.SERVICE_PRINCIPAL_EXISTS,
            )
    object_id = str(uuid.uuid4())
    principal = new_service_principal(object_id, application, tenant_id, timestamp(request.time))
    principal["_owners"] = owners
    principal["_usable_at"] = request.time + float(request.state["settings"]["lag"]["servicePrincipal"])
    _apply(principal, body)
    keep_history(request.state, SERVICE_PRINCIPALS, object_id, request.time)
    request.state[SERVICE_PRINCIPALS][object_id] = principal
    return one(request, SERVICE_PRINCIPALS, principal)


def update_service_principal(request: GraphRequest) -> None:
    """``PATCH /servicePrincipals/{id}``."""
    _apply(find_to_change(request, SERVICE_PRINCIPALS), request.body)


def delete_service_principal(request: GraphRequest) -> None:
    """``DELETE /servicePrincipals/{id}``; its role assignments remain, as orphans."""
    principal = find_to_change(request, SERVICE_PRINCIPALS)
    del request.state[SERVICE_PRINCIPALS][principal["id"]]


def _apply(principal: Json, changes: Json) -> None:
    changes = {name: value for name, value in changes.items() if not name.startswith("@")}
    for name in _READ_ONLY & set(changes):
        if changes[name] != public(principal)[name]:
            raise bad_request(f"Property '{name}' is read-only and cannot be set.", source=sources.READ_ONLY_PROPERTY)
        del changes[name]
    check_properties(principal, changes)
    check_length("ServicePrincipal", changes, "description", _LONGEST_TEXT)
    check_length("ServicePrincipal", changes, "notes", _LONGEST_TEXT)
    if changes.get("accountEnabled", True) not in (True, False):
        raise bad_request(
            "Invalid value specified for property 'accountEnabled' of resource 'ServicePrincipal'.",
            source=sources.INVALID_VALUE,
        )
    merge(principal, changes)
