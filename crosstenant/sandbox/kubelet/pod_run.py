"""The life of one pod on the node: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/."""

from __future__ import annotations

import asyncio
import shutil
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiohttp

from crosstenant.sandbox.kubelet.cluster_api import ApiError, ClusterApi
from crosstenant.sandbox.kubelet.container_command import demanded_privilege
from crosstenant.sandbox.kubelet.container_run import ContainerRun, PodPlace
from crosstenant.sandbox.kubelet.fields import parts
from crosstenant.sandbox.kubelet.images import NodeImages
from crosstenant.sandbox.kubelet.pod_api import PodApi, now
from crosstenant.sandbox.kubelet.volumes import VolumeNotEmulated, make_volumes

Json = dict[str, Any]

_VOLUME_WAIT: Final = 1.0
_VOLUME_PERIOD: Final = 60.0
"""So often the files of volumes are written anew: a token is then never old, a changed ConfigMap is seen."""
_ADDRESS: Final = "127.0.0.1"


class PodRun:
    """One pod: its volumes, its containers, its status."""

    def __init__(
        self,
        api: ClusterApi,
        node: str,
        pod: Json,
        images: NodeImages,
        folder: Path,
        surroundings: Mapping[str, str],
    ) -> None:
        """
        :param node: Name of the node.
        :param pod: The pod, bound to the node.
        :param images: The node's images.
        :param folder: The folder for the folders and logs of all pods.
        :param surroundings: The variables of every container.
        """
        metadata: Json = pod["metadata"]
        self._pod = pod
        self._pod_api = PodApi(api, node, pod)
        self._api = api
        self._folder = folder / metadata["uid"]
        self._log_folder = folder / "logs" / f"{metadata['namespace']}_{metadata['name']}_{metadata['uid']}"
        self._surroundings = surroundings
        self._restarts: str = pod["spec"].get("restartPolicy", "Always")
        before = "Never" if self._restarts == "Never" else "OnFailure"
        self._init = self._runs(parts(pod["spec"], "initContainers"), images, before)
        self._containers = self._runs(pod["spec"]["containers"], images, self._restarts)
        self._deadline: float | None = pod["spec"].get("activeDeadlineSeconds")
        self._verdict: dict[str, str] = {}
        self._started = now()
        self._task: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to run the pod, in the background."""
        self._task = asyncio.create_task(self._run())

    def terminate(self, grace: float) -> None:
        """Begins to end the pod, in the background, and removes it from the API then.

        :param grace: Seconds until its processes are killed.
        """
        if self._ending is None:
            self._ending = asyncio.create_task(self._terminate(grace))

    async def kill(self) -> None:
        """Ends the pod's processes at once; its object stays."""
        for task in (self._task, self._ending):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        for container in (*self._init, *self._containers):
            container.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _runs(self, containers: list[Json], images: NodeImages, restarts: str) -> list[ContainerRun]:
        return [ContainerRun(self._pod, one, self._pod_api, images, restarts, self._report) for one in containers]

    async def _run(self) -> None:
        try:
            await self._run_containers()
        except Exception:
            print(f"crosstenant sandbox: pod {self._pod['metadata']['name']} failed", file=sys.stderr)
            traceback.print_exc()

    async def _run_containers(self) -> None:
        demanded = demanded_privilege(self._pod)
        if demanded:
            message = f"the sandbox runs no pod with privileges: {demanded}"
            await self._pod_api.event("Warning", "Failed", message)
            await self._report(phase="Failed", reason="PrivilegeRefused", message=message)
            return
        await self._report()
        self._log_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        volumes = await self._volumes()
        place = PodPlace(self._folder, volumes, self._surroundings, self._log_folder)
        renewing = asyncio.create_task(self._renew_volumes())
        try:
            for container in self._init:
                await container.run(place)
                if container.exit_code:
                    break
            else:
                await asyncio.wait_for(self._run_together(place), self._deadline)
        except asyncio.TimeoutError:
            await self._exceed_deadline()
        finally:
            renewing.cancel()
        await self._report(**self._verdict)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _run_together(self, place: PodPlace) -> None:
        await asyncio.gather(*(one.run(place) for one in self._containers))

    async def _exceed_deadline(self) -> None:
        message = "Pod was active on the node longer than the specified deadline"
        await self._pod_api.event("Normal", "DeadlineExceeded", message)
        for one in self._containers:
            one.kill()
        self._verdict = {"phase": "Failed", "reason": "DeadlineExceeded", "message": message}

    async def _volumes(self) -> dict[str, Path]:
        while True:
            try:
                return await make_volumes(self._api, self._pod, self._folder)
            except (ApiError, VolumeNotEmulated) as error:
                await self._pod_api.event("Warning", "FailedMount", f"MountVolume.SetUp failed: {error}")
                await asyncio.sleep(_VOLUME_WAIT)

    async def _renew_volumes(self) -> None:
        while True:
            await asyncio.sleep(_VOLUME_PERIOD)
            # Where an object is gone, the files stay as they are.
            with suppress(ApiError, VolumeNotEmulated, aiohttp.ClientError):
                await make_volumes(self._api, self._pod, self._folder)

    async def _terminate(self, grace: float) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.gather(*(one.end(grace) for one in (*self._init, *self._containers)))
        shutil.rmtree(self._folder, ignore_errors=True)
        await self._pod_api.remove()

    async def _report(self, **more: str) -> None:
        """Writes the status as the containers have it."""
        ready = all(one.status["ready"] for one in self._containers)
        failed_init = any(one.exit_code for one in self._init)
        initialized = all(one.exit_code == 0 for one in self._init)
        status: Json = {
            "phase": self._phase(failed_init),
            "conditions": [
                _condition("PodScheduled", True, self._started),
                _condition("Initialized", initialized, self._started),
                _condition("ContainersReady", ready, self._started),
                _condition("Ready", ready, self._started),
            ],
            "hostIP": _ADDRESS,
            "podIP": _ADDRESS,
            "podIPs": [{"ip": _ADDRESS}],
            "startTime": self._started,
            "containerStatuses": [one.status for one in self._containers],
            **({"initContainerStatuses": [one.status for one in self._init]} if self._init else {}),
            **more,
        }
        await self._pod_api.set_status(status)

    def _phase(self, failed_init: bool) -> str:
        codes = [one.exit_code for one in self._containers]
        if failed_init and self._restarts == "Never":
            return "Failed"
        if None in codes or self._restarts == "Always" or (self._restarts == "OnFailure" and any(codes)):
            return "Running" if any(_has_run(one.status) for one in self._containers) else "Pending"
        return "Failed" if any(codes) else "Succeeded"


def _has_run(status: Json) -> bool:
    return "waiting" not in status["state"] or status["restartCount"] > 0


def _condition(kind: str, holds: bool, time: str) -> Json:
    return {"type": kind, "status": "True" if holds else "False", "lastTransitionTime": time}
