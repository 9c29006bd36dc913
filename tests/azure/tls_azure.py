"""Scripted Azure services behind a real TLS listener, reached under their real host names."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import aiohttp
import pytest
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import AioHttpTransport
from azure.mgmt.containerregistry import aio

from crosstenant.azure.pull import docker_token
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret
from crosstenant.plugin.context import Context
from tests.fakes import Terminal, as_log

if TYPE_CHECKING:
    from crosstenant.azure.sign_in.token_sharing import SharedCredential

HOST = "fabrikamimages.azurecr.io"
ARM_HOST = "management.azure.com"
TENANT_ID = "b0000000-0000-4000-8000-00000000000b"
SUBSCRIPTION_ID = "b0000000-0000-4000-8000-0000000000b1"
REGISTRY_ID = (
    f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-registries"
    "/providers/Microsoft.ContainerRegistry/registries/fabrikamimages"
)
CLIENT_ID = "11111111-2222-4333-8444-555555555555"
SECRET = "q~planted.secret-value_40"
DIGEST = "sha256:" + "ab" * 32
LAYER = "sha256:" + "1a" * 32
LAYERS = "sandboxregistrylayers.blob.core.windows.net"
"""The host to which the registry redirects a request for a layer."""
SIGNED = f"https://{LAYERS}/layer?sig=planted.signature%2F1"
CHALLENGE = f'Bearer realm="https://{HOST}/oauth2/token",service="{HOST}"'

Answer = Callable[[], web.Response]
NewConnector = Callable[[], aiohttp.TCPConnector]


def jwt(claims: object) -> str:
    def part(content: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    return f"{part({'alg': 'RS256'})}.{part(claims)}.c2lnbmF0dXJl"


def pull_token(repository: str, *actions: str) -> str:
    return jwt({"access": [{"type": "repository", "name": repository, "actions": list(actions)}]})


def said(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Answer:
    """An answer with an error in the distribution specification's form."""
    return lambda: web.json_response({"errors": [{"code": code, "message": message}]}, status=status, headers=headers)


def granted(token: str) -> Answer:
    return lambda: web.json_response({"access_token": token})


NO_ROLE = said(401, "UNAUTHORIZED", "authentication required, visit https://aka.ms/acr/authorization for more.")
NO_APPLICATION = said(401, "UNAUTHORIZED", "Application not registered with AAD.")
OTHER_SECRET = said(401, "UNAUTHORIZED", "Invalid clientid or client secret.")
OTHER_NETWORK = said(
    403, "DENIED", "client with IP '192.0.2.7' is not allowed access. Refer https://aka.ms/acr/firewall"
)
NO_REPOSITORY = said(404, "NAME_UNKNOWN", "repository name not known to registry")
NO_TAG = said(404, "MANIFEST_UNKNOWN", 'manifest tagged by "1.0" is not found')


def manifest_of(digest: str = DIGEST, **content: object) -> web.Response:
    """A manifest with this content."""
    return web.json_response({"schemaVersion": 2, **content}, headers={"Docker-Content-Digest": digest})


@dataclass
class Registry:
    """What the registry answers, and what it was asked. Without a token of its own it grants what is asked for."""

    challenge: Answer = lambda: web.Response(status=401, headers={"Www-Authenticate": CHALLENGE})
    token: Answer | None = None
    manifest: Answer = lambda: manifest_of(layers=[{"digest": LAYER, "size": 1000}])
    tags: Answer = lambda: web.json_response({"name": "hello", "tags": ["1.0"]})
    blob: Answer = lambda: web.Response(status=307, headers={"Location": SIGNED})
    layer: Answer = lambda: web.Response(status=206, body=b"x")
    requests: list[web.Request] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        return [f"{request.method} {request.path_qs}" for request in self.requests]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if request.path == "/v2/":
            return self.challenge()
        if request.path == "/oauth2/token":
            repository = request.query["scope"].split(":")[1]
            return self.token() if self.token else granted(pull_token(repository, "pull"))()
        if request.path.endswith("/tags/list"):
            return self.tags()
        if request.host == LAYERS:
            return self.layer()
        return self.blob() if "/blobs/" in request.path else self.manifest()


def registry_document(**properties: Any) -> dict[str, Any]:
    """The registry as ARM describes it."""
    return {
        "id": REGISTRY_ID,
        "name": "fabrikamimages",
        "type": "Microsoft.ContainerRegistry/registries",
        "location": "westeurope",
        "sku": {"name": "Premium", "tier": "Premium"},
        "properties": {
            "loginServer": HOST,
            "provisioningState": "Succeeded",
            "roleAssignmentMode": "LegacyRegistryPermissions",
            "publicNetworkAccess": "Enabled",
            "networkRuleSet": {"defaultAction": "Allow", "ipRules": []},
            **properties,
        },
    }


def arm_error(status: int, code: str, message: str) -> Answer:
    return lambda: web.json_response({"error": {"code": code, "message": message}}, status=status)


@dataclass
class Arm:
    """What Azure Resource Manager answers, and what it was asked."""

    registry: Answer = lambda: web.json_response(registry_document())
    requests: list[web.Request] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        return self.registry()


class _Everywhere(AbstractResolver):
    """Says of every host that it is the local listener."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=socket.AF_INET, proto=0, flags=0)
        return [found]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def serving(
    answers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]],
) -> AsyncIterator[NewConnector]:
    """Serves hosts on one listener; gives what makes connectors that reach it whatever the host."""
    authority = trustme.CA()
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*answers).configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)

    async def route(request: web.Request) -> web.StreamResponse:
        return await answers[request.host](request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", route)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_side)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield lambda: aiohttp.TCPConnector(resolver=_Everywhere(port), ssl=client_side)
    finally:
        await runner.cleanup()


class _Credential:
    """A credential that needs no sign-in."""

    async def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        return AccessToken("token-for-arm", int(time.time()) + 3600)

    async def close(self) -> None:
        pass


class Log(Terminal):
    """A terminal where nothing is worth a lasting line but a warning."""

    async def info(self, urn: str, message: str) -> None:
        raise AssertionError(message)


@dataclass
class Azure:
    """One tenant of Azure with one registry, as the plugin reaches it."""

    arm: Arm
    registry: Registry
    tenant: Tenant
    log: Log

    @property
    def context(self) -> Context:
        return Context(self.tenant, as_log(self.log))


@asynccontextmanager
async def azure_tenant(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Azure]:
    """Azure, with the plugin's clients led to it."""
    arm, registry = Arm(), Registry()
    credentials = ClientSecret("b0000000-0000-4000-8000-0000000000c1", "unused")
    credential = cast("SharedCredential", _Credential())
    async with serving({ARM_HOST: arm.answer, HOST: registry.answer, LAYERS: registry.answer}) as new_connector:

        def arm_client(*args: Any, **options: Any) -> aio.ContainerRegistryManagementClient:
            session = aiohttp.ClientSession(connector=new_connector())
            options["transport"] = AioHttpTransport(session=session, session_owner=True)
            return client_class(*args, retry_total=0, **options)

        client_class = aio.ContainerRegistryManagementClient
        monkeypatch.setattr(aio, "ContainerRegistryManagementClient", arm_client)
        monkeypatch.setattr(docker_token, "registry_session", lambda: aiohttp.ClientSession(connector=new_connector()))
        yield Azure(arm, registry, Tenant(TENANT_ID, PUBLIC, credentials, _made=[credential]), Log())
