"""Tenants, subscriptions, their providers, and resource groups.

https://learn.microsoft.com/rest/api/resources/subscriptions and
https://learn.microsoft.com/rest/api/resources/resource-groups
"""

from __future__ import annotations

import re
from typing import Any, Final

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.clusters.operations import remove
from crosstenant.sandbox.arm.ids import find_group, key
from crosstenant.sandbox.arm.providers import all_providers, provider
from crosstenant.sandbox.arm.refusals import ArmRefusal, location_required
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.world import resource_documents
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.state import public

Json = dict[str, Any]

READ_GROUP: Final = "Microsoft.Resources/subscriptions/resourceGroups/read"
_READ: Final = "Microsoft.Resources/subscriptions/read"
_GROUP_TYPE: Final = "microsoft.resources/resourcegroups"
_OTHER_LETTERS: Final = re.compile(r"[^-\w().]")


def list_tenants(request: ArmRequest) -> Answer:
    """``GET /tenants``: the caller's tenant."""
    tenant_id = request.caller.tenant_id
    tenant = request.state["tenants"][tenant_id]
    document = {
        "id": f"/tenants/{tenant_id}",
        "tenantId": tenant_id,
        "displayName": tenant["displayName"],
        "defaultDomain": tenant["defaultDomainName"],
        "domains": [tenant["defaultDomainName"]],
        "tenantCategory": "Home",
        "tenantType": "AAD",
        "countryCode": "US",
    }
    return Answer(200, {"value": [document]})


def list_subscriptions(request: ArmRequest) -> Answer:
    """``GET /subscriptions``: those of the caller's tenant in which the caller has any role."""
    mine = [
        public(one)
        for one in request.state["subscriptions"].values()
        if one["_tenant"] == request.caller.tenant_id and _has_right_in(request, one["id"])
    ]
    return Answer(200, {"value": mine, "count": {"type": "Total", "value": len(mine)}})


def get_subscription(request: ArmRequest) -> Answer:
    """``GET /subscriptions/{id}``: for a caller with any role in it."""
    if not _has_right_in(request, request.scope):
        request.require(_READ, request.scope)
    return Answer(200, public(request.state["subscriptions"][request.part("subscription").lower()]))


def list_locations(request: ArmRequest) -> Answer:
    """``GET /subscriptions/{id}/locations``."""
    subscription_id = request.part("subscription").lower()
    return Answer(
        200,
        {
            "value": [
                {
                    "id": f"/subscriptions/{subscription_id}/locations/{name}",
                    "name": name,
                    "type": "Region",
                    "displayName": displayed,
                    "regionalDisplayName": displayed,
                }
                for name, displayed in cloud_of(request.state).locations.items()
            ]
        },
    )


def list_providers(request: ArmRequest) -> Answer:
    """``GET /subscriptions/{id}/providers``."""
    return Answer(200, {"value": all_providers(cloud_of(request.state), request.part("subscription").lower())})


def get_provider(request: ArmRequest) -> Answer:
    """``GET /subscriptions/{id}/providers/{namespace}``, and ``POST .../register``: every provider is registered."""
    return Answer(
        200, provider(cloud_of(request.state), request.part("subscription").lower(), request.part("namespace"))
    )


def list_groups(request: ArmRequest) -> Answer:
    """``GET /subscriptions/{id}/resourcegroups``."""
    below = f"{key(request.scope)}/"
    found = [
        one
        for name, one in request.state["resources"].items()
        if one["type"].lower() == _GROUP_TYPE and name.startswith(below)
    ]
    return Answer(200, {"value": [public(one) for one in request.readable(found, READ_GROUP)]})


def get_group(request: ArmRequest) -> Answer:
    """``GET /subscriptions/{id}/resourcegroups/{name}``."""
    return Answer(200, public(find_group(request.state, request.scope)))


def head_group(request: ArmRequest) -> Answer:
    """``HEAD /subscriptions/{id}/resourcegroups/{name}``: 204 if the group exists, else 404."""
    return Answer(204 if key(request.scope) in request.state["resources"] else 404)


def put_group(request: ArmRequest) -> Answer:
    """``PUT /subscriptions/{id}/resourcegroups/{name}``."""
    name = request.part("group")
    if others := sorted(set(_OTHER_LETTERS.findall(name))):
        raise ArmRefusal(
            400,
            "InvalidResourceGroup",
            f"The provided resource group name '{name}' has these invalid characters: '{''.join(others)}'. The name can"
            " only be a letter, digit, '-', '.', '(', ')' or '_'.",
            source=sources.RESOURCE_GROUP_LETTERS,
        )
    if len(name) > 90 or name.endswith("."):
        raise ArmRefusal(
            400,
            "InvalidResourceGroup",
            f"The provided resource group name '{name}' is longer than 90 characters, or ends with a '.'.",
            source=sources.RESOURCE_GROUP_NAME,
        )
    location = str(request.body.get("location") or "").replace(" ", "").lower()
    if not location:
        raise location_required()
    found = request.state["resources"].get(key(request.scope))
    if found is not None and found["location"] != location:
        raise ArmRefusal(
            409,
            "InvalidResourceGroupLocation",
            f"Invalid resource group location '{location}'. The Resource group already exists in location "
            f"'{found['location']}'.",
            source=sources.INVALID_RESOURCE_GROUP_LOCATION,
        )
    created = found is None
    if found is None:
        found = resource_documents.resource_group(
            f"/subscriptions/{request.part('subscription').lower()}/resourceGroups/{name}"
        )
        found["location"] = location
        request.state["resources"][key(request.scope)] = found
    found["tags"] = dict(request.body.get("tags") or {})
    return Answer(201 if created else 200, public(found))


def delete_group(request: ArmRequest) -> Answer:
    """``DELETE /subscriptions/{id}/resourcegroups/{name}``: deletes the group and its resources at once."""
    find_group(request.state, request.scope)
    remove(request.state, request.scope)
    return Answer(200)


def _has_right_in(request: ArmRequest, scope: str) -> bool:
    """Whether the caller has a role at a scope, above it or below it.

    Azure shows the subscription to such a caller, even if the role is on a single resource group.
    """
    above_or_below = [
        one
        for one in request.state["roleAssignments"].values()
        if one["properties"]["principalId"].lower() == request.caller.object_id.lower()
        and f"{key(one['properties']['scope'])}/".startswith(f"{key(scope)}/")
        and one.get("_effective_at", 0.0) <= request.time
    ]
    return bool(above_or_below)
