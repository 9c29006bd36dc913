"""AKS's run-command: a command that a pod of AKS runs in the cluster, asked for through Resource Manager.

It reaches private clusters, and needs no kubeconfig. https://learn.microsoft.com/azure/aks/access-private-cluster
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from crosstenant.azure.arm import Arm, Json
from crosstenant.azure.caller_rights import permits
from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.connections.documents import object_in, page_in
from crosstenant.azure.refusals.masking import hide
from crosstenant.azure.refusals.refusals import explain, take_apart
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import Clock, OnWait, seconds_of
from crosstenant.model.arm_id import ArmId
from crosstenant.model.matched_texts.azure_texts import (
    CLUSTER_STOPPED,
    COMMAND_NOT_ADMITTED,
    COMMAND_NOT_STARTED,
    RUN_COMMAND_DISABLED,
)
from crosstenant.model.modes import NodePullResult
from crosstenant.model.outside_text import in_one_line
from crosstenant.model.pauses import COMMAND
from crosstenant.model.shell_words import shell_word

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError
    from azure.core.rest import AsyncHttpResponse

RUN_ACTION: Final = "Microsoft.ContainerService/managedClusters/runCommand/action"
RESULT_ACTION: Final = "Microsoft.ContainerService/managedClusters/commandResults/read"
"""The two actions of a caller who runs a command. They let him run anything in the cluster as its administrator."""

API_VERSION: Final = "2026-04-01"
CLUSTER_SCOPE: Final = "6dae42f8-4368-4678-94ff-3960e28e3630/.default"
"""Scope of a token for an Entra-integrated cluster, in every cloud
(https://learn.microsoft.com/azure/aks/kubelogin-authentication)."""

_ENDED: Final = ("succeeded", "failed", "canceled")


class CommandNotRun(Exception):
    """The cluster did not run the command, or its end is not known; the message is a sentence for a person."""

    def __init__(self, result: NodePullResult, message: str, *, may_have_begun: bool = False) -> None:
        """
        :param result: What kind of obstacle it is.
        :param message: The sentence.
        :param may_have_begun: Whether the command may run nevertheless.
        """
        super().__init__(message)
        self.result = result
        self.may_have_begun = may_have_begun


@dataclass(frozen=True)
class CommandResult:
    """The end of a command."""

    exit_code: int | None
    logs: str


class RunCommands:
    """Commands in the clusters of a tenant."""

    def __init__(self, tenant: Tenant, clock: Clock | None = None) -> None:
        """
        :param tenant: The tenant whose subscriptions hold the clusters.
        :param clock: The clock; the machine's if not given.
        """
        self._tenant = tenant
        self._clock = clock or Clock()
        self._arm = Arm(tenant)

    async def missing_action(self, cluster_id: ArmId) -> str:
        """The action that the caller's roles on the cluster do not have; empty if they have both, or Azure does not
        tell."""
        for action in (RUN_ACTION, RESULT_ACTION):
            if await permits(self._arm, str(cluster_id), action) is False:
                return action
        return ""

    async def run(self, cluster: ClusterState, command: str, *, deadline: float, on_wait: OnWait) -> CommandResult:
        """Runs a command to its end.

        :param cluster: The cluster; it runs.
        :param command: The command, for a shell. Nothing in it may be secret: the cluster and Azure keep it.
        :param deadline: When to stop waiting, on the clock.
        :param on_wait: Told what is waited for.
        :raises CommandNotRun: It did not run, or its end is not known.
        """
        from azure.core.exceptions import AzureError

        body: Json = {"command": command}
        secrets: list[str] = []
        try:
            if cluster.takes_cluster_token:
                token = (await self._tenant.credential().get_token(CLUSTER_SCOPE)).token
                body["clusterToken"] = token
                secrets.append(token)
            began = await self._arm.post(f"{cluster.cluster_id}/runCommand", API_VERSION, body)
        except AzureError as error:
            raise self._failure(error, cluster, secrets, may_have_begun=take_apart(error).status == 0) from None
        if began.status_code not in (200, 202) or _is_page(began):
            raise self._refused(began, cluster, secrets)
        result = began if began.status_code == 200 else await self._ended(began, cluster, deadline, on_wait, secrets)
        try:
            return _result(result, cluster, secrets)
        except AzureError as error:
            raise self._failure(error, cluster, secrets, may_have_begun=True) from None

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._arm.aclose()

    async def _ended(
        self, began: AsyncHttpResponse, cluster: ClusterState, deadline: float, on_wait: OnWait, secrets: list[str]
    ) -> AsyncHttpResponse:
        from azure.core.exceptions import AzureError

        url = began.headers.get("Location", "")
        if not url:
            raise CommandNotRun(
                NodePullResult.RUN_COMMAND_FAILED,
                f"AKS accepted the command in cluster {cluster.cluster_id} and names no address of its result: run"
                " again later",
                may_have_begun=True,
            )
        pauses = iter(COMMAND)
        pause = _retry_after(began) or next(pauses)
        while True:
            if self._clock.now() + pause > deadline:
                raise CommandNotRun(
                    NodePullResult.RUN_COMMAND_FAILED,
                    f"the command in cluster {cluster.cluster_id} did not end in time",
                    may_have_begun=True,
                )
            await on_wait(f"waiting for the nodes of {cluster.arm_id.name}")
            await self._clock.sleep(pause)
            try:
                answer = await self._arm.poll(url)
            except AzureError as error:
                raise self._failure(error, cluster, secrets, may_have_begun=True) from None
            if answer.status_code not in (200, 202) or _is_page(answer):
                raise self._refused(answer, cluster, secrets, may_have_begun=True)
            state = _state(answer)
            if state in _ENDED or (answer.status_code == 200 and not state):
                return answer
            pause = _retry_after(answer) or next(pauses)

    def _refused(
        self, answer: AsyncHttpResponse, cluster: ClusterState, secrets: list[str], *, may_have_begun: bool = False
    ) -> CommandNotRun:
        from azure.core.exceptions import HttpResponseError

        return self._failure(HttpResponseError(response=answer), cluster, secrets, may_have_begun=may_have_begun)

    def _failure(
        self, error: AzureError, cluster: ClusterState, secrets: list[str], *, may_have_begun: bool
    ) -> CommandNotRun:
        said = take_apart(error, secrets)
        text = f"{said.code} {said.message}"
        sentence = explain(
            error, doing="running a command in cluster", on=cluster.cluster_id, tenant=self._tenant, secrets=secrets
        )
        if RUN_COMMAND_DISABLED.is_in(text):
            return disabled(cluster)
        if any(it.is_in(text) for it in CLUSTER_STOPPED):
            return stopped(cluster)
        if said.status == 403 and not said.page:
            return CommandNotRun(NodePullResult.NOT_PERMITTED, f"{sentence} {rights_needed(cluster.cluster_id)}")
        if COMMAND_NOT_STARTED.is_in(text):
            return CommandNotRun(
                NodePullResult.NO_CAPACITY,
                f"no node of cluster {cluster.cluster_id} has room for the pod in which AKS runs commands (200m CPU,"
                " 500 MiB): make room in a pool without taints",
            )
        if COMMAND_NOT_ADMITTED.is_in(text):
            return CommandNotRun(
                NodePullResult.ADMISSION_DENIED,
                f"cluster {cluster.cluster_id} does not admit the pod in which AKS runs commands, in the namespace"
                f" aks-command: exempt that namespace from the policy. Azure says {in_one_line(said.message)}",
            )
        return CommandNotRun(NodePullResult.RUN_COMMAND_FAILED, sentence, may_have_begun=may_have_begun)


def disabled(cluster: ClusterState) -> CommandNotRun:
    """The obstacle of a cluster that refuses commands."""
    group, name = shell_word(cluster.arm_id.resource_group), cluster.arm_id.name
    return CommandNotRun(
        NodePullResult.RUN_COMMAND_DISABLED,
        f"cluster {cluster.cluster_id} refuses run-command, by which its nodes are asked: enable it ('az aks update"
        f" -g {group} -n {name} --enable-run-command'), or omit the proof on nodes",
    )


def stopped(cluster: ClusterState) -> CommandNotRun:
    """The obstacle of a cluster that is stopped."""
    return CommandNotRun(
        NodePullResult.CLUSTER_STOPPED,
        f"cluster {cluster.cluster_id} is stopped: its nodes are asked at the first run after its start",
    )


def rights_needed(cluster_id: object) -> str:
    """What a caller needs, in a sentence.

    :param cluster_id: ARM ID of the cluster.
    """
    return (
        f"A proof by the nodes needs the actions {RUN_ACTION} and {RESULT_ACTION} on cluster {cluster_id}, which let"
        " their holder run any command there: in the built-in roles Azure Kubernetes Service Contributor Role and"
        " Contributor, or in a custom role with these two actions"
    )


def _result(answer: AsyncHttpResponse, cluster: ClusterState, secrets: list[str]) -> CommandResult:
    properties = _properties(answer)
    if str(properties.get("provisioningState")).lower() != "succeeded":
        reason = in_one_line(hide(str(properties.get("reason") or "it does not say why"), secrets))
        raise CommandNotRun(
            NodePullResult.RUN_COMMAND_FAILED,
            f"AKS did not end the command in cluster {cluster.cluster_id}: {reason}",
            may_have_begun=True,
        )
    code = properties.get("exitCode")
    return CommandResult(code if isinstance(code, int) else None, str(properties.get("logs") or ""))


def _state(answer: AsyncHttpResponse) -> str:
    """The state in the body of an answer; empty without one. The Azure CLI goes by it, whatever the status is
    (https://github.com/Azure/azure-cli/blob/dev/src/azure-cli/azure/cli/command_modules/acs/_polling.py)."""
    from azure.core.exceptions import AzureError

    try:
        return str(_properties(answer).get("provisioningState") or "").lower()
    except AzureError:
        return ""


def _is_page(answer: AsyncHttpResponse) -> bool:
    return page_in(answer.content) != ""


def _properties(answer: AsyncHttpResponse) -> Json:
    found: object = object_in(answer).get("properties")
    return cast("Json", found) if isinstance(found, dict) else {}


def _retry_after(answer: AsyncHttpResponse) -> float:
    return min(seconds_of(answer.headers.get("Retry-After", "")), 15.0)
