"""The resource ``ServicePrincipalProfile``: the AKS credential of one cluster.

``credential_reset`` does a reset; this module decides when one happens, and answers the engine.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import ClassVar

from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.clusters.dead_credential import DeadCredentials
from crosstenant.azure.clusters.node_proofs import NodeProofs
from crosstenant.azure.directory.graph import Graph
from crosstenant.azure.sign_in.secret_proof import prove_secret
from crosstenant.azure.waiting import Clock, surely
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import CLUSTER_TYPE, ArmId, parse_arm_id
from crosstenant.model.modes import CredentialState
from crosstenant.plugin.context import Context
from crosstenant.plugin.former_sign_in import perhaps_former
from crosstenant.plugin.service_principal_profile.announcements import Announcements
from crosstenant.plugin.service_principal_profile.credential_reset import CredentialReset, Prove
from crosstenant.plugin.service_principal_profile.fields import DESCRIPTION, INPUTS, OUTPUTS
from crosstenant.plugin.service_principal_profile.hold import HoldRules, held
from crosstenant.plugin.service_principal_profile.hold_fields import refuse_window
from crosstenant.plugin.service_principal_profile.holds import Holds
from crosstenant.plugin.service_principal_profile.imported import imported
from crosstenant.plugin.service_principal_profile.missing_cluster import refuse_missing
from crosstenant.plugin.service_principal_profile.node_fields import refuse_nodes
from crosstenant.plugin.service_principal_profile.present_secrets import PresentSecrets
from crosstenant.plugin.service_principal_profile.record import Record, needs_reset
from crosstenant.plugin.service_principal_profile.recorded_differences import RecordedDifferences
from crosstenant.plugin.service_principal_profile.refused_nodes import RefusedNodes
from crosstenant.plugin.service_principal_profile.refused_nodes import announcement as asks_again
from crosstenant.plugin.service_principal_profile.reset_request import ResetRequest
from crosstenant.plugin.service_principal_profile.reset_turns import ResetTurns
from crosstenant.plugin.service_principal_profile.run_claims import RunClaims
from crosstenant.plugin.service_principal_profile.run_memory import RunMemory
from crosstenant.plugin.service_principal_profile.sentences import (
    declared_twice,
    former_unreadable,
    going_on,
    left_without,
    not_permitted,
    still_in_use,
)
from crosstenant.plugin.service_principal_profile.wave_fields import wave_place
from crosstenant.plugin.service_principal_profile.wave_sentences import after_failure
from crosstenant.provider_kit.declared import DeclaredResource
from crosstenant.provider_kit.errors_to_grpc import PartialError, followed_by
from crosstenant.provider_kit.fields import Fields
from crosstenant.provider_kit.resource import Diff, Failure, Observed, Properties
from crosstenant.provider_kit.values import UNKNOWN

DEFAULT_TIMEOUT = 90 * 60.0
"""The time limit of a create or update in seconds: the time that a reset of a large cluster needs."""


class ServicePrincipalProfile(DeclaredResource[Context]):
    """Gives an AKS cluster the credential of an application of its tenant."""

    token: ClassVar[str] = "crosstenant:index:ServicePrincipalProfile"  # noqa: S105
    description: ClassVar[str] = DESCRIPTION
    inputs: ClassVar[Fields] = INPUTS
    outputs: ClassVar[Fields] = OUTPUTS

    def __init__(
        self,
        context: Context,
        clusters: Clusters | None = None,
        prove: Prove = prove_secret,
        clock: Clock | None = None,
        directory: Graph | None = None,
        proofs: NodeProofs | None = None,
    ) -> None:
        """
        :param context: The cluster's tenant and the line to the terminal.
        :param clusters: The tenant's clusters; those that Azure tells of if not given.
        :param prove: Signs in with a secret.
        :param clock: The clock; the machine's if not given.
        :param directory: The tenant's directory; Microsoft Graph's if not given.
        :param proofs: The nodes of the tenant's clusters; those of the context if not given.
        """
        super().__init__(context)
        self._clock = clock or Clock()
        self._clusters = clusters or Clusters(context.tenant, self._clock)
        self._directory = directory or Graph(context.tenant)
        self._dead = DeadCredentials(context.tenant, self._directory, prove, self._clock)
        self._turns = ResetTurns(self._clock)
        self._present = PresentSecrets(context, self._directory, self._clock)
        self._holds = Holds(context, self._clusters, self._present, self._clock)
        self._reset = CredentialReset(context, self._clusters, self._dead, prove, self._clock, self._turns, self._holds)
        self._recorded = RecordedDifferences(self._reset, self._holds)
        self._announcements = Announcements(context, self._directory, self._clock)
        self._nodes = RefusedNodes(context, proofs or context.node_proofs)
        self._run = RunMemory()
        self._claims = RunClaims(context.engine)

    async def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[Failure]]:
        """Validates the inputs; two records of one cluster are refused: each would reset it to its own application."""
        inputs, failures = await super().check(urn, olds, news)
        if failures or inputs["clusterId"] is UNKNOWN:
            return inputs, failures
        client_id = "" if inputs["clientId"] is UNKNOWN else inputs["clientId"]
        cluster_id = _parsed(inputs["clusterId"])
        self._turns.declares(urn, client_id, wave_place(inputs))
        other = self._run.declares(urn, cluster_id, client_id, abandons=inputs.get("abandonOnDelete") is True)
        other = other or self._claims.first(urn, cluster_id)
        problem = declared_twice(other) if other else await self._unreadable_former(olds, cluster_id)
        return inputs, [Failure("clusterId", problem)] if problem else []

    def check_together(self, inputs: Properties) -> list[Failure]:
        """Refuses a reset window, and a question to the nodes, of which a part is missing or malformed."""
        return [*refuse_window(inputs), *refuse_nodes(inputs, self.context.tenant.cloud)]

    async def _unreadable_former(self, olds: Properties, cluster_id: ArmId) -> str:
        """Why another cluster cannot take the place of the present one; empty where its record can be judged.

        That record is deleted at the end of the update, when the new cluster has been reset: too late for a refusal
        which nothing in the program could lift, because another tenant's provider deletes it.
        """
        former = olds.get("clusterId")
        if not isinstance(former, str) or olds.get("abandonOnDelete") is True or _parsed(former).key == cluster_id.key:
            return ""
        try:
            await self._reset.look(_parsed(former))
        except OperatorError as error:
            return former_unreadable(_parsed(former), str(error))
        return ""

    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """Compares; a credential that the cluster may not have differs even if the program has not changed."""
        self._run.is_in_state(urn)
        found = dict((await super().diff(urn, resource_id, old_inputs, olds, news)).differences)
        if not found.keys() & {"clusterId", "clientId", "secret"}:
            found = await self._recorded.added_to(found, urn, olds, HoldRules.of_inputs(news))
            await self._present.compare(urn, Record.of_outputs(olds), news.get("secretKeyId"))
        return Diff(found)

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """Refuses a cluster that cannot be reset, and announces the reset of any other."""
        return await self._preview(urn, None, inputs)

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Gives the cluster the credential, or records it for a cluster that the program creates."""
        try:
            record = await self._apply(urn, None, inputs, timeout)
        except PartialError:
            self._run.is_in_state(urn)
            raise
        except OperatorError:
            self._run.failed(urn)
            raise
        self._run.is_in_state(urn)
        return record.cluster_id, record.outputs()

    async def read(self, urn: str, resource_id: str, inputs: Properties, olds: Properties) -> Observed | None:
        """Observes the cluster; its secret cannot be read, but its nodes can be asked whether they pull."""
        cluster_id = _parsed(resource_id)
        record = Record.of_outputs(olds) if olds else None
        expected = record is not None and record.credential_state is not CredentialState.PENDING
        look = partial(self._reset.look, cluster_id, record)
        with perhaps_former():
            state = await (surely(look, self._clock) if expected else look())
        if record is None:
            return imported(resource_id, state)
        if state is None:
            return Observed(resource_id, inputs, olds) if record.credential_state is CredentialState.PENDING else None
        record = await self._reset.earlier.settled(record, state)
        never_had_it = record.credential_state is CredentialState.WAITING and record.secret is None
        if not state.uses(record.client_id) and not never_had_it:
            # A reset that is still running may be the one that this resource stopped waiting for.
            operation = None if state.is_idle else record.pending_operation
            ours_failed = state.has_failed and record.may_have_failed_the_cluster
            record = record.with_state(CredentialState.FAILED if ours_failed else CredentialState.UNKNOWN, operation)
            return Observed(
                resource_id,
                inputs | {"clientId": state.client_id},
                record.seeing(state).outputs() | {"clientId": state.client_id},
            )
        # Drift of an earlier refresh may have been repaired since.
        inputs = (
            inputs
            if never_had_it or state.uses(inputs.get("clientId", ""))
            else inputs | {"clientId": record.client_id}
        )
        record = await self._nodes.observed(urn, record, state, inputs)
        return Observed(resource_id, inputs, record.seeing(state).outputs())

    async def preview_update(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> Properties:
        """As for a create, for what the update would do."""
        return await self._preview(urn, Record.of_outputs(olds), news)

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Gives the cluster the credential if it may not have it; other arguments only change the record."""
        return (await self._apply(urn, Record.of_outputs(olds), news, timeout)).outputs()

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Removes the record, unless it is the last one of an application that the cluster still uses."""
        record = Record.of_outputs(olds)
        cluster_id = _parsed(record.cluster_id)
        if record.abandon_on_delete or self._run.abandons(urn):
            return
        if self._run.goes_on(urn, cluster_id, record.client_id):
            return
        with perhaps_former():
            state = await self._reset.look(cluster_id)
        if state is not None and state.is_being_deleted:
            deadline = self._clock.now() + (timeout or DEFAULT_TIMEOUT)
            state = await self._reset.idle(urn, cluster_id, deadline)
        if state is None or not state.uses(record.client_id):
            return
        if not await self._dead.application_is_gone(record.client_id):
            raise OperatorError(still_in_use(urn, cluster_id, state.client_id))
        await self.context.log.warning(urn, left_without(cluster_id, record.client_id))

    async def _preview(self, urn: str, old: Record | None, news: Properties) -> Properties:
        client_id, secret = news.get("clientId"), news.get("secret")
        shape = Record.of_inputs(news) if old is None else Record.of_inputs(news).after(old)
        outputs = shape.outputs() | {"servicePrincipalProfile": {"clientId": client_id, "secret": secret}}
        if news.get("clusterId") is UNKNOWN:
            return outputs | dict.fromkeys(_OBSERVED, UNKNOWN)
        cluster_id = _parsed(news["clusterId"])
        state = await self._reset.look(cluster_id, old)
        if state is None:
            refuse_missing(shape)
            await self.context.log.info(
                urn,
                f"cluster {cluster_id} does not exist yet: the credential is recorded, and the cluster takes it from"
                " the output servicePrincipalProfile",
            )
            return outputs
        old = old and await self._reset.earlier.settled(old, state)
        if not needs_reset(old, state, client_id, secret):
            return replace(shape, credential_state=CredentialState.APPLIED).seeing(state).outputs()
        rules = HoldRules.of_inputs(news)
        dead, hold = await self._reset.examine(state, old, rules, shape.secret_key_id)
        if await self._clusters.may_reset(cluster_id) is False:
            raise OperatorError(not_permitted(cluster_id, self.context.tenant.caller))
        if hold:
            await self._holds.announce(urn, hold)
            return held(shape, old, hold).seeing(state).outputs() | {
                "servicePrincipalProfile": outputs["servicePrincipalProfile"]
            }
        begun = old if old and old.is_running(client_id, secret) else None
        if begun and (not state.is_idle or await self._reset.earlier.goes_on(begun)):
            await self.context.log.warning(urn, going_on(state))
        elif old is not None and old.nodes_refused and not needs_reset(old.as_applied, state, client_id, secret):
            await self.context.log.warning(urn, asks_again(str(cluster_id), old.nodes_refused))
        else:
            asked_for = rules.repair_failed
            await self._announcements.announce(urn, old, shape, state, dead=dead, is_asked_for=asked_for)
        seen = {"nodePools": [pool.name for pool in state.node_pools]}
        return outputs | dict.fromkeys(_OBSERVED, UNKNOWN) | seen

    async def _apply(self, urn: str, old: Record | None, news: Properties, timeout: float) -> Record:
        record = Record.of_inputs(news) if old is None else Record.of_inputs(news).after(old)
        if not record.secret:
            raise OperatorError(f"cluster {record.cluster_id}: secret is missing: a secret of {record.client_id}")
        deadline = self._clock.now() + (timeout or DEFAULT_TIMEOUT)
        rules = HoldRules.of_inputs(news)
        request = ResetRequest(urn, _parsed(record.cluster_id), record, record.secret, deadline, rules)
        try:
            if old is not None and old.nodes_refused:
                kept = await self._nodes.kept(request, old, news, self._reset)
                if kept is not None:
                    return kept
            self._nodes.forget(request.cluster_id)
            return await self._reset.apply(request, old)
        except asyncio.CancelledError:
            raise OperatorError(f"cancelled before cluster {record.cluster_id} was touched") from None
        except OperatorError as error:
            where = after_failure(record.place, request.cluster_id.name, self._turns.of(record.client_id))
            if not where:
                raise
            raise followed_by(error, where) from None


_OBSERVED = ("credentialState", "clusterClientId", "provisioningState", "resetAt")


def _parsed(cluster_id: str) -> ArmId:
    try:
        return parse_arm_id(cluster_id, CLUSTER_TYPE)
    except ValueError as error:
        raise OperatorError(str(error)) from None
