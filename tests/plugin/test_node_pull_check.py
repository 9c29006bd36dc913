"""When a ``NodePullCheck`` asks, what it writes to the state, what it says."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant.azure.clusters.node_proofs import Moment, NodeQuestion
from crosstenant.azure.clusters.run_command import RUN_ACTION
from crosstenant.errors import OperatorError
from crosstenant.model.kubernetes.node_pull.verdict import ClusterOutcome, NodeOutcome
from crosstenant.model.modes import NodePullResult as R
from crosstenant.plugin.node_pull_check.resource import NodePullCheck
from crosstenant.provider_kit.resource import Change, Difference, Properties
from crosstenant.provider_kit.values import UNKNOWN
from tests.azure.aks_world import CLUSTER_ID, World, cluster
from tests.fakes import as_clusters, as_proofs

URN = "urn:pulumi:dev::test::crosstenant:index:NodePullCheck::prod"
CHECK_ID = f"{CLUSTER_ID}/nodePullCheck"
IMAGE = "fabrikamimages.azurecr.io/backend/api:1.0"
REPAIRS = {"result": Difference(Change.UPDATE, is_input=False)}


def outcome(result: R, detail: str = "", node: str = "aks-apps-0") -> ClusterOutcome:
    return ClusterOutcome(result, (NodeOutcome("apps", node, result, detail),))


PULLED = outcome(R.PULLED)
NOT_ASKED = [
    outcome(R.NO_CAPACITY, "0/3 nodes are available", ""),
    outcome(R.ADMISSION_DENIED, "denied by images", ""),
    outcome(R.PULL_SECRET, "the service account adds registry-pull"),
    outcome(R.NO_ANSWER, "not finished"),
    ClusterOutcome(R.RUN_COMMAND_DISABLED, detail=f"cluster {CLUSTER_ID} refuses run-command"),
    ClusterOutcome(R.RUN_COMMAND_FAILED, detail="Azure said no"),
    ClusterOutcome(R.NOT_PERMITTED, detail="forbidden"),
]
DRIFT = [
    outcome(R.REFUSED, "401 Unauthorized"),
    outcome(R.IMAGE_ABSENT, "not found"),
    outcome(R.NOT_REACHABLE, "i/o timeout"),
]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def check(world: World) -> NodePullCheck:
    return NodePullCheck(world.context, as_clusters(world), as_proofs(world.nodes))


def inputs(**changes: Any) -> Properties:
    given = {"clusterId": CLUSTER_ID, "image": IMAGE, "coverage": "each-node-pool", "namespace": "default"}
    return {**given, "timeoutSeconds": 180, "mode": "require", **changes}


def state(result: str = "pulled", **changes: Any) -> Properties:
    nodes = [{"nodePool": "apps", "node": "aks-apps-1", "result": result}]
    return {**inputs(), "result": result, "nodes": nodes, **changes}


async def test_defaults_are_filled_in(check: NodePullCheck):
    given = {"clusterId": CLUSTER_ID, "image": IMAGE}
    assert await check.check(URN, {}, given) == (inputs(), [])


@pytest.mark.parametrize(
    ("changes", "name", "hint"),
    [
        ({"image": "backend/api:1.0"}, "image", "must be the full reference of an image"),
        ({"image": f"{IMAGE} ; id"}, "image", "must be the full reference of an image"),
        ({"namespace": "Probe"}, "namespace", "must be the name of a namespace"),
        ({"timeoutSeconds": 481}, "timeoutSeconds", "must be a number of seconds from 10 to 480"),
        ({"coverage": "all"}, "coverage", "must be 'each-node-pool' or 'each-node'"),
        ({"clusterId": "aks"}, "clusterId", "is not the ARM ID of a"),
    ],
)
async def test_malformed_inputs_are_refused(check: NodePullCheck, changes: Any, name: str, hint: str):
    _, failures = await check.check(URN, {}, inputs(**changes))
    assert [it.property for it in failures] == [name]
    assert hint in failures[0].reason


async def test_create_asks_and_records_each_node(world: World, check: NodePullCheck):
    world.nodes.answers = [
        ClusterOutcome(R.PULLED, (NodeOutcome("apps", "n1", R.PULLED), NodeOutcome("win", "", R.NO_NODE)))
    ]
    assert await check.create(URN, inputs(triggers=["t"]), 0) == (
        CHECK_ID,
        {
            **inputs(triggers=["t"]),
            "result": "pulled",
            "nodes": [
                {"nodePool": "apps", "node": "n1", "result": "pulled"},
                {"nodePool": "win", "result": "no node"},
            ],
        },
    )
    assert world.nodes.asked == [(NodeQuestion(IMAGE), Moment.UPDATE)]
    assert world.terminal.warnings == []


@pytest.mark.parametrize("answer", [*DRIFT, *NOT_ASKED], ids=lambda it: it.result.value)
async def test_without_a_proof_create_fails_or_warns(world: World, check: NodePullCheck, answer: ClusterOutcome):
    world.nodes.answers = [answer]
    with pytest.raises(OperatorError) as caught:
        await check.create(URN, inputs(), 0)
    assert CLUSTER_ID in str(caught.value)
    _, outputs = await check.create(URN, inputs(mode="warn"), 0)
    assert outputs["result"] == answer.result.value
    assert outputs["detail"] == str(caught.value) == world.terminal.warnings[-1]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (DRIFT[0], "node pool 'apps' (node aks-apps-0): refused: 401 Unauthorized. If the pull check"),
        (DRIFT[1], "image absent: not found. Push the image"),
        (DRIFT[2], "i/o timeout. The pull check asks from the machine that runs Pulumi"),
        (NOT_ASKED[0], "node pool 'apps': no capacity: 0/3 nodes are available. Make room"),
        (NOT_ASKED[1], "denied by images. Exempt the pods"),
        (NOT_ASKED[6], "the caller needs the permission to create, get, list and delete pods"),
    ],
)
async def test_failure_names_the_node_and_the_remedy(
    world: World, check: NodePullCheck, answer: ClusterOutcome, words: str
):
    world.nodes.answers = [answer]
    with pytest.raises(OperatorError) as caught:
        await check.create(URN, inputs(), 0)
    assert words in str(caught.value)


@pytest.mark.parametrize("gone", [True, False])
async def test_cluster_that_does_not_run_stops_no_update(world: World, check: NodePullCheck, gone: bool):
    world.state = None if gone else world.state
    world.nodes.answers = [ClusterOutcome(R.CLUSTER_STOPPED, detail=f"cluster {CLUSTER_ID} is stopped")]
    _, outputs = await check.create(URN, inputs(), 0)
    assert outputs["result"] == "cluster stopped"
    assert len(world.terminal.warnings) == 1
    assert (await check.diff(URN, CHECK_ID, inputs(), outputs, inputs())).differences == {}


@pytest.mark.parametrize("answer", DRIFT, ids=lambda it: it.result.value)
async def test_refresh_sees_nodes_that_no_longer_pull(world: World, check: NodePullCheck, answer: ClusterOutcome):
    world.nodes.answers = [answer]
    observed = await check.read(URN, CHECK_ID, inputs(), state())
    assert observed is not None
    assert observed.outputs["result"] == answer.result.value
    assert world.nodes.asked[0][1] is Moment.REFRESH
    assert len(world.terminal.warnings) == 1
    assert (await check.diff(URN, CHECK_ID, inputs(), observed.outputs, inputs())).differences == REPAIRS


@pytest.mark.parametrize(
    "answer", [*NOT_ASKED, ClusterOutcome(R.CLUSTER_STOPPED, detail="x")], ids=lambda it: it.result.value
)
async def test_refresh_keeps_the_last_result_if_the_nodes_cannot_be_asked(
    world: World, check: NodePullCheck, answer: ClusterOutcome
):
    world.nodes.answers = [answer]
    observed = await check.read(URN, CHECK_ID, inputs(), state())
    assert observed is not None
    assert observed.outputs == state()
    assert len(world.terminal.warnings) == 1


async def test_refresh_that_asks_another_node_of_the_pool_changes_nothing(world: World, check: NodePullCheck):
    observed = await check.read(URN, CHECK_ID, inputs(), state())
    assert observed is not None
    assert observed.outputs == state()
    assert world.terminal.warnings == []


async def test_refresh_sees_a_pull_that_came_back(world: World, check: NodePullCheck):
    observed = await check.read(URN, CHECK_ID, inputs(), state("refused", detail="401"))
    assert observed is not None
    assert (observed.outputs["result"], observed.outputs.get("detail")) == ("pulled", None)


async def test_update_asks_again_after_another_trigger_only(world: World, check: NodePullCheck):
    await check.update(URN, CHECK_ID, state(triggers=["1"]), inputs(triggers=["1"], timeoutSeconds=60), 0)
    assert world.nodes.asked == []
    await check.update(URN, CHECK_ID, state(triggers=["1"]), inputs(triggers=["2"]), 0)
    assert len(world.nodes.asked) == 1


@pytest.mark.parametrize(
    ("result", "mode", "asks"),
    [
        ("pulled", "require", False),
        ("no node", "require", False),
        ("refused", "require", True),
        ("refused", "warn", True),
        ("no capacity", "require", True),
        ("no capacity", "warn", False),
        ("skipped", "require", True),
        ("skipped", "skip", False),
    ],
)
async def test_result_that_proves_nothing_is_an_update(check: NodePullCheck, result: str, mode: str, asks: bool):
    given = inputs(mode=mode)
    diff = await check.diff(URN, CHECK_ID, given, state(result, mode=mode), given)
    assert diff.differences == (REPAIRS if asks else {})


async def test_skip_asks_nothing(world: World, check: NodePullCheck):
    world.read_fails = AssertionError("nothing is read")
    assert (await check.preview_create(URN, inputs(mode="skip")))["result"] == "skipped"
    assert (await check.create(URN, inputs(mode="skip"), 0))[1]["result"] == "skipped"
    observed = await check.read(URN, CHECK_ID, inputs(mode="skip"), state("skipped", mode="skip"))
    assert observed is not None
    assert world.nodes.asked == []


async def test_preview_asks_no_node(world: World, check: NodePullCheck):
    assert (await check.preview_create(URN, inputs(image=UNKNOWN)))["result"] is UNKNOWN
    assert (await check.preview_create(URN, inputs(clusterId=UNKNOWN)))["result"] is UNKNOWN
    assert world.nodes.asked == []


async def test_preview_refuses_a_caller_without_the_right(world: World, check: NodePullCheck):
    world.nodes.missing = RUN_ACTION
    with pytest.raises(OperatorError, match="has no role with Microsoft"):
        await check.preview_create(URN, inputs())
    await check.preview_create(URN, inputs(mode="warn"))
    assert "has no role with" in world.terminal.warnings[-1]


async def test_preview_refuses_a_cluster_that_runs_no_commands(world: World, check: NodePullCheck):
    world.state = cluster(run_command_disabled=True)
    with pytest.raises(OperatorError, match="az aks update -g rg-clusters -n aks-prod --enable-run-command"):
        await check.preview_create(URN, inputs())


@pytest.mark.parametrize("changes", [{}, {"clusterId": UNKNOWN}, {"waitsFor": "2026-02-01T22:00:00Z"}])
@pytest.mark.parametrize(
    "host", ["fabrikamimages.azurecr.us", "fabrikamimages.azurecr.cn", "fabrikamimages.azurecr.us:443"]
)
async def test_preview_refuses_an_image_in_a_registry_of_another_cloud(
    world: World, check: NodePullCheck, host: str, changes: Properties
):
    elsewhere = inputs(image=f"{host}/backend/api:1.0", **changes)
    with pytest.raises(
        OperatorError, match=rf"image {host}/backend/api:1.0 is in a registry of cloud '(us|ch)\w+', and"
    ):
        await check.preview_create(URN, elsewhere)
    await check.preview_create(URN, {**elsewhere, "mode": "warn"})
    assert "no credential of another cloud" in world.terminal.warnings[-1]
    assert (await check.preview_create(URN, {**elsewhere, "mode": "skip"}))["result"] == "skipped"
    assert world.nodes.asked == []


@pytest.mark.parametrize("host", ["mcr.microsoft.com", "localhost:5000", "ghcr.io", "azurecr.us"])
async def test_preview_accepts_an_image_elsewhere_than_in_azure(check: NodePullCheck, host: str):
    assert (await check.preview_create(URN, inputs(image=f"{host}/backend/api:1.0")))["result"] is UNKNOWN


async def test_import_is_refused(check: NodePullCheck):
    with pytest.raises(OperatorError, match="has nothing in Azure to import"):
        await check.read(URN, CHECK_ID, {}, {})


async def test_nodes_that_cannot_have_the_credential_yet_are_not_asked(world: World, check: NodePullCheck):
    """Else the wait of one cluster would fail an update, and be drift at each refresh."""
    waiting = inputs(waitsFor="2026-02-01T22:00:00Z")
    assert (await check.preview_create(URN, waiting))["result"] == "not checked"
    _, outputs = await check.create(URN, waiting, 0)
    assert outputs == {**waiting, "result": "not checked"}
    assert (await check.diff(URN, CHECK_ID, waiting, outputs, inputs(waitsFor="later"))).differences == {}
    seen = await check.read(URN, CHECK_ID, waiting, outputs)
    assert seen is not None
    assert seen.outputs == outputs
    assert world.nodes.asked == []
    # Its reset gives it another trigger; without one, its nodes are asked when it waits no longer.
    assert (await check.diff(URN, CHECK_ID, waiting, outputs, inputs())).differences == REPAIRS
    world.nodes.answers = [PULLED]
    assert (await check.update(URN, CHECK_ID, outputs, inputs(), 0))["result"] == "pulled"
