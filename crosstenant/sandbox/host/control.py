"""``sandbox.test``: the state and its faults over HTTPS, for tests and programs that run in the sandbox.

| request | does |
| --- | --- |
| ``GET /state``, ``GET /state/PATH`` | answers the state, or one object of it (``state_paths``), with secrets |
| ``PUT /state/PATH``, ``DELETE /state/PATH`` | changes or removes an object |
| ``PUT /settings/NAME`` | changes a setting, such as ``lag.secret`` |
| ``GET /faults``, ``POST /faults``, ``DELETE /faults`` | lists, adds, clears faults (``faults``) |
| ``POST /clock`` ``{"forward_seconds": 60}`` | moves the clock |
| ``POST /reset`` | restores the seeded state |
| ``GET /requests`` | answers the request log |
| ``GET /oidc?audience=..&subject=..&issuer=..`` | a federated token, as a CI system's endpoint answers it |

Every request needs ``Authorization: Bearer TOKEN`` (``control_token``): the token is in the environment of a command in
the sandbox as ``CROSSTENANT_SANDBOX_TOKEN``.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.host.control_token import control_token
from crosstenant.sandbox.host.request_log import request_log, requests
from crosstenant.sandbox.world import state_paths
from crosstenant.sandbox.world.clock import forward_clock
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.seed import GITHUB_ISSUER, GITHUB_SUBJECT
from crosstenant.sandbox.world.settings import set_setting
from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]

_NEEDS_TOKEN: Final = (
    "sandbox.test needs the header 'Authorization: Bearer TOKEN'; the token is in the variable "
    "CROSSTENANT_SANDBOX_TOKEN of a command in the sandbox, and in the file beside the state whose name ends in .token"
)


def make_app(store: Store) -> Starlette:
    """The control host on the sandbox's state."""
    token = control_token(store)

    async def get_state(request: Request) -> Any:
        path = request.path_params.get("path", "")
        with store.read() as state:
            return json.loads(json.dumps(state_paths.get(state, path) if path else state))

    async def put_state(request: Request) -> Any:
        value = json.loads(await request.body())
        with store.change() as state:
            state_paths.put(state, request.path_params["path"], value)

    async def delete_state(request: Request) -> Any:
        with store.change() as state:
            state_paths.remove(state, request.path_params["path"])

    async def put_setting(request: Request) -> Any:
        value = json.loads(await request.body())
        with store.change() as state:
            set_setting(state, request.path_params["name"], value)

    async def get_faults(request: Request) -> Any:
        with store.read() as state:
            return list(state["faults"])

    async def post_fault(request: Request) -> Any:
        fault = new_fault(json.loads(await request.body()))
        with store.change() as state:
            state["faults"].append(fault)
        return fault

    async def delete_faults(request: Request) -> Any:
        with store.change() as state:
            state["faults"] = []

    async def post_clock(request: Request) -> Any:
        seconds = float(json.loads(await request.body())["forward_seconds"])
        with store.change() as state:
            forward_clock(state, seconds)

    async def post_reset(request: Request) -> Any:
        reset(store)

    async def get_requests(request: Request) -> Any:
        return requests(store)

    async def get_oidc(request: Request) -> Any:
        query = request.query_params
        with store.read() as state:
            issuer, subject = query.get("issuer", GITHUB_ISSUER), query.get("subject", GITHUB_SUBJECT)
            audience = query.get("audience", cloud_of(state).federation_audience)
            return {"value": federated_token(state, issuer, subject, audience)}

    handlers: list[tuple[str, str, Callable[[Request], Awaitable[Any]]]] = [
        ("GET", "/state", get_state),
        ("GET", "/state/{path:path}", get_state),
        ("PUT", "/state/{path:path}", put_state),
        ("DELETE", "/state/{path:path}", delete_state),
        ("PUT", "/settings/{name}", put_setting),
        ("GET", "/faults", get_faults),
        ("POST", "/faults", post_fault),
        ("DELETE", "/faults", delete_faults),
        ("POST", "/clock", post_clock),
        ("POST", "/reset", post_reset),
        ("GET", "/requests", get_requests),
        ("GET", "/oidc", get_oidc),
    ]
    routes = [Route(path, _answering(handler, token), methods=[method]) for method, path, handler in handlers]
    return Starlette(routes=routes)


def reset(store: Store) -> None:
    """Restores the seeded state and empties the request log."""
    store.reset()
    request_log(store).unlink(missing_ok=True)


def _answering(handler: Callable[[Request], Awaitable[Any]], token: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return JSONResponse({"error": _NEEDS_TOKEN}, 401, {"WWW-Authenticate": "Bearer"})
        try:
            answer = await handler(request)
        except LookupError as error:
            return JSONResponse({"error": str(error)}, 404)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(status_code=204) if answer is None else JSONResponse(answer)

    return endpoint
