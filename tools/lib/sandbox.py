"""The local Azure in which the commands in tools/ run: start, state, and changes outside Pulumi."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crosstenant.sandbox.world import seed
from lib.checkout import VENV, compile_package, search_path
from lib.stack import Outcome, run

Json = dict[str, Any]

STARTED = "CROSSTENANT_TOOLS_STARTED"
"""Environment variable: when the command began, before it entered the sandbox."""

CONFIG = {
    "clusterTenantId": seed.CLUSTER_TENANT,
    "clusterId": seed.CLUSTER,
    "clusterClientId": seed.CLUSTER_CALLER_ID,
    "registryTenantId": seed.REGISTRY_TENANT,
    "registryId": seed.REGISTRY,
    "registryClientId": seed.REGISTRY_CALLER_ID,
}
SECRETS = {
    "clusterClientSecret": seed.CLUSTER_CALLER_SECRET,
    "registryClientSecret": seed.REGISTRY_CALLER_SECRET,
}
"""The quickstart's configuration for the seeded tenants."""


def run_inside(folder: Path, main: Callable[[float], None], *, modules: Path | None = None) -> None:
    """Run `main` in a fresh sandbox whose state is in this folder: the present command starts itself again in one.

    `main` gets the time (`time.monotonic`) at which the command began. `modules` is a folder of packages that the
    sandbox and its commands import besides, such as pulumi-kubernetes, for whose plugin the sandbox has a stand-in.
    """
    state = folder / "state.json"
    try:
        if STARTED in os.environ and os.environ.get("CROSSTENANT_SANDBOX_STATE") == str(state):
            main(float(os.environ[STARTED]))
            return
        compile_package()
        env = {**os.environ, "PATH": search_path(), STARTED: str(time.monotonic())}
        if modules:
            env["PYTHONPATH"] = os.pathsep.join([str(modules), *filter(None, [env.get("PYTHONPATH")])])
        command = [str(VENV / "bin" / "crosstenant"), "sandbox", "run", "--fresh", "--state", str(state), "--"]
        sys.exit(subprocess.call([*command, sys.executable, *sys.argv], env=env))
    except KeyboardInterrupt:
        sys.exit(130)


class Sandbox:
    """The sandbox this process runs in, through its own command line."""

    def show(self) -> Json:
        """The whole estate as Azure would show it."""
        outcome = self._call("show", "--json")
        if outcome.code:
            raise RuntimeError(outcome.output)
        return json.loads(outcome.output)

    def pull(self, *options: str) -> Outcome:
        """Pull an image as a node of the cluster does: with the credential that is on it."""
        return self._call("pull", *options)

    def drift(self, *words: str) -> Outcome:
        """Make a change outside Pulumi."""
        return self._call("drift", *words)

    def clock(self, *words: str) -> Outcome:
        """Move the clock; the CronJobs of the clusters that run are started when they are due."""
        return self._call("clock", *words)

    def _call(self, *words: str) -> Outcome:
        command = ["crosstenant", "sandbox", *words]
        path = [str(VENV / "bin" / "crosstenant"), *command[1:]]
        return run(path, cwd=Path.cwd(), env=os.environ, shown=" ".join(command))
