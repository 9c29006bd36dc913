"""Long-running operations on clusters: a request begins them, the clock advances and completes them.

An operation is a record in the state with a start and an end. ``settle`` advances a state to a time: it reimages the
nodes of a cluster during a reset one after another, and completes what is due. It depends only on the state and the
time, so that every process that opens the state file reads the same state.
https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from crosstenant.sandbox.arm.roles.effective_roles import covers
from crosstenant.sandbox.world.managed_identities import forget
from crosstenant.sandbox.world.nodes import match_node_counts, reimage, set_pool_states, set_power
from crosstenant.sandbox.world.state import State
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

CREATE: Final = "createManagedCluster"
UPDATE: Final = "updateManagedCluster"
DELETE: Final = "deleteManagedCluster"
START: Final = "startManagedCluster"
STOP: Final = "stopManagedCluster"
RESET: Final = "resetServicePrincipalProfile"

NAMES: Final = {
    CREATE: "create managed cluster",
    UPDATE: "update managed cluster",
    DELETE: "delete managed cluster",
    START: "start managed cluster",
    STOP: "stop managed cluster",
    RESET: "reset service principal profile",
}
"""The name of each kind in Azure's messages."""

_MEANWHILE: Final = {
    CREATE: "Creating",
    UPDATE: "Updating",
    DELETE: "Deleting",
    START: "Starting",
    STOP: "Stopping",
    RESET: "Updating",
}


def settle(state: State, time: float) -> bool:
    """Advances running operations to ``time`` and completes those that are due.

    :param state: Changed in place.
    :param time: Seconds since the epoch on the sandbox's clock.
    :returns: Whether anything changed.
    """
    changed = False
    for operation in state["operations"].values():
        if not operation["done"] and operation["kind"] in NAMES:
            changed = _advance(state, operation, time) or changed
    return changed


def begin(
    state: State,
    kind: str,
    cluster: Json,
    time: float,
    seconds: float,
    *,
    retry_after: float = 1,
    outcome: str = "Succeeded",
    error: Json | None = None,
    apply: Json | None = None,
) -> str:
    """Starts an operation on a cluster.

    :param kind: The kind of operation, such as ``RESET``.
    :param time: The present time, in seconds since the epoch.
    :param seconds: The duration of the operation.
    :param retry_after: The polling interval for clients, in seconds.
    :param outcome: The final status: ``Succeeded``, ``Failed`` or ``Canceled``.
    :param error: The error of an operation that does not succeed.
    :param apply: The change that success makes: for a reset the new ``clientId`` and ``secret``.
    :returns: The operation's ID.
    """
    operation_id = str(uuid.uuid4())
    operation: Json = {
        "kind": kind,
        "resource": cluster["id"].lower(),
        "location": cluster["location"],
        "retry_after": retry_after,
        "outcome": outcome,
        "error": error,
        "done": False,
        "_start": time,
        "_end": time + seconds,
        "_apply": apply or {},
        "_reimaged": 0,
    }
    state["operations"][operation_id] = operation
    cluster["properties"]["provisioningState"] = _MEANWHILE[kind]
    if kind == RESET:
        set_pool_states(cluster, 0, "Updating")
    _advance(state, operation, time)
    return operation_id


def running(state: State, cluster: Json) -> tuple[str, Json] | None:
    """The ID and the record of the operation that is running on a cluster; None without one."""
    for operation_id, operation in state["operations"].items():
        if not operation["done"] and operation["resource"] == cluster["id"].lower():
            return operation_id, operation
    return None


def remove(state: State, arm_id: str) -> None:
    """Removes a resource or a group from the state, with everything in it and the role assignments on it.

    With an identity goes its service principal, whose own role assignments remain.
    """
    for resource_key in [one for one in state["resources"] if covers(arm_id, one)]:
        forget(state, state["resources"].pop(resource_key))
    for name in [
        one for one, found in state["roleAssignments"].items() if covers(arm_id, found["properties"]["scope"])
    ]:
        del state["roleAssignments"][name]


def _advance(state: State, operation: Json, time: float) -> bool:
    cluster = state["resources"].get(operation["resource"])
    if cluster is None:
        operation.update(done=True, outcome="Canceled", _apply={})
        return True
    changed = operation["kind"] == RESET and reimage(cluster, operation, time)
    if time < operation["_end"]:
        return changed
    operation["done"] = True
    cluster["properties"]["provisioningState"] = operation["outcome"]
    _FINISH[operation["kind"]](state, cluster, operation)
    # The state must not keep a secret that the cluster did not take.
    operation["_apply"] = {}
    return True


def _finish_write(state: State, cluster: Json, operation: Json) -> None:
    match_node_counts(cluster, timestamp(operation["_end"]))


def _finish_delete(state: State, cluster: Json, operation: Json) -> None:
    remove(state, cluster["id"])
    subscription_id, node_group = cluster["id"].split("/")[2], cluster["properties"]["nodeResourceGroup"]
    remove(state, f"/subscriptions/{subscription_id}/resourceGroups/{node_group}")


def _finish_start(state: State, cluster: Json, operation: Json) -> None:
    set_power(cluster, "Running")


def _finish_stop(state: State, cluster: Json, operation: Json) -> None:
    set_power(cluster, "Stopped")


def _finish_reset(state: State, cluster: Json, operation: Json) -> None:
    if operation["outcome"] == "Succeeded":
        cluster["_credential"] = dict(operation["_apply"])
        cluster["properties"]["servicePrincipalProfile"] = {"clientId": operation["_apply"]["clientId"]}


_FINISH: Final[dict[str, Callable[[State, Json, Json], None]]] = {
    CREATE: _finish_write,
    UPDATE: _finish_write,
    DELETE: _finish_delete,
    START: _finish_start,
    STOP: _finish_stop,
    RESET: _finish_reset,
}
