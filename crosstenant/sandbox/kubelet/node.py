"""The one node of a cluster: takes the cluster's pods and runs them, in the kubelet's and the scheduler's place."""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiohttp

from crosstenant.sandbox.kubelet.cluster_api import ApiError, ClusterApi
from crosstenant.sandbox.kubelet.images import NodeImages
from crosstenant.sandbox.kubelet.pod_api import PodApi, now
from crosstenant.sandbox.kubelet.pod_run import PodRun

Json = dict[str, Any]

_PODS: Final = "/api/v1/pods"
_ENDED: Final = ("Succeeded", "Failed")
_OWN_VARIABLES: Final = ("CROSSTENANT_", "PULUMI_")
_RETRY_SECONDS: Final = 0.5


class Node:
    """A node with the pods on it."""

    def __init__(
        self, api: ClusterApi, name: str, images: NodeImages, folder: Path, surroundings: Mapping[str, str]
    ) -> None:
        """
        :param api: The cluster's API, with the rights of an administrator.
        :param name: Name of the node.
        :param images: Its images.
        :param folder: The folder for the folders and logs of its pods.
        :param surroundings: The variables with which clients reach the sandbox.
        """
        self._api = api
        self._name = name
        self._images = images
        self._folder = folder
        self._surroundings = {
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "HOME": "/nonexistent",
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(api.access.port),
            **{name: value for name, value in surroundings.items() if not name.startswith(_OWN_VARIABLES)},
        }
        self._pods: dict[str, PodRun] = {}

    async def run(self) -> None:
        """Registers the node and runs its pods, until it is cancelled."""
        try:
            await self._register()
            while True:
                try:
                    await self._follow()
                except (ApiError, aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError):
                    await asyncio.sleep(_RETRY_SECONDS)
        except Exception:
            print(f"crosstenant sandbox: the kubelet of node {self._name} failed", file=sys.stderr)
            traceback.print_exc()
        finally:
            for pod in self._pods.values():
                await pod.kill()

    async def _register(self) -> None:
        labels = {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": self._name}
        node: Json = {"metadata": {"name": self._name, "labels": labels}}
        with suppress(ApiError):  # an earlier run of the sandbox has made it
            await self._api.post("/api/v1/nodes", node)
        path, time = f"/api/v1/nodes/{self._name}", now()
        # Without a controller for nodes, nothing else removes the taint of a new one.
        await self._api.patch(path, {"spec": {"taints": None}})
        resources = {"cpu": "4", "memory": "16Gi", "pods": "110", "ephemeral-storage": "100Gi"}
        ready = {
            "type": "Ready",
            "status": "True",
            "reason": "KubeletReady",
            "message": "the sandbox emulates the kubelet",
            "lastHeartbeatTime": time,
            "lastTransitionTime": time,
        }
        status = {"capacity": resources, "allocatable": resources, "conditions": [ready]}
        await self._api.patch(f"{path}/status", {"status": status})

    async def _follow(self) -> None:
        """Lists the pods and follows their changes, until the server ends the list."""
        found = await self._api.get(_PODS)
        present = {pod["metadata"]["uid"] for pod in found["items"]}
        for uid in set(self._pods) - present:
            await self._pods.pop(uid).kill()
        for pod in found["items"]:
            await self._take(pod)
        async for kind, pod in self._api.watch(_PODS, found["metadata"]["resourceVersion"]):
            if kind == "DELETED":
                run = self._pods.pop(pod["metadata"]["uid"], None)
                if run is not None:
                    await run.kill()
            else:
                await self._take(pod)

    async def _take(self, pod: Json) -> None:
        metadata: Json = pod["metadata"]
        spec: Json = pod["spec"]
        if "nodeName" not in spec:
            if not spec.get("schedulingGates") and "deletionTimestamp" not in metadata:
                await self._bind(metadata)
            return
        if spec["nodeName"] != self._name:
            return
        run = self._pods.get(metadata["uid"])
        if "deletionTimestamp" in metadata:
            if run is not None:
                run.terminate(float(metadata.get("deletionGracePeriodSeconds") or 0))
            else:
                await PodApi(self._api, self._name, pod).remove()
        elif run is None and pod["status"].get("phase") not in _ENDED:
            self._pods[metadata["uid"]] = run = PodRun(
                self._api, self._name, pod, self._images, self._folder, self._surroundings
            )
            run.start()

    async def _bind(self, metadata: Json) -> None:
        name = metadata["name"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{name}/binding"
        target = {"apiVersion": "v1", "kind": "Node", "name": self._name}
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": target}
        with suppress(ApiError):  # gone, or bound, in between
            await self._api.post(path, binding)
