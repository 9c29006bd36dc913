"""The end of a secret comes in sight, passes, or is brought about by hand: what the user is told, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

from crosstenant.sandbox.world.state import State
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.rotation_world import Rotating

PASSWORD = "azuread:index/applicationPassword:ApplicationPassword"
PROFILE = "crosstenant:index:ServicePrincipalProfile"


def test_the_end_of_a_secret_is_seen_and_mended(azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path):
    rotating = Rotating.make(azure, make_stack, tmp_path)
    rotating.up()

    def ours(state: State) -> dict:
        return next(it for it in state["applications"].values() if it["displayName"] == "rotating (test)")

    def ends_in(days: float) -> None:
        end = datetime.now(timezone.utc) + timedelta(days=days)
        credential = {"endDateTime": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
        azure.change(lambda state: ours(state)["passwordCredentials"][0].update(credential))

    ends_in(12.5)
    near = rotating.stack.operate("preview", "--refresh")
    assert near.code == 0, near.output
    assert near.says("warning: the secret expires in 12 days, at", "change rotation_trigger")

    ends_in(-1)
    past = rotating.stack.operate("preview", "--refresh")
    assert past.code != 0
    assert past.says("CrossTenantPull 'rotating': rotation: the secret expired at", "change rotation_trigger")
    assert not re.search(r"Traceback|File \"", past.output), past.output

    # The update that makes a new one is not stopped by the end of the old one.
    rotating.ask(rotation_trigger="1")
    mended = rotating.up("--refresh")
    assert not mended.says("the secret expired at")
    assert rotating.on_cluster == rotating.secrets[0]

    # Removed by hand, and noticed by a refresh: it is made anew, and the cluster moves.
    azure.change(lambda state: ours(state)["passwordCredentials"].clear())
    seen = rotating.up("--refresh")
    operations = {it.type: it.op for it in seen.changes}
    assert operations[PASSWORD] == "create"
    assert operations[PROFILE] == "update"
    assert [rotating.on_cluster] == rotating.secrets

    # Removed by hand, and not noticed before the next rotation: that one is done but for the removal.
    azure.change(lambda state: ours(state)["passwordCredentials"].clear())
    rotating.ask(rotation_trigger="2")
    rotating.fails("No password credential found", "pulumi up --refresh")
    assert [rotating.on_cluster] == rotating.secrets
    after = rotating.up("--refresh")
    assert [it for it in after.changes if it.is_infrastructure] == []
