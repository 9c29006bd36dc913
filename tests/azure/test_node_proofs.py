"""The nodes of a cluster are asked once in a run, and what was made is removed whatever happens."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from itertools import count

import pytest

from crosstenant.azure.clusters.cluster_state import ClusterState, NodePool
from crosstenant.azure.clusters.node_proofs import Moment, NodeProofs, NodeQuestion
from crosstenant.azure.clusters.run_command import CommandNotRun, CommandResult
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.arm_id import ArmId
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AzureCli
from crosstenant.model.kubernetes.node_pull.script import begin_mark, clean_up_command, end_mark
from crosstenant.model.kubernetes.node_pull.verdict import ClusterOutcome
from crosstenant.model.modes import NodePullResult as R
from tests.azure.aks_world import CLUSTER, TENANT_ID, FakeClock, cluster
from tests.fakes import OnProgress, as_commands

IMAGE = "fabrikamimages.azurecr.io/backend/api:1.0"
QUESTION = NodeQuestion(IMAGE)
RUN = "00000001"


class Commands:
    """Runs nothing: answers with the logs, or the error, that is due."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.answers: list[str | CommandNotRun] = []

    async def missing_action(self, cluster_id: ArmId) -> str:
        return ""

    async def run(self, cluster: ClusterState, command: str, *, deadline: float, on_wait: OnProgress) -> CommandResult:
        self.commands.append(command)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else pulled(f"{len(self.commands):08}")
        if isinstance(answer, CommandNotRun):
            raise answer
        return CommandResult(0, answer)


def pulled(run: str) -> str:
    pods = "\n".join(
        f"pod name=p pool={it} node=aks-{it}-0 phase=Failed terminated=StartError" for it in ("system", "apps")
    )
    return f"{begin_mark(run)}\n{pods}\n{end_mark(run)}\n"


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
def proofs(commands: Commands) -> NodeProofs:
    numbers = count(1)
    tenant = Tenant(TENANT_ID, PUBLIC, AzureCli())
    return NodeProofs(tenant, as_commands(commands), FakeClock(), lambda: f"{next(numbers):08}")


async def ask(
    proofs: NodeProofs,
    question: NodeQuestion = QUESTION,
    moment: Moment = Moment.REFRESH,
    state: ClusterState | None = None,
) -> ClusterOutcome:
    async def on_wait(message: str) -> None:
        pass

    return await proofs.ask(state or cluster(), question, moment, on_wait)


async def test_resources_that_ask_the_same_share_one_command(proofs: NodeProofs, commands: Commands):
    found = await asyncio.gather(ask(proofs), ask(proofs))
    assert [it.result for it in found] == [R.PULLED, R.PULLED]
    assert [(it.pool, it.node) for it in found[0].nodes] == [("apps", "aks-apps-0"), ("system", "aks-system-0")]
    assert len(commands.commands) == 1


async def test_another_question_and_another_moment_are_another_command(proofs: NodeProofs, commands: Commands):
    await ask(proofs)
    await ask(proofs, NodeQuestion(IMAGE, namespace="probe"))
    await ask(proofs, moment=Moment.UPDATE)
    assert len(commands.commands) == 3


async def test_reset_makes_the_answers_worthless(proofs: NodeProofs, commands: Commands):
    await ask(proofs)
    proofs.forget(CLUSTER)
    await ask(proofs)
    assert len(commands.commands) == 2


@pytest.mark.parametrize(
    ("state", "result"),
    [
        (cluster(power_state="Stopped"), R.CLUSTER_STOPPED),
        (cluster(run_command_disabled=True), R.RUN_COMMAND_DISABLED),
        (cluster(node_pools=(NodePool("win", 2, "Succeeded", is_windows=True),)), R.NO_NODE),
        (cluster(node_pools=(NodePool("apps", 0, "Succeeded"),)), R.NO_NODE),
    ],
)
async def test_what_the_cluster_tells_before_needs_no_command(
    proofs: NodeProofs, commands: Commands, state: ClusterState, result: R
):
    assert (await ask(proofs, state=state)).result is result
    assert commands.commands == []


async def test_pools_without_a_linux_node_get_no_pod(proofs: NodeProofs, commands: Commands):
    pools = (*cluster().node_pools, NodePool("empty", 0, "Succeeded"), NodePool("win", 1, "", is_windows=True))
    outcome = await ask(proofs, state=cluster(node_pools=pools))
    assert "printf '%s\\n' system apps" in commands.commands[0]
    assert outcome.result is R.PULLED
    assert [(it.pool, it.result) for it in outcome.nodes if it.result is not R.PULLED] == [
        ("empty", R.NO_NODE),
        ("win", R.NO_NODE),
    ]


async def test_command_that_may_have_begun_is_cleaned_up(proofs: NodeProofs, commands: Commands):
    commands.answers = [CommandNotRun(R.RUN_COMMAND_FAILED, "not in time", may_have_begun=True)]
    outcome = await ask(proofs)
    assert (outcome.result, outcome.detail) == (R.RUN_COMMAND_FAILED, "not in time")
    assert commands.commands[1:] == [clean_up_command("default", RUN)]


async def test_command_that_was_refused_needs_no_clean_up(proofs: NodeProofs, commands: Commands):
    commands.answers = [CommandNotRun(R.NOT_PERMITTED, "no")]
    assert (await ask(proofs)).result is R.NOT_PERMITTED
    assert len(commands.commands) == 1


@pytest.mark.parametrize(
    ("logs", "result"),
    [
        (f"{begin_mark(RUN)}\nKilled", R.RUN_COMMAND_FAILED),
        ("error: You must be logged in to the server (Unauthorized)", R.NOT_PERMITTED),
    ],
)
async def test_output_that_is_not_whole_proves_nothing(proofs: NodeProofs, commands: Commands, logs: str, result: R):
    commands.answers = [logs, CommandNotRun(R.RUN_COMMAND_FAILED, "the clean-up fails too")]
    outcome = await ask(proofs)
    assert outcome.result is result
    assert logs.splitlines()[-1] in outcome.detail
    assert commands.commands[1:] == [clean_up_command("default", RUN)]


async def test_secrets_that_a_cluster_repeats_are_hidden(proofs: NodeProofs, commands: Commands):
    said = "denied the request: GET https://me:planted@mirror/v2/ (Authorization: Basic bWU6cGxhbnRlZA==)"
    denied = f"denied pool=apps node= text={b64encode(said.encode()).decode()}"
    commands.answers = [f"{begin_mark(RUN)}\n{denied}\n{end_mark(RUN)}\n", f"Killed: {said}"]
    (node,) = (await ask(proofs)).nodes
    ended = (await ask(proofs, moment=Moment.UPDATE)).detail
    for text in (node.detail, ended):
        assert "denied the request: GET https://[secret]@mirror/v2/ (Authorization: Basic [secret])" in text


async def test_a_long_text_of_a_cluster_is_cut_off_behind_what_is_hidden(proofs: NodeProofs, commands: Commands):
    said = f"{'x' * 580} https://me:planted-password@mirror/v2/ {'y' * 100}"
    text = b64encode(said.encode()).decode()
    commands.answers = [
        f"{begin_mark(RUN)}\ndenied pool=apps node= text={text}\n{end_mark(RUN)}\n",
        f"{begin_mark('00000002')}\nfailed text={text}\n{end_mark('00000002')}\n",
    ]
    (node,) = (await ask(proofs)).nodes
    listed = (await ask(proofs, moment=Moment.UPDATE)).detail
    for shown in (node.detail, listed):
        assert len(shown) == 600
        assert "planted" not in shown
