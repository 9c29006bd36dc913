"""Removes what an interrupted run has left, by the names that all runs give."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

from tests.contract.caller import ARM, GRAPH, SetUpFailed
from tests.contract.normalise import Json
from tests.contract.replies import Reply
from tests.contract.tenants import Estate, Tenant
from tests.contract.world import ASSIGNMENTS, PREFIX, World

_REMOVED = (200, 202, 204)


def remove_leftovers(estate: Estate) -> tuple[int, list[str]]:
    """Removes what earlier runs made in both tenants: applications, service principals, role assignments, identities.

    :returns: How many objects were removed, and what could not be removed.
    """
    world = World(estate)
    scopes = [(world.b, estate.registry), (world.b, estate.abac_registry)]
    if estate.cluster:
        scopes.append((world.a, estate.cluster))
    addresses: list[tuple[Tenant, str]] = []
    for tenant in (world.b, world.a):
        for principal in _named(world, tenant, "servicePrincipals"):
            condition = quote(f"principalId eq '{principal['id']}'")
            for owner, scope in scopes:
                if owner is tenant:
                    query = f"?api-version=2022-04-01&$filter={condition}"
                    found = _list(world, tenant, f"{ARM}{scope}/{ASSIGNMENTS}{query}")
                    addresses += [(tenant, f"{ARM}{it['id']}") for it in found]
            if tenant is world.b:
                addresses.append((tenant, f"{GRAPH}/v1.0/servicePrincipals/{principal['id']}"))
    group = estate.registry.split("/providers/")[0]
    identities = f"{ARM}{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    made = [it for it in _list(world, world.b, identities) if it["name"].startswith(PREFIX)]
    addresses += [(world.b, f"{ARM}{it['id']}") for it in made]
    # An application's deletion removes its service principal in its own tenant.
    addresses += [(world.a, f"{GRAPH}/v1.0/applications/{it['id']}") for it in _named(world, world.a, "applications")]
    replies = [(address, world.call("DELETE", address, tenant)) for tenant, address in addresses]
    left = [f"{address}: {reply.status} {reply.code}" for address, reply in replies if not _gone(reply)]
    return sum(1 for _, reply in replies if reply.status in _REMOVED), left


def _gone(reply: Reply) -> bool:
    return reply.status in (*_REMOVED, 404)


def _named(world: World, tenant: Tenant, kind: str) -> list[Json]:
    return _list(world, tenant, f"{GRAPH}/v1.0/{kind}?$filter=" + quote(f"startswith(displayName,'{PREFIX}')"))


def _list(world: World, tenant: Tenant, address: str) -> list[Json]:
    found: list[Json] = []
    following: Any = address
    while following:
        reply = world.call("GET", following, tenant)
        if reply.status != 200:
            raise SetUpFailed(f"a list could not be read: {reply.status} {reply.code}")
        body = cast(Json, reply.body)
        found += body.get("value", [])
        following = body.get("@odata.nextLink") or body.get("nextLink")
    return found
