"""A cluster whose own nodes the registry does not accept, although the cluster has this stack's application.

Azure never shows a cluster's secret: that the nodes are refused is the one sign of a reset by hand to another secret.
It may also be a role that is missing, which a reset would not repair. So the update, which comes after the pull checks
of the same run, asks the nodes again before it resets anything.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from functools import partial

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.node_proofs import Moment, NodeProofs
from crosstenant.model.arm_id import ArmId
from crosstenant.model.kubernetes.node_pull.verdict import ClusterOutcome
from crosstenant.model.modes import CredentialState, NodePullResult
from crosstenant.plugin.context import Context
from crosstenant.plugin.node_pull_check.sentences import describe
from crosstenant.plugin.service_principal_profile.credential_reset import CredentialReset
from crosstenant.plugin.service_principal_profile.node_fields import node_question
from crosstenant.plugin.service_principal_profile.record import Record, needs_reset
from crosstenant.plugin.service_principal_profile.reset_request import ResetRequest
from crosstenant.provider_kit.resource import Properties


class _Answer(Enum):
    """What the nodes say when they are asked again."""

    REFUSED = "refused"
    """The registry still does not accept them."""
    ACCEPTED = "accepted"
    """The registry accepts them now."""
    NONE = "none"
    """They could not be asked."""


class RefusedNodes:
    """The nodes of the clusters of one provider."""

    def __init__(self, context: Context, proofs: NodeProofs) -> None:
        """
        :param context: The tenant and the line to the terminal.
        :param proofs: Asks nodes.
        """
        self._log = context.log
        self._proofs = proofs

    async def observed(self, urn: str, record: Record, state: ClusterState, inputs: Properties) -> Record:
        """The record with what the nodes say at a refresh.

        :param urn: The record's resource.
        :param record: The record.
        :param state: The cluster, which has the record's application.
        :param inputs: The inputs, which say whether the nodes are asked.
        """
        applied = record.credential_state is CredentialState.APPLIED
        if not (applied or record.nodes_refused) or not state.is_idle:
            return record
        if node_question(inputs) is None:
            return record
        outcome = await self._ask(urn, state, inputs, Moment.REFRESH)
        if outcome.credential_refused:
            told = describe(outcome, record.cluster_id, inputs["nodePullImage"])
            return replace(record.with_state(CredentialState.UNKNOWN), nodes_refused=told)
        # What could not be asked says nothing; the NodePullCheck of the cluster warns of it.
        is_repaired = record.nodes_refused and _was_answered(outcome)
        return record.as_applied if is_repaired else record

    async def kept(
        self, request: ResetRequest, old: Record, inputs: Properties, reset: CredentialReset
    ) -> Record | None:
        """The record of a cluster that the update does not reset, although its nodes were refused; ``None`` if it does.

        :param request: The reset that the refusal asks for.
        :param old: The present record.
        :param inputs: The inputs.
        :param reset: Resets clusters.
        """
        state = await reset.look(request.cluster_id)
        if state is None or needs_reset(old.as_applied, state, request.client_id, request.secret):
            return None
        state = await reset.idle(request.urn, request.cluster_id, request.deadline)
        answer = await self._again(request.urn, old, state, inputs) if state else _Answer.REFUSED
        if answer is _Answer.ACCEPTED:
            return await reset.apply(request, old.as_applied)
        if answer is _Answer.REFUSED:
            return None
        return replace(request.record, credential_state=old.credential_state, nodes_refused=old.nodes_refused).seeing(
            state
        )

    def forget(self, cluster_id: ArmId) -> None:
        """Forgets what the nodes have answered: they may have another credential now.

        :param cluster_id: The cluster.
        """
        self._proofs.forget(cluster_id)

    async def _again(self, urn: str, record: Record, state: ClusterState, inputs: Properties) -> _Answer:
        if node_question(inputs) is None:
            return _Answer.REFUSED
        outcome = await self._ask(urn, state, inputs, Moment.UPDATE)
        if outcome.credential_refused:
            return _Answer.REFUSED
        if _was_answered(outcome):
            await self._log.info(
                urn, f"the nodes of cluster {record.cluster_id} are not refused any longer: it is not reset"
            )
            return _Answer.ACCEPTED
        why = describe(outcome, record.cluster_id, inputs["nodePullImage"])
        await self._log.warning(
            urn, f"the registry refused the nodes before, and they cannot be asked again, so nothing is reset: {why}"
        )
        return _Answer.NONE

    async def _ask(self, urn: str, state: ClusterState, inputs: Properties, moment: Moment) -> ClusterOutcome:
        question = node_question(inputs)
        assert question is not None, "the caller has looked"
        return await self._proofs.ask(state, question, moment, partial(self._log.status, urn))


def _was_answered(outcome: ClusterOutcome) -> bool:
    """Whether the registry accepted the credential of every node, though perhaps not the pull itself."""
    return outcome.result in (NodePullResult.PULLED, NodePullResult.IMAGE_ABSENT, NodePullResult.REFUSED)


def announcement(cluster_id: str, refused: str) -> str:
    """The warning of a preview.

    :param cluster_id: ARM ID of the cluster.
    :param refused: What the nodes were refused.
    """
    return (
        f"cluster {cluster_id} may have another secret than this stack's: {refused}. The update asks the nodes again,"
        " after the pull checks, and resets the cluster's credential only if they are still refused; a reset drains and"
        " reimages every node"
    )
