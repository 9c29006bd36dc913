"""Which cluster waits for which, as a ``CrossTenantPull`` declares it; ``tests/engine/test_waves.py`` runs waves."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant import ClusterArgs
from crosstenant.components.argument_error import ArgumentError
from tests.components.construction import CLUSTER_ID, PROFILE, PULL_CHECK, Built, build
from tests.components.programs import pull


def clusters(**waves: int | None) -> list[ClusterArgs]:
    """Clusters by their names, with their waves."""
    ids = {name: f"{CLUSTER_ID}-{name}" for name in waves}
    return [
        ClusterArgs(cluster_id=ids[name], name=name) | ({} if wave is None else {"wave": wave})  # type: ignore[misc]
        for name, wave in waves.items()
    ]


def waited_for(built: Built, name: str) -> set[str]:
    """The clusters whose credentials must be there before the one of ``name``."""
    found = {it for it in built.one(PROFILE, f"prod-{name}-profile").dependencies if it.startswith(PROFILE)}
    return {it.removeprefix(f"{PROFILE} prod-").removesuffix("-profile") for it in found}


def test_each_wave_waits_for_the_one_before_in_the_order_of_the_numbers():
    built = build(lambda: pull(clusters=clusters(late=10, one=2, canary=None, two=2)))
    assert {name: waited_for(built, name) for name in ("canary", "one", "two", "late")} == {
        "canary": set(),
        "one": {"canary"},
        "two": {"canary"},
        "late": {"one", "two"},
    }
    outputs = built.outputs["crosstenant:index:CrossTenantPull prod"]["clusters"]
    assert [it["name"] for it in outputs] == ["late", "one", "canary", "two"], "in the order of the arguments"


def test_a_later_wave_waits_for_the_pull_checks_by_itself():
    """A wave before it may be empty of resets, or left out by ``--target``."""
    built = build(lambda: pull(clusters=clusters(canary=0, one=1)))
    checks = {f"{PULL_CHECK} prod-images-pull-check"}
    assert checks <= built.one(PROFILE, "prod-one-profile").dependencies


def test_a_profile_is_told_its_place():
    built = build(lambda: pull(clusters=clusters(late=10, one=2, two=2), max_parallel_resets=3))
    found = [built.one(PROFILE, f"prod-{name}-profile").inputs for name in ("one", "late")]
    assert [it["wave"] for it in found] == [2, 10]
    assert [it["waves"] for it in found] == [{"2": "one, two", "10": "late"}] * 2
    assert [it["maxParallelResets"] for it in found] == [3] * 2


def test_clusters_of_one_wave_wait_for_no_other_and_their_profiles_are_what_they_were():
    built = build(lambda: pull(clusters=clusters(one=7, two=7)))
    assert waited_for(built, "one") == waited_for(built, "two") == set()
    assert not built.one(PROFILE, "prod-one-profile").inputs.keys() & {"wave", "waves", "maxParallelResets"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clusters": clusters(one=-1)}, r"clusters\[0\]\.wave: must be 0 or more: the lowest wave is reset first"),
        ({"clusters": clusters(one=True)}, r"clusters\[0\]\.wave: is of type bool: write a whole number"),
        ({"clusters": clusters(one=0.5)}, r"clusters\[0\]\.wave: is of type float: write a whole number"),  # type: ignore[arg-type]
        ({"max_parallel_resets": 0}, "max_parallel_resets: must be 1 or more: with 1 the clusters are reset one after"),
        ({"max_parallel_resets": True}, "max_parallel_resets: is of type bool: write a whole number"),
    ],
)
def test_a_wrong_order_is_refused_before_anything_is_declared(changes: dict[str, Any], message: str):
    with pytest.raises(ArgumentError, match=message):
        build(lambda: pull(**changes))


def test_numbers_as_other_languages_send_them():
    built = build(lambda: pull(clusters=clusters(one=0.0, two=1.0), max_parallel_resets=2.0))  # type: ignore[arg-type]
    assert waited_for(built, "two") == {"one"}
