"""What the kubelet tells the API about one pod: its status, and events."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, Final

from crosstenant.sandbox.kubelet.cluster_api import ApiError, ClusterApi

Json = dict[str, Any]

_LONGEST_MESSAGE: Final = 1024  # of an event
_SCHEDULER: Final = "default-scheduler"


def now() -> str:
    """The time as Kubernetes writes it; a cluster lives on the machine's clock."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class PodApi:
    """One pod in the cluster's API."""

    def __init__(self, api: ClusterApi, node: str, pod: Json) -> None:
        """
        :param api: The cluster's API.
        :param node: Name of the node that the pod is on; empty while it has none.
        :param pod: The pod.
        """
        self.api = api
        self._node = node
        self._metadata: Json = pod["metadata"]
        self._path = f"/api/v1/namespaces/{self._metadata['namespace']}/pods/{self._metadata['name']}"

    async def set_status(self, status: Json) -> None:
        """Changes the pod's status; nothing happens where the pod is gone."""
        with suppress(ApiError):
            # The UID: a pod of the same name may have taken its place.
            await self.api.patch(f"{self._path}/status", {"metadata": {"uid": self._metadata["uid"]}, "status": status})

    async def remove(self) -> None:
        """Removes the pod from the API, after its containers have ended."""
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": self._metadata["uid"]}}
        with suppress(ApiError):
            await self.api.delete(self._path, options)

    async def scheduled(self, node: str) -> None:
        """Writes the scheduler's event of a pod that has a node."""
        name = f"{self._metadata['namespace']}/{self._metadata['name']}"
        await self.event("Normal", "Scheduled", f"Successfully assigned {name} to {node}", component=_SCHEDULER)

    async def cannot_be_scheduled(self, message: str) -> None:
        """Writes the scheduler's condition and event of a pod for which no node is.

        :param message: The scheduler's reasons.
        """
        condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
        await self.set_status({"conditions": [{**condition, "lastTransitionTime": now()}]})
        await self.event("Warning", "FailedScheduling", message, component=_SCHEDULER)

    async def event(
        self, kind: str, reason: str, message: str, container: str | None = None, component: str = "kubelet"
    ) -> None:
        """Writes an event.

        :param kind: ``Normal`` or ``Warning``.
        :param container: Name of the container that it is about; None for the whole pod.
        :param component: Who says it.
        """
        metadata, time = self._metadata, now()
        involved = {
            "kind": "Pod",
            "apiVersion": "v1",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
            **({"fieldPath": f"spec.containers{{{container}}}"} if container else {}),
        }
        document = {
            "metadata": {"generateName": f"{metadata['name']}.", "namespace": metadata["namespace"]},
            "involvedObject": involved,
            "type": kind,
            "reason": reason,
            "message": message[:_LONGEST_MESSAGE],
            "source": {"component": component, **({"host": self._node} if self._node else {})},
            "reportingComponent": component,
            "firstTimestamp": time,
            "lastTimestamp": time,
            "count": 1,
        }
        with suppress(ApiError):
            await self.api.post(f"/api/v1/namespaces/{metadata['namespace']}/events", document)
