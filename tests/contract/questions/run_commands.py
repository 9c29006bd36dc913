"""A cluster's run-command, as far as no command runs. What a command does is asked of the sandbox's own clusters alone
(tests/kubernetes/test_run_command.py)."""

from __future__ import annotations

from tests.contract.caller import ARM
from tests.contract.question import question, refused
from tests.contract.replies import Reply
from tests.contract.world import World


def _commands(world: World) -> str:
    assert world.estate.cluster
    return f"{ARM}{world.estate.cluster}/runCommand"


@question(
    "cluster-run-command-without-role",
    "a run-command by an application without a role on the cluster",
    refused(403, "AuthorizationFailed", "Microsoft.ContainerService/managedClusters/run"),
    need="cluster",
)
def run_command_without_role(world: World) -> Reply:
    app = world.pulling
    token = world.sign_in(world.a.id, app.client_id, app.secret).body["access_token"]
    return world.call("POST", _commands(world), world.a, {"command": "kubectl version"}, token=token)


@question(
    "cluster-run-command-empty",
    "a run-command without a command",
    refused(400, "InvalidParameter"),
    need="cluster",
)
def run_command_empty(world: World) -> Reply:
    return world.call("POST", _commands(world), world.a, {"command": ""})


@question(
    "cluster-run-command-result-absent",
    "the result of a command that never ran",
    refused(404, "NotFound"),
    need="cluster",
)
def run_command_result_absent(world: World) -> Reply:
    return world.call("GET", f"{ARM}{world.estate.cluster}/commandResults/{'0' * 32}", world.a)
