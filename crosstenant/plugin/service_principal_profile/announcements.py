"""What a preview says of a reset: what it means, which application the cluster acts as, and when its turn is."""

from __future__ import annotations

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.directory.graph import Graph
from crosstenant.azure.waiting import Clock
from crosstenant.plugin.context import Context
from crosstenant.plugin.service_principal_profile.present_application import named, present_application
from crosstenant.plugin.service_principal_profile.record import Record
from crosstenant.plugin.service_principal_profile.sentences import announcement, given_elsewhere, ours, taken_over
from crosstenant.plugin.service_principal_profile.wave_sentences import order, turn_of


class Announcements:
    """The announcements of a run."""

    def __init__(self, context: Context, directory: Graph, clock: Clock) -> None:
        """
        :param context: The tenant and the line to the terminal.
        :param directory: The tenant's directory.
        :param clock: The clock.
        """
        self._log = context.log
        self._directory = directory
        self._clock = clock
        self._order_is_told = False

    async def announce(
        self, urn: str, old: Record | None, new: Record, state: ClusterState, *, dead: str, is_asked_for: bool
    ) -> None:
        """Warns of a reset.

        :param urn: The record.
        :param old: The record in the state; ``None`` before its first create.
        :param new: The record of the program's inputs; its client ID may be unknown.
        :param state: The cluster.
        :param dead: Why the cluster's credential has made it fail, if that is the case.
        :param is_asked_for: Whether the program asks for the reset of a failed cluster whatever the cause.
        """
        if not self._order_is_told and (told := order(new.place)):
            self._order_is_told = True
            await self._log.info(urn, told)
        acts_as = await self._acts_as(old, new, state)
        said = announcement(state, acts_as=acts_as, dead=dead, is_asked_for=is_asked_for)
        await self._log.warning(urn, said + turn_of(new.place))

    async def _acts_as(self, old: Record | None, new: Record, state: ClusterState) -> str:
        if old and state.uses(old.client_id):
            return ours(state.client_id)
        if state.uses(str(new.client_id)):
            return ""
        if old is None or old.credential is None:
            return given_elsewhere(await named(self._directory, state.client_id))
        # The cluster was this stack's: the one who has reset it since may need it.
        found = await present_application(self._directory, state.client_id, self._clock.utc())
        return taken_over(found.named, found.life)
