"""What the delivery ``refresher`` puts into a cluster.

Everything passes the Pod Security Standard ``restricted``
(https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted).
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from crosstenant.model.kubernetes.documents import Document, document, pull_secrets_of
from crosstenant.model.kubernetes.plan import (
    CONFIG_KEY,
    FIRST_JOB,
    REFRESHER,
    SCRIPT_KEY,
    PullNamespace,
    RefresherPlan,
)
from crosstenant.model.kubernetes.refresher_pod import pod_template

EMPTY_PULL_SECRET: Final = b64encode(b'{"auths":{}}').decode()
"""The content of a pull secret before its first renewal, in base64. Kubernetes refuses one without content."""

CONTENT_HASH: Final = "crosstenant.io/content-hash"

# Role assignments take up to ten minutes, a new federated credential less: only the first run meets either. What a
# later one is refused is not about to change.
_FIRST_PATIENCE: Final = 600
_PATIENCE: Final = 0
_FIRST_DEADLINE: Final = 840
_DEADLINE: Final = 300

# pulumi-kubernetes waits for a Job for ten minutes unless told otherwise. A Job that has failed stays failed: an update
# must replace it to prove again.
_AWAITED: Final = {"pulumi.com/timeoutSeconds": "900", "pulumi.com/replaceUnready": "true"}


@dataclass(frozen=True)
class NamespaceObjects:
    """What a namespace gets, in the order in which it is made."""

    namespace: PullNamespace
    secret: Document
    """The pull secret, empty: its ``data`` is the refresher's from the first run on, so ignore changes of it."""
    role: Document
    role_binding: Document
    service_accounts: dict[str, Document]
    """By service account: what is applied to it (``ServiceAccountPatch``), so that its pods use the pull secret."""


@dataclass(frozen=True)
class RefresherObjects:
    """What a cluster gets, in the order in which it is made."""

    namespace: Document
    service_account: Document
    config_map: Document
    namespaces: tuple[NamespaceObjects, ...]
    first_job: Document
    """Fills the secrets and proves the pull. It needs everything above."""
    cron_job: Document


@cache
def refresher_text() -> str:
    """The refresher itself: the text of ``crosstenant/refresher/refresh_pull_secrets.py``."""
    return (files("crosstenant") / "refresher" / "refresh_pull_secrets.py").read_text(encoding="utf-8")


def refresher_objects(plan: RefresherPlan, *, config: object, content_hash: object) -> RefresherObjects:
    """The documents of a cluster.

    :param plan: The plan.
    :param config: The text of ``RefresherConfig``, or what becomes it.
    :param content_hash: ``plan.content_hash`` of ``refresher_text`` and that text, or what becomes it: with another
        hash the first Job is another one, and runs again.
    """
    data = {SCRIPT_KEY: refresher_text(), CONFIG_KEY: config}
    return RefresherObjects(
        namespace=document("v1", "Namespace", plan.namespace, labels=_RESTRICTED),
        service_account=document(
            "v1", "ServiceAccount", plan.service_account, plan.namespace, automountServiceAccountToken=False
        ),
        config_map=document("v1", "ConfigMap", REFRESHER, plan.namespace, data=data),
        namespaces=tuple(_namespace_objects(plan, it) for it in plan.namespaces),
        first_job=first_job(plan, content_hash=content_hash),
        cron_job=document("batch/v1", "CronJob", REFRESHER, plan.namespace, spec=_cron_job_spec(plan)),
    )


def first_job(plan: RefresherPlan, *, content_hash: object) -> Document:
    """The Job of ``refresher_objects``, for a hash of more than the configuration.

    :param plan: The plan.
    :param content_hash: With another hash the Job is another one, and runs again.
    """
    return document(
        "batch/v1",
        "Job",
        FIRST_JOB,
        plan.namespace,
        annotations=dict(_AWAITED),
        # The refresher repeats what may pass; a second pod would only say the same later.
        spec=_job_spec(plan, _FIRST_PATIENCE, _FIRST_DEADLINE, 0, {CONTENT_HASH: content_hash}),
    )


def role(plan: RefresherPlan, namespace: PullNamespace, *, may_create: bool = False) -> Document:
    """The refresher's permission in a namespace: to read and patch its pull secret, and no other.

    :param plan: The plan.
    :param namespace: The namespace.
    :param may_create: Whether it may create that secret too. A server-side apply creates under a name, so that
        ``resourceNames`` limits it, unlike a POST.
    """
    verbs = ["get", "patch", "create"] if may_create else ["get", "patch"]
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [namespace.secret], "verbs": verbs}
    return document("rbac.authorization.k8s.io/v1", "Role", _role_name(plan), namespace.name, rules=[rule])


_RESTRICTED: Final = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("audit", "enforce", "warn")}


def _role_name(plan: RefresherPlan) -> str:
    # Two components may serve one namespace: the name of the refresher's own namespace tells their roles apart.
    return f"{REFRESHER}-{plan.namespace}"


def _namespace_objects(plan: RefresherPlan, namespace: PullNamespace) -> NamespaceObjects:
    name = _role_name(plan)
    return NamespaceObjects(
        namespace=namespace,
        secret=document(
            "v1",
            "Secret",
            namespace.secret,
            namespace.name,
            type="kubernetes.io/dockerconfigjson",
            data={".dockerconfigjson": EMPTY_PULL_SECRET},
        ),
        role=role(plan, namespace),
        role_binding=document(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            name,
            namespace.name,
            roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            subjects=[{"kind": "ServiceAccount", "name": plan.service_account, "namespace": plan.namespace}],
        ),
        service_accounts={
            it: pull_secrets_of(it, namespace.name, namespace.secret) for it in namespace.service_accounts
        },
    )


def _job_spec(
    plan: RefresherPlan, patience: int, deadline: int, retries: int, annotations: dict[str, object]
) -> Document:
    # No podFailurePolicy: pulumi-kubernetes notices a failed Job by two reasons only, BackoffLimitExceeded and
    # DeadlineExceeded (pulumi/cloud-ready-checks, pkg/kubernetes/job/check.go).
    return {
        "backoffLimit": retries,
        "activeDeadlineSeconds": deadline,
        "template": pod_template(plan, patience, annotations),
    }


def _cron_job_spec(plan: RefresherPlan) -> Document:
    return {
        "schedule": plan.schedule,
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        # Written out, so that a suspended CronJob is seen as drift.
        "suspend": False,
        "startingDeadlineSeconds": 1800,
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 2,
        "jobTemplate": {"spec": _job_spec(plan, _PATIENCE, _DEADLINE, 1, {})},
    }
