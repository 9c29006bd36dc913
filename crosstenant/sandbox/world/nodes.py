"""The nodes of a cluster and the state of its node pools.

A node holds the credential with which it pulls images, like ``azure.json`` on a real node: only a reimage changes it.
"""

from __future__ import annotations

from typing import Any

from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]


def reimage(cluster: Json, operation: Json, time: float) -> bool:
    """Gives the nodes that are due at ``time`` the new credential of a reset.

    The reimages are spread evenly over the operation's time. A reset that fails stops after half of the nodes: those
    have the new credential then, and the control plane has the old one.

    :returns: Whether any node was due.
    """
    nodes: list[Json] = cluster["_nodes"]
    start, end = operation["_start"], operation["_end"]
    succeeds = operation["outcome"] == "Succeeded"
    reach = len(nodes) if succeeds else len(nodes) // 2
    due = [start + (end - start) * (number + 1) / len(nodes) for number in range(reach)]
    done = sum(1 for moment in due if moment <= time or time >= end)
    for number in range(operation["_reimaged"], done):
        nodes[number].update(operation["_apply"], reimagedAt=timestamp(min(due[number], end)))
    changed = done > operation["_reimaged"]
    operation["_reimaged"] = done
    if changed or time >= end:
        set_pool_states(cluster, done, "Updating" if time < end else operation["outcome"])
    return changed


def set_pool_states(cluster: Json, reimaged: int, state: str) -> None:
    """Writes ``state`` to the pool of the node that follows the ``reimaged`` first ones, and success to all others."""
    nodes: list[Json] = cluster["_nodes"]
    at_work = nodes[reimaged]["pool"] if reimaged < len(nodes) else None
    for pool in cluster["properties"]["agentPoolProfiles"]:
        pool["provisioningState"] = state if pool["name"] == at_work else "Succeeded"


def match_node_counts(cluster: Json, time: str) -> None:
    """Adds and removes nodes until each pool has its ``count``; a new node gets the cluster's credential."""
    kept: list[Json] = []
    for pool in cluster["properties"]["agentPoolProfiles"]:
        pool["provisioningState"] = "Succeeded"
        found = [node for node in cluster["_nodes"] if node["pool"] == pool["name"]][: pool["count"]]
        kept += found + [_node(cluster, pool["name"], number, time) for number in range(len(found), pool["count"])]
    cluster["_nodes"] = kept


def set_power(cluster: Json, code: str) -> None:
    """Writes ``Running`` or ``Stopped`` to the cluster and its pools."""
    for holder in (cluster["properties"], *cluster["properties"]["agentPoolProfiles"]):
        holder["powerState"] = {"code": code}


def _node(cluster: Json, pool: str, number: int, time: str) -> Json:
    credential = cluster["_credential"] or {"clientId": "msi", "secret": None}
    return {"name": f"aks-{pool}-10000000-vmss{number:06}", "pool": pool, **credential, "reimagedAt": time}
