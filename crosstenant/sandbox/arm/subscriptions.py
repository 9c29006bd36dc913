"""Tenants, subscriptions, their providers, and resource groups.

https://learn.microsoft.com/rest/api/resources/subscriptions and
https://learn.microsoft.com/rest/api/resources/resource-groups
"""

from __future__ import annotations

import re
from typing import Any, Final

from crosstenant.sandbox.arm.call import Answer, Call
from crosstenant.sandbox.arm.errors import ArmError
from crosstenant.sandbox.arm.ids import find_group, key
from crosstenant.sandbox.arm.operations import remove
from crosstenant.sandbox.arm.providers import LOCATIONS, all_providers, provider
from crosstenant.sandbox.world import estate
from crosstenant.sandbox.world.state import public

Json = dict[str, Any]

READ_GROUP: Final = "Microsoft.Resources/subscriptions/resourceGroups/read"
_READ: Final = "Microsoft.Resources/subscriptions/read"
_GROUP_TYPE: Final = "microsoft.resources/resourcegroups"
_GROUP_NAME: Final = re.compile(r"[-\w().]{0,89}[-\w()]")


def list_tenants(call: Call) -> Answer:
    """``GET /tenants``: the caller's own."""
    tenant_id = call.caller.tenant_id
    tenant = call.state["tenants"][tenant_id]
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


def list_subscriptions(call: Call) -> Answer:
    """``GET /subscriptions``: those of the caller's tenant in which it has any right."""
    mine = [
        public(one)
        for one in call.state["subscriptions"].values()
        if one["_tenant"] == call.caller.tenant_id and _has_right_in(call, one["id"])
    ]
    return Answer(200, {"value": mine, "count": {"type": "Total", "value": len(mine)}})


def get_subscription(call: Call) -> Answer:
    """``GET /subscriptions/{id}``: for whoever has any right in it."""
    if not _has_right_in(call, call.scope):
        call.require(_READ, call.scope)
    return Answer(200, public(call.state["subscriptions"][call.part("subscription").lower()]))


def list_locations(call: Call) -> Answer:
    """``GET /subscriptions/{id}/locations``."""
    subscription_id = call.part("subscription").lower()
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
                for name, displayed in LOCATIONS.items()
            ]
        },
    )


def list_providers(call: Call) -> Answer:
    """``GET /subscriptions/{id}/providers``."""
    return Answer(200, {"value": all_providers(call.part("subscription").lower())})


def get_provider(call: Call) -> Answer:
    """``GET /subscriptions/{id}/providers/{namespace}``, and ``POST .../register``: every provider is registered."""
    return Answer(200, provider(call.part("subscription").lower(), call.part("namespace")))


def list_groups(call: Call) -> Answer:
    """``GET /subscriptions/{id}/resourcegroups``."""
    below = f"{key(call.scope)}/"
    found = [
        one
        for name, one in call.state["resources"].items()
        if one["type"].lower() == _GROUP_TYPE and name.startswith(below)
    ]
    return Answer(200, {"value": [public(one) for one in call.readable(found, READ_GROUP)]})


def get_group(call: Call) -> Answer:
    """``GET /subscriptions/{id}/resourcegroups/{name}``."""
    return Answer(200, public(find_group(call.state, call.scope)))


def head_group(call: Call) -> Answer:
    """``HEAD /subscriptions/{id}/resourcegroups/{name}``: 204 where there is one, else 404."""
    return Answer(204 if key(call.scope) in call.state["resources"] else 404)


def put_group(call: Call) -> Answer:
    """``PUT /subscriptions/{id}/resourcegroups/{name}``."""
    name = call.part("group")
    if not _GROUP_NAME.fullmatch(name):
        raise ArmError(
            400,
            "InvalidResourceGroup",
            f"The provided resource group name '{name}' is not valid: a name may have letters, "
            "digits, '_', '-', '(', ')' and '.', at most 90, and must not end with a '.'.",
        )
    location = str(call.body.get("location") or "").replace(" ", "").lower()
    if not location:
        raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
    found = call.state["resources"].get(key(call.scope))
    if found is not None and found["location"] != location:
        raise ArmError(
            409,
            "InvalidResourceGroupLocation",
            f"Invalid resource group location '{location}'. The Resource group already exists in location "
            f"'{found['location']}'.",
        )
    created = found is None
    if found is None:
        found = estate.resource_group(f"/subscriptions/{call.part('subscription').lower()}/resourceGroups/{name}")
        found["location"] = location
        call.state["resources"][key(call.scope)] = found
    found["tags"] = dict(call.body.get("tags") or {})
    return Answer(201 if created else 200, public(found))


def delete_group(call: Call) -> Answer:
    """``DELETE /subscriptions/{id}/resourcegroups/{name}``: it and what is in it, at once."""
    find_group(call.state, call.scope)
    remove(call.state, call.scope)
    return Answer(200)


def _has_right_in(call: Call, scope: str) -> bool:
    """Whether the caller has a role at a scope, above it or below it.

    That is enough to see the subscription, also for whoever works in a single resource group.
    """
    above_or_below = [
        one
        for one in call.state["roleAssignments"].values()
        if one["properties"]["principalId"].lower() == call.caller.object_id.lower()
        and f"{key(one['properties']['scope'])}/".startswith(f"{key(scope)}/")
        and one.get("_effective_at", 0.0) <= call.time
    ]
    return bool(above_or_below)
