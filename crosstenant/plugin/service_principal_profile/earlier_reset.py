"""The reset that an earlier run began: what AKS and the cluster tell of its end."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters, Ending
from crosstenant.azure.waiting import Clock, OnWait
from crosstenant.model.modes import CredentialState
from crosstenant.model.pauses import IDLE
from crosstenant.plugin.service_principal_profile.record import NO_ADDRESS, NO_ANSWER, Record

_LONGEST_LAG: Final = 300.0


class EarlierResets:
    """The resets of earlier runs."""

    def __init__(self, clusters: Clusters, clock: Clock) -> None:
        """
        :param clusters: The tenant's clusters.
        :param clock: The clock.
        """
        self._clusters = clusters
        self._clock = clock

    async def goes_on(self, old: Record) -> bool:
        """Whether AKS says that the reset of a record has not ended."""
        return (await self._ending(old)).is_running

    async def followed(self, old: Record, on_wait: OnWait) -> Record:
        """The record after a reset of which AKS says that it runs, although its cluster is idle.

        The status of an operation may lag behind the cluster, or the reading of the cluster behind both. Of a status
        that never ends, the cluster alone tells the end: to reset again at each run would end nothing.

        :param old: The record.
        :param on_wait: Told what is waited for.
        """
        until = self._clock.now() + _LONGEST_LAG
        for pause in IDLE:
            if self._clock.now() + pause > until:
                return replace(old, pending_operation=NO_ADDRESS)
            await on_wait("waiting for the end of the reset that an earlier run began")
            await self._clock.sleep(pause)
            if not await self.goes_on(old):
                break
        return old

    async def settled(self, old: Record, state: ClusterState) -> Record:
        """The record after later events: the cluster's own creation, the end of AKS's operation."""
        if not (state.uses(old.client_id) and state.is_idle):
            return old
        if old.credential_state is CredentialState.PENDING:
            return replace(old, credential_state=CredentialState.APPLIED)
        if old.credential_state is not CredentialState.UNKNOWN or not old.pending_operation:
            return old
        applied = old.with_state(CredentialState.APPLIED)
        ending = await self._ending(old)
        if ending.status:
            return replace(applied, reset_at=ending.ended or old.reset_at) if ending.status == "Succeeded" else old
        # A failed reset leaves a failed cluster. Only of an accepted one whose status Azure has forgotten, or of one
        # that may not have been accepted, a cluster with the same application as before proves nothing.
        is_told_by_cluster = ending.is_hidden or old.pending_operation == NO_ADDRESS or old.changes_the_application
        return applied if is_told_by_cluster and state.is_settled_with(old.client_id) else old

    async def _ending(self, old: Record) -> Ending:
        if old.pending_operation in (None, NO_ADDRESS, NO_ANSWER):
            return Ending()
        return await self._clusters.ending(old.pending_operation)
