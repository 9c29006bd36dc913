"""User-assigned managed identities: reading, listing, writing, tagging and deleting.

https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities
"""

from __future__ import annotations

import re
from typing import Any, Final

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.clusters.operations import remove
from crosstenant.sandbox.arm.ids import find_group, find_resource, key
from crosstenant.sandbox.arm.policies import check_policy
from crosstenant.sandbox.arm.refusals import ArmRefusal, location_required, resource_elsewhere
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.arm.resource_list import readable_of_type
from crosstenant.sandbox.world import managed_identities
from crosstenant.sandbox.world.ids import IDENTITY_TYPE
from crosstenant.sandbox.world.resource_documents import location_name
from crosstenant.sandbox.world.state import public

Json = dict[str, Any]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,127}")


def get_identity(request: ArmRequest) -> Answer:
    """``GET .../userAssignedIdentities/{name}``."""
    return Answer(200, public(find_resource(request.state, request.scope)))


def list_identities(request: ArmRequest) -> Answer:
    """``GET`` of all identities of a subscription or of a resource group."""
    return Answer(200, {"value": [public(one) for one in readable_of_type(request, IDENTITY_TYPE)]})


def put_identity(request: ArmRequest) -> Answer:
    """``PUT .../userAssignedIdentities/{name}``: creates an identity, or changes its tags."""
    group = find_group(request.state, request.scope)
    name = request.part("name")
    check_policy(request, "identity", name)
    location = location_name(str(request.body.get("location") or ""))
    if not location:
        raise location_required()
    found = request.state["resources"].get(key(request.scope))
    if found is not None and found["location"] != location:
        raise resource_elsewhere(name, found["location"], request.part("group"), location)
    created = found is None
    if found is None:
        if not _NAME.fullmatch(name):
            raise ArmRefusal(
                400,
                "BadRequest",
                f"The name '{name}' of the identity is invalid: it must be 3 to 128 letters, digits, hyphens and "
                "underscores, and begin with a letter or digit.",
                source=sources.IDENTITY_NAME,
            )
        found = managed_identities.create(request.state, group["id"], name, location)
    found["tags"] = dict(request.body.get("tags") or {})
    return Answer(201 if created else 200, public(found))


def patch_identity(request: ArmRequest) -> Answer:
    """``PATCH .../userAssignedIdentities/{name}``: changes tags only."""
    identity = find_resource(request.state, request.scope)
    if request.body.get("tags") is not None:
        identity["tags"] = dict(request.body["tags"])
    return Answer(200, public(identity))


def delete_identity(request: ArmRequest) -> Answer:
    """``DELETE .../userAssignedIdentities/{name}``: its service principal and credentials go with it."""
    find_group(request.state, request.scope)
    if key(request.scope) not in request.state["resources"]:
        return Answer(204)
    remove(request.state, request.scope)
    return Answer(200)
