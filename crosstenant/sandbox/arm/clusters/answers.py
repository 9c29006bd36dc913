"""Managed clusters: reading, listing, tagging, starting, stopping and deleting.

https://learn.microsoft.com/rest/api/aks/managed-clusters. Creating and updating are in ``put``.
"""

from __future__ import annotations

from typing import Any

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.clusters.checks import check_etag, check_idle, check_power, etag_of
from crosstenant.sandbox.arm.clusters.operation_status import links
from crosstenant.sandbox.arm.clusters.operations import DELETE, START, STOP, begin
from crosstenant.sandbox.arm.ids import find_group, find_resource, key
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.arm.resource_list import readable_of_type
from crosstenant.sandbox.world.ids import CLUSTER_TYPE
from crosstenant.sandbox.world.state import public

Json = dict[str, Any]


def get_cluster(request: ArmRequest) -> Answer:
    """``GET .../managedClusters/{name}``."""
    return Answer(200, document(find_resource(request.state, request.scope)))


def list_clusters(request: ArmRequest) -> Answer:
    """``GET`` of all clusters of a subscription or of a resource group."""
    return Answer(200, {"value": [document(one) for one in readable_of_type(request, CLUSTER_TYPE)]})


def patch_cluster(request: ArmRequest) -> Answer:
    """``PATCH .../managedClusters/{name}``: changes tags only."""
    cluster = find_resource(request.state, request.scope)
    check_etag(request, cluster)
    check_idle(request.state, cluster)
    cluster["tags"] = dict(request.body.get("tags") or {})
    return Answer(200, document(cluster))


def delete_cluster(request: ArmRequest) -> Answer:
    """``DELETE .../managedClusters/{name}``."""
    find_group(request.state, request.scope)
    cluster = request.state["resources"].get(key(request.scope))
    if cluster is None:
        return Answer(204)
    check_etag(request, cluster)
    check_idle(request.state, cluster)
    return _begin(request, DELETE, cluster)


def start_cluster(request: ArmRequest) -> Answer:
    """``POST .../managedClusters/{name}/start``."""
    cluster = find_resource(request.state, request.scope)
    check_idle(request.state, cluster)
    check_power(request, cluster, "starting", expected="Stopped")
    return _begin(request, START, cluster)


def stop_cluster(request: ArmRequest) -> Answer:
    """``POST .../managedClusters/{name}/stop``."""
    cluster = find_resource(request.state, request.scope)
    check_idle(request.state, cluster)
    check_power(request, cluster, "stopping")
    return _begin(request, STOP, cluster)


def list_agent_pools(request: ArmRequest) -> Answer:
    """``GET .../managedClusters/{name}/agentPools``."""
    cluster = find_resource(request.state, request.scope)
    pools = cluster["properties"]["agentPoolProfiles"]
    return Answer(200, {"value": [_pool_document(cluster, pool) for pool in pools]})


def get_agent_pool(request: ArmRequest) -> Answer:
    """``GET .../managedClusters/{name}/agentPools/{pool}``."""
    cluster = find_resource(request.state, request.scope)
    name = request.part("pool")
    for pool in cluster["properties"]["agentPoolProfiles"]:
        if pool["name"] == name.lower():
            return Answer(200, _pool_document(cluster, pool))
    raise ArmRefusal(
        404,
        "NotFound",
        f"Could not find the agentpool {name} of the managed cluster {cluster['name']}.",
        source=sources.POOL_NOT_FOUND,
    )


def document(cluster: Json) -> Json:
    """A cluster as ARM answers it, without its service principal's secret: AKS never returns the secret."""
    return {**public(cluster), "eTag": etag_of(cluster)}


def begin_write(request: ArmRequest, kind: str, cluster: Json) -> str:
    """Begins an operation other than a reset. ``settings.cluster_put`` has its duration and its polling interval.

    :returns: The operation's ID.
    """
    settings: Json = request.state["settings"].get("cluster_put", {})
    seconds, retry_after = float(settings.get("seconds", 1)), float(settings.get("retry_after", 1))
    return begin(request.state, kind, cluster, request.time, seconds, retry_after=retry_after)


def _begin(request: ArmRequest, kind: str, cluster: Json) -> Answer:
    return Answer(202, None, links(request.state, begin_write(request, kind, cluster)))


def _pool_document(cluster: Json, pool: Json) -> Json:
    return {
        "id": f"{cluster['id']}/agentPools/{pool['name']}",
        "name": pool["name"],
        "type": f"{CLUSTER_TYPE}/agentPools",
        "properties": {name: value for name, value in pool.items() if name != "name"},
    }
