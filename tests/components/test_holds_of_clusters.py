"""When a cluster may be reset: what a program may write, and what the cluster's record gets of it."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant import ClusterArgs, NodePullCheckOptions, ResetWindowArgs, RotationArgs
from crosstenant.components.argument_error import ArgumentError
from tests.components.construction import CLUSTER_ID, KEY_ID, NODE_PULL, PASSWORD, PROFILE, build
from tests.components.programs import pull

KEPT = RotationArgs(keep_previous=True, rotation_trigger="1")
WINDOW = ResetWindowArgs(days=["saturday"], start="22:00", duration_minutes=240)


def inputs(rotation: RotationArgs = KEPT, **holds: Any) -> dict[str, Any]:
    """What the record of a cluster gets beside a cluster's that never waits."""
    clusters = [ClusterArgs(cluster_id=CLUSTER_ID, **holds), ClusterArgs(cluster_id=f"{CLUSTER_ID}-b")]
    built = build(lambda: pull(clusters=clusters, rotation=rotation))
    plain = built.one(PROFILE, "prod-aks-b-profile").inputs
    return {name: it for name, it in built.one(PROFILE, "prod-aks-profile").inputs.items() if name not in plain}


def refused(rotation: RotationArgs = KEPT, **holds: Any) -> str:
    with pytest.raises(ArgumentError) as caught:
        build(lambda: pull(clusters=[ClusterArgs(cluster_id=CLUSTER_ID, **holds)], rotation=rotation))
    return str(caught.value)


PREVIOUS = {
    "previousSecretKeyId": KEY_ID,
    "previousSecretExpiresAt": "2099-01-01T00:00:00Z",
    "expiryWarningDays": 30,
}


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        ({"when_stopped": "skip"}, {"whenStopped": "skip", **PREVIOUS}),
        (
            {"reset_window": WINDOW},
            {"resetDays": ["saturday"], "resetStart": "22:00", "resetDurationMinutes": 240, **PREVIOUS},
        ),
        ({"reset_window": ResetWindowArgs(cluster_maintenance=True)}, {"resetInMaintenance": True, **PREVIOUS}),
        (
            {"reset_not_before": "2026-01-31T22:00:00Z"},
            {"resetNotBefore": "2026-01-31T22:00:00Z", **PREVIOUS},
        ),
        # These two let nothing wait.
        ({"when_stopped": "refuse"}, {"whenStopped": "refuse"}),
        ({"repair_failed": True}, {"repairFailed": True}),
    ],
)
def test_a_clusters_record_gets_what_it_may_wait_for(holds: dict[str, Any], expected: dict[str, Any]):
    assert inputs(**holds) == expected


def test_the_warning_days_are_those_of_the_rotation():
    rotation = RotationArgs(keep_previous=True, rotate_every_days=60, expiry_warning_days=9)
    assert inputs(rotation, when_stopped="skip")["expiryWarningDays"] == 9


@pytest.mark.parametrize("name", ["when_stopped", "reset_window", "reset_not_before"])
@pytest.mark.parametrize("rotation", [RotationArgs(), RotationArgs(rotate_every_days=60)])
def test_waiting_without_a_previous_secret_is_refused(rotation: RotationArgs, name: str):
    value = {"when_stopped": "skip", "reset_window": WINDOW, "reset_not_before": "2026-01-31T22:00:00Z"}[name]
    said = refused(rotation, **{name: value})
    assert f"clusters[0].{name}: lets the cluster wait with the secret that it has, which a rotation removes" in said
    assert "set rotation.keep_previous=True" in said


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        ({"reset_window": {}}, "reset_window: must have start and duration_minutes, or cluster_maintenance=True"),
        ({"reset_window": {"start": "22:00"}}, "reset_window: must have start and duration_minutes"),
        ({"reset_window": {**WINDOW, "days": ["sat"]}}, "reset_window.days: must be days of the week"),
        ({"reset_window": {**WINDOW, "start": "10pm"}}, "reset_window.start: must be a time of day in UTC"),
        ({"reset_window": {**WINDOW, "duration_minutes": 0}}, "reset_window.duration_minutes: must be a number"),
        ({"reset_window": {**WINDOW, "cluster_maintenance": True}}, "reset_window.days: is given together with"),
        ({"reset_not_before": "2026-01-31"}, "reset_not_before: '2026-01-31' is not a UTC time"),
        ({"when_stopped": "wait"}, "when_stopped: must be one of 'refuse', 'skip'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_argument(holds: dict[str, Any], words: str):
    assert f"clusters[0].{words}" in refused(**holds)


def test_keeping_the_previous_secret_without_a_schedule_takes_over_the_only_one():
    """The argument alone changes nothing; the next count makes a second secret, and the only one stays as the first."""
    before = build(lambda: pull(rotation=RotationArgs())).one(PASSWORD)
    alone = build(lambda: pull(rotation=RotationArgs(keep_previous=True))).one(PASSWORD)
    assert (before.name, alone.name) == ("prod-secret", "prod-secret-even")
    assert alone.inputs == before.inputs
    counted = build(lambda: pull(rotation=KEPT))
    first, second = (counted.one(PASSWORD, f"prod-secret-{it}") for it in ("even", "odd"))
    for kept in (alone, first):
        assert [it.spec.name for it in kept.request.aliases] == ["prod-secret"]
    assert list(second.request.aliases) == []
    assert second.inputs["rotateWhenChanged"] == {"number": "1"}
    assert list(first.request.ignoreChanges) == ["displayName", "endDate", "rotateWhenChanged"]


def test_the_proof_on_nodes_knows_who_cannot_have_the_credential_yet():
    """A cluster that keeps an earlier secret of the stack pulls with it, and is asked."""
    proof = NodePullCheckOptions(image="i.azurecr.io/a:1")
    clusters = [
        ClusterArgs(cluster_id=f"{CLUSTER_ID}-new", prove_on_nodes=proof, reset_not_before="2026-01-31T22:00:00Z"),
        ClusterArgs(cluster_id=f"{CLUSTER_ID}-old", prove_on_nodes=proof, when_stopped="skip"),
    ]
    built = build(lambda: pull(clusters=clusters, rotation=KEPT))
    asked = {it: built.one(NODE_PULL, f"prod-aks-{it}-node-pull").inputs for it in ("new", "old")}
    assert {name: it.get("waitsFor") for name, it in asked.items()} == {"new": "its time", "old": None}
