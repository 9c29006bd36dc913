"""Run-command in a cluster: the real kubectl, as whom, with which programs, and how the cluster refuses the command.

One cluster for all tests of this file: its nodes, policies and Entra integration are put back by each test.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.containerservice.models import RunCommandRequest

from crosstenant.sandbox.entra.audiences import KUBERNETES_AUDIENCE
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.kubernetes.command_process import LONGEST_OUTPUT
from crosstenant.sandbox.world import node_drift
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID
from crosstenant.sandbox.world.state import Store
from tests.kubernetes.cluster_world import Cluster
from tests.kubernetes.run_commands import Commands

Json = dict[str, Any]

NAME = "aks-prod"


@pytest.fixture
def cluster(cluster_named: Callable[[str], Cluster]) -> Cluster:
    return cluster_named(NAME)


@pytest.fixture
def commands(azure: Sandbox, store: Store, cluster: Cluster) -> Iterator[Commands]:
    yield Commands(azure, store, cluster.id)
    with store.change() as state:
        node_drift.fill_nodes(state, NAME, None, full=False)
        resource(state, CLUSTERS, NAME)["properties"].pop("aadProfile", None)
        state["settings"]["run_command"]["limit_seconds"] = 600


def test_command_runs_with_its_files_as_an_administrator(commands: Commands, cluster: Cluster) -> None:
    manifest = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "made"}, "data": {"a": "b"}})
    applies = "kubectl apply -n default -f sub/file.json; echo out; echo err >&2"
    found = commands.run(applies, {"sub/file.json": manifest})
    assert (found["provisioningState"], found["exitCode"]) == ("Succeeded", 0)
    assert found["logs"] == "configmap/made created\nout\nerr\n"
    assert found["startedAt"] <= found["finishedAt"]
    assert cluster.get("/api/v1/namespaces/default/configmaps/made")["data"] == {"a": "b"}
    found = commands.run("kubectl auth whoami -o jsonpath='{.status.userInfo.groups}'; exit 7")
    assert (found["provisioningState"], found["exitCode"]) == ("Succeeded", 7)
    assert found["logs"] == '["system:masters","system:authenticated"]'


def test_command_has_the_programs_of_its_image_alone(commands: Commands) -> None:
    looks = "for it in sh kubectl sleep cat python3 curl jq az git; do command -v $it >/dev/null && echo $it; done"
    assert commands.run(looks)["logs"].split() == ["sh", "kubectl", "sleep", "cat"]
    # The pod's own namespace is the one that kubectl takes.
    assert "namespace: aks-command" in commands.run("kubectl config view")["logs"]
    variables = commands.run("env | cut -d= -f1 | sort")["logs"].split()
    assert [one for one in variables if one not in ("_", "LC_CTYPE", "OLDPWD", "PWD", "SHLVL")] == [
        *("HOME", "KUBECONFIG", "PATH", "TMPDIR"),
    ]


def test_output_is_cut_and_time_is_limited(commands: Commands, store: Store) -> None:
    found = commands.run("seq 1 200000")
    assert len(found["logs"]) == LONGEST_OUTPUT
    assert found["logs"].startswith("1\n2\n3\n")
    with store.change() as state:
        state["settings"]["run_command"]["limit_seconds"] = 1
    found = commands.run("echo begun; sleep 60")
    assert found["provisioningState"] == "Failed"
    assert found["reason"] == "the command did not end within 1 seconds"
    assert found["logs"] == "begun\n"


def test_file_that_is_no_zip_fails_the_command(commands: Commands) -> None:
    found = commands.run("echo not reached", context="bm90IGEgemlw")
    assert found["exitCode"] == 1
    assert found["logs"].startswith("the context must be a zip file: ")


def test_command_pod_is_gone_when_the_command_has_ended(commands: Commands, cluster: Cluster) -> None:
    found = commands.run("kubectl get pods -o name")
    [name] = found["logs"].split()
    assert name.startswith("pod/command-")
    path = f"/api/v1/namespaces/aks-command/pods/{name.removeprefix('pod/')}"
    cluster.until(lambda: cluster.admin.get(path).status_code == 404, 10)


def test_cluster_without_room_does_not_run_the_command(commands: Commands, store: Store) -> None:
    with store.change() as state:
        node_drift.fill_nodes(state, NAME, "system")
    assert commands.run("true")["exitCode"] == 0  # on a node of the other pool
    with store.change() as state:
        node_drift.fill_nodes(state, NAME, None)
    status, code, message = commands.refusal("true")
    assert (status, code) == (404, "KubernetesPerformanceError")
    assert "in aks-command namespace did not start within 30s on your cluster" in message


def test_cluster_that_does_not_admit_the_pod_refuses_the_command(commands: Commands, cluster: Cluster) -> None:
    path, label = "/api/v1/namespaces/aks-command", "pod-security.kubernetes.io/enforce"
    headers = {"Content-Type": "application/merge-patch+json"}
    cluster.admin.patch(path, json={"metadata": {"labels": {label: "restricted"}}}, headers=headers).raise_for_status()
    try:
        status, code, message = commands.refusal("true")
    finally:
        cluster.admin.patch(path, json={"metadata": {"labels": {label: None}}}, headers=headers)
    assert (status, code) == (400, "KubernetesOperationError")
    assert message.startswith("Failed to run command in managed cluster due to kubernetes failure. details: pods ")
    assert 'violates PodSecurity "restricted:latest"' in message


def test_entra_integrated_cluster_knows_the_owner_of_the_token(
    commands: Commands, cluster: Cluster, store: Store
) -> None:
    with store.change() as state:
        node_drift.integrate_entra(state, NAME)
        principal = next(one for one in state["servicePrincipals"].values() if one["appId"] == CLUSTER_CALLER_ID)
    token = commands.token(KUBERNETES_AUDIENCE, CLUSTER_CALLER_ID)
    ask = "kubectl get pods -n default"
    found = commands.run(ask, clusterToken=token)
    assert found["exitCode"] == 1
    words = f'Error from server (Forbidden): pods is forbidden: User "{principal["id"]}" cannot list resource "pods"'
    assert found["logs"].startswith(words)
    binding: Json = {
        "metadata": {"name": "may-view"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": principal["id"]}],
    }
    bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings"
    cluster.create(bindings, binding)
    try:
        cluster.until(lambda: commands.run(ask, clusterToken=token)["exitCode"] == 0, 20)
    finally:
        cluster.delete(f"{bindings}/may-view")
    # A token of another audience: the words that people report (https://github.com/Azure/AKS/issues/2698).
    found = commands.run(ask, clusterToken=commands.token())
    assert found["exitCode"] == 1
    assert found["logs"].splitlines()[-1].startswith("error: You must be logged in to the server (")
    assert commands.refusal(ask)[1] == "MissingAADClusterToken"


def test_client_of_azures_sdk_follows_the_command_to_its_end(
    azure: Sandbox, cluster: Cluster, commands: Commands
) -> None:
    """az aks command invoke uses this client."""
    _, _, subscription, _, group, *_ = cluster.id.split("/")

    class Fixed:
        def get_token(self, *scopes: str, **_: Any) -> AccessToken:
            return AccessToken(commands.token(), int(time.time()) + 3000)

    trusted = azure.environment()["SSL_CERT_FILE"]
    proxies = {"https": azure.url}
    with ContainerServiceClient(Fixed(), subscription, connection_verify=trusted, proxies=proxies) as client:
        poller = client.managed_clusters.begin_run_command(
            group, NAME, RunCommandRequest(command="echo said"), polling_interval=1
        )
        found = poller.result()
        assert (found.provisioning_state, found.exit_code, found.logs) == ("Succeeded", 0, "said\n")
        assert found.id
        again = client.managed_clusters.get_command_result(group, NAME, found.id)
        assert again
        assert again.logs == "said\n"
