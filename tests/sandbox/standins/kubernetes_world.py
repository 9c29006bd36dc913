"""A cluster in memory for the stand-in's resources: it merges what is applied and remembers who applied it.

It proves nothing of Kubernetes: tests/kubernetes asks the real API server.
"""

from __future__ import annotations

import copy
from typing import Any

from crosstenant.provider_kit.resource import Diff, Properties
from crosstenant.sandbox.standins.kubernetes.api import ApiError, Place
from crosstenant.sandbox.standins.kubernetes.cluster import Cluster
from crosstenant.sandbox.standins.kubernetes.resource import KubernetesObject, of_token

Json = dict[str, Any]


class FakeApi:
    """Objects by kind, namespace and name."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], Json] = {}
        self.calls: list[str] = []
        self.applied: list[Json] = []
        self.refusals: list[ApiError] = []
        """The next applies are refused with these."""
        self.pods_found: list[Json] = []

    def put(self, kind: str, name: str, document: Json, namespace: str = "default") -> Json:
        self.objects[kind, namespace, name] = document
        return document

    async def apply(self, place: Place, document: Json, manager: str, *, force: bool, dry_run: bool = False) -> Json:
        self.calls.append(f"{'dry run' if dry_run else 'apply'} {place.kind}{' with force' if force else ''}")
        self.applied.append(copy.deepcopy(document))
        if self.refusals:
            raise self.refusals.pop(0)
        present = self.objects.get(_key(place), {})
        live = {**present, **copy.deepcopy(document)}
        live["metadata"] = {"managedFields": [], **present.get("metadata", {}), **live["metadata"], "uid": "1"}
        if not dry_run:
            self.objects[_key(place)] = live
        return live

    async def get(self, place: Place) -> Json:
        self.calls.append(f"get {place.kind}")
        if _key(place) not in self.objects:
            raise ApiError(404, "not found")
        return copy.deepcopy(self.objects[_key(place)])

    async def pods(self, namespace: str, selector: str) -> list[Json]:
        return self.pods_found if selector == "job-name=first" else []

    async def delete(self, place: Place) -> None:
        self.calls.append(f"delete {place.kind}")
        if self.objects.pop(_key(place), None) is None:
            raise ApiError(404, "not found")

    async def close(self) -> None:
        pass


def _key(place: Place) -> tuple[str, str, str]:
    return place.kind, place.namespace, place.name


class Kind:
    """A resource type of the stand-in, and the engine's part of its life."""

    def __init__(self, api: FakeApi | None, token: str, **settings: Any) -> None:
        self.waits: list[float] = []
        made = of_token(f"kubernetes:{token}")
        assert made is not None
        self.cluster = Cluster(api, sleep=self._sleep, **settings)
        self.resource: KubernetesObject = made(self.cluster)
        self.urn = f"urn:pulumi:s::p::{made.token}::it"
        self.on_wait = lambda: None

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.on_wait()

    async def checked(self, news: Properties, olds: Properties | None = None) -> Properties:
        inputs, failures = await self.resource.check(self.urn, olds or {}, news)
        assert failures == []
        return inputs

    async def created(self, news: Properties) -> tuple[str, Properties, Properties]:
        """ID, inputs, outputs."""
        inputs = await self.checked(news)
        resource_id, outputs = await self.resource.create(self.urn, inputs, 0)
        return resource_id, inputs, outputs

    async def diff(self, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties) -> Diff:
        return await self.resource.diff(self.urn, resource_id, old_inputs, olds, await self.checked(news, old_inputs))
