"""A rotation that fails at each of its steps in turn: the old secret stays good, and a repeated update goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.rotation_world import Rotating, nodes_pulling


def policy(**settings: object) -> Callable[[State], None]:
    return lambda state: state["tenants"][seed.CLUSTER_TENANT]["_policies"].update(settings)


def test_whatever_fails_the_old_secret_stays_until_the_cluster_has_the_new_one(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    azure.change(policy(maxPasswordLifetimeDays=30))
    rotating = Rotating.make(azure, make_stack, tmp_path, rotate_every_days=60)
    rotating.fails("CredentialInvalidLifetimeAsPerAppPolicy", "shorten rotation.rotate_every_days", "lifetime_cap_days")
    assert rotating.secrets == []

    azure.change(policy(maxPasswordLifetimeDays=90))
    rotating.up()
    (old,) = rotating.secrets
    assert rotating.on_cluster == old

    with nodes_pulling(azure) as result:
        rotating.ask(rotate_every_days=60, rotation_trigger="now")

        azure.change(policy(passwordAdditionBlocked=True))
        rotating.fails("CredentialTypeNotAllowedAsPerAppPolicy", "exempt this application")
        assert rotating.secrets == [old]
        azure.change(policy(passwordAdditionBlocked=False))

        # The secret is made, but does not reach sign-in while the pull check waits.
        azure.change(lambda state: state["settings"]["lag"].update(secret=600))
        rotating.fails("fabrikamimages refuses a pull", "is not accepted")
        assert rotating.secrets[0] == old
        assert len(rotating.secrets) == 2
        assert rotating.on_cluster == old
        assert len(azure.resets) == 1, "a cluster was touched before the pull was proved"

        def reaches_sign_in(state: State) -> None:
            for application in state["applications"].values():
                for credential in application["passwordCredentials"]:
                    credential["_usable_at"] = 0.0

        azure.change(reaches_sign_in)
        azure.change(lambda state: state["settings"]["reset"].update(outcome="Failed"))
        rotating.fails("the reset failed on cluster", "aks-prod")
        kept, new = rotating.secrets
        assert kept == old
        assert rotating.on_cluster == old
        assert set(rotating.on_nodes) == {old, new}

        azure.change(lambda state: state["settings"]["reset"].update(outcome="Succeeded"))
        fault = new_fault({"service": "graph", "path": "removePassword", "status": 403, "code": "Forbidden"})
        azure.change(lambda state: state["faults"].append(fault))
        rotating.fails("Removing password credential", "403")
        assert rotating.secrets == [old, new]
        assert set(rotating.on_nodes) == {new}

        finished = rotating.up()
        assert [it.op for it in finished.changes if it.is_infrastructure] == ["delete-replaced"]
        assert rotating.secrets == [new]

    assert rotating.is_quiet()
    assert result["refusals"] == []
    assert result["pulls"] >= 40, "too few pulls to prove anything"
