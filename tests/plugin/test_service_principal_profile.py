"""When a cluster's credential is reset, and when not; what each change and each fate does to the state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosstenant.azure.sign_in.secret_proof import SecretExpired
from crosstenant.errors import OperatorError
from crosstenant.plugin.service_principal_profile.hold_fields import HOLDS
from crosstenant.plugin.service_principal_profile.node_fields import NODE_PULL
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.resource import Change, Diff, Difference, Properties
from crosstenant.provider_kit.values import UNKNOWN
from tests.azure.aks_world import (
    APP,
    CLUSTER_ID,
    MANAGED,
    NEXT_SECRET,
    OBJECT_ID,
    OLD_APP,
    SECRET,
    URN,
    World,
    cluster,
    created,
    inputs,
)

TO_COME = {"createdByThisStack": True}


@pytest.fixture
def world() -> World:
    return World()


async def test_create_proves_then_resets(world: World):
    resource_id, outputs = await world.profile.create(URN, inputs(), 0)
    assert resource_id == CLUSTER_ID
    assert world.order == ["prove", "reset"]
    assert world.resets == [(APP, SECRET)]
    assert outputs == {
        "clusterId": CLUSTER_ID,
        "clientId": APP,
        "secret": SECRET,
        "abandonOnDelete": False,
        "secretKeyId": None,
        "createdByThisStack": None,
        "waitForPrincipalSeconds": 300,
        "credentialState": "applied",
        "clusterClientId": APP,
        "provisioningState": "Succeeded",
        "nodePools": ["system", "apps"],
        "resetAt": "2026-01-31T12:00:00Z",
        "pendingOperation": None,
        "waitsFor": None,
        "nodesRefused": None,
        "servicePrincipalProfile": {"clientId": APP, "secret": SECRET},
    }


async def test_create_resets_even_if_the_application_is_the_same(world: World):
    """Nobody can tell which of its secrets the cluster has."""
    world.state = cluster(client_id=APP)
    await world.profile.create(URN, inputs(), 0)
    assert world.resets == [(APP, SECRET)]


async def test_create_for_a_cluster_to_come_only_records(world: World):
    world.state = None
    _, outputs = await world.profile.create(URN, inputs(**TO_COME), 0)
    assert world.resets == []
    assert world.proofs == [(APP, SECRET)]
    assert outputs["credentialState"] == "pending"
    assert outputs["servicePrincipalProfile"] == {"clientId": APP, "secret": SECRET}
    assert outputs["clusterClientId"] is None


async def test_secret_that_does_not_sign_in_leaves_the_cluster_alone(world: World):
    world.proof_fails = SecretExpired("the secret has expired")
    with pytest.raises(OperatorError, match="the secret has expired") as caught:
        await world.profile.create(URN, inputs(), 0)
    assert not isinstance(caught.value, PartialError)
    assert "untouched" in str(caught.value)
    assert world.resets == []


async def test_reset_has_90_minutes_unless_told_otherwise(world: World):
    await world.profile.create(URN, inputs(), 0)
    assert world.allowed == 90 * 60
    await world.profile.create(URN, inputs(), 1200)
    assert world.allowed == 1200


async def test_another_secret_resets(world: World):
    olds = await created(world)
    world.clock.time += 3600
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0)
    assert world.resets == [(APP, NEXT_SECRET)]
    assert (outputs["secret"], outputs["resetAt"]) == (NEXT_SECRET, "2026-01-31T13:00:00Z")


async def test_another_application_resets(world: World):
    olds = await created(world, clientId=OLD_APP)
    await world.profile.update(URN, CLUSTER_ID, olds, inputs(), 0)
    assert world.resets == [(APP, SECRET)]


@pytest.mark.parametrize(
    "change", [{"abandonOnDelete": True}, {"waitForPrincipalSeconds": 10}, {"clientId": APP.upper()}]
)
async def test_other_arguments_never_reset(world: World, change: dict[str, Any]):
    olds = await created(world)
    world.clock.time += 3600
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(**change), 0)
    assert world.resets == []
    assert world.proofs == []
    assert outputs | change == outputs
    assert (outputs["credentialState"], outputs["resetAt"]) == ("applied", "2026-01-31T12:00:00Z")


async def test_other_arguments_change_while_the_cluster_is_stopped_or_busy(world: World):
    olds = await created(world)
    for state in (cluster(client_id=APP, power_state="Stopped"), cluster(client_id=APP, provisioning_state="Updating")):
        world.state = state
        outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(abandonOnDelete=True), 0)
        assert outputs["abandonOnDelete"] is True
    assert world.waits == 1  # the create's own look after its reset


async def test_cluster_moved_by_somebody_else_is_reset_back(world: World):
    olds = await created(world)
    world.state = cluster(client_id=OLD_APP)
    await world.profile.update(URN, CLUSTER_ID, olds, inputs(), 0)
    assert world.resets == [(APP, SECRET)]


async def test_cluster_created_with_the_credential_is_not_reset(world: World):
    world.state = None
    olds = await created(world, **TO_COME)
    world.state = cluster(client_id=APP)
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(abandonOnDelete=True, **TO_COME), 0)
    assert world.resets == []
    assert outputs["credentialState"] == "applied"


async def test_first_rotation_of_a_cluster_created_with_the_credential_resets(world: World):
    world.state = None
    olds = await created(world, **TO_COME)
    world.state = cluster(client_id=APP)
    await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0)
    assert world.resets == [(APP, NEXT_SECRET)]


async def test_cluster_that_is_gone_takes_the_next_secret_when_it_comes(world: World):
    olds = await created(world)
    world.state = None
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET, **TO_COME), 0)
    assert (outputs["credentialState"], outputs["servicePrincipalProfile"]["secret"]) == ("pending", NEXT_SECRET)
    assert outputs["nodePools"] is None


async def test_cluster_that_does_not_exist_is_refused_unless_it_is_to_come(world: World):
    """A wrong ID would otherwise pass, and its credential wait for a cluster that never comes."""
    olds = await created(world)
    world.state = None
    for refused in (
        world.profile.preview_create(URN, inputs(secret=UNKNOWN)),
        world.profile.create(URN, inputs(), 0),
        world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(secret=UNKNOWN)),
        world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0),
    ):
        with pytest.raises(OperatorError, match=r"does not exist: .* set created_by_this_stack=True") as caught:
            await refused
        assert not isinstance(caught.value, PartialError)
    assert world.proofs == []


async def test_credential_recorded_by_an_older_version_still_waits_for_its_cluster(world: World):
    world.state = None
    olds = await created(world, **TO_COME)
    del olds["createdByThisStack"]
    assert await _diff(world, olds, inputs()) == {}
    assert await _diff(world, olds, inputs(), **TO_COME) == {"createdByThisStack": (Change.UPDATE, True)}
    await world.profile.update(URN, CLUSTER_ID, olds, inputs(**TO_COME), 0)
    assert (await world.profile.read(URN, CLUSTER_ID, inputs(), olds)) is not None


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        (MANAGED, "image_pull_secret"),
        (cluster(power_state="Stopped"), "az aks start -g rg-clusters -n aks-prod"),
        (cluster(provisioning_state="Failed"), "az aks update -g rg-clusters -n aks-prod"),
        (cluster(provisioning_state="Deleting"), "is being deleted"),
        (cluster(provisioning_state="Stopping"), "is stopped"),
    ],
)
async def test_unfit_cluster_is_refused_at_preview_and_again_at_create(world: World, state: Any, remedy: str):
    world.state = state
    with pytest.raises(OperatorError, match=remedy):
        await world.profile.preview_create(URN, inputs())
    with pytest.raises(OperatorError, match=remedy):
        await world.profile.create(URN, inputs(), 0)
    assert world.resets == []
    assert world.proofs == []


async def test_preview_says_what_a_reset_means(world: World):
    outputs = await world.profile.preview_create(URN, inputs(secret=UNKNOWN))
    assert world.terminal.warnings == [
        f"this resets the credential of cluster {CLUSTER_ID}: AKS drains and reimages its 2 node pools (5 nodes),"
        f" one node after another. It acts as application 'name-of-aa' ({OLD_APP}) now, which this stack did not give"
        " it"
    ]
    assert outputs["credentialState"] is UNKNOWN
    assert outputs["resetAt"] is UNKNOWN
    assert outputs["servicePrincipalProfile"] == {"clientId": APP, "secret": UNKNOWN}
    assert world.order == []


async def test_preview_of_a_busy_cluster_says_that_the_reset_waits(world: World):
    world.state = cluster(provisioning_state="Upgrading")
    await world.profile.preview_create(URN, inputs())
    assert ", when the operation that is running there now has ended" in world.terminal.warnings[0]


async def test_preview_of_a_cluster_to_come_warns_of_nothing(world: World):
    world.state = None
    outputs = await world.profile.preview_create(URN, inputs(clientId=UNKNOWN, secret=UNKNOWN, **TO_COME))
    assert world.terminal.warnings == []
    assert "does not exist yet" in world.terminal.infos[0]
    assert outputs["credentialState"] == "pending"
    assert outputs["servicePrincipalProfile"] == {"clientId": UNKNOWN, "secret": UNKNOWN}


async def test_preview_with_unknown_cluster_asks_nobody(world: World):
    world.read_fails = AssertionError("read")
    outputs = await world.profile.preview_create(URN, inputs(clusterId=UNKNOWN))
    assert outputs["clusterId"] is UNKNOWN
    assert outputs["provisioningState"] is UNKNOWN


async def test_preview_of_other_arguments_warns_of_nothing(world: World):
    olds = await created(world)
    outputs = await world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(abandonOnDelete=True))
    assert world.terminal.warnings == []
    assert (outputs["credentialState"], outputs["resetAt"]) == ("applied", "2026-01-31T12:00:00Z")


async def test_preview_of_a_rotation_warns(world: World):
    olds = await created(world)
    outputs = await world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(secret=UNKNOWN))
    assert len(world.terminal.warnings) == 1
    assert outputs["servicePrincipalProfile"]["secret"] is UNKNOWN


async def test_missing_role_on_the_node_group_is_reported(world: World):
    world.roles = 0
    await world.profile.create(URN, inputs(), 0)
    assert "MC_rg-clusters_aks-prod_westeurope" in world.terminal.warnings[0]
    assert OBJECT_ID in world.terminal.warnings[0]


async def test_roles_that_may_not_be_read_cost_one_line(world: World):
    world.roles = None
    await world.profile.create(URN, inputs(), 0)
    assert world.terminal.warnings == []
    assert sum("could not be read" in line for line in world.terminal.infos) == 1


# Diff


def _diff_of(difference: dict[str, Difference]) -> dict[str, tuple[Change, bool]]:
    return {name: (item.change, item.is_input) for name, item in difference.items()}


async def _diff(world: World, olds: Properties, old_inputs: Properties, **news: Any) -> dict[str, tuple[Change, bool]]:
    return _diff_of((await world.profile.diff(URN, CLUSTER_ID, old_inputs, olds, inputs(**news))).differences)


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ({}, {}),
        ({"clusterId": f" {CLUSTER_ID.upper()}/", "clientId": APP.upper()}, {}),
        ({"clusterId": CLUSTER_ID + "2"}, {"clusterId": (Change.REPLACE, True)}),
        ({"clientId": OLD_APP}, {"clientId": (Change.UPDATE, True)}),
        ({"secret": NEXT_SECRET}, {"secret": (Change.UPDATE, True)}),
        ({"secret": UNKNOWN}, {"secret": (Change.UPDATE, True)}),
        (
            {"abandonOnDelete": True, "waitForPrincipalSeconds": 1},
            {"abandonOnDelete": (Change.UPDATE, True), "waitForPrincipalSeconds": (Change.UPDATE, True)},
        ),
    ],
)
async def test_diff_names_what_differs(world: World, news: dict[str, Any], expected: dict[str, Any]):
    olds = await created(world)
    assert await _diff(world, olds, inputs(), **news) == expected


async def test_second_run_after_the_cluster_took_the_credential_finds_nothing(world: World):
    world.state = None
    olds = await created(world, **TO_COME)
    assert await _diff(world, olds, inputs(**TO_COME), **TO_COME) == {}
    world.state = cluster(client_id=APP)
    assert await _diff(world, olds, inputs(**TO_COME), **TO_COME) == {}


async def test_cluster_that_came_with_another_application_differs(world: World):
    world.state = None
    olds = await created(world, **TO_COME)
    world.state = cluster(client_id=OLD_APP)
    assert await _diff(world, olds, inputs(**TO_COME), **TO_COME) == {"clientId": (Change.UPDATE, False)}


@pytest.mark.parametrize("credential_state", ["unknown", "failed"])
async def test_credential_that_may_not_be_there_differs(world: World, credential_state: str):
    olds = await created(world)
    assert await _diff(world, olds | {"credentialState": credential_state}, inputs()) == {
        "credentialState": (Change.UPDATE, False)
    }


# Read and import


async def test_read_without_drift_keeps_everything(world: World):
    olds = await created(world)
    found = await world.profile.read(URN, CLUSTER_ID, inputs(), olds)
    assert found is not None
    assert found.inputs == inputs()
    assert {name: value for name, value in found.outputs.items() if value is not None} == olds


async def test_read_shows_another_client_id_and_diff_names_it(world: World):
    olds = await created(world)
    world.state = cluster(client_id=OLD_APP)
    found = await world.profile.read(URN, CLUSTER_ID, inputs(), olds)
    assert found is not None
    assert found.inputs == inputs(clientId=OLD_APP)
    assert (found.outputs["clientId"], found.outputs["clusterClientId"]) == (OLD_APP, OLD_APP)
    assert found.outputs["credentialState"] == "unknown"
    assert found.outputs["servicePrincipalProfile"] == {"clientId": APP, "secret": SECRET}
    assert await _diff(world, found.outputs, found.inputs) == {"clientId": (Change.UPDATE, True)}
    await world.profile.update(URN, CLUSTER_ID, found.outputs, inputs(), 0)
    assert world.resets == [(APP, SECRET)]


async def test_drift_put_right_by_hand_is_reset_once_since_its_secret_is_unknown(world: World):
    olds = await created(world)
    world.state = cluster(client_id=OLD_APP)
    astray = await world.profile.read(URN, CLUSTER_ID, inputs(), olds)
    assert astray is not None
    world.state = cluster(client_id=APP)
    found = await world.profile.read(URN, CLUSTER_ID, astray.inputs, astray.outputs)
    assert found is not None
    assert found.inputs == inputs()
    assert found.outputs["clientId"] == APP
    assert await _diff(world, found.outputs, found.inputs) == {"credentialState": (Change.UPDATE, False)}


async def test_read_shows_a_managed_identity_and_update_refuses_it(world: World):
    olds = await created(world)
    world.state = MANAGED
    found = await world.profile.read(URN, CLUSTER_ID, inputs(), olds)
    assert found is not None
    assert found.inputs["clientId"] == "msi"
    with pytest.raises(OperatorError, match="image_pull_secret"):
        await world.profile.preview_update(URN, CLUSTER_ID, found.outputs, inputs())


async def test_read_of_a_cluster_that_is_gone(world: World):
    olds = await created(world)
    world.state = None
    assert await world.profile.read(URN, CLUSTER_ID, inputs(), olds) is None


async def test_read_keeps_a_credential_whose_cluster_is_to_come(world: World):
    world.state = None
    olds = await created(world, **TO_COME)
    found = await world.profile.read(URN, CLUSTER_ID, inputs(**TO_COME), olds)
    assert found is not None
    assert (found.inputs, found.outputs) == (inputs(**TO_COME), olds)


async def test_read_sees_that_the_cluster_took_the_credential(world: World):
    world.state = None
    olds = await created(world, **TO_COME)
    world.state = cluster(client_id=APP)
    found = await world.profile.read(URN, CLUSTER_ID, inputs(), olds)
    assert found is not None
    assert found.outputs["credentialState"] == "applied"
    assert found.inputs == inputs()


async def test_import_knows_all_but_the_secret_and_the_next_update_resets_once(world: World):
    world.state = cluster(client_id=APP)
    found = await world.profile.read(URN, CLUSTER_ID, {}, {})
    assert found is not None
    assert found.inputs == {
        "clusterId": CLUSTER_ID,
        "clientId": APP,
        "abandonOnDelete": False,
        "waitForPrincipalSeconds": 300,
    }
    assert found.outputs["secret"] is None
    assert found.outputs["servicePrincipalProfile"] is None
    checked, failures = await world.profile.check(URN, found.inputs, found.inputs)
    assert (checked, failures) == (found.inputs, [])
    assert await _diff(world, found.outputs, found.inputs) == {"secret": (Change.UPDATE, True)}
    outputs = await world.profile.update(URN, CLUSTER_ID, found.outputs, inputs(), 0)
    assert world.resets == [(APP, SECRET)]
    await world.profile.update(URN, CLUSTER_ID, outputs, inputs(abandonOnDelete=True), 0)
    assert len(world.resets) == 1


async def test_import_of_nothing_and_of_the_wrong_thing(world: World):
    world.state = None
    assert await world.profile.read(URN, CLUSTER_ID, {}, {}) is None
    world.state = MANAGED
    with pytest.raises(OperatorError, match="managed identity"):
        await world.profile.read(URN, CLUSTER_ID, {}, {})
    with pytest.raises(OperatorError, match="is not the ARM ID"):
        await world.profile.read(URN, "aks-prod", {}, {})


# Delete


async def test_delete_is_refused_while_the_cluster_uses_the_application(world: World):
    olds = await created(world)
    for state in (world.state, cluster(client_id=APP, power_state="Stopped")):
        world.state = state
        with pytest.raises(OperatorError, match="would lose its identity") as caught:
            await world.profile.delete(URN, CLUSTER_ID, olds, 0)
        assert "az aks update-credentials -g rg-clusters -n aks-prod" in str(caught.value)
        assert "abandon_on_delete=True" in str(caught.value)


async def test_delete_of_a_credential_that_a_new_cluster_took_is_refused(world: World):
    world.state = None
    olds = await created(world, **TO_COME)
    world.state = cluster(client_id=APP)
    with pytest.raises(OperatorError, match="would lose its identity"):
        await world.profile.delete(URN, CLUSTER_ID, olds, 0)


@pytest.mark.parametrize("state", [None, cluster(client_id=OLD_APP), MANAGED])
async def test_delete_passes_where_nothing_depends_on_it(world: World, state: Any):
    olds = await created(world)
    world.state = state
    await world.profile.delete(URN, CLUSTER_ID, olds, 0)
    assert (world.state, world.resets) == (state, []), "a delete never changes a cluster"


async def test_delete_passes_after_a_refresh_that_found_another_application(world: World):
    olds = await created(world)
    world.state = cluster(client_id=OLD_APP)
    found = await world.profile.read(URN, CLUSTER_ID, inputs(), olds)
    assert found is not None
    await world.profile.delete(URN, CLUSTER_ID, found.outputs, 0)
    assert world.resets == []


async def test_delete_abandons_when_told_to(world: World):
    olds = await created(world, abandonOnDelete=True)
    waits = world.waits
    world.read_fails = AssertionError("read")
    await world.profile.delete(URN, CLUSTER_ID, olds, 0)
    assert (world.waits, world.resets) == (waits, [])


async def test_delete_waits_for_a_cluster_that_is_being_deleted(world: World):
    olds = await created(world)
    world.state = cluster(client_id=APP, provisioning_state="Deleting")
    world.states_while_busy = [replace(world.state), None]
    await world.profile.delete(URN, CLUSTER_ID, olds, 0)
    assert world.clock.sleeps == [60, 60]


async def test_state_of_before_is_written_anew_without_a_reset(world: World):
    olds = await created(world)
    former = {name: value for name, value in olds.items() if name != "credentialState"} | {"applied": "true"}
    world.state = cluster(client_id=APP)
    world.resets.clear()
    assert await _diff(world, former, inputs()) == {"credentialState": (Change.UPDATE, False)}
    outputs = await world.profile.update(URN, CLUSTER_ID, former, inputs(), 0)
    assert (outputs["credentialState"], world.resets) == ("applied", [])


# Check


@pytest.mark.parametrize(
    ("change", "name", "reason"),
    [
        ({"clusterId": None}, "clusterId", "is required: ARM ID of the cluster"),
        ({"clusterId": "aks-prod"}, "clusterId", "is not the ARM ID"),
        ({"clusterId": CLUSTER_ID.replace("managedClusters", "fleets")}, "clusterId", "is the ID of a"),
        ({"clientId": None}, "clientId", "is required: Client ID (UUID) of the application"),
        ({"clientId": "my-app"}, "clientId", "must be a UUID"),
        ({"clientId": "msi"}, "clientId", "must be a UUID"),
        ({"secret": None}, "secret", "is required: A secret of that application"),
        ({"secret": ""}, "secret", "is empty: give the value"),
        ({"secret": SECRET + "\n"}, "secret", "white space"),
        ({"secret": "é" * 96}, "secret", "192 bytes"),
        ({"abandonOnDelete": "yes"}, "abandonOnDelete", "must be true or false"),
        ({"waitForPrincipalSeconds": -1}, "waitForPrincipalSeconds", "0 to 3600"),
        ({"waitForPrincipalSeconds": True}, "waitForPrincipalSeconds", "must be a number"),
        ({"clusterName": "aks-prod"}, "clusterName", "is not an input of this type: its inputs are clusterId"),
        (
            {"nodePullImage": "fabrikamimages.azurecr.us/backend/api:1.0"},
            "nodePullImage",
            "image fabrikamimages.azurecr.us/backend/api:1.0 is in a registry of cloud 'usgovernment', and",
        ),
    ],
)
async def test_check_names_property_and_remedy(world: World, change: dict[str, Any], name: str, reason: str):
    _, failures = await world.profile.check(URN, {}, inputs(**change))
    assert [failure.property for failure in failures] == [name]
    assert reason in failures[0].reason
    secret = change.get("secret")
    assert not secret or secret not in failures[0].reason


async def test_check_accepts_the_longest_secret_and_unknown_values(world: World):
    for given in (inputs(secret="x" * 190), dict.fromkeys(inputs(), UNKNOWN)):
        checked, failures = await world.profile.check(URN, {}, given)
        assert (checked, failures) == (given, [])


async def test_check_fills_in_defaults_for_what_is_omitted(world: World):
    given = {"clusterId": CLUSTER_ID, "clientId": APP, "secret": SECRET, "abandonOnDelete": None}
    assert await world.profile.check(URN, {}, given) == (inputs(), [])


async def test_check_misses_a_secret_that_the_program_dropped(world: World):
    given = {name: value for name, value in inputs().items() if name != "secret"}
    _, failures = await world.profile.check(URN, inputs(), given)
    assert [failure.property for failure in failures] == ["secret"]


async def test_dates_of_the_secret_change_nothing(world: World):
    olds = await created(world)
    dates = {"secretMadeAt": "2026-01-31T12:00:00Z", "secretExpiresAt": "2027-01-31T12:00:00Z"}
    assert await world.profile.diff(URN, CLUSTER_ID, inputs(), olds, inputs(**dates)) == Diff()


def test_schema_and_resource_agree(world: World):
    schema = world.profile.schema
    dates = {"secretMadeAt", "secretExpiresAt"}
    informing = dates | {"wave", "waves", "maxParallelResets", *HOLDS, *NODE_PULL}
    assert set(schema["inputProperties"]) == set(inputs(secretKeyId=None, **TO_COME)) | informing
    assert all(spec["description"] for spec in schema["properties"].values())
    secret = {name for name, spec in schema["properties"].items() if spec.get("secret")}
    assert secret == world.profile.secret_properties
    assert set(schema["required"]) <= set(schema["properties"])


async def test_one_answer_that_a_cluster_is_not_there_takes_no_record_from_the_state(world: World):
    olds = await created(world)
    here, world.state = world.state, None
    began = world.clock.time

    async def back_again(seconds: float) -> None:
        world.clock.time += seconds
        world.state = here

    world.clock.sleep = back_again
    found = await world.profile.read(URN, CLUSTER_ID, inputs(), olds)
    assert found is not None
    assert found.outputs["credentialState"] == "applied"
    assert world.clock.time == began + 5


async def test_a_cluster_that_is_not_found_twice_is_gone(world: World):
    olds = await created(world)
    world.state = None
    assert await world.profile.read(URN, CLUSTER_ID, inputs(), olds) is None
