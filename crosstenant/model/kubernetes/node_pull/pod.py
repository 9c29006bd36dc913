"""The pod by which a node proves a pull: it pulls the image and cannot run what is in it.

Its command does not exist in any image, so that its start fails after a pull that succeeded, and the image's own code
never runs. It passes the Pod Security Standard ``restricted``
(https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted).
"""

from __future__ import annotations

from typing import Final

from crosstenant.model.kubernetes.documents import MANAGED_BY, Document

CONTAINER: Final = "pull"
RUN_LABEL: Final = "crosstenant.io/node-pull"
"""The label of every pod, with the name of its run."""
UNTIL_LABEL: Final = "crosstenant.io/node-pull-until"
"""The time after which a pod is a leftover, in seconds since 1970 on the clock of the cluster's command."""
POOL_LABEL: Final = "kubernetes.azure.com/agentpool"
"""The label of every node of AKS (https://learn.microsoft.com/azure/aks/use-labels#reserved-system-labels)."""

COMMAND: Final = "/crosstenant-proves-a-pull-and-runs-nothing"
# Any user but root.
_USER: Final = 65532


def node_pull_pod(
    name: str, namespace: str, image: str, *, run: str, until: str, pool: str, node: str | None, seconds: int
) -> Document:
    """The pod.

    :param name: Its name.
    :param namespace: Its namespace.
    :param image: The image, by its full reference.
    :param run: The name of the run.
    :param until: The value of ``UNTIL_LABEL``.
    :param pool: The node pool.
    :param node: The node; ``None`` for any node of the pool.
    :param seconds: After this time the kubelet ends the pod.
    """
    spec: Document = {
        "restartPolicy": "Never",
        "activeDeadlineSeconds": seconds,
        "terminationGracePeriodSeconds": 0,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "nodeSelector": {"kubernetes.io/os": "linux", POOL_LABEL: pool},
        # A pool's own taints (system pools, spot, GPUs) keep workloads away, not the question whether it can pull.
        "tolerations": [{"operator": "Exists"}],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": CONTAINER,
                "image": image,
                "imagePullPolicy": "Always",
                "command": [COMMAND],
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "resources": {
                    "requests": {"cpu": "10m", "memory": "16Mi"},
                    "limits": {"cpu": "100m", "memory": "64Mi"},
                },
            }
        ],
    }
    if node is not None:
        # As the controller of DaemonSets does: the scheduler still says where a node has no room.
        field: Document = {"key": "metadata.name", "operator": "In", "values": [node]}
        required: Document = {"nodeSelectorTerms": [{"matchFields": [field]}]}
        spec["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    # A mesh's sidecar would hold back the container until the mesh is ready.
    no_mesh: Document = {"sidecar.istio.io/inject": "false", "linkerd.io/inject": "disabled"}
    labels: Document = {
        **MANAGED_BY,
        RUN_LABEL: run,
        UNTIL_LABEL: until,
        "sidecar.istio.io/inject": "false",
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels, "annotations": no_mesh},
        "spec": spec,
    }
