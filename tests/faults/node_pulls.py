"""Pulls by a cluster's nodes, as far as they are calls to Resource Manager.

What happens in the cluster is not here: tests/kubernetes has it, with a real API server. The sandbox takes the command,
with the caller's token for the cluster, and a moment later its result says that every node pool has pulled.
"""

from __future__ import annotations

import asyncio
from typing import Any

from crosstenant.errors import OperatorError
from crosstenant.model.kubernetes.node_pull.script import begin_mark, end_mark
from crosstenant.plugin.node_pull_check.resource import NodePullCheck
from crosstenant.provider_kit.resource import Properties
from crosstenant.sandbox.kubernetes.command_job import CommandJob
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import State, Store
from crosstenant.sandbox.world.times import timestamp
from tests.faults.operation import NODE_RUN, URN, Plugin, Run

_SECONDS = 0.03


def integrate_with_entra(state: State) -> None:
    """The cluster takes commands with the caller's own token alone."""
    state["resources"][seed.CLUSTER.lower()]["properties"]["aadProfile"] = {"managed": True}


def node_inputs() -> Properties:
    return {
        "clusterId": seed.CLUSTER,
        "image": "fabrikamimages.azurecr.io/hello:1.0",
        "coverage": "each-node-pool",
        "namespace": "default",
        "timeoutSeconds": 60,
        "mode": "require",
        "triggers": [],
    }


async def check_nodes(plugin: Plugin, run: Run) -> None:
    check, urn = plugin.node_check(), URN.format(NodePullCheck.token)
    await check.preview_create(urn, node_inputs())
    _, made = await check.create(urn, node_inputs(), 0)
    if made["result"] == "cluster stopped":  # a cluster that is not there, whatever the mode, is a warning
        raise OperatorError(" ".join(plugin.terminal.warnings))
    assert made["result"] == "pulled"
    run.olds = made


async def refresh_nodes(plugin: Plugin, run: Run) -> None:
    """What could not be asked is a warning, and no drift."""
    assert run.olds is not None
    seen = await plugin.node_check().read(URN.format(NodePullCheck.token), "id", node_inputs(), run.olds)
    assert seen is not None, "the check has left the state"
    assert seen.outputs["result"] == "pulled", "no answer of a node is a drift that is none"
    if plugin.terminal.warnings:
        raise OperatorError(" ".join(plugin.terminal.warnings))


async def begin(commands: Any, job: CommandJob) -> None:
    """In the place of the sandbox's ``RunCommands.begin``: no command runs."""
    store: Store = commands._store  # pyright: ignore[reportPrivateUsage]
    asyncio.get_running_loop().call_later(_SECONDS, _end, store, job.command_id)


def _end(store: Store, command_id: str) -> None:
    with store.change() as state:
        record = state.get("runCommands", {}).get(command_id)
        if record is None:  # the cell is over
            return
        pools = state["resources"][seed.CLUSTER.lower()]["properties"]["agentPoolProfiles"]
        pods = [f"pod name=p pool={it['name']} node=aks-0 phase=Failed terminated=StartError" for it in pools]
        logs = "\n".join([begin_mark(NODE_RUN), *pods, end_mark(NODE_RUN), ""])
        ended = timestamp(record["_start"])
        result = {"provisioningState": "Succeeded", "exitCode": 0, "logs": logs, "finishedAt": ended}
        record.update(done=True, result=result)
