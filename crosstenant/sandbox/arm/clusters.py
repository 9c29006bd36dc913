"""Managed clusters: read, listed, tagged, started, stopped and deleted.

https://learn.microsoft.com/rest/api/aks/managed-clusters. Creating and updating are in ``cluster_put``.
"""

from __future__ import annotations

from typing import Any, Final

from crosstenant.sandbox.arm.call import Answer, Call
from crosstenant.sandbox.arm.cluster_rules import check_etag, check_idle, check_power, etag_of
from crosstenant.sandbox.arm.errors import ArmError
from crosstenant.sandbox.arm.ids import find_group, find_resource, key
from crosstenant.sandbox.arm.operation_status import links
from crosstenant.sandbox.arm.operations import DELETE, START, STOP, begin
from crosstenant.sandbox.world.ids import CLUSTER_TYPE
from crosstenant.sandbox.world.state import public

Json = dict[str, Any]

READ: Final = f"{CLUSTER_TYPE}/read"


def get_cluster(call: Call) -> Answer:
    """``GET .../managedClusters/{name}``."""
    return Answer(200, document(find_resource(call.state, call.scope)))


def list_clusters(call: Call) -> Answer:
    """``GET`` of all clusters of a subscription or of a resource group."""
    if "group" in call.parts:
        find_group(call.state, call.scope)
    below = f"{key(call.scope)}/"
    found = [
        one
        for name, one in call.state["resources"].items()
        if one["type"].lower() == CLUSTER_TYPE.lower() and name.startswith(below)
    ]
    return Answer(200, {"value": [document(one) for one in call.readable(found, READ)]})


def patch_cluster(call: Call) -> Answer:
    """``PATCH .../managedClusters/{name}``: tags, and nothing else."""
    cluster = find_resource(call.state, call.scope)
    check_etag(call, cluster)
    check_idle(call.state, cluster)
    cluster["tags"] = dict(call.body.get("tags") or {})
    return Answer(200, document(cluster))


def delete_cluster(call: Call) -> Answer:
    """``DELETE .../managedClusters/{name}``."""
    find_group(call.state, call.scope)
    cluster = call.state["resources"].get(key(call.scope))
    if cluster is None:
        return Answer(204)
    check_etag(call, cluster)
    check_idle(call.state, cluster)
    return _begin(call, DELETE, cluster)


def start_cluster(call: Call) -> Answer:
    """``POST .../managedClusters/{name}/start``."""
    cluster = find_resource(call.state, call.scope)
    check_idle(call.state, cluster)
    check_power(call, cluster, "starting", expected="Stopped")
    return _begin(call, START, cluster)


def stop_cluster(call: Call) -> Answer:
    """``POST .../managedClusters/{name}/stop``."""
    cluster = find_resource(call.state, call.scope)
    check_idle(call.state, cluster)
    check_power(call, cluster, "stopping")
    return _begin(call, STOP, cluster)


def list_agent_pools(call: Call) -> Answer:
    """``GET .../managedClusters/{name}/agentPools``."""
    cluster = find_resource(call.state, call.scope)
    pools = cluster["properties"]["agentPoolProfiles"]
    return Answer(200, {"value": [_pool_document(cluster, pool) for pool in pools]})


def get_agent_pool(call: Call) -> Answer:
    """``GET .../managedClusters/{name}/agentPools/{pool}``."""
    cluster = find_resource(call.state, call.scope)
    name = call.part("pool")
    for pool in cluster["properties"]["agentPoolProfiles"]:
        if pool["name"] == name.lower():
            return Answer(200, _pool_document(cluster, pool))
    raise ArmError(404, "NotFound", f"Could not find the agentpool {name} of the managed cluster {cluster['name']}.")


def document(cluster: Json) -> Json:
    """A cluster as ARM answers it. Its service principal's secret is not in it: AKS never gives it back."""
    return {**public(cluster), "eTag": etag_of(cluster)}


def begin_write(call: Call, kind: str, cluster: Json) -> str:
    """Begins an operation other than a reset; ``settings.cluster_put`` says how long it takes and how often to look.

    :returns: The operation's ID.
    """
    settings: Json = call.state["settings"].get("cluster_put", {})
    seconds, retry_after = float(settings.get("seconds", 1)), float(settings.get("retry_after", 1))
    return begin(call.state, kind, cluster, call.time, seconds, retry_after=retry_after)


def _begin(call: Call, kind: str, cluster: Json) -> Answer:
    return Answer(202, None, links(call.state, begin_write(call, kind, cluster)))


def _pool_document(cluster: Json, pool: Json) -> Json:
    return {
        "id": f"{cluster['id']}/agentPools/{pool['name']}",
        "name": pool["name"],
        "type": f"{CLUSTER_TYPE}/agentPools",
        "properties": {name: value for name, value in pool.items() if name != "name"},
    }
