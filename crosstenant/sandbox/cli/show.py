"""The state for a person to read: one table for each kind of object, without secrets."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from crosstenant.sandbox.cli.one_line import one_line
from crosstenant.sandbox.world.built_in_roles import BUILT_IN
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.cluster_issuers import issuer_url
from crosstenant.sandbox.world.drift import CLUSTERS, REGISTRIES
from crosstenant.sandbox.world.ids import IDENTITY_TYPE
from crosstenant.sandbox.world.managed_identities import CREDENTIALS
from crosstenant.sandbox.world.state import State, now
from crosstenant.sandbox.world.times import epoch, timestamp

Json = dict[str, Any]
Row = tuple[str, ...]


def overview(state: State) -> str:
    """All tables, as text."""
    time = now(state)
    ahead = float(state["clock"]["ahead_seconds"])
    parts = [
        f"Cloud: {cloud_of(state).name}",
        f"Clock: {timestamp(time)}" + (f", {ahead:.0f} s ahead of the real time" if ahead else ""),
        _table(
            "Tenants", [(key, one["displayName"], one["defaultDomainName"]) for key, one in state["tenants"].items()]
        ),
        _table("Applications", [_application(state, one, time) for one in state["applications"].values()]),
        _table("Service principals", [_principal(state, one) for one in state["servicePrincipals"].values()]),
        _table("Managed identities", _identities(state, time)),
        _table("Registries", [_registry(one) for one in _of_type(state, REGISTRIES)]),
        _table("Clusters", [_cluster(state, one) for one in _of_type(state, CLUSTERS)]),
        _table("Role assignments", [_assignment(state, one, time) for one in state["roleAssignments"].values()]),
        _table("Operations", [_operation(key, one) for key, one in state["operations"].items()]),
        _table("Faults", [_fault(one) for one in state["faults"]]),
        _table("Settings", _settings(state["settings"])),
    ]
    return "\n\n".join(part for part in parts if part)


def _application(state: State, one: Json, time: float) -> Row:
    secrets = one["passwordCredentials"]
    valid = [secret["endDateTime"] for secret in secrets if epoch(secret["endDateTime"]) > time]
    expired = len(secrets) - len(valid)
    text = (
        f"{len(valid)} secret(s)"
        + (f" until {max(valid)}" if valid else "")
        + (f", {expired} expired" if expired else "")
    )
    return one["appId"], one["displayName"], _tenant(state, one["_tenant"]), one["signInAudience"], text


def _principal(state: State, one: Json) -> Row:
    enabled = "enabled" if one["accountEnabled"] else "disabled"
    permissions = ", ".join(one["_graph_permissions"])
    return (
        one["id"],
        one["displayName"],
        f"of {one['appId']}",
        f"in {_tenant(state, one['_tenant'])}",
        enabled,
        permissions,
    )


def _identities(state: State, time: float) -> list[Row]:
    """A row for each identity, and below it one for each issuer that it trusts."""
    rows: list[Row] = []
    for one in _of_type(state, IDENTITY_TYPE):
        properties = one["properties"]
        rows.append((one["name"], properties["clientId"], f"in {_tenant(state, properties['tenantId'])}", one["id"]))
        for credential in one[CREDENTIALS]:
            known = "" if credential.get("_usable_at", 0) <= time else " (not yet known to sign-in)"
            rows.append(
                (f"  {credential['name']}", "trusts", credential["subject"], f"of {credential['issuer']}{known}")
            )
    return rows


def _registry(one: Json) -> Row:
    properties = one["properties"]
    return one["name"], properties["loginServer"], properties["roleAssignmentMode"], properties["provisioningState"]


def _cluster(state: State, one: Json) -> Row:
    properties = one["properties"]
    client_id = properties["servicePrincipalProfile"]["clientId"]
    identity = "managed identity" if client_id == "msi" else f"{client_id} ({_app_name(state, client_id)})"
    nodes = Counter(node["clientId"] for node in one["_nodes"])
    pulling = ", ".join(f"{count} with {node_client}" for node_client, count in nodes.items())
    state_words = f"{properties['powerState']['code']}, {properties['provisioningState']}"
    return one["name"], state_words, identity, f"nodes: {pulling}", f"issuer: {issuer_url(one) or 'off'}"


def _assignment(state: State, one: Json, time: float) -> Row:
    properties = one["properties"]
    role_id = properties["roleDefinitionId"].rsplit("/", 1)[-1]
    role = BUILT_IN[role_id].name if role_id in BUILT_IN else role_id
    principal = state["servicePrincipals"].get(properties["principalId"])
    who = principal["displayName"] if principal else f"{properties['principalId']} (identity not found)"
    notes = ["with a condition"] if properties.get("condition") else []
    notes += ["not yet effective"] if one.get("_effective_at", 0) > time else []
    return who, role, properties["scope"], ", ".join(notes)


def _operation(key: str, one: Json) -> Row:
    return (
        key,
        str(one["kind"]),
        str(one["resource"]).rsplit("/", 1)[-1],
        str(one["outcome"]) if one["done"] else "running",
    )


def _fault(one: Json) -> Row:
    times = "all" if one.get("times") == -1 else f"next {one.get('times', 1)}"
    what = "connection dropped" if one.get("drop") else f"status {one.get('status', 503)}"
    return (
        str(one.get("id")),
        str(one.get("service", "*")),
        f"{one.get('method', '*')} {one.get('path', '')}",
        times,
        what,
    )


def _settings(settings: Json, prefix: str = "") -> list[Row]:
    rows: list[Row] = []
    for name, value in settings.items():
        nested = isinstance(value, dict)
        rows += _settings(cast(Json, value), f"{name}.") if nested else [(f"{prefix}{name}", str(value))]
    return rows


def _of_type(state: State, kind: str) -> list[Json]:
    return [one for one in state["resources"].values() if one["type"].lower() == kind.lower()]


def _tenant(state: State, tenant_id: str) -> str:
    return state["tenants"].get(tenant_id, {}).get("displayName", tenant_id)


def _app_name(state: State, client_id: str) -> str:
    names = [one["displayName"] for one in state["applications"].values() if one["appId"] == client_id]
    return names[0] if names else "application not found"


def _table(title: str, rows: list[Row]) -> str:
    if not rows:
        return ""
    rows = [tuple(map(one_line, row)) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([title, *(f"  {line}" for line in lines)])
