"""Resets that AKS has accepted and whose progress cannot be followed: one reset, whatever cannot be read."""

from __future__ import annotations

from typing import Any, cast

import pytest
from azure.core.exceptions import AzureError, HttpResponseError, ServiceRequestError, ServiceResponseError

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Ending
from crosstenant.azure.clusters.reset_operation import OperationUnreadable
from crosstenant.azure.connections.addresses import ForeignAddressError
from crosstenant.model.arm_id import ArmId
from crosstenant.plugin.service_principal_profile.record import NO_ADDRESS, NO_ANSWER
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.resource import Properties
from tests.azure.aks_world import (
    APP,
    CLUSTER_ID,
    NEXT_SECRET,
    OLD_APP,
    OPERATION,
    SECRET,
    URN,
    World,
    cluster,
    created,
    inputs,
    kept,
)
from tests.azure.azure_answers import Answer, answer

FOREIGN = ForeignAddressError("https://evil.test/operations/1", "management.azure.com")
HIDDEN = Ending(is_hidden=True)
BUSY, DONE = cluster(client_id=APP, provisioning_state="Updating"), cluster(client_id=APP)
FAILED = cluster(client_id=APP, provisioning_state="Failed")


def refused(status: int, code: str) -> HttpResponseError:
    return HttpResponseError(response=answer(status, code, "no"))


DENIED = refused(403, "AuthorizationFailed")
UNREADABLE = [
    DENIED,
    refused(401, "InvalidAuthenticationToken"),
    refused(404, "NotFound"),
    refused(429, "TooManyRequests"),
    refused(503, "ServiceUnavailable"),
    HttpResponseError("the answer is a page", response=answer(200, "", "")),
    ServiceRequestError("no network"),
    ServiceResponseError("connection reset"),
    FOREIGN,
]


def follows(world: World, *readings: ClusterState | BaseException | None) -> None:
    """The cluster as it is read after AKS has accepted the reset; the last reading stays."""
    left = list(readings)

    async def get(cluster_id: ArmId) -> ClusterState | None:
        if not world.resets:
            return world.state
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, BaseException):
            raise found
        world.state = found
        return found

    world.get = get


async def rotated(world: World, error: AzureError, *readings: ClusterState | BaseException | None) -> Properties:
    olds = await created(world)
    world.wait_fails = OperationUnreadable(error)
    follows(world, *readings)
    return await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=NEXT_SECRET), 0)


async def interrupted(world: World, error: AzureError, *readings: ClusterState | BaseException | None) -> PartialError:
    with pytest.raises(PartialError) as caught:
        await rotated(world, error, *readings)
    assert NEXT_SECRET not in str(caught.value)
    return caught.value


async def again(world: World, olds: Properties, state: ClusterState, secret: str = NEXT_SECRET) -> Properties:
    """The next update, on a cluster in another state; what it resets is in ``world.resets``."""
    world.resets.clear()
    world.wait_fails, world.state = None, state
    return await world.profile.update(URN, CLUSTER_ID, olds, inputs(secret=secret), 0)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("error", UNREADABLE)
async def test_settled_cluster_ends_a_reset_whose_operation_cannot_be_read(world: World, error: AzureError):
    world.endings[OPERATION] = HIDDEN
    outputs = await rotated(world, error, BUSY, BUSY, DONE)
    assert (outputs["credentialState"], outputs["secret"], outputs["pendingOperation"]) == (
        "applied",
        NEXT_SECRET,
        None,
    )
    assert world.resets == [(APP, NEXT_SECRET)]
    assert world.clock.sleeps == [1]


@pytest.mark.parametrize("error", UNREADABLE)
async def test_it_is_said_once_that_the_progress_cannot_be_read(world: World, error: AzureError):
    await rotated(world, error, BUSY, DONE)
    said = [text for text in (*world.terminal.infos, *world.terminal.warnings) if "progress" in text]
    assert len(said) == 1
    assert said[0].endswith("; the update waits until the cluster is settled")
    named = "Microsoft.ContainerService/locations/operations/read on subscription" in said[0]
    assert named is (error in UNREADABLE[:3])
    assert (said[0] in world.terminal.warnings) is (error is FOREIGN)


async def test_page_of_a_proxy_names_no_right(world: World):
    page = HttpResponseError(response=cast("Any", Answer(403, "<title>Blocked</title>")))
    await rotated(world, page, BUSY, DONE)
    assert any("cannot be read (HTTP status 403, a page ('Blocked')); the update" in it for it in world.terminal.infos)


async def test_cluster_that_is_idle_at_once_is_not_yet_settled(world: World):
    await rotated(world, DENIED, cluster(client_id=APP))
    assert sum(world.clock.sleeps) >= 30


@pytest.mark.parametrize("ending", ["Failed", "Canceled"])
async def test_failure_is_recognised_by_the_provisioning_state(world: World, ending: str):
    ended = cluster(client_id=APP, provisioning_state=ending)
    error = await interrupted(world, DENIED, BUSY, ended)
    assert f"its provisioning state is '{ending}'; the progress of the reset cannot be read (HTTP status 403," in str(
        error
    )
    outputs = kept(error)
    assert (outputs["credentialState"], outputs["secret"]) == ("failed", SECRET)
    assert "pendingOperation" not in outputs


async def test_status_that_can_be_read_by_the_end_says_that_the_reset_failed(world: World):
    world.endings[OPERATION] = Ending("Failed")
    error = await interrupted(world, refused(503, "ServiceUnavailable"), BUSY, DONE)
    assert kept(error)["credentialState"] == "failed"


async def test_cluster_is_read_through_a_short_loss_of_the_network(world: World):
    lost = ServiceRequestError("no network")
    outputs = await rotated(world, lost, lost, refused(503, "ServiceUnavailable"), BUSY, lost, DONE)
    assert outputs["credentialState"] == "applied"


@pytest.mark.parametrize(
    ("error", "pending"), [(DENIED, NO_ADDRESS), (FOREIGN, NO_ADDRESS), (ServiceRequestError("no network"), OPERATION)]
)
@pytest.mark.parametrize("reading", [ServiceRequestError("no network"), refused(403, "AuthorizationFailed")])
async def test_lost_reset_is_not_repeated_by_the_next_update(
    world: World, error: AzureError, pending: str, reading: BaseException
):
    left = await interrupted(world, error, BUSY, reading)
    assert "the cluster cannot be read either" in str(left)
    assert "AKS continues it" in str(left)
    outputs = kept(left)
    assert (outputs["credentialState"], outputs["pendingOperation"]) == ("unknown", pending)
    follows(world, DONE)
    world.endings[OPERATION] = HIDDEN
    outputs = await again(world, outputs, DONE)
    assert world.resets == []
    assert (outputs["credentialState"], outputs["pendingOperation"]) == ("applied", None)


@pytest.mark.parametrize(
    ("pending", "state", "repeated"),
    [
        (OPERATION, DONE, 0),
        (OPERATION, FAILED, 1),
        (NO_ADDRESS, DONE, 0),
        (NO_ADDRESS, FAILED, 1),
        (NO_ADDRESS, cluster(client_id=APP, provisioning_state="Canceled"), 1),
        (NO_ADDRESS, cluster(client_id=OLD_APP), 1),
        (NO_ANSWER, DONE, 1),
    ],
)
async def test_time_that_runs_out_costs_no_second_reset_without_need(
    world: World, pending: str, state: ClusterState, repeated: int
):
    olds = await created(world) | {"credentialState": "unknown", "secret": NEXT_SECRET, "pendingOperation": pending}
    olds["servicePrincipalProfile"] = {"clientId": APP, "secret": NEXT_SECRET}
    world.endings[OPERATION] = HIDDEN
    await again(world, olds, state)
    assert world.resets == [(APP, NEXT_SECRET)] * repeated


async def test_time_limit_while_the_cluster_is_read_keeps_the_reset(world: World):
    error = await interrupted(world, DENIED, BUSY)
    assert "longer than was allowed" in str(error)
    assert kept(error)["pendingOperation"] == NO_ADDRESS


@pytest.mark.parametrize("pending", [OPERATION, NO_ANSWER])
async def test_change_of_the_application_proves_a_reset_whose_status_nobody_has(world: World, pending: str):
    """Azure has forgotten the operation, or the request had no answer; only the reset can have changed the cluster."""
    if pending == NO_ANSWER:
        world.start_fails, world.start_accepts = ServiceResponseError("connection reset"), True
    else:
        world.wait_fails = TimeoutError()
    with pytest.raises(PartialError) as caught:
        await world.profile.create(URN, inputs(), 0)
    outputs = kept(caught.value)
    assert (outputs["pendingOperation"], outputs["clusterClientId"]) == (pending, OLD_APP)
    world.start_fails = None
    outputs = await again(world, outputs, DONE, SECRET)
    assert world.resets == []
    assert outputs["credentialState"] == "applied"


async def test_cluster_that_was_deleted_and_made_again_is_reset(world: World):
    error = await interrupted(world, DENIED, BUSY, None)
    assert "was deleted during its reset" in str(error)
    follows(world, DONE)
    await again(world, kept(error), DONE)
    assert world.resets == [(APP, NEXT_SECRET)]
