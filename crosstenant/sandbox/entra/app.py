"""``login.microsoftonline.com`` and its twins in other clouds.

Instance and OpenID discovery, signing keys, the token endpoints, admin consent.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.entra import discovery, tokens
from crosstenant.sandbox.entra.clients import check_multi_tenant, find_application, find_tenant
from crosstenant.sandbox.entra.consent import consent, find_redirect
from crosstenant.sandbox.entra.issuer_keys import fetch_keys
from crosstenant.sandbox.entra.refusals import SignInRefusal, unknown_request
from crosstenant.sandbox.entra.token_endpoint import basic_credentials, fetched_issuer, grant, read_form
from crosstenant.sandbox.issuers.app import make_app as make_issuers
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.state import Store

_NO_STORE: Final = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


def make_app(store: Store) -> Starlette:
    """The service on the sandbox's state.

    It asks clusters' issuers by itself; the host that runs it sets ``state.internet`` to its own dispatcher, so that
    faults and the request log are true of these requests too.
    """

    async def instance(request: Request) -> Response:
        return JSONResponse(discovery.instance(request.query_params.get("authorization_endpoint", "")))

    async def openid(request: Request) -> Response:
        version = "v2.0" if "/v2.0/" in request.url.path else ""
        tenant = request.path_params["tenant"]
        with store.read() as state:
            tenant_id = tenant.lower() if tenant.lower() in discovery.SHARED else find_tenant(state, tenant)
            return JSONResponse(discovery.openid_configuration(cloud_of(state), tenant_id, version))

    async def keys(request: Request) -> Response:
        with store.read() as state:
            return JSONResponse(tokens.key_set(state))

    async def token(request: Request) -> Response:
        form = read_form(request.headers.get("content-type", ""), await request.body())
        form = {**basic_credentials(request.headers), **form}
        first_version = not request.url.path.endswith("/v2.0/token")
        tenant = request.path_params["tenant"]
        with store.read() as state:
            issuer = fetched_issuer(state, tenant, form)
        # Outside of the lock: the answer comes from a service of the sandbox.
        keys = await fetch_keys(app.state.internet, issuer) if issuer else None
        with store.read() as state:
            return JSONResponse(grant(state, tenant, form, first_version, keys), headers=_NO_STORE)

    async def grant_consent(request: Request) -> Response:
        tenant, query = request.path_params["tenant"], request.query_params
        client_id, redirect_uri = query.get("client_id", ""), query.get("redirect_uri", "")
        with store.change() as state:
            redirect_uri = find_redirect(state, tenant, client_id, redirect_uri)
            tenant_id = consent(state, tenant, client_id)
        answer = {"tenant": tenant_id, "admin_consent": "True", "state": query.get("state", "")}
        return RedirectResponse(f"{redirect_uri}?{urlencode(answer)}", status_code=302)

    async def sign_in_page(request: Request) -> Response:
        client_id = request.query_params.get("client_id", "")
        with store.read() as state:
            if request.path_params["tenant"] in discovery.SHARED:
                check_multi_tenant(state, client_id)
            else:
                find_application(state, find_tenant(state, request.path_params["tenant"]), client_id)
        return HTMLResponse("<!DOCTYPE html><title>Sign in to your account</title>")

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, SignInRefusal)
        return refusal_response(request, error)

    async def not_emulated(request: Request, _: Exception) -> Response:
        return refusal_response(request, unknown_request(request.method, request.url.path))

    app = Starlette(
        routes=[
            Route("/{tenant}/discovery/instance", instance),
            Route("/{tenant}/.well-known/openid-configuration", openid),
            Route("/{tenant}/v2.0/.well-known/openid-configuration", openid),
            Route("/{tenant}/discovery/keys", keys),
            Route("/{tenant}/discovery/v2.0/keys", keys),
            Route("/{tenant}/oauth2/token", token, methods=["POST"]),
            Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
            Route("/{tenant}/adminconsent", grant_consent),
            Route("/{tenant}/v2.0/adminconsent", grant_consent),
            Route("/{tenant}/oauth2/authorize", grant_consent),
            Route("/{tenant}/oauth2/v2.0/authorize", sign_in_page),
        ],
        exception_handlers={SignInRefusal: refuse, 404: not_emulated, 405: not_emulated},
    )
    app.router.redirect_slashes = False
    app.state.internet = make_issuers(store)
    return app


def refusal_response(request: Request, error: SignInRefusal) -> Response:
    """A refusal as the identity platform answers it."""
    trace_id = str(uuid.uuid4())
    correlation_id = request.headers.get("client-request-id") or str(uuid.uuid4())
    time = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
    number = int(error.code.removeprefix("AADSTS") or 0)
    return JSONResponse(
        {
            "error": error.error,
            "error_description": f"{error} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {time}",
            "error_codes": [number],
            "timestamp": time,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": f"https://{request.url.hostname}/error?code={number}",
        },
        status_code=error.status,
        headers=_NO_STORE,
    )
