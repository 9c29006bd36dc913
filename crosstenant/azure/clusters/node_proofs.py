"""Pulls by clusters' own nodes, each asked for once in a run, however many resources want to know.

``plugin`` decides what an answer means for a resource. Making the pods, waiting and removing them is the work of one
command in the cluster: ``model/kubernetes/node_pull``.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.run_command import CommandNotRun, RunCommands, disabled, stopped
from crosstenant.azure.refusals.masking import hide
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import Clock, OnWait, unheard
from crosstenant.model.arm_id import ArmId
from crosstenant.model.kubernetes.node_pull.plan import DEFAULT_NAMESPACE, DEFAULT_SECONDS, NodePullPlan
from crosstenant.model.kubernetes.node_pull.report import ReportError, read_report
from crosstenant.model.kubernetes.node_pull.script import clean_up_command, node_pull_command
from crosstenant.model.kubernetes.node_pull.verdict import ClusterOutcome, outcome_of
from crosstenant.model.matched_texts.kubelet_texts import POD_FORBIDDEN
from crosstenant.model.modes import NodePullCoverage, NodePullResult
from crosstenant.model.outside_text import in_one_line

# AKS's own pod has to start, the pods have to be made, and their events to be read.
_MARGIN: Final = 120.0
_CLEAN_UP_SECONDS: Final = 60.0
_LONGEST: Final = 600


@dataclass(frozen=True)
class NodeQuestion:
    """What the nodes of a cluster are asked."""

    image: str
    """The image, by its full reference."""
    coverage: NodePullCoverage = NodePullCoverage.EACH_NODE_POOL
    namespace: str = DEFAULT_NAMESPACE
    seconds: int = DEFAULT_SECONDS
    """How long the nodes have, at most."""


class Moment(Enum):
    """When the nodes are asked: what a refresh saw may be repaired by the update of the same process."""

    REFRESH = "refresh"
    UPDATE = "update"


class NodeProofs:
    """The nodes of a tenant's clusters."""

    def __init__(
        self,
        tenant: Tenant,
        commands: RunCommands | None = None,
        clock: Clock | None = None,
        new_run: Callable[[], str] = lambda: secrets.token_hex(5),
    ) -> None:
        """
        :param tenant: The tenant.
        :param commands: Runs commands in clusters; AKS's run-command if not given.
        :param clock: The clock; the machine's if not given.
        :param new_run: Makes the name of a run: 8 to 32 hexadecimal digits.
        """
        self._clock = clock or Clock()
        self._commands = commands or RunCommands(tenant, self._clock)
        self._new_run = new_run
        self._asked: dict[tuple[str, NodeQuestion, Moment], asyncio.Task[ClusterOutcome]] = {}

    async def missing_action(self, cluster_id: ArmId) -> str:
        """The action that the caller lacks to ask a cluster's nodes; empty if none, or if Azure does not tell."""
        return await self._commands.missing_action(cluster_id)

    async def ask(
        self, cluster: ClusterState, question: NodeQuestion, moment: Moment, on_wait: OnWait
    ) -> ClusterOutcome:
        """What the nodes answer, or why they could not be asked; never an error of Azure's.

        :param cluster: The cluster.
        :param question: What they are asked.
        :param moment: What is asked once in a run is asked once in each of these.
        :param on_wait: Told what is waited for.
        """
        key = (cluster.arm_id.key, question, moment)
        asking = self._asked.get(key)
        if asking is None:
            asking = self._asked[key] = asyncio.ensure_future(self._answer(cluster, question, on_wait))
        return await asyncio.shield(asking)

    def forget(self, cluster_id: ArmId) -> None:
        """Forgets what a cluster's nodes have answered, because they have another credential now.

        :param cluster_id: The cluster.
        """
        self._asked = {key: found for key, found in self._asked.items() if key[0] != cluster_id.key}

    async def _answer(self, cluster: ClusterState, question: NodeQuestion, on_wait: OnWait) -> ClusterOutcome:
        if cluster.is_stopped:
            return _not_asked(stopped(cluster))
        if cluster.run_command_disabled:
            return _not_asked(disabled(cluster))
        pools = {pool.name: pool.count > 0 and not pool.is_windows for pool in cluster.node_pools}
        plan = NodePullPlan(
            question.image,
            tuple(name for name, has_nodes in pools.items() if has_nodes),
            question.coverage,
            question.namespace,
            question.seconds,
        )
        absent = [name for name, has_nodes in pools.items() if not has_nodes]
        if not plan.node_pools:
            return ClusterOutcome(NodePullResult.NO_NODE, detail=f"cluster {cluster.cluster_id} has no node of Linux")
        run = self._new_run()
        deadline = self._clock.now() + question.seconds + _MARGIN
        try:
            ended = await self._commands.run(cluster, node_pull_command(plan, run), deadline=deadline, on_wait=on_wait)
            return _without_secrets(outcome_of(read_report(ended.logs, run), plan, absent))
        except CommandNotRun as error:
            if error.may_have_begun:
                await self._clean_up(cluster, question.namespace, run)
            return _not_asked(error)
        except ReportError as error:
            await self._clean_up(cluster, question.namespace, run)
            text = in_one_line(hide(str(error)))[-_LONGEST:]
            result = NodePullResult.NOT_PERMITTED if POD_FORBIDDEN.is_in(text) else NodePullResult.RUN_COMMAND_FAILED
            return ClusterOutcome(result, detail=f"the command in cluster {cluster.cluster_id} ended early: {text}")

    async def _clean_up(self, cluster: ClusterState, namespace: str, run: str) -> None:
        """Removes the pods of a run whose command may have been killed; the next run removes what is left."""
        deadline = self._clock.now() + _CLEAN_UP_SECONDS
        with suppress(CommandNotRun):
            await self._commands.run(cluster, clean_up_command(namespace, run), deadline=deadline, on_wait=unheard)


def _without_secrets(outcome: ClusterOutcome) -> ClusterOutcome:
    # The state keeps the details: the words of a kubelet, a registry, a webhook. A secret that was cut off could be
    # recognised no longer.
    nodes = tuple(replace(it, detail=hide(it.detail)[:_LONGEST]) for it in outcome.nodes)
    return replace(outcome, nodes=nodes, detail=hide(outcome.detail)[:_LONGEST])


def _not_asked(error: CommandNotRun) -> ClusterOutcome:
    return ClusterOutcome(error.result, detail=str(error))
