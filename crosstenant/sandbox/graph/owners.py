"""Owners of applications and service principals: https://learn.microsoft.com/graph/api/application-list-owners.

In the sandbox only service principals own anything, for it has no people.
"""

from __future__ import annotations

from crosstenant.sandbox.graph.call import Call, Json, bad_request, denied, not_found
from crosstenant.sandbox.graph.directory import SERVICE_PRINCIPALS, find, find_to_change
from crosstenant.sandbox.graph.queries import many


def list_owners(call: Call, kind: str) -> Json:
    """``GET …/owners``."""
    call.may_read()
    owners = (call.state[SERVICE_PRINCIPALS].get(owner) for owner in find(call, kind)["_owners"])
    documents = [{"@odata.type": "#microsoft.graph.servicePrincipal", **owner} for owner in owners if owner]
    return many(call, "directoryObjects", documents)


def add_owner(call: Call, kind: str) -> None:
    """``POST …/owners/$ref``; the right to write owned objects does not reach to sharing them."""
    document = find_to_change(call, kind)
    [owner] = bound_owners(call, [str(call.body.get("@odata.id", ""))])
    if not call.writes_all() and owner != call.caller.object_id:
        raise denied()
    if owner in document["_owners"]:
        raise bad_request(
            "One or more added object references already exist for the following modified properties: 'owners'."
        )
    document["_owners"].append(owner)


def remove_owner(call: Call, kind: str) -> None:
    """``DELETE …/owners/{id}/$ref``."""
    document = find_to_change(call, kind)
    owner = call.path["owner"]
    if owner not in document["_owners"]:
        raise not_found(owner)
    document["_owners"].remove(owner)


def bound_owners(call: Call, references: list[str]) -> list[str]:
    """The object IDs of owners named by URL, as ``owners@odata.bind`` and ``@odata.id`` name them.

    :raises GraphError: One of them is no service principal of the caller's tenant.
    """
    owners: list[str] = []
    for reference in references:
        object_id = reference.rstrip("/").rsplit("/", 1)[-1].lower()
        principal = call.state[SERVICE_PRINCIPALS].get(object_id)
        if principal is None or principal["_tenant"] != call.caller.tenant_id:
            raise not_found(object_id)
        if object_id not in owners:
            owners.append(object_id)
    return owners
