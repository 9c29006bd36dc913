"""A small client of a cluster's Kubernetes API: https://kubernetes.io/docs/reference/using-api/api-concepts/."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import aiohttp

Json = dict[str, Any]

MERGE_PATCH: Final = "application/merge-patch+json"
_NO_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=10)
_LONGEST_LINE: Final = 4 * 1024 * 1024


class ApiError(Exception):
    """The API server answered no; the message is its own."""

    def __init__(self, status: int, message: str) -> None:
        """
        :param status: The HTTP status.
        :param message: The answer's message.
        """
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class ApiAccess:
    """Where a cluster's API server listens, and the files of a client that it knows."""

    port: int
    authority: Path
    """File of the cluster's authority (PEM)."""
    client: Path
    """File of the client's certificate and key (PEM)."""
    host: str = "127.0.0.1"
    proxy: str | None = None
    """URL of a proxy that leads to the host."""


class ClusterApi:
    """The API of one cluster: an asynchronous context manager."""

    def __init__(self, access: ApiAccess) -> None:
        """
        :param access: The server and the client's files.
        """
        self.access = access
        context = ssl.create_default_context(cafile=str(access.authority))
        context.load_cert_chain(access.client)
        connector = aiohttp.TCPConnector(ssl=context, limit=0)
        base = f"https://{access.host}:{access.port}"
        self._session = aiohttp.ClientSession(base, connector=connector, proxy=access.proxy, read_bufsize=_LONGEST_LINE)

    async def __aenter__(self) -> ClusterApi:
        """Returns the client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections."""
        await self._session.close()

    async def get(self, path: str) -> Json:
        """Reads an object or a list.

        :param path: ``/api/v1/namespaces/default``.
        :raises ApiError: The API server refuses.
        """
        return await self._request("GET", path)

    async def post(self, path: str, document: Json) -> Json:
        """Creates an object, or asks a subresource.

        :raises ApiError: The API server refuses.
        """
        return await self._request("POST", path, document)

    async def put(self, path: str, document: Json) -> Json:
        """Replaces an object.

        :raises ApiError: The API server refuses.
        """
        return await self._request("PUT", path, document)

    async def patch(self, path: str, document: Json, kind: str = MERGE_PATCH) -> Json:
        """Changes a part of an object.

        :param kind: The media type of the patch.
        :raises ApiError: The API server refuses.
        """
        return await self._request("PATCH", path, document, kind)

    async def delete(self, path: str, options: Json | None = None) -> Json:
        """Deletes an object.

        :param options: ``DeleteOptions``: grace period, preconditions.
        :raises ApiError: The API server refuses.
        """
        return await self._request("DELETE", path, options)

    async def is_ready(self) -> bool:
        """Whether the API server serves requests."""
        try:
            async with self._session.get("/readyz", timeout=aiohttp.ClientTimeout(total=5)) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return False

    async def watch(self, path: str, since: str) -> AsyncIterator[tuple[str, Json]]:
        """Follows a list: type (``ADDED``, ``MODIFIED``, ``DELETED``) and object of each change, until the server ends.

        :param path: The path of the list.
        :param since: The resource version after which changes count.
        """
        query = {"watch": "true", "resourceVersion": since, "allowWatchBookmarks": "false"}
        async with self._session.get(path, params=query, timeout=_NO_TIMEOUT) as answer:
            if answer.status != 200:
                raise ApiError(answer.status, (await answer.text())[:600])
            async for line in answer.content:
                change: Json = json.loads(line)
                if change["type"] == "ERROR":
                    raise ApiError(int(change["object"].get("code", 500)), str(change["object"].get("message", "")))
                yield change["type"], change["object"]

    async def _request(
        self, method: str, path: str, document: Json | None = None, kind: str = "application/json"
    ) -> Json:
        body = None if document is None else json.dumps(document)
        headers = {"Content-Type": kind} if body else {}
        async with self._session.request(method, path, data=body, headers=headers) as answer:
            content = await answer.read()
        try:
            found: Json = json.loads(content) if content else {}
        except ValueError:
            found = {}
        if answer.status >= 400:
            message = found.get("message") or content.decode("utf-8", "replace")[:600]
            raise ApiError(answer.status, str(message))
        return found
