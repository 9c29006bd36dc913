"""Each failure of the proof on nodes, on the real engine and in a cluster with a real API server: one story.

The checks only warn, so that one operation shows several; what ``require`` does is asked at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crosstenant.model.kubernetes.node_pull.pod import RUN_LABEL, UNTIL_LABEL
from crosstenant.sandbox.host.plugins import prepare_plugins
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world import node_drift
from crosstenant.sandbox.world.built_in_roles import ACR_PULL
from crosstenant.sandbox.world.drift import CLUSTERS, give_credential, resource, stop_cluster
from crosstenant.sandbox.world.nodes import set_power
from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID, OLD_CLUSTER_APP_ID, OLD_CLUSTER_SECRET, REGISTRY
from crosstenant.sandbox.world.state import State, Store
from tests.clients.estate import Estate
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.node_pull_world import CHECK, NAME, NodeStack
from tests.kubernetes.pods import pod

pytestmark = pytest.mark.engine

Json = dict[str, Any]

IMAGE = "fabrikamimages.azurecr.io/hello:1.0"

PROGRAM = """
    import json
    from pathlib import Path

    import pulumi
    import crosstenant

    config = pulumi.Config()
    provider = crosstenant.Provider(
        "contoso",
        tenant_id=config.require("clusterTenantId"),
        client_id=config.require("clusterClientId"),
        client_secret=config.require_secret("clusterClientSecret"),
    )
    for name, asked in json.loads(Path("asked.json").read_text()).items():
        crosstenant.NodePullCheck(
            name,
            **{"cluster_id": config.require("clusterId"), "mode": "warn", "timeout_seconds": 10, **asked},
            opts=pulumi.ResourceOptions(provider=provider),
        )
"""
GOOD: Json = {"image": IMAGE}


@pytest.fixture
def nodes(
    azure: Sandbox, store: Store, estate: Estate, cluster_named: Callable[[str], Cluster], tmp_path: Path
) -> Iterator[NodeStack]:
    """A cluster whose nodes pull, and a stack that asks nothing yet."""
    app = estate.add_application()
    estate.assign(REGISTRY, ACR_PULL, estate.add_principal(app))
    with store.change() as state:
        give_credential(state, resource(state, CLUSTERS, NAME), app.client_id, app.secret)
    environ = {**azure.surroundings(), **prepare_plugins(tmp_path / "pulumi-home").environment}
    yield NodeStack(PROGRAM, store, environ, tmp_path, cluster_named(NAME))
    with store.change() as state:
        cluster = resource(state, CLUSTERS, NAME)
        give_credential(state, cluster, OLD_CLUSTER_APP_ID, OLD_CLUSTER_SECRET)
        whole(state)


def whole(state: State) -> None:
    """The cluster as it was seeded."""
    node_drift.fill_nodes(state, NAME, None, full=False)
    node_drift.block_registry(state, NAME, "fabrikamimages", None)
    node_drift.disable_run_command(state, NAME, disabled=False)
    cluster = resource(state, CLUSTERS, NAME)
    cluster["properties"].pop("aadProfile", None)
    set_power(cluster, "Running")


def ask(nodes: NodeStack, **asked: Json) -> None:
    (nodes.project / "asked.json").write_text(json.dumps(asked))


def deny_by_policy(cluster: Cluster, namespace: str) -> None:
    """A policy of the API server's own that admits no pod of a foreign registry into a namespace."""
    rule: Json = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    policies = "/apis/admissionregistration.k8s.io/v1"
    says = {"expression": "false", "message": "only images of contoso.azurecr.io may run here"}
    spec: Json = {"failurePolicy": "Fail", "matchConstraints": {"resourceRules": [rule]}, "validations": [says]}
    name = f"only-own-images-{namespace}"
    cluster.create(f"{policies}/validatingadmissionpolicies", {"metadata": {"name": name}, "spec": spec})
    where = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    binding: Json = {"policyName": name, "validationActions": ["Deny"], "matchResources": where}
    cluster.create(f"{policies}/validatingadmissionpolicybindings", {"metadata": {"name": name}, "spec": binding})

    def denies() -> bool:
        path = f"/api/v1/namespaces/{namespace}/pods?dryRun=All"
        return "only images of" in cluster.admin.post(path, json=pod("probe", IMAGE)).text

    cluster.until(denies, 30)


def add_pull_secret(cluster: Cluster, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/default"
    headers = {"Content-Type": "application/merge-patch+json"}
    patch = {"imagePullSecrets": [{"name": "registry-pull"}]}
    cluster.admin.patch(path, json=patch, headers=headers).raise_for_status()


def enforce_restricted(cluster: Cluster, namespace: str) -> None:
    headers = {"Content-Type": "application/merge-patch+json"}
    labels = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    cluster.admin.patch(f"/api/v1/namespaces/{namespace}", json=labels, headers=headers).raise_for_status()


def test_each_failure_is_told_apart_and_only_what_the_nodes_say_is_drift(nodes: NodeStack) -> None:
    cluster = nodes.cluster
    policy, secret, restricted = (cluster.namespace(it) for it in ("policy", "secret", "restricted"))
    deny_by_policy(cluster, policy)
    add_pull_secret(cluster, secret)
    enforce_restricted(cluster, restricted)
    ask(
        nodes,
        absent={"image": "fabrikamimages.azurecr.io/hello:gone"},
        denied={**GOOD, "namespace": policy},
        everyone={**GOOD, "coverage": "each-node"},
        pools=GOOD,
        restricted={**GOOD, "namespace": restricted},
        secret={**GOOD, "namespace": secret},
        skipped={**GOOD, "mode": "skip"},
    )
    up = nodes.done("up")
    assert nodes.results() == {
        "absent": "image absent",
        "denied": "admission denied",
        "everyone": "pulled",
        "pools": "pulled",
        "restricted": "pulled",
        "secret": "pull secret",
        "skipped": "skipped",
    }
    assert up.says("only images of contoso.azurecr.io may run here")
    assert up.says("name another namespace")
    assert len(nodes.outputs(CHECK)["everyone"]["nodes"]) == 5
    nodes.no_pods_soon()

    # What the nodes say is drift.
    ask(nodes, pools=GOOD)
    nodes.done("up")
    nodes.change(lambda state: node_drift.block_registry(state, NAME, "fabrikamimages", "timeout"))
    nodes.done("up", "--refresh")
    assert nodes.results() == {"pools": "registry not reachable"}
    nodes.change(whole)
    nodes.change(lambda state: node_drift.reset_secret(state, NAME, valid=False))
    nodes.done("up", "--refresh")
    assert nodes.results() == {"pools": "refused"}
    assert "the registry did not accept it" in nodes.outputs(CHECK)["pools"]["detail"]


KEEPS: list[tuple[str, Callable[[State], object], str]] = [
    ("full pool", lambda it: node_drift.fill_nodes(it, NAME, "apps"), "3 Insufficient cpu"),
    (
        "full cluster",
        lambda it: node_drift.fill_nodes(it, NAME, None),
        "has room for the pod in which AKS runs commands",
    ),
    ("no run-command", lambda it: node_drift.disable_run_command(it, NAME), "--enable-run-command"),
    ("stopped", lambda it: stop_cluster(it, NAME), "is stopped"),
    ("entra", lambda it: node_drift.integrate_entra(it, NAME), 'pods is forbidden: User "'),
]


def test_what_cannot_be_asked_keeps_the_last_result_and_warns(nodes: NodeStack) -> None:
    ask(nodes, pools=GOOD)
    nodes.done("up")
    for what, make, words in KEEPS:
        nodes.change(make)
        refreshed = nodes.done("up", "--refresh")
        nodes.change(whole)
        assert refreshed.says(words), f"{what}: {refreshed.output}"
        assert nodes.results() == {"pools": "pulled"}, what
    # Where the proof is required and was never made, the same is an error.
    nodes.change(lambda state: node_drift.fill_nodes(state, NAME, "apps"))
    ask(nodes, pools=GOOD, required={**GOOD, "mode": "require"})
    failed = nodes.stack.operate("up")
    nodes.change(whole)
    assert failed.code != 0
    assert failed.says("3 Insufficient cpu", "node pool 'apps'")
    nodes.done("up")
    assert nodes.results() == {"pools": "pulled", "required": "pulled"}


def test_entra_integrated_cluster_is_asked_with_a_token_of_the_caller(nodes: NodeStack) -> None:
    with nodes.store.change() as state:
        node_drift.integrate_entra(state, NAME)
        caller = next(it["id"] for it in state["servicePrincipals"].values() if it["appId"] == CLUSTER_CALLER_ID)
    rules: list[Json] = [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["create", "get", "list", "delete"]},
        {"apiGroups": [""], "resources": ["events"], "verbs": ["list"]},
    ]
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
    nodes.cluster.create(f"{rbac}/roles", {"metadata": {"name": "asks-nodes"}, "rules": rules})
    binding = {
        "metadata": {"name": "asks-nodes"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "asks-nodes"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": caller}],
    }
    nodes.cluster.create(f"{rbac}/rolebindings", binding)
    ask(nodes, pools={**GOOD, "mode": "require"})
    try:
        up = nodes.done("up")
    finally:
        # Another test asks as this caller, who then may not list pods.
        nodes.cluster.delete(f"{rbac}/rolebindings/asks-nodes")
    assert nodes.results() == {"pools": "pulled"}
    assert "eyJ" not in up.output


def test_pods_that_a_killed_run_has_left_are_removed_by_the_next(nodes: NodeStack) -> None:
    """The command in the cluster is killed as well: its own clean-up has not run."""
    labels = {RUN_LABEL: "0123456789", UNTIL_LABEL: "1000000000"}
    young = {RUN_LABEL: "9876543210", UNTIL_LABEL: "9999999999"}
    for name, marks in (("old", labels), ("of-another-run", young)):
        document = pod(name, IMAGE, container={"command": ["/none"]})
        document["metadata"]["labels"] = marks
        nodes.cluster.create("/api/v1/namespaces/default/pods", document)
    ask(nodes, pools=GOOD)
    nodes.done("up")
    nodes.cluster.until(lambda: nodes.proof_pods() == ["of-another-run"], 20)
    nodes.cluster.delete("/api/v1/namespaces/default/pods/of-another-run")
