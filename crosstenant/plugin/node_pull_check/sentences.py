"""The sentences for a person about the pulls of nodes."""

from __future__ import annotations

from typing import Final

from crosstenant.azure.clusters.run_command import rights_needed
from crosstenant.model.clouds import Cloud, cloud_of_registry
from crosstenant.model.kubernetes.node_pull.verdict import ClusterOutcome, NodeOutcome
from crosstenant.model.modes import NodePullResult

_R = NodePullResult

_MOST_NODES: Final = 3

_REMEDIES: Final = {
    _R.REFUSED: (
        "If the pull check of the registry passes, the nodes have another secret than this stack's: 'pulumi up"
        " --refresh' resets a cluster whose ServicePrincipalProfile asks the nodes too (prove_on_nodes). If it does"
        " not pass, repair what it names"
    ),
    _R.IMAGE_ABSENT: "Push the image, for the platform of the nodes, or name another one",
    _R.NOT_REACHABLE: (
        "The pull check asks from the machine that runs Pulumi; the nodes take another path: let their network reach"
        " the registry and the host of its layers (DNS, firewall, private endpoint, the registry's network rules)"
    ),
    _R.NO_CAPACITY: "Make room for a pod of 10m CPU and 16 MiB, or let the pool grow",
    _R.ADMISSION_DENIED: "Exempt the pods (label crosstenant.io/node-pull) from the policy, or name another namespace",
    _R.NO_ANSWER: "Check the nodes ('kubectl describe node'), or give them more time with timeout_seconds",
}


def describe(outcome: ClusterOutcome, cluster_id: str, image: str) -> str:
    """What is wrong and what to do; empty where every node pulled.

    :param outcome: What the nodes answered.
    :param cluster_id: ARM ID of the cluster.
    :param image: The image.
    """
    if outcome.result in (_R.PULLED, _R.NO_NODE):
        return ""
    if outcome.detail:
        text = outcome.detail if cluster_id in outcome.detail else f"cluster {cluster_id}: {outcome.detail}"
        return _with_rights(outcome, text, cluster_id)
    bad = [it for it in outcome.nodes if it.result is outcome.result]
    told = "; ".join(_of_node(it) for it in bad[:_MOST_NODES])
    more = f"; and {len(bad) - _MOST_NODES} more" if len(bad) > _MOST_NODES else ""
    text = f"the nodes of cluster {cluster_id} did not pull {image}: {told}{more}"
    remedy = _REMEDIES.get(outcome.result, "")
    return _with_rights(outcome, f"{text}. {remedy}" if remedy else text, cluster_id)


def not_permitted(cluster_id: str, caller: str, action: str) -> str:
    """The caller may not ask the nodes.

    :param cluster_id: ARM ID of the cluster.
    :param caller: The caller.
    :param action: The action that his roles do not have.
    """
    return f"{caller} has no role with {action} on cluster {cluster_id}. {rights_needed(cluster_id)}"


def of_another_cloud(image: str, own: Cloud) -> str:
    """What is wrong with an image in a registry of another cloud; empty for any other image.

    The kubelet gives the cluster's credential to the registries of every cloud, and the others do not know it:
    kubernetes-sigs/cloud-provider-azure, pkg/credentialprovider/azure_credentials.go.

    :param image: The image.
    :param own: The cluster's cloud.
    """
    other = cloud_of_registry(image.partition("/")[0].partition(":")[0])
    if other is None or other.name == own.name:
        return ""
    return (
        f"image {image} is in a registry of cloud '{other.name}', and the cluster is in cloud '{own.name}': a registry"
        " accepts no credential of another cloud. Name an image in a registry of the cluster's cloud"
    )


def _of_node(node: NodeOutcome) -> str:
    where = f"node pool '{node.pool}'" + (f" (node {node.node})" if node.node else "")
    return f"{where}: {node.result.value}" + (f": {node.detail}" if node.detail else "")


def _with_rights(outcome: ClusterOutcome, text: str, cluster_id: str) -> str:
    if outcome.result is not _R.NOT_PERMITTED or "runCommand/action" in text:
        return text
    return (
        f"{text}. In a cluster with Entra integration the caller needs the permission to create, get, list and delete"
        " pods in the namespace, to list events there, and for coverage 'each-node' to list nodes"
    )
