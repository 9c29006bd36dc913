"""The signing keys of a federated issuer, fetched from the issuer itself: discovery document, then JWKS.

https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations. Only the issuers that exist
in the sandbox are fetched: those of clusters. They are asked over the sandbox's own network, so that faults and the
request log are true of them too.
"""

from __future__ import annotations

import json
from typing import Any, Final, cast

from starlette.types import ASGIApp, Message

from crosstenant.sandbox.world.addresses import split_address
from crosstenant.sandbox.world.hosts import service_of

Json = dict[str, Any]

MOST_KEYS: Final = 100
"""Entra keeps only the first keys of a document."""


def is_fetched(issuer: str) -> bool:
    """Whether an issuer is fetched; the sandbox emulates every other issuer itself."""
    address = split_address(issuer)
    return address.scheme == "https" and service_of(address.netloc) == "issuer"


async def fetch_keys(internet: ASGIApp, issuer: str) -> list[Json] | None:
    """The keys of an issuer, or None for an issuer that does not answer with them.

    :param internet: Answers the requests.
    :param issuer: The issuer to the letter: its discovery document must name the same.
    """
    discovery = await _get(internet, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if discovery is None or discovery.get("issuer") != issuer:
        return None
    document = await _get(internet, str(discovery.get("jwks_uri", "")))
    keys = document.get("keys") if document else None
    return cast("list[Json]", keys)[:MOST_KEYS] if isinstance(keys, list) else None


async def _get(internet: ASGIApp, address: str) -> Json | None:
    url = split_address(address)
    scope: Json = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": url.path,
        "raw_path": url.path.encode(),
        "root_path": "",
        "query_string": url.query.encode(),
        "headers": [(b"host", url.netloc.encode())],
        "server": (url.hostname or "", 443),
        "client": ("127.0.0.1", 0),
        "state": {"transport": _Line()},
    }
    statuses: list[int] = []
    body: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(message["status"]))
        else:
            body.append(cast(bytes, message.get("body", b"")))

    await internet(scope, receive, send)
    try:
        document: Any = json.loads(b"".join(body)) if statuses == [200] else None
    except ValueError:
        return None
    return cast(Json, document) if isinstance(document, dict) else None


class _Line:
    """The connection of a request that stays inside the sandbox: a fault may break it."""

    def abort(self) -> None:
        """Breaks it; no answer comes."""
