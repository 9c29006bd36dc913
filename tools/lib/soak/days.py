"""What happens on which day: it follows from the seed alone, and the first days of a year are those of a week."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from lib.soak.changes import DRIFTS, Drift

Json = dict[str, Any]

WEEK: Final = 7
_CHANCE_OF_DRIFT, _CHANCE_OF_FAULT = 0.25, 0.3


@dataclass(frozen=True)
class Target:
    """A kind of request."""

    name: str
    service: str
    method: str
    path: str
    changes: bool = False
    """Whether the request changes something: its fault waits for a day on which the request is made."""


# The registry's own requests are not among them: a fault cannot tell the plugin's from those of the nodes.
TARGETS: Final = (
    Target("a sign-in", "login", "POST", "/oauth2/v2.0/token"),
    Target("the read of a cluster", "arm", "GET", r"/managedClusters/[^/?]+\?"),
    Target("the read of the registry", "arm", "GET", r"/registries/[^/?]+\?"),
    Target("the read of the role assignment", "arm", "GET", "/roleAssignments/"),
    Target("the read of the application", "graph", "GET", "/v1.0/applications"),
    Target("the read of a service principal", "graph", "GET", "/v1.0/servicePrincipals"),
    Target("the request for a secret", "graph", "POST", "/addPassword", changes=True),
    Target("the removal of a secret", "graph", "POST", "/removePassword", changes=True),
    Target("the repair of a service principal", "graph", "PATCH", "/v1.0/servicePrincipals", changes=True),
    Target("the assignment of the role", "arm", "PUT", "/roleAssignments/", changes=True),
    Target("the request for a reset", "arm", "POST", "/resetServicePrincipalProfile", changes=True),
    Target("the progress of a reset", "arm", "GET", "/operations/", changes=True),
)


@dataclass(frozen=True)
class Form:
    """How a request goes wrong, before Azure does anything."""

    name: str
    settings: Json = field(hash=False)
    words: tuple[str, ...] = ()
    """What an error may say of it; the fault's own text where there are none."""
    reads_only: bool = False


_LOST = ("connection", "disconnected", "EOF", "reset by peer", "no answer")
_UNREADABLE = ("JSON", "truncated", "payload", "incomplete", "EOF", "not completed", "unreadable", "invalid character")
_PAGE = ("HTML", "proxy", "JSON", "invalid character")
FORMS: Final = (
    Form("429", {"status": 429, "retry_after": 1}),
    Form("500", {"status": 500}),
    Form("503", {"status": 503}),
    Form("a broken connection", {"drop": True}, _LOST),
    Form("half an answer", {"answer": "truncated", "status": 200}, _UNREADABLE, reads_only=True),
    Form("a proxy's page", {"answer": "page", "status": 502}, _PAGE, reads_only=True),
    Form("403 all night", {"status": 403, "times": -1}, reads_only=True),
)


@dataclass(frozen=True)
class PlannedFault:
    """A request that goes wrong on a day: the first of its kind, or a later one."""

    day: int
    target: Target
    form: Form
    skip: int

    @property
    def name(self) -> str:
        """``the read of a cluster: 503``."""
        return f"{self.target.name}: {self.form.name}"

    @property
    def text(self) -> str:
        """What Azure says, where it says anything: the same on no other day."""
        return f"planned fault of day {self.day}"

    @property
    def settings(self) -> Json:
        """The sandbox's fault."""
        place = {"service": self.target.service, "method": self.target.method, "path": self.target.path}
        return {**place, "skip": self.skip, "message": self.text, **self.form.settings}


@dataclass(frozen=True)
class Day:
    """One day."""

    number: int
    drift: Drift | None = None
    fault: PlannedFault | None = None

    @property
    def has_update(self) -> bool:
        """Whether the weekly update is on this day."""
        return self.number % WEEK == 0


def plan_days(days: int, seed: int) -> Sequence[Day]:
    """The days, from the first.

    :param days: How many.
    :param seed: Other numbers mean other days.
    """
    return [_plan(number, random.Random(f"{seed} {number}")) for number in range(1, days + 1)]  # noqa: S311


def _plan(number: int, chance: random.Random) -> Day:
    drift = chance.choice(DRIFTS) if chance.random() < _CHANCE_OF_DRIFT else None
    fault = None
    if chance.random() < _CHANCE_OF_FAULT:
        target = chance.choice(TARGETS)
        form = chance.choice([it for it in FORMS if not (it.reads_only and target.changes)])
        fault = PlannedFault(number, target, form, skip=0 if target.changes else chance.randrange(3))
    return Day(number, drift, fault)
