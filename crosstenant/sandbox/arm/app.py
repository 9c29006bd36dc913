"""``management.azure.com`` and its twins in other clouds as an ASGI application.

Every request passes the same checks, in Azure's order: the API version, the token, the subscription and its tenant, the
resource type and its API versions, the caller's permissions. Then its handler answers it.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import replace
from typing import Any, Final, cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as StarletteRoute

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.authentication import authenticate
from crosstenant.sandbox.arm.body_forms import FORMS
from crosstenant.sandbox.arm.clusters.command_begin import begin_command, refused
from crosstenant.sandbox.arm.ids import key, subscription_of
from crosstenant.sandbox.arm.locks import check_locks
from crosstenant.sandbox.arm.metadata import endpoint_metadata
from crosstenant.sandbox.arm.providers import check_version, unknown_type
from crosstenant.sandbox.arm.refusals import ArmRefusal, invalid_content, missing_api_version, unsupported_media_type
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.arm.routes import Route, find
from crosstenant.sandbox.world.body_forms import is_json, misfit, read_body
from crosstenant.sandbox.world.clouds import cloud_of, cloud_of_host
from crosstenant.sandbox.world.state import State, Store, now

_METHODS: Final = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]
_CHOOSING: Final = {"$filter", "$search", "$top", "$skip", "$skiptoken", "$orderby"}
"""Query options with which Azure answers with other objects, or in another order."""


def make_app(store: Store) -> Starlette:
    """The application.

    :param store: The sandbox's state.
    """

    async def endpoint(request: Request) -> Response:
        content = await request.body()
        # In a thread, because another service may hold the state's lock for a moment.
        answer = await run_in_threadpool(_respond, store, request, content)
        if isinstance(answer, Answer):
            if answer.begins is not None:
                answer = await begin_command(request.app.state, store, answer)
            await asyncio.sleep(answer.seconds)
            return _response(request, answer)
        return answer

    return Starlette(routes=[StarletteRoute("/{path:path}", endpoint, methods=_METHODS)])


def _respond(store: Store, request: Request, content: bytes) -> Answer | Response:
    """The answer to a request; the metadata of the cloud needs no caller."""
    cloud = cloud_of_host(request.headers.get("host", ""))
    if request.method == "GET" and request.url.path == "/metadata/endpoints" and cloud is not None:
        return JSONResponse(endpoint_metadata(cloud, request.query_params.get("api-version", "")))
    try:
        return _answer(store, request, content)
    except ArmRefusal as error:
        return refused(error)


def _response(request: Request, answer: Answer) -> Response:
    correlation = request.headers.get("x-ms-correlation-request-id") or str(uuid.uuid4())
    request_id = str(uuid.uuid4())
    headers = {
        "Cache-Control": "no-cache",
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": correlation,
        "x-ms-routing-request-id": f"SANDBOX:{request_id}",
        **answer.headers,
    }
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return Response(json.dumps(answer.body), answer.status, headers, media_type="application/json")


def _answer(store: Store, request: Request, content: bytes) -> Answer:
    path = "/" + "/".join(part for part in request.url.path.split("/") if part)
    query = {name.lower(): value for name, value in request.query_params.items()}
    api_version = query.get("api-version", "")
    if not api_version:
        raise missing_api_version()
    route, parts, known = find(request.method, path)
    opened = store.change() if route is not None and route.writes else store.read()
    with opened as state:
        caller = authenticate(state, request.headers.get("authorization"), subscription_of(path))
        if route is None:
            if known:
                message = f"The sandbox does not emulate {request.method} {path}."
                raise ArmRefusal(405, "HttpMethodNotSupported", message, source=sources.NOT_EMULATED)
            raise unknown_type(request.method, path, api_version)
        for option in sorted(_CHOOSING.intersection(query) - route.chooses):
            message = f"The sandbox does not emulate {option} of {request.method} {path}."
            raise ArmRefusal(400, "BadRequest", message, source=sources.NOT_EMULATED)
        body = _read(content, request.headers.get("content-type", ""))
        scope = route.scope_of(path, parts)
        location = _location(state, route, scope, body)
        check_version(cloud_of(state), route.namespace, route.kind, api_version, location)
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = ArmRequest(state, now(state), caller, parts, query, headers, api_version.lower(), scope, body)
        if route.action is not None:
            call.require(route.action.format(**parts), scope)
        check_locks(state, request.method, path)
        if problem := misfit(body, FORMS):
            raise invalid_content(f"Error converting value: {problem}")
        answer = route.handler(call)
        # Copied while the lock is held: the answer may contain parts of the state.
        return replace(answer, body=_copy(answer.body))


def _read(content: bytes, content_type: str) -> Any:
    if not content.strip():
        return None
    if not is_json(content_type):
        raise unsupported_media_type(content_type)
    try:
        return read_body(content)
    except ValueError:
        raise invalid_content("Unexpected character encountered while parsing value.") from None


def _location(state: State, route: Route, scope: str, body: Any) -> str | None:
    found = state["resources"].get(key(scope))
    if found is not None:
        return str(found["location"])
    given = cast("dict[str, Any]", body).get("location") if isinstance(body, dict) else None
    return given if isinstance(given, str) else None


def _copy(value: Any) -> Any:
    return None if value is None else json.loads(json.dumps(value))
