"""Service principals: https://learn.microsoft.com/graph/api/resources/serviceprincipal."""

from __future__ import annotations

import uuid
from typing import Final

from crosstenant.sandbox.graph.call import Call, GraphError, Json, bad_request
from crosstenant.sandbox.graph.directory import (
    APPLICATIONS,
    SERVICE_PRINCIPALS,
    all_seen,
    find,
    find_to_change,
    keep_history,
    merge,
)
from crosstenant.sandbox.graph.owners import bound_owners
from crosstenant.sandbox.graph.queries import many, one
from crosstenant.sandbox.world.directory_documents import new_service_principal
from crosstenant.sandbox.world.times import timestamp

_READ_ONLY: Final = {"id", "appId", "appOwnerOrganizationId", "appDisplayName", "createdDateTime", "signInAudience"}


def list_service_principals(call: Call) -> Json:
    """``GET /servicePrincipals``."""
    call.may_read()
    found = all_seen(call.state, SERVICE_PRINCIPALS, call.time)
    return many(call, SERVICE_PRINCIPALS, [one for one in found if one["_tenant"] == call.caller.tenant_id])


def get_service_principal(call: Call) -> Json:
    """``GET /servicePrincipals/{id}``."""
    call.may_read()
    return one(call, SERVICE_PRINCIPALS, find(call, SERVICE_PRINCIPALS))


def create_service_principal(call: Call) -> Json:
    """``POST /servicePrincipals``: for an application of the caller's tenant, or a multi-tenant one of another.

    With ``Application.ReadWrite.OwnedBy`` the application must be of this tenant and the caller its owner.
    """
    call.may_create()
    body = dict(call.body)
    app_id = str(body.pop("appId", "")).lower()
    tenant_id = call.caller.tenant_id
    application = next((one for one in all_seen(call.state, APPLICATIONS, call.time) if one["appId"] == app_id), None)
    owners = bound_owners(call, body.pop("owners@odata.bind", []))
    if not call.writes_all():
        if application is None or application["_tenant"] != tenant_id:
            raise GraphError(
                403,
                "Authorization_RequestDenied",
                "When using this permission, the backing application of the service principal being created must in "
                "the local tenant",
            )
        call.may_write(application)
        if call.caller.object_id not in owners:
            owners.append(call.caller.object_id)
    if application is None or (application["_tenant"] != tenant_id and application["signInAudience"] == "AzureADMyOrg"):
        raise bad_request(
            f"The appId '{app_id}' of the service principal does not reference a valid application object."
        )
    for other in call.state[SERVICE_PRINCIPALS].values():
        if other["appId"] == app_id and other["_tenant"] == tenant_id:
            raise GraphError(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                "The service principal cannot be created, updated, or restored because the service principal name "
                f"{app_id} is already in use.",
            )
    object_id = str(uuid.uuid4())
    principal = new_service_principal(object_id, application, tenant_id, timestamp(call.time))
    principal["_owners"] = owners
    principal["_usable_at"] = call.time + float(call.state["settings"]["lag"]["servicePrincipal"])
    _apply(principal, body)
    keep_history(call.state, SERVICE_PRINCIPALS, object_id, call.time)
    call.state[SERVICE_PRINCIPALS][object_id] = principal
    return one(call, SERVICE_PRINCIPALS, principal)


def update_service_principal(call: Call) -> None:
    """``PATCH /servicePrincipals/{id}``."""
    _apply(find_to_change(call, SERVICE_PRINCIPALS), call.body)


def delete_service_principal(call: Call) -> None:
    """``DELETE /servicePrincipals/{id}``; its role assignments stay behind, for an identity that is gone."""
    principal = find_to_change(call, SERVICE_PRINCIPALS)
    del call.state[SERVICE_PRINCIPALS][principal["id"]]


def _apply(principal: Json, changes: Json) -> None:
    changes = {name: value for name, value in changes.items() if not name.startswith("@")}
    for name in _READ_ONLY & set(changes):
        if changes[name] != principal[name]:
            raise bad_request(f"Property '{name}' is read-only and cannot be set.")
        del changes[name]
    unknown = set(changes) - set(principal)
    if unknown or any(name.startswith("_") for name in changes):
        raise bad_request(f"Invalid property '{sorted(unknown or changes)[0]}'.")
    if changes.get("accountEnabled", True) not in (True, False):
        raise bad_request("Invalid value specified for property 'accountEnabled' of resource 'ServicePrincipal'.")
    merge(principal, changes)
