"""Processes that die at a request: what was made just before is taken over, and nothing is left in either tenant.

`make faults` kills each process, and all of them, at each change that an update, a rotation, waves and a removal make.
"""

from __future__ import annotations

import pytest

from tests.faults.calls import Call, call_of, is_of_the_plugin
from tests.faults.death_programs import CHAIN, FEDERATED, NO_SECRET
from tests.faults.deaths import Mortal
from tests.faults.known import KNOWN_CALLS

pytestmark = pytest.mark.engine

MAKE_APPLICATION = Call("graph", "POST", "/v1.0/applications")
REMOVE_APPLICATION = Call("graph", "DELETE", "/v1.0/applications/*")
TRUST_IDENTITY = Call(
    "arm",
    "PUT",
    "/subscriptions/*/resourceGroups/*/providers/Microsoft.ManagedIdentity/userAssignedIdentities/*/"
    "federatedIdentityCredentials/*",
)
RESET = next(it for it in KNOWN_CALLS if it.path.endswith("resetServicePrincipalProfile"))


def test_what_was_made_before_a_death_is_taken_over_and_nothing_is_left(azure, make_stack, tmp_path):
    mortal = Mortal(azure, make_stack(CHAIN), tmp_path / "project")

    mortal.kill_at("machine", MAKE_APPLICATION, after=True)
    mortal.dies("up")
    done = mortal.recover()
    assert done.code == 0, done.output
    assert mortal.wrong(deployed=True) == []
    assert len(azure.resets) == 1

    mortal.rotate("second")
    mortal.kill_at("plugin", RESET, after=True)
    died = mortal.dies("up")
    assert "Traceback" not in died.output
    assert mortal.cluster_secrets_are_alive
    done = mortal.recover()
    assert done.code == 0, done.output
    assert mortal.wrong(deployed=True) == []
    assert len(azure.resets) == 3, "nothing tells which secret the cluster got: one more reset"

    mortal.release_clusters()
    mortal.kill_at("machine", REMOVE_APPLICATION, after=True)
    mortal.dies("destroy")
    done = mortal.recover("destroy")
    assert done.code == 0, done.output
    assert mortal.wrong(deployed=False) == []

    made = {call_of(it) for it in azure.requests if is_of_the_plugin(it)}
    assert made - KNOWN_CALLS == set(), "calls of the plugin that the matrix of faults does not cover"


def test_what_a_chain_without_a_secret_made_before_a_death_is_taken_over(azure, make_stack, tmp_path):
    mortal = Mortal(azure, make_stack(FEDERATED), tmp_path / "project", NO_SECRET)
    mortal.kill_at("machine", TRUST_IDENTITY, after=True)
    mortal.dies("up")
    done = mortal.recover()
    assert done.code == 0, done.output
    assert mortal.wrong(deployed=True) == []
