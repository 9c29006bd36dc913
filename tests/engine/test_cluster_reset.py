"""A reset followed to its end: what it waits for, what it repeats, and when there is none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from crosstenant.sandbox.world.state import State, now
from tests.engine.cluster_estate import (
    APP,
    NEXT_SECRET,
    SECRET,
    Profiles,
    add_fault,
    document,
    end_operations,
    meanwhile,
    resets_of,
    run_operation,
)

OBSTACLES = {
    "throttled": {"status": 429, "retry_after": 1, "times": 2},
    "conflicting": {"status": 409, "code": "Conflict"},
    "changed": {"status": 412, "code": "EtagMismatch"},
    "unwell": {"status": 503},
    "unanswered": {"drop": True, "after": True},
    "unheard": {"drop": True},
}
"""What happens to the request for a reset of the cluster of that name; without more ado it happens once."""


def test_a_reset_outlasts_what_passes_and_happens_once(profiles: Profiles):
    azure = profiles.azure
    names = [*OBSTACLES, "busy", "named", "rolling"]
    for name in names:
        profiles.add(name, {"system": 2, "apps": 3} if name == "rolling" else None)
        profiles.declare(name)
    for name, fault in OBSTACLES.items():
        path = f"/{name}/resetServicePrincipalProfile"
        azure.change(lambda state, path=path, fault=fault: add_fault(state, method="POST", path=path, **fault))
    azure.change(lambda state: add_fault(state, path="/operations/", status=429, retry_after=1))
    azure.change(lambda state: run_operation(state, "busy", 600))
    azure.change(lambda state: run_unseen_operation(state, "named", 600))
    azure.change(lambda state: state["settings"]["reset"].update(seconds=4))

    def both_were_met() -> bool:
        return was_refused(profiles, "named") and profiles.looks("busy") > 1

    seen: list[int] = []

    def rolls_on(step: int, act: Callable[[State], object]) -> AbstractContextManager[None]:
        """Goes on with the reset of ``rolling`` when the plugin has seen how far it was."""

        def was_seen() -> bool:
            # A look that had begun before may not show it.
            return len(seen) == step and profiles.looks("rolling") >= seen[-1] + 2

        return meanwhile(was_seen, lambda: (azure.change(act), seen.append(profiles.looks("rolling"))))

    with (
        resets_of("rolling", seconds=600),
        meanwhile(both_were_met, lambda: azure.change(lambda state: end_operations(state, "busy", "named"))),
        meanwhile(lambda: profiles.resets("rolling") == 1, lambda: seen.append(profiles.looks("rolling"))),
        rolls_on(1, lambda state: half_of_the_reset_is_done(state, "rolling")),
        rolls_on(2, lambda state: end_operations(state, "rolling")),
    ):
        up = profiles.up()

    for name in names:
        assert profiles.resets(name) == 1, f"{name}: {up.output}"
        assert profiles.credential(name) == (APP, SECRET)
        assert {node["secret"] for node in profiles.cluster(name)["_nodes"]} == {SECRET}
    assert profiles.credential_states() == dict.fromkeys(names, "applied")
    assert up.says("waiting for the cluster, which is Updating")
    assert up.says("waiting for the operation 'update managed cluster' on the cluster, running for")
    assert up.says("Azure is busy (TooManyRequests), asking again in 3 s")
    assert up.says("the cluster is busy (Conflict)")
    assert up.says("node pools at work: apps; done: system")

    # Neither options nor a second look are a reason to reimage nodes.
    for name in names:
        profiles.declare(name, abandon_on_delete=True, timeout="30m", wait_for_principal_seconds=10)
    options = profiles.up("--refresh")
    changed = {it.name: set(it.properties) for it in options.changes}
    assert changed == {name: {"abandonOnDelete", "waitForPrincipalSeconds"} for name in names}
    assert sorted(azure.resets) == sorted(set(azure.resets))

    # Another secret is one, for its own cluster alone; AKS may also answer with 200 and be done.
    azure.change(lambda state: state["settings"]["reset"].update(status=200))
    profiles.declare("rolling", secret=NEXT_SECRET)
    preview = profiles.stack.operate("preview")
    assert preview.says("/managedClusters/rolling: AKS drains and reimages its 2 node pools (5 nodes)"), preview.output
    assert [it.name for it in preview.changes] == ["rolling"]
    profiles.up()
    assert profiles.credential("rolling") == (APP, NEXT_SECRET)
    assert {name: profiles.resets(name) for name in names} == {**dict.fromkeys(names, 1), "rolling": 2}
    assert profiles.is_quiet()


def was_refused(profiles: Profiles, name: str) -> bool:
    """Whether AKS has refused a reset of the cluster because of the operation that runs there."""
    end = f"/{name}/resetServicePrincipalProfile"
    return any(it["path"].endswith(end) and it["status"] == 409 for it in profiles.azure.requests)


def half_of_the_reset_is_done(state: State, name: str) -> None:
    """The first half of the cluster's nodes is reimaged."""
    (operation,) = [it for it in state["operations"].values() if it["resource"].endswith(f"/{name}")]
    operation.update(_start=now(state) - 600, _end=now(state) + 600)


def run_unseen_operation(state: State, name: str, seconds: float) -> None:
    """An operation that the cluster's own document does not show yet: AKS names it when it refuses another one."""
    run_operation(state, name, seconds)
    document(state, name)["properties"]["provisioningState"] = "Succeeded"
