"""Run-commands: AKS starts a pod in the namespace ``aks-command`` and runs the command in it.

The pod is a real object, so that the cluster's own admission and scheduling decide whether it runs. The command itself
is a process on this machine (``command_process``).
https://learn.microsoft.com/azure/aks/access-private-cluster
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiohttp

from crosstenant.sandbox.kubelet.cluster_api import ApiAccess, ApiError, ClusterApi
from crosstenant.sandbox.kubelet.fields import parts
from crosstenant.sandbox.kubernetes.command_job import CommandJob, CommandNotStarted, CommandsMissing
from crosstenant.sandbox.kubernetes.command_process import NAMESPACE, Ended, find_kubectl, run_process
from crosstenant.sandbox.kubernetes.control_planes import ControlPlanes
from crosstenant.sandbox.world.state import Store, now
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

_PODS: Final = f"/api/v1/namespaces/{NAMESPACE}/pods"
_START_SECONDS: Final = 30.0
"""So long AKS waits for the pod, by its own message."""
_LIMIT_SECONDS: Final = 600.0
_POLL_SECONDS: Final = 0.1


class RunCommands:
    """The run-commands of all clusters of a sandbox."""

    def __init__(self, store: Store, planes: ControlPlanes) -> None:
        """
        :param store: The sandbox's state, which keeps the results.
        :param planes: The clusters' API servers.
        """
        self._store = store
        self._planes = planes
        self._running: set[asyncio.Task[None]] = set()

    async def begin(self, job: CommandJob) -> None:
        """Starts the command's pod, and then the command in the background; its result goes to the state.

        :raises CommandNotStarted: The cluster does not admit the pod, or no node has room for it.
        :raises OSError: The cluster's API server, or what a command needs, cannot be started here.
        """
        find_kubectl()
        access = await self._planes.access_of(job.host)
        try:
            async with ClusterApi(access) as api:
                await _start_pod(api, f"command-{job.command_id}")
        except aiohttp.ClientError as error:
            raise CommandsMissing(f"the API server of the cluster does not answer: {error}") from None
        task = asyncio.create_task(self._run(job, access))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """Ends the commands that run."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, job: CommandJob, access: ApiAccess) -> None:
        with self._store.read() as state:
            settings: Json = state["settings"].get("run_command", {})
        limit = float(settings.get("limit_seconds", _LIMIT_SECONDS))
        try:
            with tempfile.TemporaryDirectory(prefix="crosstenant-command-") as folder:
                ended = await run_process(job, access, Path(folder), limit)
            self._write(job, _result(ended, limit))
        except asyncio.CancelledError:
            self._write(job, _failed("the sandbox has ended"))
            raise
        except Exception as error:
            print("crosstenant sandbox: a run-command failed", file=sys.stderr)
            traceback.print_exc()
            self._write(job, _failed(f"{type(error).__name__}: {error}"))
        finally:
            with suppress(ApiError, aiohttp.ClientError, OSError):
                async with ClusterApi(access) as api:
                    await api.delete(f"{_PODS}/command-{job.command_id}", {"gracePeriodSeconds": 0})

    def _write(self, job: CommandJob, result: Json) -> None:
        with self._store.change() as state:
            record: Json | None = state.get("runCommands", {}).get(job.command_id)
            if record is not None:  # a reset of the state may have removed it
                record.update(done=True, result={**result, "finishedAt": timestamp(now(state))})


async def _start_pod(api: ClusterApi, name: str) -> None:
    with suppress(ApiError):  # an earlier command has made it
        await api.post("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    await _create(api, _pod(name))
    for _ in range(int(_START_SECONDS / _POLL_SECONDS)):
        status: Json = (await api.get(f"{_PODS}/{name}"))["status"]
        if status.get("phase") == "Running":
            return
        if any(one.get("reason") == "Unschedulable" for one in parts(status, "conditions")):
            break  # AKS waits in vain; the sandbox need not
        await asyncio.sleep(_POLL_SECONDS)
    with suppress(ApiError):
        await api.delete(f"{_PODS}/{name}", {"gracePeriodSeconds": 0})
    raise CommandNotStarted


async def _create(api: ClusterApi, pod: Json) -> None:
    for attempt in range(100):
        try:
            await api.post(_PODS, pod)
        except ApiError as error:
            # A controller gives a new namespace its service account.
            if "serviceaccount" not in str(error) or attempt == 99:
                raise CommandNotStarted(str(error)) from None
            await asyncio.sleep(_POLL_SECONDS)
        else:
            return


def _pod(name: str) -> Json:
    """The pod, with the limits that a policy's refusal of such a pod shows
    (https://github.com/Azure/aks-baseline-automation/pull/37)."""
    resources = {"requests": {"cpu": "200m", "memory": "500Mi"}, "limits": {"cpu": "500m", "memory": "1Gi"}}
    container = {"name": "user-command", "image": "mcr.microsoft.com/aks/command/runtime:latest"}
    spec = {"restartPolicy": "Never", "containers": [{**container, "resources": resources}]}
    return {"metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec}


def _result(ended: Ended, limit: float) -> Json:
    if ended.exit_code is None:
        return {**_failed(f"the command did not end within {limit:.0f} seconds"), "logs": ended.logs}
    return {"provisioningState": "Succeeded", "exitCode": ended.exit_code, "logs": ended.logs}


def _failed(reason: str) -> Json:
    return {"provisioningState": "Failed", "reason": reason}
