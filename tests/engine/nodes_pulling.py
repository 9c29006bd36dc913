"""Pulls an image without pause as the nodes of a cluster, each with the credential that it has at that moment.

    python nodes_pulling.py IMAGE

runs in the sandbox's environment. It prints a line when each node has pulled, goes on until it is told to stop
(SIGTERM), lets each node pull once more, and then prints what came of it as JSON.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
from typing import Any

from crosstenant.sandbox.host.state_file import open_store, state_path
from crosstenant.sandbox.kubelet.node_pull import NodePullRefused, pull
from crosstenant.sandbox.world import seed

Json = dict[str, Any]


async def main(image: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    store = open_store(state_path())

    def nodes() -> list[Json]:
        with store.read() as state:
            return [dict(node) for node in state["resources"][seed.CLUSTER.lower()]["_nodes"]]

    pulls, overtaken, refusals, turn = 0, 0, [], 0
    used: dict[str, list[str]] = {}
    last = len(nodes())
    while last:
        last -= stop.is_set()
        held = nodes()
        node = held[turn % len(held)]
        try:
            await pull(image, node, os.environ["CROSSTENANT_SANDBOX"])
            pulls += 1
            key = hashlib.sha256(node["secret"].encode()).hexdigest()[:12]
            if key not in used.setdefault(node["name"], []):
                used[node["name"]].append(key)
        except NodePullRefused as refusal:
            # A node that was reimaged in the middle of its pull would pull anew, with what it has by then.
            if nodes()[turn % len(held)]["secret"] == node["secret"]:
                refusals.append(str(refusal))
            else:
                overtaken += 1
        turn += 1
        if turn == len(held):
            print("pulling", flush=True)
        await asyncio.sleep(0.02)
    print(json.dumps({"pulls": pulls, "overtaken": overtaken, "refusals": refusals, "used": used}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
