"""Pods without a pull secret on a cluster with a service principal: each node pulls with what is on it.

How a node is refused, in containerd's and the kubelet's words, and where no pod runs at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crosstenant.sandbox.world import node_drift
from crosstenant.sandbox.world.built_in_roles import ACR_PULL
from crosstenant.sandbox.world.drift import CLUSTERS, give_credential, resource
from crosstenant.sandbox.world.seed import OLD_CLUSTER_APP_ID, OLD_CLUSTER_SECRET, REGISTRY
from crosstenant.sandbox.world.state import Store
from tests.clients.estate import Application, Estate
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.pods import events, phase, pod, state

Json = dict[str, Any]

NAME = "aks-prod"
HOST = "fabrikamimages.azurecr.io"
IMAGE = f"{HOST}/hello:1.0"
UNRESOLVED = f'failed to pull and unpack image "{IMAGE}": failed to resolve reference "{IMAGE}": '
TOKEN = f"GET request to https://{HOST}/oauth2/token?service={HOST}&scope=repository%3Ahello%3Apull"
ANONYMOUS = f"{UNRESOLVED}failed to authorize: failed to fetch anonymous token: unexpected status from {TOKEN}: 401"


@pytest.fixture
def cluster(cluster_named: Callable[[str], Cluster]) -> Cluster:
    return cluster_named(NAME)


@pytest.fixture
def namespace(cluster: Cluster) -> str:
    return cluster.namespace("pulls")


@pytest.fixture
def granted(estate: Estate, store: Store) -> Iterator[Application]:
    """An application that may pull, with which the cluster acts; afterwards the cluster is as it was."""
    application = estate.add_application()
    estate.assign(REGISTRY, ACR_PULL, estate.add_principal(application))
    with store.change() as state:
        give_credential(state, resource(state, CLUSTERS, NAME), application.client_id, application.secret)
    yield application
    with store.change() as state:
        give_credential(state, resource(state, CLUSTERS, NAME), OLD_CLUSTER_APP_ID, OLD_CLUSTER_SECRET)
        node_drift.fill_nodes(state, NAME, None, full=False)
        node_drift.taint_pool(state, NAME, "apps", None)
        node_drift.block_registry(state, NAME, "fabrikamimages", None)


def proof(name: str, image: str = IMAGE, **spec: Any) -> Json:
    """A pod whose image does not have its command."""
    container: Json = {"imagePullPolicy": "Always", "command": ["/no-such-program"], **spec.pop("container", {})}
    return pod(name, image, container=container, **spec)


def on(pool: str) -> Json:
    return {"nodeSelector": {"kubernetes.azure.com/agentpool": pool}}


def create(cluster: Cluster, namespace: str, document: Json) -> str:
    return cluster.create(f"/api/v1/namespaces/{namespace}/pods", document)["metadata"]["name"]


def refused(cluster: Cluster, namespace: str, name: str) -> str:
    """The message with which a pull is refused."""

    def backing_off() -> str | None:
        waiting = state(cluster, namespace, name).get("waiting") or {}
        return waiting.get("message") if waiting.get("reason") == "ImagePullBackOff" else None

    return cluster.until(backing_off).partition(": ErrImagePull: ")[2]


def test_granted_pull_ends_in_a_start_error_on_each_pool(
    cluster: Cluster, namespace: str, granted: Application
) -> None:
    for pool in ("system", "apps"):
        create(cluster, namespace, proof(pool, **on(pool)))
        ended = cluster.until(lambda pool=pool: state(cluster, namespace, pool).get("terminated"))
        assert (ended["reason"], ended["exitCode"]) == ("StartError", 128)
        assert 'exec: "/no-such-program": stat /no-such-program: no such file or directory' in ended["message"]
        assert phase(cluster, namespace, pool) == "Failed"
        node = cluster.get(f"/api/v1/namespaces/{namespace}/pods/{pool}")["spec"]["nodeName"]
        assert node.startswith(f"aks-{pool}-")
    told = [reason for reason, _ in events(cluster, namespace)]
    assert {"Scheduled", "Pulling", "Pulled", "Created", "Failed"} == set(told)
    [pulled] = {message.partition(" in ")[0] for reason, message in events(cluster, namespace) if reason == "Pulled"}
    assert pulled == f'Successfully pulled image "{IMAGE}"'


def test_dead_secret_is_refused_with_both_credentials(
    cluster: Cluster, namespace: str, granted: Application, store: Store
) -> None:
    with store.change() as world:
        node_drift.reset_secret(world, NAME, valid=False)
    create(cluster, namespace, proof("dead"))
    oauth = f"{UNRESOLVED}failed to authorize: failed to fetch oauth token: unexpected status from {TOKEN}: 401"
    assert refused(cluster, namespace, "dead") == f"[{oauth} Unauthorized, {ANONYMOUS} Unauthorized]"


def test_node_that_is_not_reimaged_yet_pulls_with_what_it_has(
    cluster: Cluster, namespace: str, granted: Application, store: Store
) -> None:
    with store.change() as world:
        nodes = resource(world, CLUSTERS, NAME)["_nodes"]
        nodes[0]["secret"] = "an-older-secret-that-has-ended"
        names = [node["name"] for node in nodes]
    for number, node in enumerate(names[:2]):
        field = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
        required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [field]}}
        create(cluster, namespace, proof(f"node-{number}", affinity={"nodeAffinity": required}))
    cluster.until(lambda: phase(cluster, namespace, "node-1") == "Failed")
    assert "failed to fetch oauth token" in refused(cluster, namespace, "node-0")


def test_absent_image_and_unreachable_registry(
    cluster: Cluster, namespace: str, granted: Application, store: Store
) -> None:
    absent = f"{HOST}/hello:gone"
    create(cluster, namespace, proof("absent", absent))
    words = refused(cluster, namespace, "absent")
    not_found = (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{absent}": failed to resolve reference '
    )
    assert words.startswith(f'[{not_found}"{absent}": {absent}: not found, ')
    for how, dial in (("timeout", ":443: i/o timeout"), ("dns", ": no such host")):
        with store.change() as world:
            node_drift.block_registry(world, NAME, "fabrikamimages", how)
        create(cluster, namespace, proof(how))
        words = refused(cluster, namespace, how)
        assert words.startswith(
            f'{UNRESOLVED}failed to do request: Head "https://{HOST}/v2/hello/manifests/1.0": dial tcp'
        )
        assert words.endswith(dial)


def test_pod_without_a_node_waits_and_says_why(
    cluster: Cluster, namespace: str, granted: Application, store: Store
) -> None:
    requests = {"resources": {"requests": {"cpu": "10m"}}}
    with store.change() as world:
        node_drift.fill_nodes(world, NAME, "apps")
        node_drift.taint_pool(world, NAME, "system", "CriticalAddonsOnly=true:NoSchedule")
    try:
        create(cluster, namespace, proof("full", container=requests, **on("apps")))
        path = f"/api/v1/namespaces/{namespace}/pods/full"
        [condition] = cluster.until(lambda: cluster.get(path)["status"].get("conditions"))
        assert (condition["type"], condition["status"], condition["reason"]) == (
            "PodScheduled",
            "False",
            "Unschedulable",
        )
        said = (
            "0/5 nodes are available: 2 node(s) had untolerated taint {CriticalAddonsOnly: true}, 3 Insufficient cpu. "
        )
        assert condition["message"].startswith(said)
        assert ("FailedScheduling", condition["message"]) in events(cluster, namespace)
        # A pod that tolerates all taints runs on the other pool.
        create(cluster, namespace, proof("tolerates", tolerations=[{"operator": "Exists"}], **on("system")))
        cluster.until(lambda: phase(cluster, namespace, "tolerates") == "Failed")
        with store.change() as world:
            node_drift.fill_nodes(world, NAME, "apps", full=False)
        cluster.until(lambda: phase(cluster, namespace, "full") == "Failed")
    finally:
        with store.change() as world:
            node_drift.taint_pool(world, NAME, "system", None)


def test_pod_that_must_not_be_root_needs_a_user_and_a_deadline_ends_a_pod(
    cluster: Cluster, namespace: str, granted: Application
) -> None:
    context = {"runAsNonRoot": True}
    create(cluster, namespace, proof("root", container={"securityContext": context}, activeDeadlineSeconds=3))
    waiting = cluster.until(lambda: state(cluster, namespace, "root").get("waiting"))
    cluster.until(lambda: state(cluster, namespace, "root")["waiting"]["reason"] == "CreateContainerConfigError")
    waiting = state(cluster, namespace, "root")["waiting"]
    assert waiting["message"].startswith("container has runAsNonRoot and image will run as root (pod: ")
    context = {"runAsNonRoot": True, "runAsUser": 65534}
    create(cluster, namespace, proof("user", container={"securityContext": context}))
    cluster.until(lambda: phase(cluster, namespace, "user") == "Failed")
    cluster.until(lambda: phase(cluster, namespace, "root") == "Failed")
    status = cluster.get(f"/api/v1/namespaces/{namespace}/pods/root")["status"]
    assert status["reason"] == "DeadlineExceeded"


def test_nodes_follow_the_cluster(cluster: Cluster, store: Store) -> None:
    names = {one["metadata"]["name"]: one["metadata"]["labels"] for one in cluster.get("/api/v1/nodes")["items"]}
    assert len(names) == 5
    assert names["aks-apps-10000000-vmss000002"]["agentpool"] == "apps"
    with store.change() as world:
        removed = resource(world, CLUSTERS, NAME)["_nodes"].pop()
    try:
        cluster.until(lambda: len(cluster.get("/api/v1/nodes")["items"]) == 4, 20)
    finally:
        with store.change() as world:
            resource(world, CLUSTERS, NAME)["_nodes"].append(removed)
    cluster.until(lambda: len(cluster.get("/api/v1/nodes")["items"]) == 5, 20)
