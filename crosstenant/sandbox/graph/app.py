"""``graph.microsoft.com``: the part of Microsoft Graph that manages applications and service principals."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.entra.tokens import GRAPH_AUDIENCE, TokenError, verify
from crosstenant.sandbox.graph import applications, federated, owners, passwords, service_principals
from crosstenant.sandbox.graph.call import Call, GraphError, Json, bad_request, not_found
from crosstenant.sandbox.graph.directory import APPLICATIONS, SERVICE_PRINCIPALS
from crosstenant.sandbox.graph.queries import many, one
from crosstenant.sandbox.world.state import State, Store, now

Operation = Callable[[Call], Json | None]

_VERSIONS: Final = ("v1.0", "beta")


def make_app(store: Store) -> Starlette:
    """The service on the sandbox's state."""

    def route(method: str, path: str, operation: Operation) -> Route:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return _answer(store, request, body, operation)

        return Route("/{version}" + path, endpoint, methods=[method])

    routes = [route("GET", "/me", _me), route("GET", "/organization", _organization)]
    routes.append(route("GET", "/directoryObjects/{object_id}", _directory_object))
    routes += [
        route("GET", "/applications", applications.list_applications),
        route("POST", "/applications", applications.create_application),
        route("GET", "/servicePrincipals", service_principals.list_service_principals),
        route("POST", "/servicePrincipals", service_principals.create_service_principal),
    ]
    for key in ("/{object_id}", "(appId='{app_id}')"):
        for kind in (APPLICATIONS, SERVICE_PRINCIPALS):
            one_of = f"/{kind}{key}"
            routes += [
                route("GET", f"{one_of}/owners", partial(owners.list_owners, kind=kind)),
                route("POST", f"{one_of}/owners/$ref", partial(owners.add_owner, kind=kind)),
                route("DELETE", f"{one_of}/owners/{{owner}}/$ref", partial(owners.remove_owner, kind=kind)),
            ]
        application, principal = f"/{APPLICATIONS}{key}", f"/{SERVICE_PRINCIPALS}{key}"
        credentials = f"{application}/federatedIdentityCredentials"
        routes += [
            route("POST", f"{application}/addPassword", passwords.add_password),
            route("POST", f"{application}/removePassword", passwords.remove_password),
            route("GET", credentials, federated.list_federated),
            route("POST", credentials, federated.create_federated),
            route("GET", f"{credentials}/{{credential}}", federated.get_federated),
            route("DELETE", f"{credentials}/{{credential}}", federated.delete_federated),
            route("GET", application, applications.get_application),
            route("PATCH", application, applications.update_application),
            route("DELETE", application, applications.delete_application),
            route("GET", principal, service_principals.get_service_principal),
            route("PATCH", principal, service_principals.update_service_principal),
            route("DELETE", principal, service_principals.delete_service_principal),
        ]
    return Starlette(routes=routes, exception_handlers={404: _no_such_segment, 405: _no_such_method})


def _answer(store: Store, request: Request, body: bytes, operation: Operation) -> Response:
    access: AbstractContextManager[State] = store.read() if request.method == "GET" else store.change()
    try:
        with access as state:
            try:
                caller = verify(state, request.headers.get("authorization"), GRAPH_AUDIENCE)
            except TokenError as error:
                raise GraphError(error.status, error.code, error.message) from None
            version = request.path_params["version"]
            if version not in _VERSIONS:
                raise bad_request(f"Invalid version: {version}", "BadRequest")
            path = {name: value.lower() for name, value in request.path_params.items() if name != "version"}
            query = dict(request.query_params)
            answer = operation(Call(state, caller, version, path, query, _json(body), now(state)))
            if answer is None:
                return Response(status_code=204)
            created = request.method == "POST" and not request.url.path.endswith("/addPassword")
            return JSONResponse(answer, 201 if created else 200)
    except GraphError as error:
        return error.response(request.headers.get("client-request-id"))


def _json(body: bytes) -> Json:
    if not body:
        return {}
    try:
        document: Any = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload "
            "is of valid JSON format.",
            "BadRequest",
        )
    return document  # pyright: ignore[reportUnknownVariableType] - JSON


def _me(call: Call) -> Json:
    raise bad_request("/me request is only valid with delegated authentication flow.", "BadRequest")


def _organization(call: Call) -> Json:
    call.may_read()
    tenant = call.state["tenants"][call.caller.tenant_id]
    domain = {"name": tenant["defaultDomainName"], "isDefault": True, "isInitial": True, "type": "Managed"}
    organization = {
        "id": call.caller.tenant_id,
        "displayName": tenant["displayName"],
        "tenantType": "AAD",
        "verifiedDomains": [domain],
    }
    return many(call, "organization", [organization])


def _directory_object(call: Call) -> Json:
    call.may_read()
    object_id = call.path["object_id"]
    for kind, name in ((APPLICATIONS, "application"), (SERVICE_PRINCIPALS, "servicePrincipal")):
        document = call.state[kind].get(object_id)
        if document and document["_tenant"] == call.caller.tenant_id:
            return one(call, "directoryObjects", {"@odata.type": f"#microsoft.graph.{name}", **document})
    raise not_found(object_id)


async def _no_such_segment(request: Request, _: Exception) -> Response:
    segment = request.url.path.strip("/").split("/", 1)[-1]
    return bad_request(f"Resource not found for the segment '{segment}'.", "BadRequest").response(None)


async def _no_such_method(request: Request, _: Exception) -> Response:
    message = f"Specified HTTP method is not allowed for the request target: {request.method}."
    return GraphError(405, "Request_BadRequest", message).response(None)
