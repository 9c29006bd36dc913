"""The deployment's own secret was replaced: the state still has the old one until a run reads the program.

The first provider of the state ends a refresh, and in a chain that is azuread's, before one of this package is started:
its error stays the provider's own, with the tenant in the provider's name. docs/rights.md says what to do.
"""

from __future__ import annotations

import hashlib
from typing import Any

from crosstenant.sandbox.world import drift, seed
from lib.stack import Stack
from tests.engine.engine_world import Azure

NEW = "sandbox-registry-tenant-caller-secret-of-today"


def _rotate(state: dict[str, Any]) -> None:
    (password,) = drift.application(state, seed.REGISTRY_CALLER_ID)["passwordCredentials"]
    password["_sha256"] = hashlib.sha256(NEW.encode()).hexdigest()


def test_refresh_and_destroy_take_the_new_secret_from_the_program(quickstart: Stack, azure: Azure):
    assert quickstart.operate("up").code == 0
    azure.change(_rotate)
    setting = quickstart.command(
        "pulumi",
        "config",
        "set",
        "--secret",
        "registryClientSecret",
        NEW,
        "--stack",
        "test",
        "--config-file",
        str(quickstart._folder / "Pulumi.test.yaml"),
    )
    assert setting.code == 0, setting.output

    stale = quickstart.operate("refresh")
    assert stale.code != 0
    assert stale.says("AADSTS7000215", "quickstart-registry-tenant-azuread"), stale.output
    # What refuses to go is the cluster's identity, so every provider has signed in.
    assert quickstart.operate("destroy", "--run-program").says("still acts as application")
    for words in (("preview", "--refresh", "--run-program"), ("refresh", "--run-program"), ("refresh",)):
        done = quickstart.operate(*words)
        assert done.code == 0, done.output
