"""``NodePullCheck``: a pull by a cluster's own nodes, repeated at every refresh.

It owns nothing in Azure and leaves nothing in the cluster. Its state is the nodes' last answer.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Final

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.clusters.node_proofs import Moment, NodeProofs
from crosstenant.azure.clusters.run_command import disabled
from crosstenant.azure.refusals.explained import explained
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import CLUSTER_TYPE, ArmId, parse_arm_id
from crosstenant.model.kubernetes.node_pull.verdict import DRIFT, ClusterOutcome
from crosstenant.model.modes import NodePullResult, PullCheckMode
from crosstenant.plugin.context import Context
from crosstenant.plugin.former_sign_in import perhaps_former
from crosstenant.plugin.node_pull_check.fields import DESCRIPTION, INPUTS, OUTPUTS
from crosstenant.plugin.node_pull_check.question import question_in
from crosstenant.plugin.node_pull_check.sentences import describe, not_permitted, of_another_cloud
from crosstenant.provider_kit.declared import DeclaredResource
from crosstenant.provider_kit.fields import Fields, same
from crosstenant.provider_kit.resource import Change, Diff, Difference, Observed, Properties
from crosstenant.provider_kit.values import UNKNOWN

_GOOD: Final = frozenset({NodePullResult.PULLED, NodePullResult.NO_NODE})
_QUIET: Final = frozenset({*_GOOD, NodePullResult.CLUSTER_STOPPED})
"""What is never an error: a stopped cluster runs no pod that could fail to pull."""


class NodePullCheck(DeclaredResource[Context]):
    """The proof of one cluster."""

    token: ClassVar[str] = "crosstenant:index:NodePullCheck"  # noqa: S105
    description: ClassVar[str] = DESCRIPTION
    inputs: ClassVar[Fields] = INPUTS
    outputs: ClassVar[Fields] = OUTPUTS

    def __init__(self, context: Context, clusters: Clusters | None = None, proofs: NodeProofs | None = None) -> None:
        """
        :param context: The cluster's tenant.
        :param clusters: The tenant's clusters; those that Azure tells of if not given.
        :param proofs: The nodes of the tenant's clusters; those of the context if not given.
        """
        super().__init__(context)
        self._clusters = clusters or Clusters(context.tenant)
        self._proofs = proofs or context.node_proofs

    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """A changed input, or a last result that proves nothing."""
        differences = dict((await super().diff(urn, resource_id, old_inputs, olds, news)).differences)
        if not _is_settled(olds, news):
            differences["result"] = Difference(Change.UPDATE, is_input=False)
        return Diff(differences)

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """Refuses what can be known before: a registry of another cloud, a cluster that runs no commands, a caller who
        may not ask for one.
        """
        if inputs["mode"] == PullCheckMode.SKIP:
            return {**inputs, "result": NodePullResult.SKIPPED.value}
        if inputs["image"] is not UNKNOWN:
            await self._refuse_or_warn(urn, inputs, of_another_cloud(inputs["image"], self.context.tenant.cloud))
        if _waits(inputs):
            return {**inputs, "result": NodePullResult.NOT_CHECKED.value}
        if inputs["clusterId"] is not UNKNOWN and inputs["mode"] is not UNKNOWN:
            cluster = await self._cluster(inputs["clusterId"])
            await self._refuse_or_warn(urn, inputs, await self._obstacle(_parsed(inputs["clusterId"]), cluster))
        return {**inputs, "result": UNKNOWN}

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Asks the nodes."""
        return f"{inputs['clusterId']}/nodePullCheck", await self._prove(urn, inputs)

    async def read(self, urn: str, resource_id: str, inputs: Properties, olds: Properties) -> Observed | None:
        """Asks the nodes again. Only an answer of theirs is a new ``result``; what could not be asked is a warning."""
        if not inputs:
            raise OperatorError("a NodePullCheck has nothing in Azure to import: declare it, and run 'pulumi up'")
        kept = {"result": NodePullResult.NOT_CHECKED.value, **inputs, **_observed(olds)}
        if inputs.get("mode") == PullCheckMode.SKIP or _waits(inputs):
            return Observed(resource_id, inputs, kept)
        with perhaps_former():
            outcome = await self._ask(urn, inputs, Moment.REFRESH)
        told = describe(outcome, inputs["clusterId"], inputs["image"])
        if told:
            await self.context.log.warning(urn, told)
        if outcome.result.value == olds.get("result"):
            return Observed(resource_id, inputs, kept)  # Which node of a pool was asked does not count.
        if outcome.is_drift or outcome.result in _GOOD:
            return Observed(resource_id, inputs, _outputs(inputs, outcome, told))
        return Observed(resource_id, inputs, kept)

    async def preview_update(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> Properties:
        """As for a create, if the update asks the nodes."""
        return {**news, **_observed(olds)} if _asks_nothing_new(olds, news) else await self.preview_create(urn, news)

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Asks the nodes again, unless only the time limit has changed."""
        return {**news, **_observed(olds)} if _asks_nothing_new(olds, news) else await self._prove(urn, news)

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Removes the check from the state: there is nothing else of it."""

    async def _prove(self, urn: str, inputs: Properties) -> Properties:
        if inputs["mode"] == PullCheckMode.SKIP:
            return {**inputs, "result": NodePullResult.SKIPPED.value}
        if _waits(inputs):
            return {**inputs, "result": NodePullResult.NOT_CHECKED.value}
        outcome = await self._ask(urn, inputs, Moment.UPDATE)
        told = describe(outcome, inputs["clusterId"], inputs["image"])
        if told and inputs["mode"] == PullCheckMode.REQUIRE and outcome.result not in _QUIET:
            raise OperatorError(told)
        if told:
            await self.context.log.warning(urn, told)
        return _outputs(inputs, outcome, told)

    async def _ask(self, urn: str, inputs: Properties, moment: Moment) -> ClusterOutcome:
        question = question_in(inputs)
        assert question is not None, "the engine gives known inputs outside of a preview"
        cluster = await self._cluster(inputs["clusterId"])
        if cluster is None:
            return ClusterOutcome(
                NodePullResult.CLUSTER_STOPPED,
                detail=f"cluster {inputs['clusterId']} does not exist yet, or any longer: its nodes are asked at the"
                " first run that finds it; check the ID if it is there",
            )
        return await self._proofs.ask(cluster, question, moment, partial(self.context.log.status, urn))

    async def _cluster(self, cluster_id: str) -> ClusterState | None:
        with explained("reading cluster", cluster_id, self.context.tenant):
            return await self._clusters.get(_parsed(cluster_id))

    async def _refuse_or_warn(self, urn: str, inputs: Properties, obstacle: str) -> None:
        if obstacle and inputs["mode"] == PullCheckMode.REQUIRE:
            raise OperatorError(obstacle)
        if obstacle and inputs["mode"] is not UNKNOWN:
            await self.context.log.warning(urn, obstacle)

    async def _obstacle(self, cluster_id: ArmId, cluster: ClusterState | None) -> str:
        if cluster is not None and cluster.run_command_disabled:
            return str(disabled(cluster))
        missing = await self._proofs.missing_action(cluster_id) if cluster is not None else ""
        return not_permitted(str(cluster_id), self.context.tenant.caller, missing) if missing else ""


def _parsed(cluster_id: str) -> ArmId:
    try:
        return parse_arm_id(cluster_id, CLUSTER_TYPE)
    except ValueError as error:
        raise OperatorError(str(error)) from None


def _outputs(inputs: Properties, outcome: ClusterOutcome, told: str) -> Properties:
    nodes = [
        {
            "nodePool": it.pool,
            **({"node": it.node} if it.node else {}),
            "result": it.result.value,
            **({"detail": it.detail} if it.detail else {}),
        }
        for it in outcome.nodes
    ]
    return {**inputs, "result": outcome.result.value, "nodes": nodes, **({"detail": told} if told else {})}


def _observed(olds: Properties) -> Properties:
    return {name: olds[name] for name in OUTPUTS if name in olds}


def _is_settled(olds: Properties, news: Properties) -> bool:
    """Whether the last result needs no further look."""
    mode, result = news.get("mode"), olds.get("result")
    if mode == PullCheckMode.SKIP or _waits(news):
        return True
    # A stopped cluster is asked at its next reset or refresh: until then the plan stays quiet.
    if result in {it.value for it in _QUIET}:
        return True
    known = result not in (NodePullResult.SKIPPED.value, NodePullResult.NOT_CHECKED.value)
    return mode == PullCheckMode.WARN and known and result not in {it.value for it in DRIFT}


def _waits(inputs: Properties) -> bool:
    """Whether the nodes cannot have the credential yet: they would be refused without a fault."""
    return inputs.get("waitsFor") not in (None, UNKNOWN)


def _asks_nothing_new(olds: Properties, news: Properties) -> bool:
    asking = {name: field for name, field in INPUTS.items() if name not in ("timeoutSeconds", "mode")}
    return _is_settled(olds, news) and all(
        same(field, olds.get(name), news.get(name)) for name, field in asking.items()
    )
