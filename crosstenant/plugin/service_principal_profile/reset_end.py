"""The end of a reset that AKS has accepted: followed, or read from the cluster itself, and proved by the cluster.

An accepted reset reimages every node: no record that is left here makes the next update repeat it without need.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.clusters.reset_operation import OperationUnreadable, ResetFailed, ResetOperation
from crosstenant.azure.clusters.reset_watch import OPERATION_RIGHT, is_denied, settled_cluster
from crosstenant.azure.refusals.explained import explained
from crosstenant.azure.waiting import Clock, lasting, surely
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import ArmId
from crosstenant.model.modes import CredentialState
from crosstenant.plugin.context import Context
from crosstenant.plugin.service_principal_profile.record import NO_ADDRESS, Record
from crosstenant.plugin.service_principal_profile.reset_request import ResetRequest, partial
from crosstenant.provider_kit.errors_to_grpc import PartialError

Idle = Callable[[str, ArmId, float], Awaitable[ClusterState | None]]
"""``CredentialReset.idle``."""

_GOES_ON: Final = "AKS continues it; the next update waits for it and resets again if necessary"
_KEEP_BOTH: Final = "Some nodes may have the new secret already: keep both secrets, and run again"


class AcceptedReset:
    """One reset that AKS has accepted."""

    def __init__(
        self,
        context: Context,
        clusters: Clusters,
        clock: Clock,
        request: ResetRequest,
        operation: ResetOperation,
        *,
        before: ClusterState,
        old: Record | None,
    ) -> None:
        """
        :param context: The tenant and the line to the terminal.
        :param clusters: The tenant's clusters.
        :param clock: The clock.
        :param request: The credential and its cluster.
        :param operation: The operation of AKS.
        :param before: The cluster before the reset.
        :param old: The previous record; ``None`` on a first create.
        """
        self._tenant = context.tenant
        self._log = context.log
        self._clusters = clusters
        self._clock = clock
        self._request = request
        self._operation = operation
        self._old = old
        self._began = clock.now()
        self._seen_busy: set[str] = set()
        # What the cluster was tells the next update whether the reset has changed it.
        self._running = request.record.with_state(CredentialState.UNKNOWN, operation.url or NO_ADDRESS).seeing(before)

    async def ended(self) -> None:
        """Waits for the end.

        :raises PartialError: The reset failed, or its end is not known.
        """
        request = self._request
        try:
            await self._operation.wait(request.deadline - self._clock.now(), self._look)
        except ResetFailed as error:
            raise partial(await self._after_failure(), self._failure(error)) from None
        except OperationUnreadable as error:
            await self._ended_on_the_cluster(error)
        except asyncio.CancelledError:
            raise self._cancelled() from None
        except TimeoutError:
            raise self._too_late() from None

    async def verified(self, idle: Idle) -> ClusterState:
        """Reads the cluster again: only the cluster itself proves the success of the operation.

        :param idle: Waits until the cluster is idle.
        :raises PartialError: The cluster does not have the credential, or cannot be read.
        """
        request = self._request
        try:
            state = await surely(
                lambda: idle(request.urn, request.cluster_id, request.deadline),
                self._clock,
                lambda it: it.uses(request.client_id) or it.has_failed,
            )
        except (OperatorError, asyncio.CancelledError) as error:
            reason = str(error)
            if isinstance(error, asyncio.CancelledError):
                reason = f"cancelled while cluster {request.cluster_id} was read"
            raise partial(self._running, f"the reset has ended, but {reason}") from None
        if state is None:
            raise partial(
                self._running.with_state(CredentialState.UNKNOWN).seeing(None),
                f"cluster {request.cluster_id} was deleted during its reset",
            )
        # A cancelled reset, too, leaves nodes with the old credential.
        if not state.uses(request.client_id) or state.provisioning_state != "Succeeded":
            # The status of the operation must not decide about this record later.
            known = CredentialState.FAILED if state.has_failed else CredentialState.UNKNOWN
            raise partial(
                self._running.with_state(known).seeing(state),
                f"cluster {request.cluster_id} was reset, but has client ID '{state.client_id}' and provisioning state"
                f" '{state.provisioning_state}' now; compare with 'az aks show', then run again",
            )
        return state

    async def _ended_on_the_cluster(self, unreadable: OperationUnreadable) -> None:
        request = self._request
        why = await self._say_unreadable(unreadable)
        try:
            with explained("reading cluster", str(request.cluster_id), self._tenant, [request.secret]):
                state = await settled_cluster(
                    lambda: self._clusters.get(request.cluster_id),
                    accepted=self._began,
                    deadline=request.deadline,
                    on_look=self._show,
                    clock=self._clock,
                )
        except asyncio.CancelledError:
            raise self._cancelled() from None
        except TimeoutError:
            raise self._too_late() from None
        except OperatorError as error:
            raise partial(self._running, f"{why}, and the cluster cannot be read either: {error}. {_GOES_ON}") from None
        if state is not None and state.provisioning_state == "Succeeded" and not await self._failed_by_its_status():
            return
        if state is not None:
            raise partial(
                (self._old or request.record).with_state(CredentialState.FAILED).seeing(state),
                f"the reset failed on cluster {request.cluster_id}: its provisioning state is"
                f" '{state.provisioning_state}'; {why}. {_KEEP_BOTH}",
            )

    async def _failed_by_its_status(self) -> bool:
        """Whether the operation's status, if it can be read by now, says that it failed."""
        if self._running.pending_operation in (None, NO_ADDRESS):
            return False
        return (await self._clusters.ending(self._operation.url)).status in ("Failed", "Canceled")

    async def _say_unreadable(self, unreadable: OperationUnreadable) -> str:
        from crosstenant.azure.connections.addresses import ForeignAddressError
        from crosstenant.azure.refusals.refusals import take_apart

        request, error = self._request, unreadable.error
        said = take_apart(error, [request.secret])
        right = ""
        if is_denied(error):
            self._running = replace(self._running, pending_operation=NO_ADDRESS)
            if not isinstance(error, ForeignAddressError):
                right = (
                    f"; {OPERATION_RIGHT} on subscription {request.cluster_id.subscription_id} would show its details"
                )
        answer = said.page or said.code
        status = f"HTTP status {said.status}, {answer}" if said.status else said.message
        why = f"the progress of the reset cannot be read ({status}){right}"
        say = self._log.warning if isinstance(error, ForeignAddressError) else self._log.info
        await say(request.urn, f"cluster {request.cluster_id}: {why}; the update waits until the cluster is settled")
        return why

    async def _after_failure(self) -> Record:
        """After a failed reset the control plane has the old credential, and some nodes may have the new one."""
        record = (self._old or self._request.record).with_state(CredentialState.FAILED)
        try:
            return record.seeing(await self._clusters.get(self._request.cluster_id))
        except Exception:  # The operator must read about the failure itself.
            return record

    def _failure(self, error: ResetFailed) -> str:
        from crosstenant.azure.refusals.refusals import explain

        cause = error.__cause__
        said = explain(
            cause if isinstance(cause, Exception) else error,
            doing="the reset failed on cluster",
            on=str(self._request.cluster_id),
            tenant=self._tenant,
            secrets=[self._request.secret],
        )
        return f"{said}. {_KEEP_BOTH}"

    def _cancelled(self) -> PartialError:
        return partial(
            self._running, f"cancelled {self._since()} into the reset of {self._request.cluster_id}: {_GOES_ON}"
        )

    def _too_late(self) -> PartialError:
        return partial(
            self._running,
            f"{self._request.cluster_id} is still being reset after {self._since()}, longer than was allowed:"
            f" {_GOES_ON}. Allow more time with custom_timeouts",
        )

    async def _look(self) -> None:
        try:
            state = await self._clusters.get(self._request.cluster_id)
        except Exception:  # It is for the status line only; the operation itself is watched elsewhere.
            state = None
        await self._show(state)

    async def _show(self, state: ClusterState | None) -> None:
        pools = ""
        if state:
            busy = [pool.name for pool in state.busy_pools]
            self._seen_busy.update(busy)
            done = ", ".join(sorted(self._seen_busy - set(busy)))
            pools = f"; node pools at work: {', '.join(busy) or 'none'}" + (f"; done: {done}" if done else "")
        await self._log.status(self._request.urn, f"resetting the credential ({self._since()}){pools}")

    def _since(self) -> str:
        return lasting(self._clock.now() - self._began)
