"""Owners of applications and service principals: https://learn.microsoft.com/graph/api/application-list-owners.

Only service principals are owners, because the sandbox has no users.
"""

from __future__ import annotations

from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.directory import SERVICE_PRINCIPALS, find, find_to_change
from crosstenant.sandbox.graph.queries import many
from crosstenant.sandbox.graph.refusals import bad_request, denied, not_found
from crosstenant.sandbox.graph.request import GraphRequest, Json


def list_owners(request: GraphRequest, kind: str) -> Json:
    """``GET …/owners``."""
    request.may_read()
    owners = (request.state[SERVICE_PRINCIPALS].get(owner) for owner in find(request, kind)["_owners"])
    documents = [{"@odata.type": "#microsoft.graph.servicePrincipal", **owner} for owner in owners if owner]
    return many(request, "directoryObjects", documents)


def add_owner(request: GraphRequest, kind: str) -> None:
    """``POST …/owners/$ref``; ``Application.ReadWrite.OwnedBy`` does not permit it."""
    document = find_to_change(request, kind)
    [owner] = bound_owners(request, [str(request.body.get("@odata.id", ""))])
    if not request.writes_all() and owner != request.caller.object_id:
        raise denied()
    if owner in document["_owners"]:
        raise bad_request(
            "One or more added object references already exist for the following modified properties: 'owners'.",
            source=sources.OWNER_EXISTS,
        )
    document["_owners"].append(owner)


def remove_owner(request: GraphRequest, kind: str) -> None:
    """``DELETE …/owners/{id}/$ref``."""
    document = find_to_change(request, kind)
    owner = request.path["owner"]
    if owner not in document["_owners"]:
        raise not_found(owner)
    document["_owners"].remove(owner)


def bound_owners(request: GraphRequest, references: list[str]) -> list[str]:
    """The object IDs of owners.

    :param references: Their URLs, as in ``owners@odata.bind`` and ``@odata.id``.
    :raises GraphRefusal: A URL does not name a service principal of the caller's tenant.
    """
    owners: list[str] = []
    for reference in references:
        object_id = reference.rstrip("/").rsplit("/", 1)[-1].lower()
        principal = request.state[SERVICE_PRINCIPALS].get(object_id)
        if principal is None or principal["_tenant"] != request.caller.tenant_id:
            raise not_found(object_id)
        if object_id not in owners:
            owners.append(object_id)
    return owners
