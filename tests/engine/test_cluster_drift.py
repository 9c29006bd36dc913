"""What somebody changes on a cluster behind Pulumi's back: seen, named and repaired, as far as Azure shows it."""

from __future__ import annotations

import hashlib

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.clock import forward_clock
from crosstenant.sandbox.world.state import State
from tests.engine.cluster_estate import APP, NEXT_SECRET, PROFILE, SECRET, Profiles, document, turn_managed

NAMES = ("same", "moved", "managed", "gone", "secret")


def test_each_change_of_a_cluster_is_seen_but_that_of_its_secret(profiles: Profiles):
    azure = profiles.azure
    for name in NAMES:
        profiles.add(name)
        profiles.declare(name)
    profiles.declare("gone", created_by_this_stack=True)
    profiles.up()

    azure.change(lambda state: forward_clock(state, 120))  # right after its reset a cluster is read twice
    azure.change(lambda state: drift.reset_cluster(state, "moved"))
    azure.change(lambda state: drift.delete_cluster(state, "gone"))
    azure.change(replace_secret)
    seen = profiles.sees("--refresh")

    changes = {it.name: (it.op, it.properties) for it in seen.changes if it.type == PROFILE}
    assert changes["moved"] == ("update", ("clientId",))
    assert changes["gone"][0] == "create"
    assert changes.keys() == {"moved", "gone"}
    assert seen.says(
        f"It acts as application 'aks-prod-original' ({seed.OLD_CLUSTER_APP_ID}) now, which this stack did not give it:"
        " somebody else did since its last update. That application is in use: it has a secret that is valid until",
        "to leave it to that application, remove the cluster from the program: nothing on the cluster changes then",
    ), seen.output

    # On its own: a preview ends with its first refusal, whether or not it has come to the other clusters by then.
    azure.change(lambda state: turn_managed(state, "managed"))
    refused = profiles.fails("preview", options=("--refresh",))
    (error,) = [it for it in refused.errors if "/managedClusters/" in it]
    assert "/managedClusters/managed has a managed identity" in error
    assert "image_pull_secret" in error

    # What can be repaired is, and a cluster that is gone is waited for; the managed one has to leave the program.
    profiles.drop("managed")
    profiles.up("--refresh")
    assert {name: profiles.resets(name) for name in NAMES} == {**dict.fromkeys(NAMES, 1), "moved": 2}
    assert profiles.credential("moved") == (APP, SECRET)
    assert profiles.credential_states() == {
        "same": "applied",
        "moved": "applied",
        "gone": "pending",
        "secret": "applied",
    }
    assert profiles.is_quiet()

    # Where the program does not say that the cluster is to come, its ID may be wrong: one word there, or its removal.
    profiles.declare("gone", created_by_this_stack=False)
    profiles.fails("preview", "/managedClusters/gone does not exist: correct the ID", "created_by_this_stack=True")
    profiles.drop("gone")
    profiles.up()

    # Azure never tells a cluster's secret: one replaced by hand stays, and nothing shows.
    assert profiles.credential("secret") == (APP, "a-secret-made-by-hand")
    # The way back to the known one is another secret.
    profiles.declare("secret", secret=NEXT_SECRET)
    profiles.up()
    assert profiles.credential("secret") == (APP, NEXT_SECRET)

    # A secret that the application has lost shows by its key ID alone, where nothing changes the program's.
    profiles.declare("same", secret_key_id=key_of(azure.state, SECRET))
    profiles.up()
    azure.change(lambda state: drift.remove_secret(state, APP, key_of(state, SECRET)))
    lost = profiles.sees()
    assert lost.says("/managedClusters/same was given secret", f"application {APP} has no such secret any longer")
    assert profiles.resets("same") == 1


def key_of(state: State, secret: str) -> str:
    """Key ID of one of the application's secrets."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    found = drift.application(state, APP)["passwordCredentials"]
    return next(it["keyId"] for it in found if it["_sha256"] == digest)


def replace_secret(state: State) -> None:
    """Somebody resets cluster ``secret`` to another secret of the same application."""
    document(state, "secret")["_credential"] = {"clientId": APP, "secret": "a-secret-made-by-hand"}
