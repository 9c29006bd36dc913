"""What `make bench` makes of its measurements: bounds, whose calls they were, and the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lib.az_program import Drift
from lib.calls import OTHERS, OURS, REGISTRY_SIGN_IN, SIGN_IN, calls_of, refresh_bound
from lib.figures import Figure
from lib.growth import OPERATIONS, Cost, Growth
from lib.performance_page import Measured, write
from lib.preview_steps import PreviewTime

PROVIDERS = "/providers/Microsoft"
CLUSTER = f"/subscriptions/a/resourceGroups/g{PROVIDERS}.ContainerService/managedClusters/aks"
REGISTRY = f"/subscriptions/b/resourceGroups/g{PROVIDERS}.ContainerRegistry/registries/fabrikam"


def request(service: str, path: str, agent: str) -> dict[str, Any]:
    return {"service": service, "path": path, "agent": agent}


OWN = [
    *[request("login", "/tenant/oauth2/v2.0/token", "azsdk-python-identity")] * 3,
    request("arm", REGISTRY, "crosstenant"),
    request("arm", CLUSTER, "crosstenant"),
    request("graph", "/v1.0/applications(appId='app')", "crosstenant"),
    request("registry", "/v2/", "Python"),
    request("registry", "/oauth2/token", "Python"),
]
THEIRS = [
    request("login", "/tenant/oauth2/v2.0/token", "Python"),
    request("graph", "/v1.0/servicePrincipals/object", "Python"),
    request("graph", "/beta/servicePrincipals/object", "Python"),
    request("arm", f"{REGISTRY}{PROVIDERS}.Authorization/roleAssignments/name", "Python"),
]


def growth(what: str, seconds: float = 3.0, requests: list[dict[str, Any]] | None = None) -> Growth:
    """One that needs a second with one cluster or registry, and as many as are given with ten."""

    def costs(time: float) -> dict[str, Cost]:
        return {it: Cost(time, [*OWN, *THEIRS] if requests is None else requests) for it in OPERATIONS}

    return Growth(what, {1: costs(1.0), 10: costs(seconds)})


def measured(**changes: Any) -> Measured:
    beside = [Figure("preview", [(1.0, 1.0)], 1.05)]
    az = [Figure("preview", [(3.0, 1.0)])]
    drifts = [Drift("the role assignment is removed", True, False)]
    parts = PreviewTime({"engine": 1.0, "imports": 0.25}, 5, 2)
    fitting = {"beside": beside, "beside_az": az, "drifts": drifts, "preview": parts, "megabytes": 120.0}
    return Measured(**{**fitting, "growths": [growth("clusters"), growth("registries")], **changes})


def test_calls_are_told_by_object_and_by_who_asks():
    calls = calls_of([*OWN, *THEIRS])
    assert calls.ours == 8
    assert dict(calls.by_object) == {
        ("registry", OURS): 1,
        ("cluster", OURS): 1,
        ("application and its secret", OURS): 1,
        (REGISTRY_SIGN_IN, OURS): 2,
        (SIGN_IN, OURS): 3,
        (SIGN_IN, OTHERS): 1,
        ("service principal", OTHERS): 2,
        ("role assignment", OTHERS): 1,
    }


def test_a_refresh_may_ask_once_for_each_object_and_sign_in():
    assert refresh_bound(1, 1) == len(OWN)
    assert refresh_bound(100, 1) - refresh_bound(1, 1) == 99
    assert refresh_bound(1, 50) - refresh_bound(1, 1) == 49 * 3


@pytest.mark.parametrize("what", ["clusters", "registries"])
def test_a_second_call_for_an_object_breaks_the_bound_of_a_refresh(what: str):
    assert growth(what).holds
    twice = growth(what, requests=[*OWN, request("arm", CLUSTER, "crosstenant")])
    assert not twice.holds
    assert "BROKEN" in str(twice)


def test_clusters_may_take_three_times_as_long_as_one_and_registries_what_they_take():
    assert not growth("clusters", seconds=3.1).holds
    assert growth("registries", seconds=3.1).holds


@pytest.mark.parametrize(
    "broken",
    [
        {"beside": [Figure("preview", [(1.06, 1.0)], 1.05)]},
        {"growths": [growth("clusters", seconds=4.0), growth("registries")]},
        {"megabytes": 201.0},
    ],
    ids=lambda it: next(iter(it)),
)
def test_one_broken_bound_fails_the_command(broken: dict[str, Any]):
    assert measured().holds
    assert not measured(**broken).holds


def test_a_comparison_without_a_bound_breaks_none():
    unbounded = Figure("preview", [(9.0, 1.0)])
    assert unbounded.holds
    assert str(unbounded) == "preview: 9.00 s beside 1.00 s; ratio 9.00"


def test_a_ratio_is_that_of_runs_at_the_same_time():
    loaded = Figure("preview", [(1.0, 1.0), (9.0, 9.0), (1.1, 1.0)], 1.05)
    assert loaded.ratio == 1.0
    assert (loaded.ours, loaded.theirs) == (1.1, 1.0)


def test_the_page_says_which_bound_was_broken(tmp_path: Path):
    page = tmp_path / "performance.md"
    write(page, measured(beside=[Figure("preview", [(1.2, 1.0)], 1.05)]))
    assert "| preview | 1.20 s | 1.00 s | 1.20 | 1.05: past it |" in page.read_text().splitlines()


def test_the_page_holds_what_was_measured(tmp_path: Path):
    page = tmp_path / "performance.md"
    write(page, measured())
    text = page.read_text()
    for line in (
        "| preview | 1.00 s | 1.00 s | 1.00 | 1.05 |",
        "| preview | 3.00 s | 1.00 s | 3.00 |",
        "| the role assignment is removed | yes | no |",
        "| imports | 0.25 s |",
        "| cluster | 1 | 0 |",
        "| service principal | 0 | 2 |",
        "| update from nothing | 1.0 s | 3.0 s | 0.222 s, 0.0 calls |",
        "| refresh | 1 registry | 12: arm 3, graph 3, login 4, registry 2 |",
    ):
        assert line in text.splitlines(), line
    assert "The plugin makes 8 calls, and may make 8" in text
    assert "{" not in text
