"""Drift that comes at a bad time: amid a rotation, or while a tenant is out of reach or the directory is late."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crosstenant.sandbox.world import drift, role_drift, seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State
from lib.stack import Stack
from tests.engine.drift_matrix import APPLICATION, PROFILE, REGISTRY_PRINCIPAL, ROLE
from tests.engine.drift_world import ABAC, LEGACY, Deployed
from tests.engine.engine_world import Azure
from tests.engine.test_drift_matrix import planned


async def test_drift_in_the_middle_of_a_rotation_is_repaired_by_the_update_that_ends_it(deployed: Deployed):
    app = deployed.client_id
    deployed.azure.change(lambda state: state["settings"]["reset"].update(outcome="Failed"))
    deployed.ask(rotation={"rotation_trigger": "now"})
    halfway = deployed.stack.operate("up")
    assert halfway.code != 0, halfway.output
    assert halfway.says("the reset failed on cluster"), halfway.output
    keys = {it["keyId"] for it in drift.application(deployed.azure.state, app)["passwordCredentials"]}
    assert len(keys) == 2, "nodes have either secret now: both have to be good"

    def make(state: State) -> None:
        state["settings"]["reset"].update(outcome="Succeeded")
        drift.remove_role_assignment(state, LEGACY, app)
        role_drift.change_condition(state, ABAC, app, None)

    deployed.azure.change(make)
    plan = planned(deployed.alarm())
    assert plan[ROLE][0] == "create"
    assert plan[PROFILE][0] == "update"

    deployed.up("--refresh")
    assert deployed.alarm().code == 0
    assert await deployed.every_node_pulls()
    left = {it["keyId"] for it in drift.application(deployed.azure.state, app)["passwordCredentials"]}
    assert len(left) == 1
    assert left < keys, "the rotation goes on with the secret that it made"


async def test_an_application_set_to_single_tenant_is_no_obstacle_to_the_service_principal_that_the_update_makes_again(
    deployed: Deployed,
):
    app = deployed.client_id

    def make(state: State) -> None:
        drift.set_audience(state, app, "AzureADMyOrg")
        drift.delete_service_principal(state, seed.REGISTRY_TENANT, app)

    deployed.azure.change(make)
    alarm = deployed.alarm()
    # An alarm names the changes of the preview up to its failure too.
    assert not alarm.says("is single-tenant"), alarm.output
    plan = planned(alarm)
    assert plan[APPLICATION][0] == "update"
    assert plan[REGISTRY_PRINCIPAL][0] == "create"
    deployed.up("--refresh")
    assert deployed.alarm().code == 0
    assert await deployed.every_node_pulls()


def _no_sign_in(state: State) -> None:
    state["faults"].append(new_fault({"service": "login", "path": seed.REGISTRY_TENANT, "drop": True, "times": -1}))


def _no_registries(state: State) -> None:
    state["faults"].append(new_fault({"service": "arm", "path": r"registries/\w+\?", "drop": True, "times": -1}))


def _expired(client_id: str) -> Callable[[State], object]:
    return lambda state: drift.expire_secret(state, client_id)


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (_no_sign_in, ("registry-tenant-azuread",)),
        (_no_registries, ("Azure cannot be reached", seed.REGISTRY_TENANT)),
        (_expired(seed.CLUSTER_CALLER_ID), ("AADSTS7000222", "cluster-tenant-azuread")),
    ],
    ids=["no-sign-in", "no-resource-manager", "credential-ended"],
)
def test_a_tenant_that_cannot_be_looked_at_is_named_and_nothing_is_forgotten(
    deployed: Deployed, happens: Callable[[State], object], words: tuple[str, ...]
):
    before = {it["urn"] for it in deployed.stack.resources()}
    deployed.azure.change(happens)
    refused = deployed.stack.operate("up", "--refresh")
    assert refused.code != 0
    errors = [line for line in refused.output.splitlines() if "error:" in line]
    assert any(all(word in line for word in words) for line in errors), refused.output
    assert "Traceback" not in refused.output
    assert deployed.azure.writes == []
    assert {it["urn"] for it in deployed.stack.resources()} == before


def test_a_directory_that_answers_late_is_no_drift_and_makes_nothing_twice(quickstart: Stack, azure: Azure):
    azure.change(lambda state: state["settings"]["lag"].update(graphRead=2))
    assert quickstart.operate("up").code == 0
    quiet = quickstart.operate("preview", "--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.output

    state = azure.state
    (application,) = [it for it in state["applications"].values() if it["displayName"] == "quickstart (test)"]
    principals = [it["_tenant"] for it in state["servicePrincipals"].values() if it["appId"] == application["appId"]]
    assert sorted(principals) == [seed.CLUSTER_TENANT, seed.REGISTRY_TENANT]
    assert len(application["passwordCredentials"]) == 1

    azure.change(lambda state: drift.set_audience(state, application["appId"], "AzureADMyOrg"))
    assert quickstart.operate("up", "--refresh").code == 0
    again = quickstart.operate("preview", "--refresh", "--expect-no-changes")
    assert again.code == 0, again.output
