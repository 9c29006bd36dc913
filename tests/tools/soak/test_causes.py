"""A refused pull has a cause only between a change that stops pulls and the end of its repair."""

from __future__ import annotations

import pytest

from lib.soak.causes import Causes
from lib.soak.changes import CLUSTERS, DRIFTS, Drift

FIRST, SECOND = CLUSTERS
STOPS_ONE = Drift("one", lambda *_: None, stops=(FIRST,))
STOPS_NONE = Drift("none", lambda *_: None)


class Watch:
    """A clock that is set."""

    time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def causes(watch: Watch) -> Causes:
    """A change from 10 to 20 that stops the pulls of the first cluster."""
    causes = Causes(watch)
    watch.time = 10
    causes.begin(STOPS_ONE, 1)
    watch.time = 20
    causes.end()
    return causes


@pytest.mark.parametrize(
    ("cluster", "begins", "ends", "is_explained"),
    [
        (FIRST, 12, 13, True),
        (FIRST, 9, 11, True),  # The change came in the middle of the pull,
        (FIRST, 19, 21, True),  # or the repair did.
        (FIRST, 5, 9, False),
        (FIRST, 20, 21, False),
        (SECOND, 12, 13, False),
    ],
)
def test_a_refused_pull_is_explained_only_while_the_change_lasts_and_at_its_cluster(
    causes: Causes, watch: Watch, cluster: str, begins: float, ends: float, is_explained: bool
):
    watch.time = ends
    causes.refused(cluster, "node-0", begins, "401")
    assert causes.unexplained == ([] if is_explained else [f"cluster {cluster}, node node-0: 401"])
    assert causes.by_name["one"] == is_explained


def test_a_change_that_stops_no_pull_explains_none(watch: Watch):
    causes = Causes(watch)
    causes.begin(STOPS_NONE, 1)
    watch.time = 1
    causes.refused(FIRST, "node-0", 0.5, "401")
    assert causes.unexplained == [f"cluster {FIRST}, node node-0: 401"]
    assert causes.unnoticed == []


def test_a_change_that_stops_pulls_must_be_noticed_at_each_of_its_clusters(watch: Watch):
    causes = Causes(watch)
    both = next(it for it in DRIFTS if it.stops == CLUSTERS)
    causes.begin(both, 3)
    watch.time = 1
    causes.refused(FIRST, "node-0", 0.5, "401")
    assert causes.unnoticed == [f"day 3: {both.name}: no pull of cluster {SECOND} was refused until its repair"]


def test_a_change_that_found_nothing_to_change_is_no_cause(watch: Watch):
    causes = Causes(watch)
    causes.begin(STOPS_ONE, 1)
    causes.forget()
    watch.time = 1
    causes.refused(FIRST, "node-0", 0.5, "401")
    assert len(causes.unexplained) == 1
