"""``graph.microsoft.com``: the part of Microsoft Graph that manages applications and service principals."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from typing import Any, Final, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.entra.refusals import TokenRefusal
from crosstenant.sandbox.entra.tokens import GRAPH_AUDIENCE, verify
from crosstenant.sandbox.graph import sources
from crosstenant.sandbox.graph.body_forms import FORMS
from crosstenant.sandbox.graph.refusals import GraphRefusal, bad_request, not_emulated
from crosstenant.sandbox.graph.request import GraphRequest, Json
from crosstenant.sandbox.graph.routes import ROUTES, Operation
from crosstenant.sandbox.world.body_forms import is_json, misfit, read_body
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.state import State, Store, now

_VERSIONS: Final = ("v1.0", "beta")
# Where an object has its ID: `$count`, `delta`, `microsoft.graph.delta()`, `getByIds`.
_FUNCTION: Final = re.compile(r"[$A-Za-z.]*[A-Za-z](\(\))?")


def make_app(store: Store) -> Starlette:
    """The service on the sandbox's state."""

    def route(method: str, path: str, operation: Operation) -> Route:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return _answer(store, request, body, operation)

        return Route("/{version}" + path, endpoint, methods=[method])

    app = Starlette(
        routes=[route(*one) for one in ROUTES],
        exception_handlers={404: _not_emulated, 405: _not_emulated},
    )
    app.router.redirect_slashes = False
    return app


def _answer(store: Store, request: Request, body: bytes, operation: Operation) -> Response:
    access: AbstractContextManager[State] = store.read() if request.method == "GET" else store.change()
    try:
        with access as state:
            try:
                caller = verify(state, request.headers.get("authorization"), GRAPH_AUDIENCE)
            except TokenRefusal as error:
                raise GraphRefusal(error.status, error.code, error.message, source=error.source) from None
            version = request.path_params["version"]
            if version not in _VERSIONS:
                raise bad_request(f"Invalid version: {version}", "BadRequest", source=sources.INVALID_VERSION)
            if _FUNCTION.fullmatch(request.path_params.get("object_id", "")):
                raise not_emulated(f"{request.method} {request.url.path}")
            path = {name: value.lower() for name, value in request.path_params.items() if name != "version"}
            query = dict(request.query_params)
            content = _json(body, request.headers.get("content-type", ""))
            address = f"https://{cloud_of(state).graph_host}{request.url.path}"
            answer = operation(GraphRequest(state, caller, version, path, query, content, now(state), address))
            if answer is None:
                return Response(status_code=204)
            created = request.method == "POST" and not request.url.path.endswith(("/addPassword", "/getByIds"))
            return JSONResponse(answer, 201 if created else 200)
    except GraphRefusal as error:
        return error.response(request.headers.get("client-request-id"))


def _json(body: bytes, content_type: str) -> Json:
    if not body:
        return {}
    try:
        document: Any = read_body(body) if is_json(content_type) else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload "
            "is of valid JSON format.",
            "BadRequest",
            source=sources.UNREADABLE_BODY,
        )
    found = cast(Json, document)
    if problem := misfit(found, FORMS):
        raise bad_request(f"Invalid value specified for a property: {problem}.", source=sources.INVALID_VALUE)
    return found


async def _not_emulated(request: Request, error: Exception) -> Response:
    refusal = not_emulated(f"{request.method} {request.url.path}")
    refusal.status = 405 if getattr(error, "status_code", 404) == 405 else 400
    return refusal.response(None)
