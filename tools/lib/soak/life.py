"""The life of a chain: deployed, watched each night, updated each week, repaired, and removed."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from crosstenant.sandbox.host.request_log import request_log
from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State, Store, now
from lib.soak import tenants
from lib.soak.causes import Causes
from lib.soak.changes import CLUSTERS, Drift
from lib.soak.days import Day, PlannedFault
from lib.soak.needs import Needs
from lib.soak.nodes import Nodes
from lib.soak.operations import ALARM, QUIET, Operations, Struck
from lib.stack import Outcome, Stack

NAME = "soak"
"""The component's name."""


@dataclass
class Findings:
    """What came of the days."""

    days: int
    """Those that were planned."""
    seed: int
    rotate_every_days: int
    minutes: float = float("inf")
    """No day began after so many."""
    lived: int = 0
    """The days that came to pass."""
    seconds: float = 0
    wrong: list[str] = field(default_factory=list[str])
    """What was not as it must be, each with its day."""
    changes: Counter[str] = field(default_factory=Counter[str])
    """Changes outside the stack."""
    faults_set: int = 0
    faults_met: Counter[str] = field(default_factory=Counter[str])
    """Faults that have met a request, by name."""
    operations_ended: Counter[str] = field(default_factory=Counter[str])
    """Operations that a fault ended, by its name."""
    operations: dict[str, tuple[int, float]] = field(default_factory=dict[str, tuple[int, float]])
    """How many of each operation, and the median of their seconds."""
    pulls: Counter[str] = field(default_factory=Counter[str])
    """Granted pulls, by node."""
    nodes: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    """Refused pulls, by the change that explains them."""
    unexplained: list[str] = field(default_factory=list[str])
    """Pulls that were refused without one."""
    rotations: int = 0
    resets_made: Counter[str] = field(default_factory=Counter[str])
    resets_needed: Counter[str] = field(default_factory=Counter[str])
    secrets_made: int = 0
    secrets_alive: int = 0
    """Secrets of the application at the end."""
    secrets_needed: int = 0
    least_days_left: float = float("inf")
    """The least time that a node's secret had to its end, on any night."""
    before: str = ""
    """Objects of both tenants before the first update, by kind."""
    meanwhile: str = ""
    """What the stack added to them."""
    left: set[str] = field(default_factory=set[str])
    """Objects that are there in the end, and were not before."""
    lost: set[str] = field(default_factory=set[str])
    """Objects that were there before, and are gone."""


class Life:
    """One chain, and its days."""

    def __init__(self, store: Store, stack: Stack, nodes: Callable[[Causes], Nodes], found: Findings) -> None:
        """
        :param store: The sandbox's state.
        :param stack: The chain's stack, which exists without a resource.
        :param nodes: Makes the nodes that pull.
        :param found: Is filled in.
        """
        self.store, self.stack, self.found = store, stack, found
        self.causes = Causes()
        self._nodes = nodes
        self._pulling: Nodes | None = None
        # One in the morning of tomorrow, so that no run of two hours comes across a midnight.
        midnight = datetime.combine(datetime.now(timezone.utc).date(), datetime.min.time(), timezone.utc)
        self.first_night = midnight + timedelta(days=1, hours=1)
        self._needs = Needs(CLUSTERS, self.first_night.date(), found.rotate_every_days)
        self._number = 0
        self._faults: dict[str, PlannedFault] = {}
        self._made, self._told = set[str](), set[str]()
        self._struck = Struck(request_log(store))
        self._operations = Operations(self._operate, self._struck, self._faults, self._end_lasting_faults)

    def live(self, days: Sequence[Day]) -> None:
        """Deploys, lets the days pass, and removes all."""
        begin = time.monotonic()
        before = self._look(tenants.objects)
        self.found.before = tenants.by_kind(before)
        self._go_to(0)
        self._update("the first update")
        with self._nodes(self.causes) as self._pulling:
            self.found.nodes = len(self._secrets().used)
            for day in days:
                if time.monotonic() > begin + self.found.minutes * 60:
                    break
                self.found.lived = day.number
                self._go_to(day.number)
                self._live_through(day)
                self._tell()
            self._operations.run("the last night", QUIET, "preview", "--refresh", "--expect-no-changes")
        self.found.meanwhile = tenants.by_kind(self._look(tenants.objects) - before)
        self._close(self._pulling)
        self._remove(before)
        self.found.seconds = time.monotonic() - begin

    def _live_through(self, day: Day) -> None:
        self._watch_secrets()
        if day.fault:
            self._set(day.fault)
        drift = day.drift if day.drift and self._make(day.drift) else None
        alarmed = (drift and drift.is_seen) or self._needs.is_due(self._today)
        what = f"day {day.number}" + (f", {drift.name}" if drift else "")
        self._operations.run(what, ALARM if alarmed else QUIET, "preview", "--refresh", "--expect-no-changes")
        self._end_lasting_faults()
        if drift and drift.undo:
            undo, client_id = drift.undo, self._client_id
            self._change(lambda state: undo(state, client_id))
        if drift and drift.is_seen:
            self._update(what, "--refresh")
        self.causes.end()
        if day.has_update:
            due = self._needs.is_due(self._today)
            done = self._update(f"{what}, the weekly update")
            changed = [it.name for it in done.changes if it.is_infrastructure]
            if changed and not due and not done.code:
                self.found.wrong.append(f"{what}: the weekly update changed {', '.join(changed)} for no reason")

    def _tell(self) -> None:
        """A year is long: what is wrong is told on its day."""
        known = [*self.found.wrong, *self._operations.wrong, *self.causes.unexplained]
        for it in known:
            if it not in self._told:
                print(f"day {self._number} of {self.found.days}: wrong: {it}", file=sys.stderr, flush=True)
        self._told |= set(known)

    def _make(self, drift: Drift) -> bool:
        """Makes a change; whether there was something to change."""
        client_id = self._client_id
        self.causes.begin(drift, self._number)
        try:
            self._change(lambda state: drift.make(state, client_id))
        except LookupError:
            self.causes.forget()
            return False
        self.found.changes[drift.name] += 1
        self._needs.lost(drift.resets)
        return True

    def _set(self, planned: PlannedFault) -> None:
        waiting = {it["id"] for it in self._look(lambda state: [*state["faults"]])}
        if any(self._faults[it].target == planned.target for it in waiting):
            return  # Two faults at one request would be one that stays.
        fault = new_fault(planned.settings)
        self._faults[fault["id"]] = planned
        self.found.faults_set += 1
        self._change(lambda state: state["faults"].append(fault))

    def _end_lasting_faults(self) -> None:
        """Ends what was to go wrong this night; what waits for its request goes on waiting."""
        waiting = {key for key, it in self._faults.items() if it.target.changes}

        def end(state: State) -> None:
            state["faults"] = [it for it in state["faults"] if it["id"] in waiting]

        self._change(end)

    def _update(self, what: str, *options: str) -> Outcome:
        outcome = self._operations.run(what, QUIET, "up", *options)
        if outcome.code == 0:
            self._needs.updated(self._today, CLUSTERS)
            found, time_there = self._secrets(), self._look(now)
            self._made |= set(found.alive)
            expected = self._needs.secrets(self._today)
            self.found.wrong += [f"{what}: {it}" for it in tenants.wrong_secrets(found, expected, time_there)]
        return outcome

    def _watch_secrets(self) -> None:
        found = self._secrets()
        for key in found.used.values():
            if key:
                ends = datetime.fromisoformat(found.alive[key].replace("Z", "+00:00"))
                left = (ends.timestamp() - self._look(now)) / 86400
                self.found.least_days_left = min(self.found.least_days_left, left)

    def _operate(self, *command: str) -> Outcome:
        ahead = self._look(lambda state: state["clock"]["ahead_seconds"])
        outcome = self.stack.operate(*command, environ={"SOAK_AHEAD": str(ahead)})
        if any(it in outcome.output for it in self._look(lambda state: tenants.on_nodes(state, CLUSTERS))):
            self.found.wrong.append(f"day {self._number}: {' '.join(command)} shows a secret")
        return outcome

    def _go_to(self, number: int) -> None:
        """It is one in the morning of that day."""
        self._number = number
        ahead = (self.first_night + timedelta(days=number)).timestamp() - time.time()
        with self._pulling.still() if self._pulling else nullcontext():
            self._change(lambda state: state["clock"].update(ahead_seconds=ahead))

    def _close(self, nodes: Nodes) -> None:
        """Writes down what is known before the removal."""
        found, operations = self.found, self._operations
        found.pulls, found.refused = nodes.granted, self.causes.by_name
        found.unexplained = self.causes.unexplained
        found.wrong += [*operations.wrong, *self.causes.unnoticed]
        operations.wrong.clear()
        found.rotations, found.resets_needed = self._needs.rotations, self._needs.resets
        found.resets_made = self._look(tenants.resets)
        found.secrets_made, found.secrets_alive = len(self._made), len(self._secrets().alive)
        found.secrets_needed = self._needs.secrets(self._today)
        found.faults_met = Counter(self._faults[it].name for it in self._struck.ids)
        found.operations_ended = operations.ended

    def _remove(self, before: set[str]) -> None:
        def reset(state: State) -> None:
            for it in CLUSTERS:
                drift.reset_cluster(state, it)
            state["faults"].clear()

        self._change(reset)
        self._number = 0
        self._operations.run("the end", QUIET, "destroy", "--refresh")
        self.found.wrong += self._operations.wrong
        self.found.operations = {
            it: (len(seconds), self._operations.typical(it)) for it, seconds in self._operations.seconds.items()
        }
        after = self._look(tenants.objects)
        self.found.left, self.found.lost = after - before, before - after

    def _change(self, make: Callable[[State], object]) -> None:
        with self.store.change() as state:
            make(state)

    def _look(self, read: Callable[[State], Any]) -> Any:
        with self.store.read() as state:
            return read(state)

    def _secrets(self) -> tenants.Secrets:
        return self._look(lambda state: tenants.secrets(state, NAME, CLUSTERS))

    @property
    def _today(self) -> date:
        return (self.first_night + timedelta(days=self._number)).date()

    @property
    def _client_id(self) -> str:
        found = self._look(lambda state: tenants.application(state, NAME))
        return found["appId"] if found else ""
