"""Which node the sandbox's scheduler takes for a pod, and what it says where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant.sandbox.kubelet.scheduling import Load, NodeDescription, place

Json = dict[str, Any]

TAINT = {"key": "CriticalAddonsOnly", "value": "true", "effect": "NoSchedule"}
NODES = [
    NodeDescription("system-0", {"agentpool": "system"}, [TAINT]),
    NodeDescription("apps-0", {"agentpool": "apps"}),
    NodeDescription("apps-1", {"agentpool": "apps"}),
]


def pod(cpu: str = "10m", memory: str = "16Mi", **spec: Any) -> Json:
    resources = {"requests": {"cpu": cpu, "memory": memory}}
    return {"metadata": {"name": "pod"}, "spec": {"containers": [{"name": "main", "resources": resources}], **spec}}


def affinity(*terms: Json) -> Json:
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}
    return {"affinity": {"nodeAffinity": required}}


def matching(key: str, operator: str, *values: str) -> Json:
    return {"key": key, "operator": operator, "values": list(values)}


def where(one: Json, nodes: list[NodeDescription] = NODES, **loads: Load) -> str | None:
    return place(one, nodes, {name.replace("_", "-"): load for name, load in loads.items()})[0]


def test_first_node_without_a_taint_takes_an_ordinary_pod() -> None:
    assert where(pod()) == "apps-0"
    assert where(pod(tolerations=[{"operator": "Exists"}])) == "system-0"


@pytest.mark.parametrize(
    ("toleration", "node"),
    [
        ({"key": "CriticalAddonsOnly", "operator": "Exists"}, "system-0"),
        ({"key": "CriticalAddonsOnly", "value": "true"}, "system-0"),
        ({"key": "CriticalAddonsOnly", "value": "false"}, "apps-0"),
        ({"operator": "Exists", "effect": "NoExecute"}, "apps-0"),
        ({"key": "other", "operator": "Exists"}, "apps-0"),
    ],
)
def test_toleration_fits_a_taint_by_key_value_and_effect(toleration: Json, node: str) -> None:
    assert where(pod(tolerations=[toleration])) == node


@pytest.mark.parametrize(
    ("wanted", "node"),
    [
        ({"nodeSelector": {"agentpool": "apps"}}, "apps-0"),
        ({"nodeSelector": {"agentpool": "gone"}}, None),
        (affinity({"matchFields": [matching("metadata.name", "In", "apps-1")]}), "apps-1"),
        (affinity({"matchExpressions": [matching("agentpool", "NotIn", "apps")]}), None),
        (affinity({"matchExpressions": [matching("gpu", "Exists")]}), None),
        (affinity({"matchExpressions": [matching("gpu", "Exists")]}, {"matchExpressions": []}), "apps-0"),
    ],
)
def test_selector_and_affinity(wanted: Json, node: str | None) -> None:
    assert where(pod(**wanted)) == node


def test_requests_of_the_pods_on_a_node_count() -> None:
    assert where(pod(cpu="1"), apps_0=Load(3.5, 0, 3)) == "apps-1"
    assert where(pod(memory="1Gi"), apps_0=Load(0, 16 * 1024.0**3, 3)) == "apps-1"
    assert where(pod(), apps_0=Load(0, 0, 110)) == "apps-1"
    load = Load()
    load.add(pod(cpu="1500m", memory="1G"))
    assert (load.cpu, load.memory, load.pods) == (1.5, 1e9, 1)


def test_message_counts_the_reasons_as_the_scheduler_does() -> None:
    full = [NODES[0], NodeDescription("apps-0", {"agentpool": "apps"}, (), True), NodeDescription("b-0", {})]
    _, said = place(pod(nodeSelector={"agentpool": "apps"}), full, {})
    available, preemption = said.removesuffix(".").split(". preemption: ")
    reasons = available.removeprefix("0/3 nodes are available: ").split(", ")
    assert reasons == [
        "1 Insufficient cpu",
        "1 node(s) didn't match Pod's node affinity/selector",
        "1 node(s) had untolerated taint {CriticalAddonsOnly: true}",
    ]
    assert preemption == (
        "0/3 nodes are available: 1 No preemption victims found for incoming pod, "
        "2 Preemption is not helpful for scheduling"
    )
    assert place(pod(), [], {}) == (None, "no nodes available to schedule pods")
