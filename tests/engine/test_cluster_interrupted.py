"""A reset that did not end as it should: failed, timed out, cancelled, or with nobody left to watch it.

Whatever happens, the state claims no more than is known, and the next update waits for AKS before it does anything.
"""

from __future__ import annotations

import signal

from crosstenant.sandbox.arm.clusters.operation_status import ROLE
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import State
from tests.engine.cluster_estate import APP, NEXT_SECRET, SECRET, Profiles, end_operations, meanwhile, signal_to

OLD = (seed.OLD_CLUSTER_APP_ID, seed.OLD_CLUSTER_SECRET)
PLUGIN = "pulumi-resource-crosstenant"


def test_a_failed_reset_keeps_the_old_secret_and_azures_words_and_is_repeated(profiles: Profiles):
    azure = profiles.azure
    for name in ("rotated", "aborted"):
        profiles.add(name)
        profiles.declare(name)
    profiles.up()

    azure.change(
        lambda state: state["settings"]["reset"].update(
            seconds=600,
            outcome="Failed",
            error_code="PodDrainFailure",
            error_message="Drain node aks-0 failed: PDB web.",
        )
    )
    for name in ("rotated", "aborted"):
        profiles.declare(name, secret=NEXT_SECRET)
    with meanwhile(lambda: len(azure.resets) == 4, lambda: azure.change(abort)):
        failed = profiles.fails("up", "PodDrainFailure", "Drain node aks-0 failed: PDB web.", "disruption budget")
    assert failed.says("/managedClusters/aborted", "OperationCanceled", "the operation on the cluster was aborted")
    for name in ("rotated", "aborted"):
        assert profiles.credential(name) == (APP, SECRET)
    assert profiles.credential_states() == {"rotated": "failed", "aborted": "failed"}
    assert profiles.secrets() == {"rotated": SECRET, "aborted": SECRET}

    # The cluster's failed state is this resource's own doing, and no reason to refuse the repair.
    azure.change(lambda state: state["settings"]["reset"].update(seconds=0.5, outcome="Succeeded"))
    assert profiles.cluster("rotated")["properties"]["provisioningState"] == "Failed"
    profiles.up("--refresh")
    for name in ("rotated", "aborted"):
        assert profiles.credential(name) == (APP, NEXT_SECRET)
        assert profiles.resets(name) == 3
    assert profiles.credential_states() == {"rotated": "applied", "aborted": "applied"}
    assert profiles.is_quiet()


def test_time_that_runs_out_leaves_the_reset_to_aks_and_the_next_update_waits_for_it(profiles: Profiles):
    profiles.add("slow")
    profiles.declare("slow", timeout="3s")
    profiles.azure.change(lambda state: state["settings"]["reset"].update(seconds=600))

    profiles.fails("up", "still being reset", "AKS continues it", "custom_timeouts")
    assert profiles.credential_states() == {"slow": "unknown"}
    assert "pendingOperation" in profiles.outputs()["slow"]
    profiles.fails("up", "gave up waiting for the cluster, which is Updating", "custom_timeouts")

    profiles.declare("slow", timeout="1m")
    with profiles.waited_for("slow"):
        waited = profiles.up()
    assert waited.says("waiting for the cluster, which is Updating")
    assert profiles.azure.resets == [profiles.cluster("slow")["id"].lower()]
    assert profiles.credential_states() == {"slow": "applied"}
    assert "pendingOperation" not in profiles.outputs()["slow"]
    assert profiles.credential("slow") == (APP, SECRET)


def test_resets_whose_progress_is_hidden_happen_exactly_once(profiles: Profiles):
    azure = profiles.azure
    azure.change(lambda state: state["settings"]["operations"].update(readable_by=ROLE))
    profiles.add("hidden")
    profiles.declare("hidden")

    first = profiles.up()
    assert first.says("progress of the reset cannot be read", "Microsoft.ContainerService/locations/operations/read")
    profiles.declare("hidden", secret=NEXT_SECRET)
    profiles.up()
    assert profiles.resets("hidden") == 2
    assert profiles.credential("hidden") == (APP, NEXT_SECRET)
    assert profiles.credential_states() == {"hidden": "applied"}
    assert profiles.is_quiet()

    azure.change(lambda state: state["settings"]["reset"].update(seconds=600))
    profiles.declare("hidden", secret=SECRET, timeout="3s")
    profiles.fails("up", "still being reset", "AKS continues it")
    profiles.declare("hidden", timeout="1m")
    with profiles.waited_for("hidden"):
        profiles.up()
    posts = [
        it for it in azure.requests if it["method"] == "POST" and it["path"].endswith("resetServicePrincipalProfile")
    ]
    assert len(posts) == profiles.resets("hidden") == 3
    assert profiles.credential("hidden") == (APP, SECRET)
    assert profiles.is_quiet()


def test_ctrl_c_ends_the_wait_and_the_next_update_does_not_reset_again(profiles: Profiles):
    azure = profiles.azure
    profiles.add("cancelled")
    profiles.declare("cancelled")
    azure.change(lambda state: state["settings"]["reset"].update(seconds=600))

    with meanwhile(profiles.is_followed, lambda: signal_to("pulumi", signal.SIGINT)):
        profiles.fails("up", "into the reset of", "AKS continues it; the next update waits for it")
    assert profiles.credential_states() == {"cancelled": "unknown"}

    preview = profiles.stack.operate("preview")
    assert preview.says("a reset of cluster", "goes on in AKS"), preview.output
    assert "reimages" not in preview.output
    with profiles.waited_for("cancelled"):
        profiles.up()
    assert len(azure.resets) == 1
    assert profiles.credential_states() == {"cancelled": "applied"}


def test_a_plugin_killed_during_a_reset_waits_for_aks_and_resets_again_since_nobody_can_know(profiles: Profiles):
    azure = profiles.azure
    profiles.add("killed")
    profiles.declare("killed")
    azure.change(lambda state: state["settings"]["reset"].update(seconds=600))

    with meanwhile(lambda: bool(azure.resets), lambda: signal_to(PLUGIN, signal.SIGKILL)):
        profiles.stack.operate("up")
    assert profiles.outputs() == {}, "nothing in the state claims what nobody saw"

    azure.change(lambda state: state["settings"]["reset"].update(seconds=1))
    with profiles.waited_for("killed"):
        again = profiles.up()
    assert again.says("waiting for the cluster, which is Updating")
    assert len(azure.resets) == 2
    assert profiles.credential("killed") == (APP, SECRET)
    assert profiles.credential_states() == {"killed": "applied"}


def abort(state: State) -> None:
    """Somebody ends the operation on cluster ``aborted``; the other one fails."""
    for operation in state["operations"].values():
        if operation["resource"].endswith("/aborted") and not operation["done"]:
            operation.update(outcome="Canceled", error=None)
    end_operations(state)
