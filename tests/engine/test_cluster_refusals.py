"""What keeps a cluster from being reset: its own state, and a secret that does not sign in to its tenant."""

from __future__ import annotations

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import State, now
from crosstenant.sandbox.world.times import timestamp
from tests.engine.cluster_estate import APP, EXPIRED_SECRET, NEXT_SECRET, PROFILE, SECRET, Profiles, meanwhile

UNTOUCHED = (seed.OLD_CLUSTER_APP_ID, seed.OLD_CLUSTER_SECRET)


def test_unfit_clusters_are_refused_at_preview_with_what_to_do(profiles: Profiles):
    for name in ("stopped", "deleted", "broken", "unborn"):
        profiles.add(name)
    profiles.change("stopped", powerState={"code": "Stopped"})
    profiles.change("deleted", provisioningState="Deleting")
    profiles.change("broken", provisioningState="Failed")
    profiles.azure.change(never_created)
    remedies = {
        "aks-managed": ("has a managed identity", "image_pull_secret"),
        "stopped": ("is stopped", "az aks start -g rg-clusters -n stopped"),
        "deleted": ("is being deleted", "remove it from the program"),
        "broken": ("provisioning state Failed", "az aks update -g rg-clusters -n broken"),
        "unborn": ("provisioning state Failed", "az aks update -g rg-clusters -n unborn"),
        "aks-prd": ("does not exist: correct the ID", "set created_by_this_stack=True"),
    }
    for name in remedies:
        profiles.declare(name)

    # A preview ends with its first refusal, and tells others only as far as it has come by then.
    while remedies:
        preview = profiles.fails("preview")
        told = {name: [it for it in preview.errors if f"/managedClusters/{name} " in it] for name in remedies}
        assert any(told.values()), preview.output
        assert "reimages" not in preview.output
        for name, errors in told.items():
            assert len(errors) <= 1, errors
            for error in errors:
                assert all(word in error for word in remedies[name]), error
                del remedies[name]
                profiles.drop(name)
    assert profiles.azure.writes == []


def test_a_secret_is_tried_until_entra_knows_it_and_no_cluster_is_touched_before(profiles: Profiles):
    arguments = {
        "late": {"secret": NEXT_SECRET, "wait_for_principal_seconds": 600},
        "wrong": {"secret": "a-secret-of-something-else", "wait_for_principal_seconds": 3},
        "expired": {"secret": EXPIRED_SECRET},
        "unknown": {"client_id": APP.replace("a01", "a02"), "wait_for_principal_seconds": 0},
    }
    for name, given in arguments.items():
        profiles.add(name)
        profiles.declare(name, **given)
    # A failed cluster whose credential has ended is cured by nothing but the reset.
    for name in ("cured", "told"):
        profiles.add(name)
        profiles.declare(name, secret=NEXT_SECRET)
        profiles.change(name, provisioningState="Failed")
    expired = {"code": "ServicePrincipalValidationClientError", "message": "AADSTS7000222: the keys are expired."}
    profiles.change("told", status={"provisioningError": expired})
    profiles.azure.change(end_the_old_secret)
    preview = profiles.sees()
    assert preview.says("because the last secret of its application ended at", "the reset repairs it")
    assert preview.says("because its secret has expired (AADSTS7000222)")
    assert preview.says(f"It acts as application 'aks-prod-original' ({seed.OLD_CLUSTER_APP_ID}) now")
    profiles.azure.change(lambda state: replicate_late(state, 3600))

    def refused() -> int:
        return sum(it["service"] == "login" and it["status"] != 200 for it in profiles.azure.requests)

    # What stays refused is tried eight times at most: one more is of those that wait for the next secret.
    enough = refused() + 9
    with meanwhile(lambda: refused() >= enough, lambda: profiles.azure.change(lambda state: replicate_late(state, 0))):
        up = profiles.fails("up", options=("--continue-on-error",))

    assert up.says(f"waiting for Entra to accept the secret of application {APP}")
    errors = {name: next((it for it in up.errors if f"/managedClusters/{name} " in it), "") for name in arguments}
    assert "AADSTS7000215" in errors["wrong"]
    assert "tried for" in errors["wrong"]
    assert "AADSTS7000222" in errors["expired"]
    assert "tried for" not in errors["expired"]
    assert "AADSTS700016" in errors["unknown"]
    for name in ("wrong", "expired", "unknown"):
        assert "is untouched" in errors[name]
        assert profiles.credential(name) == UNTOUCHED
        assert profiles.resets(name) == 0
    assert errors["late"] == ""
    assert profiles.credential("late") == (APP, NEXT_SECRET)
    assert profiles.resets("late") == 1
    assert profiles.credential("cured") == profiles.credential("told") == (APP, NEXT_SECRET)
    kept = [it["urn"].split("::")[-1] for it in profiles.stack.resources() if it["type"] == PROFILE]
    assert sorted(kept) == ["cured", "late", "told"]
    for secret in (SECRET, NEXT_SECRET, EXPIRED_SECRET, "a-secret-of-something-else"):
        assert secret not in up.output

    # The cause is the secret of the stack's own record.
    for name in ("wrong", "expired", "unknown"):
        profiles.drop(name)
    profiles.azure.change(remove_the_next_secret)
    for name in ("late", "cured", "told"):
        profiles.declare(name, secret=SECRET)
    profiles.change("late", provisioningState="Failed")
    cured = profiles.up()
    assert profiles.credential("late") == (APP, SECRET)
    assert profiles.resets("late") == 2
    assert NEXT_SECRET not in cured.output


def never_created(state: State) -> None:
    """A cluster whose creation failed: it has no nodes."""
    cluster = next(it for key, it in state["resources"].items() if key.endswith("/managedclusters/unborn"))
    cluster["properties"]["provisioningState"] = "Failed"
    cluster["_nodes"] = []


def end_the_old_secret(state: State) -> None:
    """The secret of the application that clusters had before has ended an hour ago."""
    application = next(it for it in state["applications"].values() if it["appId"] == seed.OLD_CLUSTER_APP_ID)
    for credential in application["passwordCredentials"]:
        credential["endDateTime"] = timestamp(now(state) - 3600)


def remove_the_next_secret(state: State) -> None:
    """Somebody removes the secret that the clusters have."""
    application = next(it for it in state["applications"].values() if it["appId"] == APP)
    del application["passwordCredentials"][1]


def replicate_late(state: State, seconds: float) -> None:
    """The next secret has been made just now, and Entra's servers hear of it in so many seconds."""
    application = next(it for it in state["applications"].values() if it["appId"] == APP)
    application["passwordCredentials"][1]["_usable_at"] = now(state) + seconds
