"""A run is good only if nothing is refused, reset, alive or left that must not be."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID, seed
from lib.soak import page, tenants
from lib.soak.changes import CLUSTERS
from lib.soak.life import Findings
from lib.soak.needs import Needs
from lib.soak.tenants import Secrets, wrong_secrets
from lib.soak.verdict import judge

FIRST, SECOND = CLUSTERS
GOOD = Findings(
    days=9,
    seed=4,
    rotate_every_days=45,
    lived=9,
    pulls=Counter({f"{FIRST}/a": 9, f"{SECOND}/b": 30}),
    nodes=2,
    resets_made=Counter({FIRST: 2, SECOND: 1}),
    resets_needed=Counter({FIRST: 2, SECOND: 1}),
    secrets_alive=2,
    secrets_needed=2,
    least_days_left=60,
)


def test_a_good_run_is_good():
    assert judge(GOOD) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"unexplained": ["node a: 401"]}, "refused without a cause: node a: 401"),
        (
            {"resets_made": Counter({FIRST: 3, SECOND: 1})},
            f"cluster {FIRST} was reset 3 times, 2 were needed",
        ),
        ({"resets_made": Counter({FIRST: 2})}, f"cluster {SECOND} was reset 0 times, 1 were needed"),
        ({"secrets_alive": 3}, "3 secrets are alive in the end, 2 are needed"),
        ({"left": {"roleAssignments x"}}, "left in the end: roleAssignments x"),
        ({"lost": {"resources y"}}, "gone in the end, though it is not the stack's: resources y"),
        ({"least_days_left": 0.0}, "a node had a secret that has ended"),
        ({"nodes": 3}, "2 nodes pulled, of 3"),
        ({"lived": 10}, f"node {FIRST}/a pulled 9 times in 10 days: too few to prove anything"),
        ({"wrong": ["day 3: x"]}, "day 3: x"),
    ],
)
def test_each_defect_alone_makes_a_run_bad(change: dict[str, Any], sentence: str):
    assert judge(replace(GOOD, **change)) == [sentence]


def test_a_chain_needs_a_reset_to_begin_one_for_each_rotation_and_one_for_each_loss():
    needs = Needs(CLUSTERS, date(2027, 1, 1), 45)
    needs.updated(date(2027, 1, 1), CLUSTERS)
    assert needs.resets == {FIRST: 1, SECOND: 1}

    needs.updated(date(2027, 2, 14), CLUSTERS)
    assert not needs.is_due(date(2027, 2, 14))
    needs.lost([FIRST])
    needs.updated(date(2027, 2, 14), CLUSTERS)
    assert needs.resets == {FIRST: 2, SECOND: 1}
    assert needs.secrets(date(2027, 2, 14)) == 1

    assert needs.is_due(date(2027, 2, 15))
    needs.lost([SECOND])
    needs.updated(date(2027, 2, 15), CLUSTERS)
    assert needs.resets == {FIRST: 3, SECOND: 2}, "a loss and a rotation are repaired by one reset"
    assert (needs.rotations, needs.secrets(date(2027, 2, 15))) == (1, 2)


SECRETS = Secrets(
    {"old": "2027-03-01T00:00:00Z", "new": "2027-05-01T00:00:00Z"}, {f"{FIRST}/a": "new", f"{SECOND}/b": "new"}
)
JANUARY, APRIL = 1798761600, 1806537600


def test_after_an_update_the_needed_secrets_are_alive_and_every_node_has_the_current_one():
    assert wrong_secrets(SECRETS, 2, JANUARY) == []
    assert wrong_secrets(SECRETS, 1, JANUARY) == ["2 secrets are alive, 1 are needed"]
    assert wrong_secrets(SECRETS, 2, APRIL) == ["secret old has ended"]
    on_old = replace(SECRETS, used={**SECRETS.used, f"{SECOND}/b": "old"})
    assert wrong_secrets(on_old, 2, JANUARY) == [f"node {SECOND}/b has not the current secret"]


def test_objects_of_every_kind_are_counted():
    state = seed()
    before = tenants.objects(state)
    application = tenants.application(state, "none")
    assert application is None
    owner = next(it for it in state["applications"].values() if it["appId"] == CLUSTER_CALLER_ID)
    owner["passwordCredentials"].append({"keyId": "k"})
    state["servicePrincipals"]["p"] = {}
    state["roleAssignments"]["r"] = {}
    state["locks"]["l"] = {}
    state["resources"]["i"] = {}
    added = tenants.objects(state) - before
    assert tenants.by_kind(added) == "1 locks, 1 resources, 1 roleAssignments, 1 secrets, 1 servicePrincipals"


def test_the_page_says_how_many_days_came_to_pass(tmp_path: Path):
    page.write(tmp_path / "soak.md", replace(GOOD, days=365, minutes=60))
    text = " ".join((tmp_path / "soak.md").read_text().split())
    assert "make soak DAYS=365 SEED=4 MINUTES=60 PAGE=docs/soak.md" in text
    assert "**It had time for 9 of the 365 days.**" in text
    assert "| days | 9 of 365, in 0 minutes; seed 4 |" in text
