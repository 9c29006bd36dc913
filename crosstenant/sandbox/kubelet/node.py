"""The nodes of a cluster: take the cluster's pods and run them, in the kubelets' and the scheduler's place."""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiohttp

from crosstenant.sandbox.kubelet.cluster_api import ApiError, ClusterApi
from crosstenant.sandbox.kubelet.images import NodeImages
from crosstenant.sandbox.kubelet.pod_api import PodApi
from crosstenant.sandbox.kubelet.pod_run import PodRun
from crosstenant.sandbox.kubelet.registration import register
from crosstenant.sandbox.kubelet.scheduling import Load, NodeDescription, place

Json = dict[str, Any]

_PODS: Final = "/api/v1/pods"
_ENDED: Final = ("Succeeded", "Failed")
_OWN_VARIABLES: Final = ("CROSSTENANT_", "PULUMI_")
_RETRY_SECONDS: Final = 0.5
_LOST: Final = (ApiError, aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError)


class Nodes:
    """All nodes of a cluster, with the pods on them."""

    def __init__(
        self,
        api: ClusterApi,
        described: Callable[[], Sequence[NodeDescription]],
        images_of: Callable[[str], NodeImages],
        folder: Path,
        surroundings: Mapping[str, str],
    ) -> None:
        """
        :param api: The cluster's API, with the rights of an administrator.
        :param described: The nodes that the cluster has now; is called in a thread.
        :param images_of: The images of a node, by its name.
        :param folder: The folder for the folders and logs of the pods.
        :param surroundings: The variables with which clients reach the sandbox.
        """
        self._api = api
        self._described = described
        self._images_of = images_of
        self._folder = folder
        self._surroundings = {
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "HOME": "/nonexistent",
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(api.access.port),
            **{name: value for name, value in surroundings.items() if not name.startswith(_OWN_VARIABLES)},
        }
        self._renewing = asyncio.Lock()
        self._nodes: dict[str, NodeDescription] = {}
        self._images: dict[str, NodeImages] = {}
        self._placed: dict[str, Json] = {}
        """The pods that have a node, by UID."""
        self._waiting: dict[str, Json] = {}
        """The pods that have none, by UID."""
        self._told: dict[str, str] = {}
        """What the scheduler has said of those."""
        self._runs: dict[str, PodRun] = {}

    async def run(self) -> None:
        """Registers the nodes and runs their pods, until it is cancelled."""
        work: list[asyncio.Task[None]] = []
        try:
            await self._renew()
            work = [asyncio.create_task(self._repeated(step)) for step in (self._follow, self._keep)]
            await asyncio.gather(*work)
        except Exception:
            print("crosstenant sandbox: the kubelets of a cluster failed", file=sys.stderr)
            traceback.print_exc()
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            for run in self._runs.values():
                await run.kill()

    async def _repeated(self, step: Callable[[], Any]) -> None:
        while True:
            with suppress(*_LOST):
                await step()
            await asyncio.sleep(_RETRY_SECONDS)

    async def _renew(self) -> None:
        """Registers new and changed nodes, and removes those that are gone."""
        async with self._renewing:
            wanted = {one.name: one for one in await asyncio.to_thread(self._described)}
            for name, node in wanted.items():
                if self._nodes.get(name) != node:
                    await register(self._api, node)
            for name in set(self._nodes) - set(wanted):
                with suppress(ApiError):
                    await self._api.delete(f"/api/v1/nodes/{name}")
            # In the cluster's order: the first node that fits gets a pod.
            self._nodes = wanted

    async def _keep(self) -> None:
        await self._renew()
        for pod in list(self._waiting.values()):
            await self._schedule(pod)

    async def _follow(self) -> None:
        """Lists the pods and follows their changes, until the server ends the list."""
        found = await self._api.get(_PODS)
        present = {pod["metadata"]["uid"] for pod in found["items"]}
        for uid in {*self._runs, *self._placed, *self._waiting} - present:
            await self._forget(uid)
        for pod in found["items"]:
            await self._take(pod)
        async for kind, pod in self._api.watch(_PODS, found["metadata"]["resourceVersion"]):
            if kind == "DELETED":
                await self._forget(pod["metadata"]["uid"])
            else:
                await self._take(pod)

    async def _forget(self, uid: str) -> None:
        for known in (self._placed, self._waiting, self._told):
            known.pop(uid, None)
        run = self._runs.pop(uid, None)
        if run is not None:
            await run.kill()

    async def _take(self, pod: Json) -> None:
        metadata: Json = pod["metadata"]
        spec: Json = pod["spec"]
        uid = metadata["uid"]
        if "nodeName" not in spec:
            if not spec.get("schedulingGates") and "deletionTimestamp" not in metadata:
                if uid not in self._waiting:
                    await self._renew()
                self._waiting[uid] = pod
                await self._schedule(pod)
            return
        self._waiting.pop(uid, None)
        run = self._runs.get(uid)
        ended = pod["status"].get("phase") in _ENDED
        if ended:
            self._placed.pop(uid, None)
        else:
            self._placed[uid] = pod
        if "deletionTimestamp" in metadata:
            if run is not None:
                run.terminate(float(metadata.get("deletionGracePeriodSeconds") or 0))
            else:
                await PodApi(self._api, spec["nodeName"], pod).remove()
        elif run is None and not ended and spec["nodeName"] in self._nodes:
            self._runs[uid] = run = PodRun(
                self._api, spec["nodeName"], pod, self._node_images(spec["nodeName"]), self._folder, self._surroundings
            )
            run.start()

    def _node_images(self, name: str) -> NodeImages:
        if name not in self._images:
            self._images[name] = self._images_of(name)
        return self._images[name]

    async def _schedule(self, pod: Json) -> None:
        metadata: Json = pod["metadata"]
        loads: dict[str, Load] = defaultdict(Load)
        for one in self._placed.values():
            loads[one["spec"]["nodeName"]].add(one)
        name, message = place(pod, list(self._nodes.values()), loads)
        if name is None:
            if self._told.get(metadata["uid"]) != message:
                self._told[metadata["uid"]] = message
                await PodApi(self._api, "", pod).cannot_be_scheduled(message)
            return
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/binding"
        target = {"apiVersion": "v1", "kind": "Node", "name": name}
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": metadata["name"]}, "target": target}
        with suppress(ApiError):  # gone, or bound, in between
            await self._api.post(path, binding)
            # Before the API server tells so, the next pod must find it here.
            self._placed[metadata["uid"]] = {**pod, "spec": {**pod["spec"], "nodeName": name}}
            await PodApi(self._api, "", pod).scheduled(name)
        self._waiting.pop(metadata["uid"], None)
