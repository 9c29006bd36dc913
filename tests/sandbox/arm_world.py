"""A sandbox state, and callers who ask its Azure Resource Manager with tokens of their own."""

import asyncio
import copy
import hashlib
from typing import Any

import httpx
from starlette.applications import Starlette

from crosstenant.sandbox.arm.app import make_app
from crosstenant.sandbox.entra.tokens import ARM_AUDIENCE, issue
from crosstenant.sandbox.world.directory_documents import new_application, new_password, new_service_principal
from crosstenant.sandbox.world.seed import CLUSTER_OWNER_ID, CLUSTER_TENANT, REGISTRY_OWNER_ID, REGISTRY_SUBSCRIPTION
from crosstenant.sandbox.world.state import Store, now
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

CLUSTERS = "2026-04-01"
REGISTRIES = "2025-11-01"
ACCESS = "2022-04-01"
CORE = "2022-12-01"
IDENTITIES = "2023-01-31"

NEW_APP = "a0000000-0000-4000-8000-0000000abc01"
NEW_PRINCIPAL = "a0000000-0000-4000-8000-0000000abc02"
NEW_SECRET = "the-new-cluster-secret-of-the-test"


class Client:
    """Sends requests to an application without a network."""

    def __init__(self, app: Starlette) -> None:
        self._transport = httpx.ASGITransport(app)

    def request(self, method: str, url: str, **options: Any) -> Any:
        return asyncio.run(self._send(method, url, options))

    def get(self, url: str, **options: Any) -> Any:
        return self.request("GET", url, **options)

    def put(self, url: str, **options: Any) -> Any:
        return self.request("PUT", url, **options)

    async def _send(self, method: str, url: str, options: Json) -> Any:
        async with httpx.AsyncClient(transport=self._transport, base_url="https://management.azure.com") as client:
            return await client.request(method, url, **options)


class Arm:
    """The application, the state behind it, and the time on its clock."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.client = Client(make_app(store))

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        caller: str | None = None,
        version: str | None = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> Any:
        """Sends a request; the caller is the owner of the subscription in the path unless another is named."""
        version = version or _version(path)
        token = self.token(caller or (REGISTRY_OWNER_ID if REGISTRY_SUBSCRIPTION in path.lower() else CLUSTER_OWNER_ID))
        return self.client.request(
            method,
            path,
            params={"api-version": version, **query},
            json=body,
            headers={"Authorization": f"Bearer {token}", **(headers or {})},
        )

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options)

    def put(self, path: str, body: Any, **options: Any) -> Any:
        return self.call("PUT", path, body, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.call("POST", path, body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.call("DELETE", path, **options)

    def follow(self, url: str, **options: Any) -> Any:
        """Gets a link as an answer's header gives it."""
        return self.client.get(url, headers={"Authorization": f"Bearer {self.token(CLUSTER_OWNER_ID)}"}, **options)

    def token(self, app_id: str, audience: str = ARM_AUDIENCE, lifetime: int = 3599) -> str:
        with self.store.read() as state:
            principal = next(one for one in state["servicePrincipals"].values() if one["appId"] == app_id)
            return issue(state, principal["_tenant"], principal, audience, lifetime)

    def settings(self, section: str, **values: Any) -> None:
        with self.store.change() as state:
            state["settings"].setdefault(section, {}).update(values)

    def pass_time(self, seconds: float) -> None:
        with self.store.change() as state:
            state["clock"]["ahead_seconds"] += seconds

    def resource(self, arm_id: str) -> Json:
        """A resource as the state has it, what is private included."""
        with self.store.read() as state:
            return copy.deepcopy(state["resources"][arm_id.lower()])

    def set(self, arm_id: str, **properties: Any) -> None:
        with self.store.change() as state:
            state["resources"][arm_id.lower()]["properties"].update(properties)

    def add_principal(
        self,
        app_id: str = NEW_APP,
        object_id: str = NEW_PRINCIPAL,
        secret: str = NEW_SECRET,
        tenant: str = CLUSTER_TENANT,
        *,
        expired: bool = False,
        usable_in: float = 0,
    ) -> str:
        """Adds an application of the cluster tenant and its service principal in a tenant."""
        with self.store.change() as state:
            time = now(state)
            application = next((one for one in state["applications"].values() if one["appId"] == app_id), None)
            if application is None:
                name, domain = "test", "contoso.onmicrosoft.com"
                application_id = app_id.replace("0000000abc", "0000000abd")
                application = new_application(application_id, app_id, CLUSTER_TENANT, name, timestamp(time), domain)
                application["signInAudience"] = "AzureADMultipleOrgs"
                end = timestamp(time - 60 if expired else time + 86400)
                key_id = hashlib.md5(secret.encode()).hexdigest()
                application["passwordCredentials"] = [
                    new_password(key_id, secret, None, timestamp(time - 120), end, time + usable_in)
                ]
                state["applications"][application_id] = application
            principal = new_service_principal(object_id, application, tenant, timestamp(time))
            principal["_usable_at"] = time + usable_in
            state["servicePrincipals"][object_id] = principal
        return object_id


def refusal(response: Any) -> tuple[int, str]:
    """The status and the error code of an answer."""
    return response.status_code, response.json()["error"]["code"]


def message(response: Any) -> str:
    return response.json()["error"]["message"]


def _version(path: str) -> str:
    lowered = path.lower()
    if "/providers/microsoft.authorization/" in lowered:
        return ACCESS
    if "/providers/microsoft.containerregistry/" in lowered:
        return REGISTRIES
    if "/providers/microsoft.managedidentity/" in lowered:
        return IDENTITIES
    return CLUSTERS if "/providers/microsoft.containerservice/" in lowered else CORE
