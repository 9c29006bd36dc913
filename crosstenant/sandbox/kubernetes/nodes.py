"""The node of a running control plane."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from crosstenant.sandbox.kubelet.cluster_api import ApiAccess, ClusterApi
from crosstenant.sandbox.kubelet.image_pull import PullCredential
from crosstenant.sandbox.kubelet.images import NodeImages
from crosstenant.sandbox.kubelet.node import Node
from crosstenant.sandbox.kubelet.node_pull import credential_of
from crosstenant.sandbox.kubernetes.settings import ClusterSettings, find_by_host
from crosstenant.sandbox.world.state import Store


async def run_node(
    access: ApiAccess, settings: ClusterSettings, store: Store, folder: Path, environment: Mapping[str, str]
) -> None:
    """Runs the node of a cluster until it is cancelled.

    :param access: The cluster's API server.
    :param settings: The cluster.
    :param store: The sandbox's state, which has the node's credential.
    :param folder: The cluster's folder.
    :param environment: The variables with which clients reach the sandbox.
    """

    def credential() -> PullCredential | None:
        with store.read() as state:
            cluster = find_by_host(state, settings.host.lower())
            return credential_of(cluster["_nodes"][0]) if cluster and cluster["_nodes"] else None

    trusted = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    images = NodeImages(environment["HTTPS_PROXY"], trusted, credential)
    pods = folder / "pods"
    pods.mkdir(mode=0o700, exist_ok=True)
    async with ClusterApi(access) as api:
        await Node(api, settings.node, images, pods, environment).run()
