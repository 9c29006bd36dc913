"""A cluster is never left with an application that is about to go."""

from __future__ import annotations

from crosstenant.sandbox.world import drift
from lib.stack import Stack
from tests.engine.cluster_estate import APP, PROFILE, SECRET, Profiles, turn_managed


def test_a_profile_goes_only_when_its_cluster_does_not_need_it(profiles: Profiles):
    azure = profiles.azure
    names = ["used", "released", "renamed", "left", "moved", "managed", "gone", "abandoned"]
    for name in names:
        profiles.add(name)
        profiles.declare(name)
    profiles.declare("abandoned", abandon_on_delete=True)
    profiles.up()
    assert len(azure.resets) == len(names)

    azure.change(lambda state: drift.reset_cluster(state, "moved"))
    azure.change(lambda state: turn_managed(state, "managed"))
    azure.change(lambda state: drift.delete_cluster(state, "gone"))
    other = profiles.add("other")
    profiles.declare("renamed", cluster_id=other)
    profiles.declare("left", cluster_id=profiles.add("another"))
    for name in names:
        if name not in ("renamed", "left"):
            profiles.drop(name)
    refused = profiles.fails("up", options=("--continue-on-error",))

    # Refused where the cluster still acts as the application, with both ways out; a replaced profile is no exception.
    errors = [it for it in refused.errors if "still acts as application" in it]
    assert sorted(name for name in names for it in errors if f"/managedClusters/{name} " in it) == [
        "left",
        "released",
        "renamed",
        "used",
    ]
    for error in errors:
        assert APP in error
        assert "az aks update-credentials" in error
        assert "--enable-managed-identity" in error
        assert "abandon_on_delete" in error
    assert sorted(kept(profiles.stack)) == ["left", "left", "released", "renamed", "renamed", "used"]
    assert profiles.resets("other") == profiles.resets("another") == 1
    for name in ("used", "released", "renamed", "left"):
        assert profiles.credential(name) == (APP, SECRET)

    # One way out is to let go of the cluster, the other to move it.
    profiles.declare("released", abandon_on_delete=True)
    profiles.declare("left", abandon_on_delete=True)
    azure.change(lambda state: drift.reset_cluster(state, "used"))
    azure.change(lambda state: drift.reset_cluster(state, "renamed"))
    profiles.up()
    profiles.drop("released")
    profiles.up()
    assert sorted(kept(profiles.stack)) == ["left", "renamed"]
    assert profiles.credential("released") == profiles.credential("left") == (APP, SECRET)
    assert len(azure.resets) == len(names) + 2, "no reset but the first ones and those of the new clusters"


def kept(stack: Stack) -> list[str]:
    """The names of the profiles in the state, those included that are on their way out."""
    return [it["urn"].rsplit("::", 1)[-1] for it in stack.resources() if it["type"] == PROFILE]
