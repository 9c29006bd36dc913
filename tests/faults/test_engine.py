"""A part of the matrix on the real engine: a stack goes up through faults at the plugin's calls, and goes on after."""

from __future__ import annotations

import pytest

from crosstenant.sandbox.world.faults import new_fault
from tests.engine.engine_world import Azure
from tests.faults.calls import Call, call_of
from tests.faults.cells import faults_of_sentence
from tests.faults.death_programs import CHAIN
from tests.faults.deaths import Mortal
from tests.faults.kinds import AGED, KINDS
from tests.faults.known import KNOWN_CALLS
from tests.faults.planted import secrets_in

pytestmark = pytest.mark.engine

OPERATION = next(it for it in KNOWN_CALLS if it.path.endswith("/operations/*"))
CLUSTER = next(it for it in KNOWN_CALLS if it.path.endswith("/managedClusters/*"))
REGISTRY_TOKEN = Call("registry", "GET", "/oauth2/token")
MANIFEST = Call("registry", "GET", "/v2/REPOSITORY/manifests/REFERENCE")


def strike(azure: Azure, call: Call, kind: str, times: int = 1) -> str:
    fault = {"service": call.service, "method": call.method, "path": call.pattern, "times": times}
    made = new_fault({**fault, **KINDS[kind]})
    azure.change(lambda state: state["faults"].append(made))
    return made["id"]


def test_a_stack_goes_up_through_faults_and_goes_on_after_one_that_stays(azure, make_stack, tmp_path):
    mortal = Mortal(azure, make_stack(CHAIN), tmp_path / "project")
    azure.change(lambda state: state["settings"]["reset"].update(seconds=1.5, retry_after=1))

    struck = {
        strike(azure, CLUSTER, "503"),
        strike(azure, OPERATION, AGED),
        strike(azure, REGISTRY_TOKEN, "truncated body"),
        strike(azure, MANIFEST, "connection reset"),
    }
    done = mortal.stack.operate("up")
    assert done.code == 0, done.output
    assert {it.get("fault") for it in azure.requests} >= struck
    assert mortal.wrong(deployed=True) == []
    assert len(azure.resets) == 1
    azure.change(lambda state: state["faults"].clear())

    mortal.rotate("second")
    strike(azure, MANIFEST, "a proxy's page, 403", times=-1)
    refused = mortal.stack.operate("up")
    assert refused.code != 0
    (error,) = [it for it in refused.errors if "fabrikamimages" in it]
    assert faults_of_sentence(error) == []
    assert secrets_in(refused.output) == []
    assert mortal.cluster_secrets_are_alive
    assert len(azure.resets) == 1, "the new secret is not proved, and the cluster keeps its own"
    azure.change(lambda state: state["faults"].clear())

    done = mortal.stack.operate("up")
    assert done.code == 0, done.output
    assert mortal.wrong(deployed=True) == []
    assert len(azure.resets) == 2
    assert {call_of(it) for it in azure.requests} >= {OPERATION, CLUSTER, REGISTRY_TOKEN, MANIFEST}
