"""The caller, its tenant, and directory objects of any kind.

https://learn.microsoft.com/graph/api/resources/organization
"""

from __future__ import annotations

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.directory import APPLICATIONS, SERVICE_PRINCIPALS
from crosstenant.sandbox.graph.queries import many, one
from crosstenant.sandbox.graph.refusals import bad_request, not_found
from crosstenant.sandbox.graph.request import GraphRequest, Json


def get_me(request: GraphRequest) -> Json:
    """``GET /me``: refused, because only users have ``me``."""
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
    for kind, name in ((APPLICATIONS, "application"), (SERVICE_PRINCIPALS, "servicePrincipal")):
        document = request.state[kind].get(object_id)
        if document and document["_tenant"] == request.caller.tenant_id:
            return one(request, "directoryObjects", {"@odata.type": f"#microsoft.graph.{name}", **document})
    raise not_found(object_id)
