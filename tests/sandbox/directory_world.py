"""A directory for the tests of Microsoft Graph: callers who send requests, and what they get."""

from typing import Any

import httpx

from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]
PASSWORD = {"displayName": "pull", "startDateTime": "2030-01-01T00:00:00Z", "endDateTime": "2030-03-01T00:00:00Z"}


class Caller:
    """One identity and its requests."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.client = client
        self.headers = headers

    async def call(self, method: str, path: str, body: Any = None, status: int | None = None, **query: str) -> Json:
        """Sends a request to v1.0 (or the path's own version); the answer's document, or its error."""
        url = path if path.startswith("/beta/") else f"/v1.0{path}"
        query = {f"${name}": value for name, value in query.items()}
        answer = await self.client.request(method, url, json=body, headers=self.headers, params=query)
        document = answer.json() if answer.content else {}
        if status is None:
            assert answer.status_code < 300, document
        else:
            assert answer.status_code == status, document
        return document.get("error", document)

    async def get(self, path: str, **options: Any) -> Json:
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: Any, **options: Any) -> Json:
        return await self.call("POST", path, body, **options)

    async def patch(self, path: str, body: Any, **options: Any) -> Json:
        return await self.call("PATCH", path, body, **options)

    async def delete(self, path: str, **options: Any) -> Json:
        return await self.call("DELETE", path, **options)

    async def application(self, name: str = "puller", audience: str = "AzureADMultipleOrgs", **more: Any) -> Json:
        """Creates an application."""
        return await self.post("/applications", {"displayName": name, "signInAudience": audience, **more})

    async def principal(self, application: Json, **options: Any) -> Json:
        """Creates a service principal of an application."""
        return await self.post("/servicePrincipals", {"appId": application["appId"]}, **options)


def set_lag(store: Store, **lags: float) -> None:
    """Makes things take time to replicate."""
    with store.change() as state:
        state["settings"]["lag"].update(lags)


def pass_time(store: Store, seconds: float) -> None:
    """Lets time pass."""
    with store.change() as state:
        state["clock"]["ahead_seconds"] += seconds
