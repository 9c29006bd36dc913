"""The caller, its tenant, and directory objects of any kind.

https://learn.microsoft.com/graph/api/resources/organization
"""

from __future__ import annotations

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.directory import APPLICATIONS, SERVICE_PRINCIPALS, all_seen
from crosstenant.sandbox.graph.queries import many, one
from crosstenant.sandbox.graph.refusals import bad_request, not_found
from crosstenant.sandbox.graph.request import GraphRequest, Json
from crosstenant.sandbox.world.state import public

_KINDS = ((APPLICATIONS, "application"), (SERVICE_PRINCIPALS, "servicePrincipal"))
_MOST_IDS = 1000


def get_me(request: GraphRequest) -> Json:
    """``GET /me`` and what is below it: refused, because only users have ``me``."""
    raise bad_request("/me request is only valid with delegated authentication flow.", "BadRequest", source=sources.ME)


def list_organizations(request: GraphRequest) -> Json:
    """``GET /organization``: the caller's tenant."""
    request.may_read()
    tenant = request.state["tenants"][request.caller.tenant_id]
    domain = {"name": tenant["defaultDomainName"], "isDefault": True, "isInitial": True, "type": "Managed"}
    organization = {
        "id": request.caller.tenant_id,
        "displayName": tenant["displayName"],
        "tenantType": "AAD",
        "verifiedDomains": [domain],
    }
    return many(request, "organization", [organization])


def get_directory_object(request: GraphRequest) -> Json:
    """``GET /directoryObjects/{id}``."""
    request.may_read()
    object_id = request.path["object_id"]
    for kind, name in _KINDS:
        document = request.state[kind].get(object_id)
        if document and document["_tenant"] == request.caller.tenant_id:
            return one(request, "directoryObjects", {"@odata.type": f"#microsoft.graph.{name}", **document})
    raise not_found(object_id)


def get_by_ids(request: GraphRequest) -> Json:
    """``POST /directoryObjects/getByIds``: those of the objects that exist, of the types in the request.

    https://learn.microsoft.com/graph/api/directoryobject-getbyids
    """
    request.may_read()
    ids: list[str] = request.body.get("ids", [])
    types = {name.lower() for name in request.body.get("types", [])}
    if not ids:
        raise bad_request(
            "Invalid value specified for property 'ids' of resource 'getByIds'.", source=sources.INVALID_VALUE
        )
    if len(ids) > _MOST_IDS:
        raise bad_request(f"At most {_MOST_IDS} IDs are allowed.", source=sources.TOO_MANY_IDS)
    wanted = {object_id.lower() for object_id in ids}
    found = [
        {"@odata.type": f"#microsoft.graph.{name}", **document}
        for kind, name in _KINDS
        if not types or name.lower() in types
        for document in all_seen(request.state, kind, request.time)
        if document["id"] in wanted and document["_tenant"] == request.caller.tenant_id
    ]
    # In one page: there is no address to which a link to the next page could lead.
    return {"@odata.context": f"{request.root}/{request.version}/$metadata#directoryObjects", "value": public(found)}
