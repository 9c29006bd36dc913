"""A node in its cluster's API: https://kubernetes.io/docs/concepts/architecture/nodes/."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from crosstenant.sandbox.kubelet.cluster_api import ApiError, ClusterApi
from crosstenant.sandbox.kubelet.pod_api import now
from crosstenant.sandbox.kubelet.scheduling import CPU, MEMORY, PODS, NodeDescription

Json = dict[str, Any]


async def register(api: ClusterApi, node: NodeDescription) -> None:
    """Adds a node, or writes its labels and taints anew.

    :param api: The cluster's API, with the rights of an administrator.
    """
    labels = dict(node.labels)
    with suppress(ApiError):  # an earlier run of the sandbox has made it
        await api.post("/api/v1/nodes", {"metadata": {"name": node.name, "labels": labels}})
    path, time = f"/api/v1/nodes/{node.name}", now()
    # Without a controller for nodes, nothing else removes the taint of a new one.
    changes = {"metadata": {"labels": labels}, "spec": {"taints": list(node.taints) or None}}
    await api.patch(path, changes)
    resources = {
        "cpu": f"{CPU:.0f}",
        "memory": f"{MEMORY / 1024**3:.0f}Gi",
        "pods": f"{PODS}",
        "ephemeral-storage": "100Gi",
    }
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "the sandbox emulates the kubelet",
        "lastHeartbeatTime": time,
        "lastTransitionTime": time,
    }
    status = {"capacity": resources, "allocatable": resources, "conditions": [ready]}
    await api.patch(f"{path}/status", {"status": status})
