"""Two days of a chain: requests that go wrong, a change that stops pulls, a rotation by the program's schedule."""

from __future__ import annotations

import pytest

from lib.soak.changes import DRIFTS
from lib.soak.days import FORMS, TARGETS, Day, PlannedFault
from lib.soak.verdict import judge
from lib.soak.world import live

pytestmark = pytest.mark.engine


def test_a_chain_lives_and_leaves_nothing():
    deleted = next(it for it in DRIFTS if it.name == "the role assignment is deleted")
    found = live(
        [
            Day(1, None, fault(1, "the read of a cluster", "503")),
            Day(2, deleted, fault(2, "the request for a reset", "429")),
        ],
        0,
        rotate_every_days=2,
        pause=1,
    )
    assert judge(found) == []
    assert found.rotations == 1
    assert found.resets_made == {"aks-prod": 2, "aks-000": 2}
    assert (found.secrets_made, found.secrets_alive) == (2, 2)
    assert found.faults_met == {"the read of a cluster: 503": 1, "the request for a reset: 429": 1}
    assert found.changes == {deleted.name: 1}
    assert found.refused[deleted.name] >= found.nodes == 8


def fault(day: int, request: str, form: str) -> PlannedFault:
    """A fault of the first request of its kind."""
    target = next(it for it in TARGETS if it.name == request)
    return PlannedFault(day, target, next(it for it in FORMS if it.name == form), 0)
