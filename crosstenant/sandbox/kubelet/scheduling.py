"""Which node a pod gets, in the scheduler's place, and what the scheduler says where there is none.

Selectors, node affinity, taints, and the requests of CPU and memory count; what else a real scheduler knows does not.
https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from crosstenant.sandbox.kubelet.fields import part, parts

Json = dict[str, Any]

CPU: Final = 4.0
MEMORY: Final = 16 * 1024.0**3
PODS: Final = 110
"""What each node of the sandbox has."""
_UNITS: Final = {
    "": 1.0,
    "m": 0.001,
    **{f"{unit}i": 1024.0**power for power, unit in enumerate("KMGT", 1)},
    **{unit: 1000.0**power for power, unit in enumerate("kMGT", 1)},
}
_SELECTOR: Final = "node(s) didn't match Pod's node affinity/selector"


@dataclass(frozen=True)
class NodeDescription:
    """A node as its cluster wants it."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    taints: Sequence[Json] = ()
    is_full: bool = False
    """Whether other pods, which the sandbox does not have, leave no CPU."""


@dataclass
class Load:
    """What the pods on a node ask for."""

    cpu: float = 0.0
    memory: float = 0.0
    pods: int = 0

    def add(self, pod: Json) -> None:
        """Counts a pod."""
        containers = pod["spec"]["containers"]
        self.cpu += sum(_requested(one, "cpu") for one in containers)
        self.memory += sum(_requested(one, "memory") for one in containers)
        self.pods += 1


def place(pod: Json, nodes: Sequence[NodeDescription], loads: Mapping[str, Load]) -> tuple[str | None, str]:
    """The node for a pod, or None and the scheduler's message.

    :param nodes: In the order in which they are taken.
    :param loads: What the pods on the nodes ask for; a node without an entry has none.
    """
    if not nodes:
        return None, "no nodes available to schedule pods"
    reasons: Counter[str] = Counter()
    helpless = 0
    for node in nodes:
        found = _reasons(pod, node, loads.get(node.name, Load()))
        if not found:
            return node.name, ""
        reasons.update(found)
        helpless += not found[0].startswith(("Insufficient", "Too many"))
    count, busy = len(nodes), len(nodes) - helpless
    said = ", ".join(sorted(f"{times} {reason}" for reason, times in reasons.items()))
    victims = [f"{busy} No preemption victims found for incoming pod"] if busy else []
    useless = [f"{helpless} Preemption is not helpful for scheduling"] if helpless else []
    preemption = ", ".join(sorted([*victims, *useless]))
    return None, f"0/{count} nodes are available: {said}. preemption: 0/{count} nodes are available: {preemption}."


def _reasons(pod: Json, node: NodeDescription, load: Load) -> list[str]:
    """Why a pod cannot run on a node: the reason of the first kind, as the scheduler's filters end there."""
    for taint in node.taints:
        if taint["effect"] in ("NoSchedule", "NoExecute") and not _tolerates(pod, taint):
            return [f"node(s) had untolerated taint {{{taint['key']}: {taint.get('value') or ''}}}"]
    if not _fits(pod, node):
        return [_SELECTOR]
    asked = Load()
    asked.add(pod)
    short: list[str] = []
    if load.pods + 1 > PODS:
        short.append("Too many pods")
    if asked.cpu and (node.is_full or load.cpu + asked.cpu > CPU):
        short.append("Insufficient cpu")
    if asked.memory and load.memory + asked.memory > MEMORY:
        short.append("Insufficient memory")
    return short


def _tolerates(pod: Json, taint: Json) -> bool:
    for toleration in parts(pod["spec"], "tolerations"):
        if toleration.get("effect") not in (None, "", taint["effect"]):
            continue
        key, operator = toleration.get("key") or "", toleration.get("operator") or "Equal"
        if not key and operator == "Exists":
            return True
        same = (toleration.get("value") or "") == (taint.get("value") or "")
        if key == taint["key"] and (operator == "Exists" or same):
            return True
    return False


def _fits(pod: Json, node: NodeDescription) -> bool:
    selector: Json = part(pod["spec"], "nodeSelector")
    if any(node.labels.get(name) != value for name, value in selector.items()):
        return False
    affinity = part(part(pod["spec"], "affinity"), "nodeAffinity")
    required = part(affinity, "requiredDuringSchedulingIgnoredDuringExecution")
    terms = parts(required, "nodeSelectorTerms")
    fields = {"metadata.name": node.name}
    return not terms or any(
        all(_holds(one, node.labels) for one in parts(term, "matchExpressions"))
        and all(_holds(one, fields) for one in parts(term, "matchFields"))
        for term in terms
    )


def _holds(expression: Json, values: Mapping[str, str]) -> bool:
    found, operator = values.get(expression["key"]), expression["operator"]
    given: list[str] = expression.get("values") or []
    if operator in ("Exists", "DoesNotExist"):
        return (found is not None) == (operator == "Exists")
    if operator == "NotIn":
        return found not in given
    return operator == "In" and found in given


def _requested(container: Json, name: str) -> float:
    resources = part(container, "resources")
    # A limit without a request is the request as well; the API server writes it so.
    text = str(part(resources, "requests").get(name) or part(resources, "limits").get(name) or "0")
    match = re.fullmatch(r"([\d.]+)([A-Za-z]*)", text)
    return float(match[1]) * _UNITS.get(match[2], 1.0) if match else 0.0
