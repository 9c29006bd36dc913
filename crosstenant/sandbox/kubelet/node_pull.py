"""Pulls an image as a cluster's node does: with the node's own credential.

The kubelet's credential provider for Azure hands the service principal of ``azure.json`` to each registry as basic
credentials, and the container runtime trades them for a token at the registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crosstenant.sandbox.kubelet import sources
from crosstenant.sandbox.kubelet.image_pull import Image, NodePullRefused, PullCredential, pull_image

Json = dict[str, Any]


@dataclass(frozen=True)
class Pulled:
    """An image that a node has pulled."""

    node: str
    client_id: str
    image: Image


def nodes_of(cluster: Json, name: str | None) -> list[Json]:
    """The nodes of a cluster document.

    :param name: The name of one node, ``all``, or None for the first.
    :raises LookupError: The node does not exist.
    """
    nodes: list[Json] = cluster["_nodes"]
    if name == "all":
        return nodes
    found = [node for node in nodes if name in (None, node["name"])][:1]
    if not found:
        raise LookupError(f"cluster {cluster['name']} has no node '{name}': {', '.join(one['name'] for one in nodes)}")
    return found


def credential_of(node: Json) -> PullCredential | None:
    """The credential of a node; None where its cluster uses a managed identity.

    :param node: A node of a cluster document.
    """
    if not node["secret"]:
        return None
    holder = f"node {node['name']}, application {node['clientId']}"
    return PullCredential(node["clientId"], node["secret"], holder)


async def pull(image: str, node: Json, proxy: str) -> Pulled:
    """Pulls an image with the credential of a node.

    :param image: ``registry/repository[:tag][@digest]``.
    :param node: A node of a cluster document.
    :param proxy: The sandbox's URL. The node's secret goes nowhere else.
    :raises NodePullRefused: The registry refuses the pull, or the node has no service principal.
    """
    credential = credential_of(node)
    if credential is None:
        raise NodePullRefused(
            f"node {node['name']} has no service principal: its cluster uses a managed identity, which cannot sign in "
            "to another tenant; pods there need an image pull secret",
            source=sources.NO_SERVICE_PRINCIPAL,
        )
    return Pulled(node["name"], node["clientId"], await pull_image(image, credential, proxy))
