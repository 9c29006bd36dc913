"""Whether the reset of a cluster has to wait: it is stopped, or the program does not let it be reset yet.

Only a cluster whose present credential works waits, or one that has none of this resource. A broken cluster is repaired
at once, and so is one whose secret has ended.
"""

from __future__ import annotations

from datetime import datetime

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.refusals.explained import explained
from crosstenant.azure.waiting import Clock
from crosstenant.errors import OperatorError
from crosstenant.model.recurring import next_opening
from crosstenant.model.shell_words import shell_word
from crosstenant.plugin.context import Context
from crosstenant.plugin.service_principal_profile.hold import HEALTHY, Hold, HoldRules, would_lose
from crosstenant.plugin.service_principal_profile.present_secrets import PresentSecrets
from crosstenant.plugin.service_principal_profile.record import Record


class Holds:
    """The resets of one provider that have to wait."""

    def __init__(self, context: Context, clusters: Clusters, present: PresentSecrets, clock: Clock) -> None:
        """
        :param context: The tenant and the line to the terminal.
        :param clusters: The tenant's clusters.
        :param present: The secrets that their applications have.
        :param clock: The clock, where Azure does not tell the time.
        """
        self._tenant = context.tenant
        self._log = context.log
        self._clusters = clusters
        self._present = present
        self._clock = clock

    async def of(self, state: ClusterState, old: Record | None, rules: HoldRules, *, dead: str = "") -> Hold | None:
        """What the reset of a cluster has to wait for; ``None`` if it can be made now.

        :param state: The cluster.
        :param old: The record of its credential; ``None`` before the first create.
        :param rules: When the program lets it be reset.
        :param dead: Why its credential has made it fail, if that is the case.
        :raises OperatorError: It has to wait, and the update would remove the secret that it has; or its maintenance
            configuration cannot be read.
        """
        if not (rules.skips_stopped if state.is_stopped else rules.may_hold):
            return None
        # Azure's own time, so that a machine's wrong clock opens no window.
        now = state.as_of or self._clock.utc()
        has_ours = old is not None and old.secret is not None and state.uses(old.client_id)
        key_id = old.secret_key_id if old and has_ours else None
        ends_at = rules.end_of(key_id)
        is_gone = (ends_at is not None and ends_at <= now) or bool(
            old and key_id and await self._present.lost(old, now)
        )
        if state.is_stopped:
            hold = Hold(state.arm_id, "it is stopped", now, rules.warn_days, None, key_id, ends_at)
        else:
            works = old is None or old.secret is None or (has_ours and old.credential_state in HEALTHY)
            if dead or is_gone or not works:
                return None
            cause, opens_at = await self._opening(state, rules, now)
            if opens_at <= now:
                return None
            hold = Hold(state.arm_id, cause, now, rules.warn_days, opens_at, key_id, ends_at)
        if has_ours and not is_gone and not rules.leaves(key_id):
            raise OperatorError(would_lose(hold))
        return hold

    async def announce(self, urn: str, hold: Hold) -> None:
        """Says which cluster waits and until when; a warning where its secret ends before, or soon.

        :param urn: The record.
        :param hold: What its reset waits for.
        """
        say = self._log.warning if hold.is_urgent else self._log.info
        await say(urn, hold.announcement)

    async def _opening(self, state: ClusterState, rules: HoldRules, now: datetime) -> tuple[str, datetime]:
        begin = max(now, rules.not_before or now)
        if rules.window is not None:
            return "its reset window is closed", rules.window.next_opening(begin)
        if not rules.in_maintenance:
            return "reset_not_before holds it", begin
        with explained("reading the maintenance configurations of cluster", state.cluster_id, self._tenant):
            found = await self._clusters.maintenance(state.arm_id)
        where = f"cluster {state.cluster_id}"
        times = "give the times themselves (start and duration_minutes in reset_window)"
        if found is None:
            group, name = shell_word(state.arm_id.resource_group), state.arm_id.name
            raise OperatorError(
                f"{where} has no maintenance configuration, which is its reset window: make one ('az aks"
                f" maintenanceconfiguration add -g {group} --cluster-name {name} -n aksManagedNodeOSUpgradeSchedule"
                f" ...'), or {times}"
            )
        opens_at = next_opening(found.windows, begin)
        if opens_at is None:
            raise OperatorError(f"the maintenance configuration {found.name} of {where} never opens: {times}")
        return f"its maintenance configuration {found.name} is closed", opens_at
