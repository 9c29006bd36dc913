"""A cluster whose nodes the registry does not accept: seen at a refresh, asked again before anything is reset."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant.azure.clusters.node_proofs import Moment, NodeQuestion
from crosstenant.model.kubernetes.node_pull.verdict import ClusterOutcome, NodeOutcome
from crosstenant.model.modes import NodePullCoverage
from crosstenant.model.modes import NodePullResult as R
from crosstenant.provider_kit.resource import Change, Difference, Properties
from tests.azure.aks_world import APP, CLUSTER_ID, NEXT_SECRET, SECRET, URN, World, cluster, created, inputs

IMAGE = "fabrikamimages.azurecr.io/backend/api:1.0"
WORDS = "the node showed the cluster's application, and the registry did not accept it: 401 Unauthorized"
PULLED = ClusterOutcome(R.PULLED)
DEAD_SECRET = ClusterOutcome(R.REFUSED, (NodeOutcome("apps", "aks-apps-0", R.REFUSED, WORDS, credential_refused=True),))
NO_ROLE = ClusterOutcome(R.REFUSED, (NodeOutcome("apps", "aks-apps-0", R.REFUSED, "403 Forbidden"),))
FULL = ClusterOutcome(R.NO_CAPACITY, (NodeOutcome("apps", "", R.NO_CAPACITY, "0/3 nodes are available"),))
UNREACHABLE = ClusterOutcome(R.NOT_REACHABLE, (NodeOutcome("apps", "n", R.NOT_REACHABLE, "i/o timeout"),))
TOLD = f"the nodes of cluster {CLUSTER_ID} did not pull {IMAGE}: node pool 'apps' (node aks-apps-0): refused: {WORDS}"


@pytest.fixture
def world() -> World:
    return World()


def asking(**changes: Any) -> Properties:
    return inputs(nodePullImage=IMAGE, **changes)


async def read(world: World, olds: Properties, given: Properties) -> Properties:
    observed = await world.profile.read(URN, CLUSTER_ID, given, olds)
    assert observed is not None
    return {name: value for name, value in observed.outputs.items() if value is not None}


async def refused(world: World) -> Properties:
    """A deployed profile at whose refresh the nodes were refused."""
    olds = await created(world, nodePullImage=IMAGE)
    world.nodes.answers = [DEAD_SECRET]
    found = await read(world, olds, asking())
    world.nodes.asked.clear()
    world.nodes.forgotten = 0
    return found


async def test_refresh_asks_the_nodes_of_the_program_that_wants_it(world: World):
    olds = await created(world, nodePullImage=IMAGE)
    found = await read(world, olds, asking(nodePullCoverage="each-node", nodePullNamespace="probe"))
    assert found == olds
    assert world.nodes.asked == [(NodeQuestion(IMAGE, NodePullCoverage.EACH_NODE, "probe", 180), Moment.REFRESH)]


async def test_refresh_asks_no_node_otherwise(world: World):
    olds = await created(world)
    assert await read(world, olds, inputs()) == olds
    assert world.nodes.asked == []


async def test_refused_nodes_are_a_visible_difference(world: World):
    found = await refused(world)
    assert found["credentialState"] == "unknown"
    assert found["nodesRefused"].startswith(TOLD)
    diff = await world.profile.diff(URN, CLUSTER_ID, asking(), found, asking())
    assert diff.differences == {"credentialState": Difference(Change.UPDATE, is_input=False)}


@pytest.mark.parametrize("answer", [NO_ROLE, FULL, UNREACHABLE, ClusterOutcome(R.RUN_COMMAND_DISABLED, detail="x")])
async def test_what_says_nothing_about_the_secret_is_no_difference(world: World, answer: ClusterOutcome):
    olds = await created(world, nodePullImage=IMAGE)
    world.nodes.answers = [answer]
    assert await read(world, olds, asking()) == olds


async def test_update_asks_again_and_resets_nodes_that_are_still_refused(world: World):
    olds = await refused(world)
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, asking(), 0)
    assert [moment for _, moment in world.nodes.asked] == [Moment.UPDATE]
    assert world.resets == [(APP, SECRET)]
    assert (outputs["credentialState"], outputs["nodesRefused"]) == ("applied", None)
    assert world.nodes.forgotten == 1


async def test_update_resets_nothing_if_the_nodes_pull_again(world: World):
    olds = await refused(world)
    world.nodes.answers = [PULLED]
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, asking(), 0)
    assert world.resets == []
    assert (outputs["credentialState"], outputs["nodesRefused"]) == ("applied", None)
    assert outputs["resetAt"] == olds["resetAt"]
    # The NodePullCheck of the same run gets this answer.
    assert world.nodes.forgotten == 0
    assert world.terminal.infos[-1] == (
        f"the nodes of cluster {CLUSTER_ID} are not refused any longer: it is not reset"
    )


@pytest.mark.parametrize("answer", [FULL, UNREACHABLE])
async def test_update_resets_nothing_if_the_nodes_cannot_be_asked(world: World, answer: ClusterOutcome):
    olds = await refused(world)
    world.nodes.answers = [answer]
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, asking(), 0)
    assert world.resets == []
    assert (outputs["credentialState"], outputs["nodesRefused"]) == ("unknown", olds["nodesRefused"])
    assert outputs["resetAt"] == olds["resetAt"]
    assert "cannot be asked again, so nothing is reset" in world.terminal.warnings[-1]


async def test_new_secret_is_applied_without_asking(world: World):
    olds = await refused(world)
    outputs = await world.profile.update(URN, CLUSTER_ID, olds, asking(secret=NEXT_SECRET), 0)
    assert world.nodes.asked == []
    assert world.resets == [(APP, NEXT_SECRET)]
    assert outputs["nodesRefused"] is None


async def test_refused_nodes_of_a_program_that_asks_no_longer_are_reset(world: World):
    olds = await refused(world)
    await world.profile.update(URN, CLUSTER_ID, olds, inputs(), 0)
    assert world.nodes.asked == []
    assert world.resets == [(APP, SECRET)]


async def test_later_refresh_lets_go_of_a_refusal_that_has_passed(world: World):
    olds = await refused(world)
    world.nodes.answers = [FULL]
    assert await read(world, olds, asking()) == olds
    world.nodes.answers = [PULLED]
    found = await read(world, olds, asking())
    assert found["credentialState"] == "applied"
    assert "nodesRefused" not in found


async def test_cluster_at_work_and_one_whose_reset_is_unfinished_are_not_asked(world: World):
    olds = await created(world, nodePullImage=IMAGE)
    unfinished = {**olds, "credentialState": "unknown", "pendingOperation": "requested, without an answer"}
    world.state = cluster(client_id=APP, provisioning_state="Updating")
    await read(world, olds, asking())
    await read(world, unfinished, asking())
    assert world.nodes.asked == []


async def test_preview_says_that_the_nodes_are_asked_before_a_reset(world: World):
    olds = await refused(world)
    await world.profile.preview_update(URN, CLUSTER_ID, olds, asking())
    assert world.nodes.asked == []
    assert world.terminal.warnings[-1].startswith(f"cluster {CLUSTER_ID} may have another secret than this stack's")
    assert world.terminal.warnings[-1].endswith("a reset drains and reimages every node")


async def test_question_without_an_image_is_refused(world: World):
    _, failures = await world.profile.check(URN, {}, inputs(nodePullNamespace="probe"))
    assert [(it.property, it.reason) for it in failures] == [
        ("nodePullNamespace", "is given without nodePullImage, the image that the nodes pull")
    ]
