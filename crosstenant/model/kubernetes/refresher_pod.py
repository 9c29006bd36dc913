"""The refresher's pod: no privilege, no standing token, nothing that it can write to.

Its token for Entra ID and its token for the API server are projected, bound to the pod and valid for an hour
(https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken).
"""

from __future__ import annotations

from typing import Final

from crosstenant.model.kubernetes.documents import MANAGED_BY, Document
from crosstenant.model.kubernetes.plan import CONFIG_KEY, REFRESHER, SCRIPT_KEY, RefresherPlan

_PROGRAM: Final = "/etc/crosstenant"
_ENTRA_TOKEN: Final = "/var/run/crosstenant/entra"  # noqa: S105 - a folder
_API_ACCESS: Final = "/var/run/crosstenant/api"

_TOKEN_SECONDS: Final = 3600
# Any user but root.
_USER: Final = 65532


def pod_template(plan: RefresherPlan, patience: int, annotations: dict[str, object]) -> Document:
    """The template of the refresher's pods.

    :param plan: The plan.
    :param patience: Seconds for which the refresher repeats what a new chain is refused at first.
    :param annotations: The pod's annotations.
    """
    metadata: Document = {"labels": {**MANAGED_BY, "app.kubernetes.io/name": REFRESHER}}
    if annotations:
        metadata["annotations"] = annotations
    return {
        "metadata": metadata,
        "spec": {
            "serviceAccountName": plan.service_account,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "restartPolicy": "Never",
            "nodeSelector": {"kubernetes.io/os": "linux"},
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": _USER,
                "runAsGroup": _USER,
                "fsGroup": _USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [_container(plan, patience)],
            "volumes": _volumes(plan),
        },
    }


def _container(plan: RefresherPlan, patience: int) -> Document:
    environment = {
        "CROSSTENANT_CONFIG": f"{_PROGRAM}/{CONFIG_KEY}",
        "CROSSTENANT_TOKEN_FILE": f"{_ENTRA_TOKEN}/token",
        "CROSSTENANT_SERVICE_ACCOUNT": _API_ACCESS,
        "CROSSTENANT_PATIENCE_SECONDS": str(patience),
    }
    mounts = {"program": _PROGRAM, "entra-token": _ENTRA_TOKEN, "api-access": _API_ACCESS}
    return {
        "name": REFRESHER,
        "image": plan.image,
        "command": ["python3", "-I", "-B", f"{_PROGRAM}/{SCRIPT_KEY}"],
        "env": [{"name": name, "value": value} for name, value in environment.items()],
        # The last line that the refresher prints becomes the pod's message, and the Job's failure names it.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "resources": {
            "requests": {"cpu": "10m", "memory": "48Mi"},
            "limits": {"cpu": "500m", "memory": "128Mi"},
        },
        "volumeMounts": [{"name": name, "mountPath": path, "readOnly": True} for name, path in mounts.items()],
    }


def _volumes(plan: RefresherPlan) -> list[Document]:
    entra = {"audience": plan.audience, "expirationSeconds": _TOKEN_SECONDS, "path": "token"}
    roots = {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    api = {"expirationSeconds": _TOKEN_SECONDS, "path": "token"}
    return [
        {"name": "program", "configMap": {"name": REFRESHER}},
        {"name": "entra-token", "projected": {"sources": [{"serviceAccountToken": entra}]}},
        {"name": "api-access", "projected": {"sources": [{"serviceAccountToken": api}, {"configMap": roots}]}},
    ]
