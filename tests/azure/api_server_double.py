"""A Kubernetes API server behind a real TLS listener, reached under its host name through a proxy."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import trustme
import yaml
from aiohttp import web

HOST = "contoso-aks-1a2b3c4d.hcp.westeurope.azmk8s.io"
TOKEN = "planted.cluster.token_40"


@dataclass
class ApiServerDouble:
    """What the API server answers, and what it was asked."""

    authority: trustme.CA
    proxy: str
    """Address of the proxy that leads to it, whatever the host."""
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Its objects by path."""
    answers: dict[str, Callable[[], web.Response]] = field(default_factory=dict)
    """Other answers by path."""
    requests: list[web.Request] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    """Of each request: the caller's token, or the name in the client certificate."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.callers.append(_caller(request))
        if request.path in self.answers:
            return self.answers[request.path]()
        found = self.objects.get(request.path)
        if found is None:
            return status(404, "NotFound", f'"{request.path}" not found')
        if "as=PartialObjectMetadata" in request.headers["Accept"]:
            return web.json_response({"kind": "PartialObjectMetadata", "metadata": found.get("metadata", {})})
        return web.json_response(found)

    def kubeconfig(self, *, host: str = HOST, user: dict[str, Any] | None = None, authority: str | None = None) -> str:
        """A kubeconfig for it.

        :param host: The host that it names.
        :param user: The user's entry; a token by default.
        :param authority: Base64 of the certificate authority's PEM text; its own by default.
        """
        own = b64encode(self.authority.cert_pem.bytes()).decode()
        return kubeconfig(
            {"server": f"https://{host}:443", "certificate-authority-data": authority or own},
            {"token": TOKEN} if user is None else user,
        )


def kubeconfig(cluster: dict[str, Any], user: dict[str, Any]) -> str:
    """A kubeconfig of one cluster and one user, as `az aks get-credentials` writes it."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "aks", "cluster": cluster}],
        "users": [{"name": "me", "user": user}],
        "contexts": [{"name": "other", "context": {}}, {"name": "aks", "context": {"cluster": "aks", "user": "me"}}],
        "current-context": "aks",
    }
    return yaml.safe_dump(document)


def status(code: int, reason: str, message: str) -> web.Response:
    """A refusal in Kubernetes' form."""
    document = {"kind": "Status", "apiVersion": "v1", "reason": reason, "message": message, "code": code}
    return web.json_response(document, status=code)


@asynccontextmanager
async def api_server(*hosts: str) -> AsyncIterator[ApiServerDouble]:
    """Serves the API server.

    :param hosts: The names in its certificate.
    """
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*(hosts or (HOST,))).configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    doubles: list[ApiServerDouble] = []

    async def route(request: web.Request) -> web.StreamResponse:
        return await doubles[0].answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", route)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    tunnel = await asyncio.start_server(_tunnel_to(runner.addresses[0][1]), "127.0.0.1", 0)
    doubles.append(ApiServerDouble(authority, f"http://127.0.0.1:{tunnel.sockets[0].getsockname()[1]}"))
    try:
        yield doubles[0]
    finally:
        tunnel.close()
        await runner.cleanup()


def _tunnel_to(port: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        up, down = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(asyncio.CancelledError):
            await asyncio.gather(_copy(reader, down), _copy(up, writer))

    return serve


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()


def _caller(request: web.Request) -> str:
    if "Authorization" in request.headers:
        return request.headers["Authorization"].removeprefix("Bearer ")
    certificate = request.get_extra_info("peercert") or {}
    return str(dict(certificate.get("subjectAltName", ())).get("email", ""))
