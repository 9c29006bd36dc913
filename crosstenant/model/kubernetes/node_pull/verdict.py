"""What a pod's status and events say about the node's pull."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crosstenant.model.kubernetes.node_pull.plan import NodePullPlan
from crosstenant.model.kubernetes.node_pull.report import DeniedPod, PodFacts, Report
from crosstenant.model.matched_texts.kubelet_texts import (
    NODE_ANONYMOUS_REFUSED,
    NODE_CREDENTIAL_REFUSED,
    NODE_FIREWALL,
    NODE_IMAGE_ABSENT,
    NODE_NOT_REACHING,
    NODE_PLATFORM_ABSENT,
    NODE_PULL_DENIED,
    POD_FORBIDDEN,
)
from crosstenant.model.modes import NodePullResult
from crosstenant.model.outside_text import in_one_line

_R = NodePullResult

DRIFT: Final = frozenset({_R.REFUSED, _R.IMAGE_ABSENT, _R.NOT_REACHABLE})
"""What a later look finds changed: the nodes were asked, and cannot pull."""

_SERIOUS: Final = (
    *(_R.REFUSED, _R.IMAGE_ABSENT, _R.NOT_REACHABLE),
    *(_R.NOT_PERMITTED, _R.ADMISSION_DENIED, _R.PULL_SECRET, _R.NO_CAPACITY, _R.NO_ANSWER),
    *(_R.PULLED, _R.NO_NODE),
)

# https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/kuberuntime_container.go: all of these
# come after the pull.
_AFTER_THE_PULL: Final = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError", "CrashLoopBackOff")
_OF_THE_PULL: Final = (
    *("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ErrImageNeverPull"),
    *("InvalidImageName", "SignatureValidationFailed", "ImageInspectError"),
)
_LOST: Final = "ContainerStatusUnknown"


@dataclass(frozen=True)
class NodeOutcome:
    """What one node, or one node pool, answers."""

    pool: str
    node: str
    """Name of the node; empty where no node took the pod."""
    result: NodePullResult
    detail: str = ""
    """The reason in a sentence or in the cluster's words, in one line; empty for a pull."""
    credential_refused: bool = False
    """Whether the node showed the cluster's application, and the registry did not accept it (401): another secret of it
    may be accepted."""


@dataclass(frozen=True)
class ClusterOutcome:
    """What the nodes of a cluster answer, or why they could not be asked."""

    result: NodePullResult
    """The most serious of the nodes' results."""
    nodes: tuple[NodeOutcome, ...] = ()
    detail: str = ""
    """Where no node was asked: why, in a sentence."""

    @property
    def is_drift(self) -> bool:
        """Whether the nodes were asked and cannot pull."""
        return self.result in DRIFT

    @property
    def credential_refused(self) -> bool:
        """Whether a node's identity was not accepted."""
        return any(it.credential_refused for it in self.nodes)


def outcome_of(report: Report, plan: NodePullPlan, absent_pools: Iterable[str] = ()) -> ClusterOutcome:
    """Judges a report.

    :param report: What the cluster's command has printed.
    :param plan: What was asked.
    :param absent_pools: The node pools that have no node of Linux.
    """
    nodes = [
        *(_of_pod(it, plan) for it in report.pods),
        *(_of_denied(it) for it in report.denied),
        *(NodeOutcome(in_one_line(it), "", _R.NO_NODE) for it in absent_pools),
    ]
    if report.failures:
        text = in_one_line(report.failures[0])
        result = _R.NOT_PERMITTED if POD_FORBIDDEN.is_in(text) else _R.RUN_COMMAND_FAILED
        return ClusterOutcome(result, tuple(nodes), f"the cluster says: {text}")
    if not nodes:
        return ClusterOutcome(_R.NO_NODE, detail="the cluster has no node of Linux")
    nodes.sort(key=lambda it: (it.pool, it.node))
    return ClusterOutcome(min((it.result for it in nodes), key=_SERIOUS.index), tuple(nodes))


def _of_pod(pod: PodFacts, plan: NodePullPlan) -> NodeOutcome:
    def says(result: NodePullResult, detail: str = "", *, credential_refused: bool = False) -> NodeOutcome:
        return NodeOutcome(
            in_one_line(pod.pool), in_one_line(pod.node), result, in_one_line(detail), credential_refused
        )

    if pod.pull_secrets:
        names = ", ".join(pod.pull_secrets)
        return says(
            _R.PULL_SECRET,
            f"the service account 'default' of namespace '{plan.namespace}' gives its pods the pull secret {names}, so"
            " that their pulls do not use the cluster's credential: name another namespace",
        )
    if pod.image not in ("", plan.image):
        return says(_R.ADMISSION_DENIED, f"the cluster replaced the image by {pod.image}: name another namespace")
    ended = pod.terminated and pod.terminated != _LOST
    if pod.image_id or ended or pod.waiting in _AFTER_THE_PULL:
        return says(_R.PULLED)
    failure = _pull_failure(pod)
    if failure:
        result, refused = _failed_pull(failure)
        said = _PREFIX.sub("", failure)
        return says(result, f"{_lead(result, failure)}{said}", credential_refused=refused)
    if pod.unscheduled and not pod.node:
        return says(_R.NO_CAPACITY, pod.unscheduled_message or pod.unscheduled)
    if pod.phase == "Failed":
        # The kubelet's own admission: OutOfpods, OutOfcpu, NodeAffinity ...
        is_full = pod.reason.startswith("OutOf")
        return says(_R.NO_CAPACITY if is_full else _R.NO_ANSWER, f"{pod.reason} {pod.message}".strip())
    where = f"node {pod.node} had" if pod.node else "no node had"
    return says(_R.NO_ANSWER, f"{where} not finished after {plan.seconds} seconds ({pod.waiting or pod.phase})")


def _of_denied(pod: DeniedPod) -> NodeOutcome:
    text = in_one_line(_KUBECTL.sub("", pod.text))
    result = _R.NOT_PERMITTED if POD_FORBIDDEN.is_in(text) else _R.ADMISSION_DENIED
    return NodeOutcome(in_one_line(pod.pool), in_one_line(pod.node), result, text)


def _pull_failure(pod: PodFacts) -> str:
    """The fullest words about a failed pull; empty where none has failed."""
    told = [message for reason, message in pod.events if reason == "Failed" and "ailed to pull image" in message]
    if pod.waiting in _OF_THE_PULL:
        told.append(pod.waiting_message or pod.waiting)
    # Older kubelets say only "Back-off pulling image" in the status, and the cause in an event.
    return max(told, key=len, default="")


def _failed_pull(text: str) -> tuple[NodePullResult, bool]:
    # The kubelet tries each credential that it finds and puts all answers into one text. A registry says that something
    # is absent only to a caller whom it lets read.
    if NODE_PLATFORM_ABSENT.is_in(text) or NODE_IMAGE_ABSENT.is_in(text):
        return _R.IMAGE_ABSENT, False
    if NODE_CREDENTIAL_REFUSED.is_in(text):
        return _R.REFUSED, True
    if NODE_FIREWALL.is_in(text) or NODE_NOT_REACHING.is_in(text):
        return _R.NOT_REACHABLE, False
    # Before the anonymous answer: Azure's credential provider lets the kubelet ask without a credential at the end.
    if NODE_PULL_DENIED.is_in(text):
        return _R.REFUSED, False
    if NODE_ANONYMOUS_REFUSED.is_in(text):
        # Without a credential the refusal says nothing about the one that the cluster has.
        return _R.REFUSED, False
    return _R.NO_ANSWER, False


def _lead(result: NodePullResult, text: str) -> str:
    if result is _R.REFUSED:
        if NODE_CREDENTIAL_REFUSED.is_in(text):
            return "the node showed the cluster's application, and the registry did not accept it: "
        if NODE_ANONYMOUS_REFUSED.is_in(text) and not NODE_PULL_DENIED.is_in(text):
            return "the node asked anonymously, without a credential: "
        return "the registry knows the node's application, and does not let it pull: "
    if result is _R.IMAGE_ABSENT and NODE_PLATFORM_ABSENT.is_in(text):
        return "the registry lets the node pull, and the image is not for the node's platform: "
    return ""


_PREFIX: Final = re.compile(r'^(?:Back-off pulling|Failed to pull) image "[^"]*": (?:ErrImagePull: )?')
_KUBECTL: Final = re.compile(r'^Error from server(?: \([A-Za-z]+\))?: (?:error when creating "STDIN": )?')
