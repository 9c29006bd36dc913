"""What the tests of the stand-ins share: the sandbox behind an ``Http``, and the engine's part of a resource's life."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from crosstenant.provider_kit.resource import CustomResource, Diff, Properties
from crosstenant.sandbox.arm.app import make_app as make_arm
from crosstenant.sandbox.entra.app import make_app as make_entra
from crosstenant.sandbox.graph.app import make_app as make_graph
from crosstenant.sandbox.host.dispatch import Dispatcher
from crosstenant.sandbox.standins.http import Answer, Http
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.seed import CLUSTER_SUBSCRIPTION, CLUSTER_TENANT, REGISTRY_SUBSCRIPTION, REGISTRY_TENANT
from crosstenant.sandbox.world.state import State, Store

TENANTS = {"cluster": (CLUSTER_TENANT, CLUSTER_SUBSCRIPTION), "registry": (REGISTRY_TENANT, REGISTRY_SUBSCRIPTION)}
ROLES = {"caller": "c1", "powerless": "c2", "owner": "c3"}


class AppHttp(Http):
    """HTTP that ends in the sandbox's applications; remembers what was asked, with bodies."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        services = {"login": make_entra(store), "graph": make_graph(store), "arm": make_arm(store)}
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(Dispatcher(store, services)))
        self.sent: list[tuple[str, str, Any]] = []

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: dict[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        self.sent.append((method, url, body or form))
        try:
            answer = await self._client.request(method, url, headers=headers, json=body, data=form)
        except ConnectionError as error:
            return Answer(0, {}, str(error))
        return Answer(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.text)

    def calls(self, host: str = "graph.microsoft.com") -> list[str]:
        """What was asked of a host, ``PATCH /v1.0/applications/{id}``, and forgets it."""
        found = [f"{method} {url.split(host, 1)[1]}" for method, url, _ in self.sent if f"//{host}/" in url]
        self.sent.clear()
        return found


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.then: Callable[[], None] = lambda: None

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.then()


def credential(tenant: str, role: str) -> dict[str, str]:
    """The arguments of a provider of one of the seeded callers."""
    tenant_id, subscription = TENANTS[tenant]
    return {
        "tenantId": tenant_id,
        "subscriptionId": subscription,
        "clientId": f"{tenant_id[:-2]}{ROLES[role]}",
        "clientSecret": f"sandbox-{tenant}-tenant-{role}-secret",
    }


def change(store: Store, make: Callable[[State], object]) -> None:
    """Changes the sandbox's state behind everybody's back."""
    with store.change() as state:
        make(state)


def add_fault(store: Store, **given: Any) -> None:
    change(store, lambda state: state["faults"].append(new_fault(given)))


def read_state(store: Store) -> State:
    with store.read() as state:
        return json.loads(json.dumps(state))


@dataclass
class Managed:
    """One resource as the engine keeps it: the engine's part of the protocol, in a few lines."""

    resource: CustomResource[Any]
    name: str = "thing"
    resource_id: str = ""
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return f"urn:pulumi:test::test::{self.resource.token}::{self.name}"

    async def create(self, **program: Any) -> Managed:
        """Creates it from a program's inputs."""
        self.inputs = await self._check({}, program)
        await self.resource.preview_create(self.urn, self.inputs)
        self.resource_id, self.outputs = await self.resource.create(self.urn, self.inputs, 0)
        return self

    async def failures(self, **program: Any) -> dict[str, str]:
        """Why the check refuses a program's inputs, by property."""
        _, failures = await self.resource.check(self.urn, {}, program)
        return {failure.property: failure.reason for failure in failures}

    async def plan(self, **program: Any) -> dict[str, str]:
        """What the engine would do, by property path: ``update`` or ``replace``."""
        diff = await self.diff(**program)
        return {path: difference.change.value for path, difference in diff.differences.items()}

    async def diff(self, **program: Any) -> Diff:
        news = await self._check(self.inputs, program)
        return await self.resource.diff(self.urn, self.resource_id, self.inputs, self.outputs, news)

    async def update(self, **program: Any) -> None:
        """Updates it in place."""
        news = await self._check(self.inputs, program)
        await self.resource.preview_update(self.urn, self.resource_id, self.outputs, news)
        self.outputs = await self.resource.update(self.urn, self.resource_id, self.outputs, news, 0)
        self.inputs = news

    async def refresh(self) -> bool:
        """Reads it; says whether it is still there."""
        found = await self.resource.read(self.urn, self.resource_id, self.inputs, self.outputs)
        if found is not None:
            self.inputs, self.outputs = found.inputs, found.outputs
        return found is not None

    async def adopt(self, resource_id: str) -> Managed:
        """Imports the object of an ID."""
        found = await self.resource.read(self.urn, resource_id, {}, {})
        assert found is not None
        self.resource_id, self.inputs, self.outputs = found.resource_id, found.inputs, found.outputs
        return self

    async def delete(self) -> None:
        await self.resource.delete(self.urn, self.resource_id, self.outputs, 0)

    async def _check(self, olds: Properties, program: Properties) -> Properties:
        inputs, failures = await self.resource.check(self.urn, olds, program)
        assert failures == []
        return inputs
