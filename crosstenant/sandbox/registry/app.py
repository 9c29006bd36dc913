"""The registries of the sandbox as one application: the Host header names the registry."""

from __future__ import annotations

from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crosstenant.sandbox.registry import content, layer_storage, metadata, token_service
from crosstenant.sandbox.registry.login_server import login_servers
from crosstenant.sandbox.registry.refusals import RegistryRefusal, not_emulated
from crosstenant.sandbox.world.state import Store

__all__ = ["login_servers", "make_app"]


def make_app(store: Store) -> Starlette:
    """The application for every host of ``login_servers``.

    It reads these optional settings of the state: ``registry_refuses_at`` (``manifest`` or ``token``) and
    ``registry_refuses_with`` (``unauthorized`` or ``denied``), the answer for a missing role;
    ``registry_token_seconds``, the lifetime of an access token; ``client_ip``, the client's address for network rules.
    """
    app = Starlette(
        routes=[*token_service.ROUTES, *content.ROUTES, *metadata.ROUTES, *layer_storage.ROUTES],
        middleware=[Middleware(_ApiVersion)],
        exception_handlers={RegistryRefusal: _refuse, HTTPException: _no_such_route},
    )
    app.router.redirect_slashes = False
    app.state.store = store
    return app


class _ApiVersion:
    """Adds the header that every answer of a registry carries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"docker-distribution-api-version", b"registry/2.0")]
            await send(message)

        await self._app(scope, receive, send_with_version)


async def _refuse(request: Request, error: Exception) -> Response:
    refusal = cast(RegistryRefusal, error)
    return JSONResponse(refusal.document(), refusal.status, refusal.headers)


async def _no_such_route(request: Request, error: Exception) -> Response:
    # A registry answers a wrong method like a wrong address: https://github.com/Azure/acr/issues/166. But Azure's SDKs
    # take that for the success of a deletion.
    status, code = (404, "NOT_FOUND") if request.method in ("GET", "HEAD") else (405, "UNSUPPORTED")
    refusal = not_emulated(request.method, request.url.path, status, code)
    return JSONResponse(refusal.document(), refusal.status)
