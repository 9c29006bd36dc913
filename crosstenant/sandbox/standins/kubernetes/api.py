"""The API of a cluster as the stand-in asks it: discovery, server-side apply, reads and deletes.

https://kubernetes.io/docs/reference/using-api/
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.kubernetes.documents import listed
from crosstenant.sandbox.standins.kubernetes.kubeconfig import Access

Json = dict[str, Any]
Sleep = Callable[[float], Awaitable[None]]

_APPLY: Final = "application/apply-patch+yaml"
# The first request to a cluster of the sandbox starts its API server.
_SECONDS: Final = 180


class ApiError(OperatorError):
    """The API server refused a request; the message is its own."""

    def __init__(self, status: int, message: str) -> None:
        """
        :param status: The HTTP status.
        :param message: The answer's message.
        """
        super().__init__(message)
        self.status = status


class Unreachable(OperatorError):
    """No API server answered."""


@dataclass(frozen=True)
class Place:
    """Where an object is."""

    api_version: str
    kind: str
    name: str
    namespace: str
    """``default`` where an object of a namespace names none; not used for one of the whole cluster."""


class Api(Protocol):
    """What resources need of a cluster."""

    async def apply(self, place: Place, document: Json, manager: str, *, force: bool, dry_run: bool = False) -> Json:
        """Applies a document as a field manager."""
        ...

    async def get(self, place: Place) -> Json:
        """Reads an object."""
        ...

    async def pods(self, namespace: str, selector: str) -> list[Json]:
        """The pods with a label."""
        ...

    async def delete(self, place: Place) -> None:
        """Deletes an object, after what belongs to it."""
        ...

    async def close(self) -> None:
        """Closes the connections."""
        ...


class ClusterApi:
    """The API of one cluster."""

    def __init__(self, access: Access) -> None:
        """
        :param access: The cluster, and who asks.
        """
        self._access = access
        self._session: Any = None
        self._kinds: dict[tuple[str, str], Json] = {}

    async def apply(self, place: Place, document: Json, manager: str, *, force: bool, dry_run: bool = False) -> Json:
        """Applies a document (https://kubernetes.io/docs/reference/using-api/server-side-apply/).

        :param place: The object.
        :param document: What the manager wants of it.
        :param manager: The field manager.
        :param force: Whether to take over what another manager owns.
        :param dry_run: Whether the API server only says what would become of it.
        :raises ApiError: The API server refuses.
        """
        query = {"fieldManager": manager, "force": str(force).lower(), **({"dryRun": "All"} if dry_run else {})}
        return await self._send("PATCH", f"{await self._path(place)}?{urlencode(query)}", document, _APPLY)

    async def get(self, place: Place) -> Json:
        """Reads an object.

        :raises ApiError: The API server refuses; status 404 if there is none.
        """
        return await self._send("GET", await self._path(place))

    async def pods(self, namespace: str, selector: str) -> list[Json]:
        """The pods of a namespace with a label.

        :param selector: ``job-name=first``.
        """
        path = f"/api/v1/namespaces/{quote(namespace)}/pods?{urlencode({'labelSelector': selector})}"
        return listed((await self._send("GET", path)).get("items"))

    async def delete(self, place: Place) -> None:
        """Deletes an object, after what belongs to it.

        :raises ApiError: The API server refuses; status 404 if there is none.
        """
        await self._send("DELETE", await self._path(place), {"propagationPolicy": "Foreground"})

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def _path(self, place: Place) -> str:
        kind = await self._kind(place.api_version, place.kind)
        scope = f"/namespaces/{quote(place.namespace)}" if kind["namespaced"] else ""
        return f"{_group(place.api_version)}{scope}/{kind['name']}/{quote(place.name)}"

    async def _kind(self, api_version: str, kind: str) -> Json:
        if (api_version, kind) not in self._kinds:
            for one in listed((await self._send("GET", _group(api_version))).get("resources")):
                if "/" not in one["name"]:
                    self._kinds[api_version, one["kind"]] = one
        if (api_version, kind) not in self._kinds:
            raise ApiError(404, f'no matches for kind "{kind}" in version "{api_version}"')
        return self._kinds[api_version, kind]

    async def _send(self, method: str, path: str, body: Json | None = None, form: str = "application/json") -> Json:
        import aiohttp

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=_SECONDS)
            connector = aiohttp.TCPConnector(ssl=self._access.tls())
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        headers = {"Authorization": f"Bearer {self._access.token}"} if self._access.token else {}
        content = None if body is None else json.dumps(body)
        if content is not None:
            headers["Content-Type"] = form
        url = f"{self._access.server}{path}"
        try:
            async with self._session.request(
                method, url, data=content, headers=headers, proxy=_proxy_for(url), allow_redirects=False
            ) as answer:
                text = await answer.text()
                found = _read(text)
                if answer.status >= 400:
                    raise ApiError(answer.status, str(found.get("message") or text[:300]))
                return found
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            server = self._access.server
            raise Unreachable(
                f"configured Kubernetes cluster is unreachable: {server}: {type(error).__name__} {error}"
            ) from None


def _group(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _proxy_for(url: str) -> str | None:

    host = urlsplit(url).hostname or ""
    return None if proxy_bypass(host) else getproxies().get("https")


def _read(text: str) -> Json:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return cast("Json", found) if isinstance(found, dict) else {}
