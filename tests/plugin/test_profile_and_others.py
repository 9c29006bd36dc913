"""A cluster between records and applications: which record may go, what it acts as, and a credential that is dead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError

from crosstenant.azure.sign_in.secret_proof import SecretExpired
from crosstenant.errors import OperatorError
from crosstenant.provider_kit.values import UNKNOWN
from tests.azure.aks_world import (
    APP,
    CLUSTER_ID,
    NEXT_SECRET,
    NOW,
    OLD_APP,
    SECRET,
    URN,
    World,
    application,
    cluster,
    created,
    inputs,
)


@pytest.fixture
def world() -> World:
    return World()


async def test_preview_says_that_a_cluster_acts_as_this_stacks_application(world: World):
    olds = await created(world)
    await world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(secret=UNKNOWN))
    await world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(clientId=UNKNOWN, secret=UNKNOWN))
    assert len(world.terminal.warnings) == 2
    for said in world.terminal.warnings:
        assert said.endswith(f". It acts as application {APP} now, as this stack's state has it")


TAKEN = "now, which this stack did not give it: somebody else did since its last update. "
LEAVE = (
    ". The update takes the cluster back; to leave it to that application, remove the cluster from the program: nothing"
    " on the cluster changes then"
)
UNTIL = "That application is in use: it has a secret that is valid until 2026-05-01T12:00:00Z"


@pytest.mark.parametrize(
    ("others", "acts_as"),
    [
        ({}, f"'name-of-aa' ({OLD_APP}) {TAKEN}{UNTIL}{LEAVE}"),
        (
            {"applications": {OLD_APP: application(OLD_APP, "old", NOW)}},
            f"'old' ({OLD_APP}) {TAKEN}That application has no valid secret, so the cluster cannot sign in{LEAVE}",
        ),
        (
            {"applications": {}},
            f"{OLD_APP} {TAKEN}The tenant has no service principal of that application, so the cluster cannot sign in"
            f"{LEAVE}",
        ),
        (
            {"directory_fails": True},
            f"{OLD_APP} {TAKEN}Whether that application is in use could not be read (Microsoft Graph permission"
            f" Application.Read.All){LEAVE}",
        ),
    ],
    ids=["living", "without a secret", "removed", "unreadable"],
)
async def test_preview_says_whose_a_cluster_is_that_somebody_else_has_reset(
    world: World, others: dict[str, Any], acts_as: str
):
    olds = await created(world)
    world = replace(world, state=cluster(client_id=OLD_APP), **others)
    observed = await world.profile.read(URN, CLUSTER_ID, inputs(), olds)
    assert observed is not None
    await world.profile.preview_update(URN, CLUSTER_ID, observed.outputs, inputs(secret=UNKNOWN))
    assert world.terminal.warnings[-1].endswith(f". It acts as application {acts_as}")


async def test_a_cluster_that_somebody_else_has_reset_is_left_by_its_removal(world: World):
    olds = await created(world)
    world.state = cluster(client_id=OLD_APP)
    await world.profile.delete(URN, CLUSTER_ID, olds, 0)
    assert world.resets == []


FAILED = cluster(provisioning_state="Failed")


async def test_failed_cluster_is_reset_when_its_recorded_secret_is_dead(world: World):
    olds = await created(world)
    world.state = cluster(client_id=APP, provisioning_state="Failed")
    world.dead_secrets = {SECRET: SecretExpired("the secret has expired")}
    await world.profile.preview_update(URN, CLUSTER_ID, olds, inputs(secret=UNKNOWN))
    assert world.terminal.warnings[-1].endswith(
        "Its provisioning state is Failed, because its secret has expired: the reset repairs it"
    )
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0)
    assert (outputs["credentialState"], world.resets) == ("applied", [(APP, NEXT_SECRET)])


@pytest.mark.parametrize(
    ("dead", "reason"),
    [
        (
            {"state": cluster(provisioning_state="Failed", failure="Unauthorized ... AADSTS7000222: expired")},
            "its secret has expired (AADSTS7000222)",
        ),
        (
            {"state": FAILED, "applications": {OLD_APP: application(OLD_APP, "old", NOW)}},
            "the last secret of its application ended at 2026-01-31T12:00:00Z",
        ),
        ({"state": FAILED, "applications": {}}, "the tenant does not know its application any longer"),
    ],
)
async def test_failed_cluster_of_another_application_is_reset_when_that_is_dead(
    world: World, dead: dict[str, Any], reason: str
):
    world = replace(world, **dead)
    await world.profile.preview_create(URN, inputs(secret=UNKNOWN))
    assert f"because {reason}: the reset repairs it" in world.terminal.warnings[-1]
    await world.profile.create(URN, inputs(), 0)
    assert world.resets == [(APP, SECRET)]


@pytest.mark.parametrize("old_secrets", ["ended", "removed"])
async def test_new_secret_of_the_same_application_does_not_make_the_clusters_alive(world: World, old_secrets: str):
    """An adopted cluster: its secret is not known, and the update has just made the next one."""
    imported = {**await created(world), "secret": None, "secretKeyId": None}
    world.state = cluster(client_id=APP, provisioning_state="Failed")
    made = application(APP, "pull", NOW + timedelta(days=90))
    new = replace(made.secrets[0], key_id=NEXT_KEY)
    ended = application(APP, "pull", NOW).secrets if old_secrets == "ended" else ()
    world.applications[APP] = replace(made, secrets=(*ended, new))
    outputs = await world.profile.update(URN, CLUSTER_ID, imported, inputs(secret=NEXT_SECRET, secretKeyId=NEXT_KEY), 0)
    assert (outputs["credentialState"], world.resets[-1]) == ("applied", (APP, NEXT_SECRET))
    world.state = cluster(client_id=APP, provisioning_state="Failed")
    with pytest.raises(OperatorError, match="nothing shows that its credential is the cause"):
        await world.profile.update(URN, CLUSTER_ID, imported, inputs(secret=NEXT_SECRET), 0)


async def test_failed_cluster_is_refused_where_its_application_may_not_be_read(world: World):
    world.state, world.directory_fails = FAILED, True
    with pytest.raises(OperatorError, match="nothing shows that its credential is the cause"):
        await world.profile.preview_create(URN, inputs())


OTHER_URN = f"{URN}-renamed"


async def test_delete_of_a_replaced_record_passes(world: World):
    """The engine checks what the program declares: with --replace, for a pending delete, with delete_before_replace."""
    olds = await created(world)
    profile = world.profile
    await profile.check(URN, inputs(), inputs())
    await profile.delete(URN, CLUSTER_ID, olds, 0)


@pytest.mark.parametrize("stands", ["created", "in the state"])
async def test_delete_of_a_renamed_record_passes_when_the_other_stands(world: World, stands: str):
    olds = await created(world)
    profile = world.profile
    await profile.check(OTHER_URN, {}, inputs(clientId=APP.upper()))
    with pytest.raises(OperatorError, match="would lose its identity"):
        await profile.delete(URN, CLUSTER_ID, olds, 0)
    if stands == "created":
        await profile.create(OTHER_URN, inputs(), 0)
    else:
        await profile.diff(OTHER_URN, CLUSTER_ID, inputs(), olds, inputs())
    await profile.delete(URN, CLUSTER_ID, olds, 0)


async def test_delete_passes_when_the_application_was_removed_before(world: World):
    """What the refusal would guard is gone; without it a destroy would never end."""
    olds = await created(world)
    profile = world.profile
    with pytest.raises(OperatorError, match="still acts as application"):
        await profile.delete(URN, CLUSTER_ID, olds, 0)
    world.directory_fails = True
    with pytest.raises(OperatorError, match="still acts as application"):
        await profile.delete(URN, CLUSTER_ID, olds, 0)
    world.directory_fails = False
    del world.applications[APP]
    await profile.delete(URN, CLUSTER_ID, olds, 0)
    assert "does not exist any longer: the record is removed" in world.terminal.warnings[-1]


async def test_delete_is_refused_when_the_replacement_failed_or_is_of_something_else(world: World):
    olds = await created(world)
    profile = world.profile
    # A refresh compares without a check: that is no record which the program declares.
    await profile.diff(URN, CLUSTER_ID, inputs(), olds, inputs())
    for news in (None, inputs(clientId=OLD_APP), inputs(clientId=UNKNOWN), inputs(clusterId=f"{CLUSTER_ID}2")):
        if news:
            await profile.check(URN, {}, news)
        with pytest.raises(OperatorError, match="would lose its identity"):
            await profile.delete(URN, CLUSTER_ID, olds, 0)
    await profile.check(OTHER_URN, {}, inputs())
    world.proof_fails = SecretExpired("the secret has expired")
    with pytest.raises(OperatorError, match="has expired"):
        await profile.create(OTHER_URN, inputs(), 0)
    with pytest.raises(OperatorError, match="would lose its identity"):
        await profile.delete(URN, CLUSTER_ID, olds, 0)


async def test_second_record_of_a_cluster_is_refused(world: World):
    profile = world.profile
    assert (await profile.check(URN, {}, inputs()))[1] == []
    assert (await profile.check(URN, {}, inputs(clientId=UNKNOWN)))[1] == []
    (failure,) = (await profile.check(OTHER_URN, {}, inputs(clusterId=CLUSTER_ID.upper().replace("/SUB", "/sub"))))[1]
    assert (failure.property, failure.hides_value) == ("clusterId", False)
    assert failure.reason.startswith(f"is the cluster of {URN} as well")


KEY, NEXT_KEY = "00000000-0000-4000-8000-0000000000ee", "00000000-0000-4000-8000-0000000000ef"


async def _said(world: World, old_key: str, **news: Any) -> str:
    """What a preview of a program that leaves the secret alone says of it."""
    olds = await created(world, secretKeyId=old_key)
    profile = world.profile
    for _ in range(2):
        await profile.diff(
            URN, CLUSTER_ID, inputs(secretKeyId=old_key), olds, inputs(**{"secretKeyId": old_key} | news)
        )
    return world.terminal.everything


async def test_secret_that_the_application_has_is_passed_in_silence(world: World):
    assert "secret" not in await _said(world, KEY.upper())


async def test_secret_that_the_application_has_lost_is_told(world: World):
    assert f"was given secret {NEXT_KEY}: application {APP} has no such secret any longer" in await _said(
        world, NEXT_KEY
    )


async def test_secret_that_has_ended_is_told(world: World):
    world.applications[APP] = application(APP, "puller", NOW)
    assert f"was given secret {KEY}: it ended at 2026-01-31T12:00:00Z" in await _said(world, KEY)


async def test_secret_that_ignore_changes_keeps_is_told_and_stays_known(world: World):
    assert f"it is not the secret {NEXT_KEY} of the program" in await _said(world, KEY, secretKeyId=NEXT_KEY)
    assert "it is not the secret that the update is to make" in await _said(world, KEY, secretKeyId=UNKNOWN)
    olds = await created(world, secretKeyId=KEY)
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(secretKeyId=NEXT_KEY), 0)
    assert outputs["secretKeyId"] == KEY
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(secretKeyId=NEXT_KEY, secret=NEXT_SECRET), 0)
    assert outputs["secretKeyId"] == NEXT_KEY


async def test_secret_of_a_record_without_its_key_id_gets_it_without_a_reset(world: World):
    olds = await created(world)
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, inputs(secretKeyId=KEY), 0)
    assert (outputs["secretKeyId"], world.resets) == (KEY, [])


async def test_application_that_may_not_be_read_is_told_once(world: World):
    world.directory_fails = True
    assert (await _said(world, KEY)).count("was not compared") == 1
    assert "was not compared: ClientAuthenticationError (Microsoft Graph permission" in world.terminal.infos[-1]


ANOTHER = f"{CLUSTER_ID}2"


async def test_another_cluster_takes_the_place_of_one_that_can_be_read_or_was_released(world: World):
    profile = world.profile
    assert (await profile.check(URN, inputs(), inputs(clusterId=ANOTHER)))[1] == []
    world.read_fails = ClientAuthenticationError("the token is another tenant's")
    assert (await profile.check(URN, inputs(abandonOnDelete=True), inputs(clusterId=ANOTHER)))[1] == []
    assert (await profile.check(URN, inputs(), inputs(clusterId=CLUSTER_ID.upper())))[1] == []
    ((failure,),) = [(await profile.check(URN, inputs(), inputs(clusterId=ANOTHER)))[1]]
    assert failure.property == "clusterId"
    assert failure.reason.startswith(
        f"takes the place of {CLUSTER_ID}, which may still act as this stack's application"
    )
    assert "give it abandon_on_delete=True and run 'pulumi up'" in failure.reason


async def test_a_record_that_abandons_its_cluster_lets_go_of_the_former_one_too(world: World):
    olds = await created(world)
    profile = world.profile
    await profile.check(URN, inputs(), inputs(clusterId=ANOTHER))
    with pytest.raises(OperatorError, match="would lose its identity"):
        await profile.delete(URN, CLUSTER_ID, olds, 0)
    await profile.check(URN, inputs(clusterId=ANOTHER), inputs(clusterId=ANOTHER, abandonOnDelete=True))
    await profile.delete(URN, CLUSTER_ID, olds, 0)
    with pytest.raises(OperatorError, match="would lose its identity"):
        await profile.delete(OTHER_URN, CLUSTER_ID, olds, 0)


async def test_a_read_with_the_deployments_former_secret_says_how_to_take_the_new_one(world: World):
    olds = await created(world)
    world.read_fails = ClientAuthenticationError("AADSTS7000215: Invalid client secret provided.")
    remedy = "the stack's state has the former one: run the same command with --run-program"
    with pytest.raises(OperatorError, match=remedy):
        await world.profile.read(URN, CLUSTER_ID, inputs(), olds)
    with pytest.raises(OperatorError, match=remedy):
        await world.profile.delete(URN, CLUSTER_ID, olds, 0)
    world.read_fails = ClientAuthenticationError("AADSTS90002: Tenant not found.")
    with pytest.raises(OperatorError) as refused:
        await world.profile.read(URN, CLUSTER_ID, inputs(), olds)
    assert "--run-program" not in str(refused.value)
