"""Run-command: what Resource Manager checks, where the result is, and who the command is in the cluster.

No command runs here: tests/kubernetes/test_run_command.py runs them in a cluster.
"""

from __future__ import annotations

import base64
from typing import Any

import pytest

from crosstenant.sandbox.arm.app import make_app
from crosstenant.sandbox.entra.audiences import KUBERNETES_AUDIENCE
from crosstenant.sandbox.kubernetes.command_job import CommandJob, CommandNotStarted, CommandUser
from crosstenant.sandbox.world.built_in_roles import AKS_RBAC_CLUSTER_ADMIN
from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_OWNER_ID,
    CLUSTER_POWERLESS_ID,
    CLUSTER_SUBSCRIPTION,
    REGISTRY_OWNER_ID,
)
from crosstenant.sandbox.world.state import Store
from tests.sandbox.arm_world import Arm, Client, Json, message, refusal


class Commands:
    """Takes the place of the clusters: records what begins."""

    def __init__(self) -> None:
        self.begun: list[CommandJob] = []
        self.error: Exception | None = None

    async def begin(self, job: CommandJob) -> None:
        if self.error:
            raise self.error
        self.begun.append(job)


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
def arm(store: Store, commands: Commands) -> Arm:
    arm = Arm(store)
    app = make_app(store)
    app.state.commands = commands
    arm.client = Client(app)
    return arm


def run(arm: Arm, caller: str = CLUSTER_CALLER_ID, **body: Any) -> Any:
    return arm.post(f"{CLUSTER}/runCommand", {"command": "kubectl get pods", **body}, caller=caller)


def ended(arm: Arm, job: CommandJob, **result: Any) -> None:
    with arm.store.change() as state:
        state["runCommands"][job.command_id].update(done=True, result=result)


def test_command_is_accepted_and_its_result_is_below_the_cluster(arm: Arm, commands: Commands) -> None:
    answer = run(arm, context=base64.b64encode(b"a zip file").decode())
    assert (answer.status_code, answer.content) == (202, b"")
    [job] = commands.begun
    where = f"https://management.azure.com{CLUSTER}/commandResults/{job.command_id}?api-version=2026-04-01"
    assert answer.headers["Location"] == where
    assert (job.command, job.context, job.user) == ("kubectl get pods", b"a zip file", CommandUser())
    assert job.host.endswith(".azmk8s.io")
    pending = arm.follow(where)
    assert (pending.status_code, pending.headers["Location"]) == (202, where)
    # The Azure CLI goes by the state, and fails on an answer without a body.
    assert (pending.json()["id"], pending.json()["properties"]["provisioningState"]) == (job.command_id, "Running")
    ended(arm, job, provisioningState="Succeeded", exitCode=1, logs="text", finishedAt="2026-01-01T00:00:00Z")
    found = arm.follow(where)
    assert found.status_code == 200
    assert found.json()["id"] == job.command_id
    properties: Json = found.json()["properties"]
    assert sorted(properties) == ["exitCode", "finishedAt", "logs", "provisioningState", "startedAt"]
    assert (properties["exitCode"], properties["logs"]) == (1, "text")


def test_result_of_another_cluster_or_of_no_command_is_not_found(arm: Arm, commands: Commands) -> None:
    run(arm)
    results = f"{CLUSTER}/commandResults"
    assert refusal(arm.get(f"{results}/{'0' * 32}")) == (404, "NotFound")
    other = results.replace("aks-prod", "aks-managed")
    assert refusal(arm.get(f"{other}/{commands.begun[0].command_id}")) == (404, "NotFound")


def test_command_and_result_need_their_own_rights(arm: Arm, commands: Commands) -> None:
    answer = run(arm, CLUSTER_POWERLESS_ID)
    assert refusal(answer) == (403, "AuthorizationFailed")
    assert "'Microsoft.ContainerService/managedClusters/runcommand/action'" in message(answer)
    run(arm)
    answer = arm.get(f"{CLUSTER}/commandResults/{commands.begun[0].command_id}", caller=CLUSTER_POWERLESS_ID)
    assert refusal(answer) == (403, "AuthorizationFailed")
    assert "'Microsoft.ContainerService/managedClusters/commandResults/read'" in message(answer)


def test_what_cannot_run_is_refused(arm: Arm, commands: Commands) -> None:
    assert refusal(run(arm, command="")) == (400, "InvalidParameter")
    assert refusal(run(arm, context="not base64!")) == (400, "InvalidParameter")
    arm.set(CLUSTER, apiServerAccessProfile={"disableRunCommand": True})
    assert refusal(run(arm)) == (400, "BadRequest")
    arm.set(CLUSTER, apiServerAccessProfile={"disableRunCommand": False}, powerState={"code": "Stopped"})
    assert refusal(run(arm)) == (409, "OperationNotAllowed")
    assert "Power State(Stopped), running command cannot be performed" in message(run(arm))
    assert commands.begun == []


@pytest.mark.parametrize(
    ("error", "status", "code", "words"),
    [
        (CommandNotStarted(), 404, "KubernetesPerformanceError", "did not start within 30s on your cluster"),
        (CommandNotStarted("denied the request"), 400, "KubernetesOperationError", "details: denied the request"),
        (OSError("make setup-kubernetes"), 503, "SandboxCannotRunCommands", "make setup-kubernetes"),
    ],
)
def test_pod_that_does_not_run_refuses_the_command(
    arm: Arm, commands: Commands, error: Exception, status: int, code: str, words: str
) -> None:
    commands.error = error
    answer = run(arm)
    assert refusal(answer) == (status, code)
    assert words in message(answer)
    with arm.store.read() as state:
        assert state["runCommands"] == {}


def test_without_a_running_sandbox_no_command_runs(store: Store) -> None:
    assert refusal(run(Arm(store))) == (503, "SandboxCannotRunCommands")


def entra(arm: Arm, **profile: Any) -> None:
    arm.set(CLUSTER, aadProfile={"managed": True, **profile})


def test_entra_integrated_cluster_takes_the_command_as_the_owner_of_its_token(arm: Arm, commands: Commands) -> None:
    entra(arm)
    answer = run(arm)
    assert refusal(answer) == (400, "MissingAADClusterToken")
    run(arm, clusterToken=arm.token(CLUSTER_CALLER_ID, KUBERNETES_AUDIENCE))
    oid = object_id(arm, CLUSTER_CALLER_ID)
    assert commands.begun[0].user == CommandUser(oid, ("system:authenticated",))
    # A cluster without Entra does not look at a token.
    arm.set(CLUSTER, aadProfile=None)
    run(arm, clusterToken="any")
    assert commands.begun[1].user == CommandUser()


def test_token_of_another_audience_or_tenant_goes_to_the_api_server_as_it_is(arm: Arm, commands: Commands) -> None:
    entra(arm)
    tokens = [
        arm.token(CLUSTER_CALLER_ID),
        arm.token(REGISTRY_OWNER_ID, KUBERNETES_AUDIENCE),
        arm.token(CLUSTER_CALLER_ID, KUBERNETES_AUDIENCE, lifetime=-10),
        "no token",
    ]
    for token in tokens:
        assert run(arm, clusterToken=token).status_code == 202
    assert [job.user for job in commands.begun] == [CommandUser(token=one) for one in tokens]
    assert tokens[0] not in repr(commands.begun)


@pytest.mark.parametrize("rbac", [True, False])
def test_administrator_by_azure_rbac_or_by_the_clusters_list(arm: Arm, commands: Commands, rbac: bool) -> None:
    oid = object_id(arm, CLUSTER_OWNER_ID)
    token = arm.token(CLUSTER_OWNER_ID, KUBERNETES_AUDIENCE)
    entra(arm, enableAzureRBAC=rbac)
    run(arm, CLUSTER_OWNER_ID, clusterToken=token)
    roles = f"/subscriptions/{CLUSTER_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
    name = "c0ffee00-0000-4000-8000-000000000001"
    body = {"roleDefinitionId": f"{roles}/{AKS_RBAC_CLUSTER_ADMIN}", "principalId": oid}
    assignments = f"{CLUSTER}/providers/Microsoft.Authorization/roleAssignments"
    assert arm.put(f"{assignments}/{name}", {"properties": body}).status_code == 201
    run(arm, CLUSTER_OWNER_ID, clusterToken=token)
    entra(arm, adminGroupObjectIDs=[oid])
    run(arm, CLUSTER_OWNER_ID, clusterToken=token)
    is_admin = ["system:masters" in job.user.groups for job in commands.begun]
    assert is_admin == [False, rbac, True]


def object_id(arm: Arm, client_id: str) -> str:
    with arm.store.read() as state:
        return next(one["id"] for one in state["servicePrincipals"].values() if one["appId"] == client_id)
