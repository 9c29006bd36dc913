"""Gives a running cluster its credential: prove, wait, reset, read again.

The record always claims only what has happened. An error before AKS may have accepted the request leaves the state as
it was (``OperatorError``); a later error keeps what is known in it (``PartialError``), so that the next update waits
for AKS and resets again if necessary.
"""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from crosstenant.azure.clusters.cluster_fitness import refuse_unfit
from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Attempt, ClusterGone, Clusters
from crosstenant.azure.clusters.dead_credential import DeadCredentials
from crosstenant.azure.clusters.reset_operation import ResetOperation
from crosstenant.azure.refusals.explained import explained
from crosstenant.azure.sign_in.secret_proof import SignInError
from crosstenant.azure.waiting import GONE_PAUSE, Clock, OnWait, lasting
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import ArmId
from crosstenant.model.matched_texts.registry_texts import SECRET_EXPIRED, SECRET_WRONG
from crosstenant.model.modes import CredentialState
from crosstenant.model.secret_dates import utc_text
from crosstenant.plugin.context import Context
from crosstenant.plugin.service_principal_profile.earlier_reset import EarlierResets
from crosstenant.plugin.service_principal_profile.hold import Hold, HoldRules, held
from crosstenant.plugin.service_principal_profile.holds import Holds
from crosstenant.plugin.service_principal_profile.missing_cluster import refuse_missing
from crosstenant.plugin.service_principal_profile.node_group_role import report_missing_role
from crosstenant.plugin.service_principal_profile.record import NO_ANSWER, Record, needs_reset
from crosstenant.plugin.service_principal_profile.reset_end import AcceptedReset
from crosstenant.plugin.service_principal_profile.reset_request import ResetRequest, partial
from crosstenant.plugin.service_principal_profile.reset_turns import ResetTurns

Prove = Callable[..., Awaitable[str]]
"""``sign_in.prove_secret``."""


class CredentialReset:
    """Resets for the resources of one provider, at the same time."""

    def __init__(
        self,
        context: Context,
        clusters: Clusters,
        dead: DeadCredentials,
        prove: Prove,
        clock: Clock,
        turns: ResetTurns,
        holds: Holds,
    ) -> None:
        """
        :param context: The tenant and the line to the terminal.
        :param clusters: The tenant's clusters.
        :param dead: The credentials of failed clusters.
        :param prove: Signs in with a secret.
        :param clock: The clock.
        :param turns: The resets of the run.
        :param holds: The resets that have to wait.
        """
        self._holds = holds
        self._context = context
        self._tenant = context.tenant
        self._log = context.log
        self._clusters = clusters
        self._dead = dead
        self._prove = prove
        self._clock = clock
        self._turns = turns
        self.earlier = EarlierResets(clusters, clock)
        """The resets that earlier runs began."""

    async def prove(self, request: ResetRequest) -> str:
        """Signs in with the secret to the cluster's tenant; returns the service principal's object ID.

        :raises OperatorError: The secret does not sign in.
        """
        until = min(request.deadline, self._clock.now() + request.record.wait_for_principal_seconds)
        try:
            return await self._prove(
                self._tenant.tenant_id,
                self._tenant.cloud,
                request.credential,
                deadline=until,
                on_wait=self._status(request.urn),
                clock=self._clock,
                dates=request.record.secret_dates,
            )
        except SignInError as error:
            raise OperatorError(f"{error} (cluster {request.cluster_id} is untouched)") from None

    async def apply(self, request: ResetRequest, old: Record | None) -> Record:
        """Gives the cluster the credential, by a reset if it is not certain that the cluster has it.

        :param request: The credential and its cluster.
        :param old: The previous record; ``None`` on a first create.
        :returns: The new record; ``PENDING`` if the cluster was deleted.
        :raises OperatorError: Nothing has changed: the cluster does not exist or cannot be reset, say.
        :raises PartialError: AKS has begun a reset, or may have begun one.
        """
        object_id = ""
        state = await self.look(request.cluster_id, old)
        if state and not state.is_idle:
            if old and not needs_reset(old, state, request.client_id, request.secret):
                return replace(request.record, credential_state=old.credential_state).seeing(state)
            _, hold = await self.examine(state, old, request.rules, request.record.secret_key_id)
            if hold:
                return await self._waiting(request, old, hold, state)
            # A wrong credential must be found before a wait of up to an hour.
            object_id = await self.prove(request)
            state = await self.idle(request.urn, request.cluster_id, request.deadline)
        if state is None:
            refuse_missing(request.record)
            # A later cluster will sign in with it.
            await self.prove(request)
            return request.record.with_state(CredentialState.PENDING).seeing(None)
        if old and old.is_running(request.client_id, request.secret) and await self.earlier.goes_on(old):
            old = await self.earlier.followed(old, self._status(request.urn))
            state = await self._still_there(request)
        old = old and await self.earlier.settled(old, state)
        if not needs_reset(old, state, request.client_id, request.secret):
            reset_at = old.reset_at if old else None
            return replace(request.record.with_state(CredentialState.APPLIED), reset_at=reset_at).seeing(state)
        # A cluster that has to wait for something else takes no turn.
        if hold := await self.hold(state, old, request.rules, request.record.secret_key_id):
            return await self._waiting(request, old, hold, state)
        async with self._turns.turn(request, self._status(request.urn)) as turn:
            if turn.waited:
                state = await self._still_there(turn.request)
            return await self._given(turn.request, old, state, object_id)

    async def _still_there(self, request: ResetRequest) -> ClusterState:
        """The cluster after other resets, which may have taken hours."""
        state = await self.idle(request.urn, request.cluster_id, request.deadline)
        if state is None:
            raise OperatorError(f"cluster {request.cluster_id} is gone")
        return state

    async def _given(self, request: ResetRequest, old: Record | None, state: ClusterState, object_id: str) -> Record:
        _, hold = await self.examine(state, old, request.rules, request.record.secret_key_id)
        if hold:
            return await self._waiting(request, old, hold, state)
        object_id = object_id or await self.prove(request)
        began = self._clock.now()
        operation = await self._started(request, state)
        # A record of a cluster that never had one of its secrets says nothing about it after a failure.
        kept = None if old and old.waits_for and not old.secret else old
        reset = AcceptedReset(self._context, self._clusters, self._clock, request, operation, before=state, old=kept)
        await reset.ended()
        state = await reset.verified(self.idle)
        self._turns.made(request)
        lasted = lasting(self._clock.now() - began)
        await self._log.info(request.urn, f"reset the credential of {request.cluster_id.name} in {lasted}")
        await report_missing_role(self._clusters, self._log, request.urn, state, object_id)
        reset_at = utc_text(state.as_of or self._clock.utc())
        return replace(request.record.with_state(CredentialState.APPLIED), reset_at=reset_at).seeing(state)

    async def examine(
        self, state: ClusterState, old: Record | None, rules: HoldRules, new_key_id: str | None = None
    ) -> tuple[str, Hold | None]:
        """Refuses a cluster that cannot be reset.

        :param state: The cluster.
        :param old: The record of its credential, if there is one.
        :param rules: When the program lets it be reset.
        :param new_key_id: Key ID (UUID) of the secret that it is to be given, if that exists already.
        :returns: Why the cluster's credential has made it fail, if that is the case; and what its reset has to wait
            for, if it has to.
        :raises OperatorError: The cluster cannot be reset; the message says what to do.
        """
        dead = await self._dead_credential(state, old, new_key_id)
        refuse_unfit(
            state,
            failed_is_ours=old is not None and old.may_have_failed_the_cluster,
            dead_credential=dead,
            repair_failed=rules.repair_failed,
            skips_stopped=rules.skips_stopped,
        )
        return dead, await self._holds.of(state, old, rules, dead=dead)

    async def hold(
        self, state: ClusterState, old: Record | None, rules: HoldRules, new_key_id: str | None = None
    ) -> Hold | None:
        """What the reset of a cluster has to wait for; ``None`` where it can be made, or is refused by ``examine``.

        :param state: The cluster.
        :param old: The record of its credential, if there is one.
        :param rules: When the program lets it be reset.
        :param new_key_id: Key ID (UUID) of the secret that it is to be given, if that exists already.
        """
        return await self._holds.of(state, old, rules, dead=await self._dead_credential(state, old, new_key_id))

    async def _dead_credential(self, state: ClusterState, old: Record | None, new_key_id: str | None) -> str:
        if old is not None and old.may_have_failed_the_cluster:
            return ""
        return await self._dead.reason(state, old.credential if old else None, new_key_id=new_key_id)

    async def look(self, cluster_id: ArmId, known: Record | None = None) -> ClusterState | None:
        """The present cluster; ``None`` if it does not exist.

        :param cluster_id: The cluster.
        :param known: The record of its credential: a reading that may be older is repeated.
        :raises OperatorError: The cluster cannot be read.
        """
        with explained("reading cluster", str(cluster_id), self._tenant):
            found = await self._clusters.get(cluster_id)
            if known and found and known.is_perhaps_newer_than(found, found.as_of or self._clock.utc()):
                await self._clock.sleep(GONE_PAUSE)
                found = await self._clusters.get(cluster_id)
        return found

    async def idle(self, urn: str, cluster_id: ArmId, deadline: float) -> ClusterState | None:
        """The cluster when no operation is changing it any longer; ``None`` if it does not exist.

        :raises OperatorError: The deadline passed, or the cluster cannot be read.
        """
        try:
            with explained("reading cluster", str(cluster_id), self._tenant):
                return await self._clusters.wait_until_idle(
                    cluster_id, deadline=deadline, on_progress=self._status(urn)
                )
        except TimeoutError as error:
            raise OperatorError(
                f"cluster {cluster_id}: gave up waiting for {error}; run again when it has ended, or allow more time"
                " with custom_timeouts"
            ) from None

    async def _waiting(self, request: ResetRequest, old: Record | None, hold: Hold, state: ClusterState) -> Record:
        await self._holds.announce(request.urn, hold)
        return held(request.record, old, hold).seeing(state)

    async def _started(self, request: ResetRequest, before: ClusterState) -> ResetOperation:
        dates = request.record.secret_dates
        attempt = Attempt(secret_cannot_have_ended=dates.cannot_have_ended(self._clock.utc()))
        try:
            with explained(
                "resetting the credential of cluster", str(request.cluster_id), self._tenant, [request.secret]
            ):
                return await self._clusters.start_reset(
                    request.cluster_id,
                    request.credential,
                    deadline=request.deadline,
                    propagation_deadline=min(
                        request.deadline, self._clock.now() + request.record.wait_for_principal_seconds
                    ),
                    on_progress=self._status(request.urn),
                    attempt=attempt,
                )
        except (OperatorError, ClusterGone, TimeoutError, asyncio.CancelledError) as error:
            if not attempt.maybe_accepted and isinstance(error, asyncio.CancelledError):
                raise
            reason = _reason(error, request, self._clock)
            if not attempt.maybe_accepted:
                raise OperatorError(reason) from None
            raise partial(
                request.record.with_state(CredentialState.UNKNOWN, NO_ANSWER).seeing(before),
                f"{reason}; AKS may have begun the reset nevertheless: the next update waits for it and resets"
                " again if necessary",
            ) from None

    def _status(self, urn: str) -> OnWait:
        return functools.partial(self._log.status, urn)


def _reason(error: BaseException, request: ResetRequest, clock: Clock) -> str:
    if isinstance(error, asyncio.CancelledError):
        return f"cancelled while the reset of {request.cluster_id} was being asked for"
    if isinstance(error, ClusterGone):
        return f"cluster {request.cluster_id} is gone"
    if isinstance(error, TimeoutError):
        return f"cluster {request.cluster_id}: gave up waiting for {error}; run again when it has ended"
    dates, now = request.record.secret_dates, clock.utc()
    refused = any(it.is_in(str(error)) for it in (SECRET_WRONG, SECRET_EXPIRED))
    if refused and (dates.is_young(now) or dates.cannot_have_ended(now)):
        return (
            f"cluster {request.cluster_id}: AKS does not accept the application's secret yet, which was made"
            f" {dates.age(now)} and which Entra accepts: run 'pulumi up' again in a few minutes, or let it wait longer"
            " (replication_timeout_seconds of the component, wait_for_principal_seconds of a ServicePrincipalProfile)."
            f" {_AZURE_SAYS.sub('', str(error))}"
        )
    return str(error)


_AZURE_SAYS: Final = re.compile(r"^.*?(?=Azure says )", re.DOTALL)
