"""The nodes of a running control plane, as the state has them: each with its own credential and its pool's labels."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosstenant.sandbox.kubelet.cluster_api import ApiAccess, ClusterApi
from crosstenant.sandbox.kubelet.image_pull import PullCredential
from crosstenant.sandbox.kubelet.images import NodeImages
from crosstenant.sandbox.kubelet.node import Nodes
from crosstenant.sandbox.kubelet.node_pull import credential_of
from crosstenant.sandbox.kubelet.scheduling import NodeDescription
from crosstenant.sandbox.kubernetes.settings import ClusterSettings, find_by_host
from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]


async def run_nodes(
    access: ApiAccess, settings: ClusterSettings, store: Store, folder: Path, environment: Mapping[str, str]
) -> None:
    """Runs the nodes of a cluster until it is cancelled.

    :param access: The cluster's API server.
    :param settings: The cluster.
    :param store: The sandbox's state, which has the nodes and their credentials.
    :param folder: The cluster's folder.
    :param environment: The variables with which clients reach the sandbox.
    """
    host = settings.host.lower()

    def described() -> list[NodeDescription]:
        with store.read() as state:
            cluster = find_by_host(state, host)
            return describe(cluster) if cluster else []

    def images_of(name: str) -> NodeImages:
        def credential() -> PullCredential | None:
            with store.read() as state:
                cluster = find_by_host(state, host)
                found = [node for node in cluster["_nodes"] if node["name"] == name] if cluster else []
                return credential_of(found[0]) if found else None

        def unreachable(registry: str) -> str | None:
            with store.read() as state:
                cluster = find_by_host(state, host)
                return cluster.get("_unreachable", {}).get(registry) if cluster else None

        return NodeImages(environment["HTTPS_PROXY"], trusted, credential, unreachable)

    trusted = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    pods = folder / "pods"
    pods.mkdir(mode=0o700, exist_ok=True)
    async with ClusterApi(access) as api:
        await Nodes(api, described, images_of, pods, environment).run()


def describe(cluster: Json) -> list[NodeDescription]:
    """The nodes of a cluster with the labels and taints of their pools, the first pool's first.

    :param cluster: The cluster's document.
    """
    pools = {pool["name"]: pool for pool in cluster["properties"]["agentPoolProfiles"]}
    return [_describe(cluster, node, pools.get(node["pool"], {})) for node in cluster["_nodes"]]


def _describe(cluster: Json, node: Json, pool: Json) -> NodeDescription:
    """https://learn.microsoft.com/azure/aks/use-labels#reserved-system-labels"""
    more: Mapping[str, str] = pool.get("nodeLabels") or {}
    taints: list[str] = pool.get("nodeTaints") or []
    labels = {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": node["name"],
        "agentpool": node["pool"],
        "kubernetes.azure.com/agentpool": node["pool"],
        "kubernetes.azure.com/cluster": cluster["properties"]["nodeResourceGroup"],
        "kubernetes.azure.com/mode": str(pool.get("mode", "User")).lower(),
        "node.kubernetes.io/instance-type": str(pool.get("vmSize", "")),
        "kubernetes.io/role": "agent",
        **more,
    }
    return NodeDescription(node["name"], labels, [_taint(one) for one in taints], bool(node.get("full")))


def _taint(text: str) -> Json:
    """A taint as AKS writes it: ``key=value:NoSchedule``."""
    pair, _, effect = text.rpartition(":")
    key, _, value = pair.partition("=")
    return {"key": key, "value": value, "effect": effect} if value else {"key": key, "effect": effect}
