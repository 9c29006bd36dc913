"""``login.microsoftonline.com``: instance and OpenID discovery, signing keys, the token endpoints, admin consent.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import base64
import binascii
import uuid
from datetime import datetime, timezone
from typing import Final
from urllib.parse import parse_qsl, unquote_plus, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.entra import tokens
from crosstenant.sandbox.entra.assertions import ASSERTION_TYPE, check_assertion, client_id_of
from crosstenant.sandbox.entra.clients import (
    Json,
    SignInError,
    check_multi_tenant,
    check_secret,
    find_application,
    find_client,
    find_tenant,
)
from crosstenant.sandbox.entra.consent import consent, find_redirect
from crosstenant.sandbox.world.state import State, Store, now

HOST: Final = "login.microsoftonline.com"
_NO_STORE: Final = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


def make_app(store: Store) -> Starlette:
    """The service on the sandbox's state."""

    async def instance(request: Request) -> Response:
        tenant = request.query_params.get("authorization_endpoint", "").removeprefix(f"https://{HOST}/").split("/")[0]
        aliases = [HOST, "login.windows.net", "login.microsoft.com", "sts.windows.net"]
        base = f"https://{HOST}/{tenant or 'common'}"
        return JSONResponse(
            {
                "tenant_discovery_endpoint": f"{base}/v2.0/.well-known/openid-configuration",
                "api-version": "1.1",
                "metadata": [{"preferred_network": HOST, "preferred_cache": "login.windows.net", "aliases": aliases}],
            }
        )

    async def openid(request: Request) -> Response:
        with store.read() as state:
            tenant_id = find_tenant(state, request.path_params["tenant"])
        return JSONResponse(_openid_configuration(tenant_id, "v2.0" if "/v2.0/" in request.url.path else ""))

    async def keys(request: Request) -> Response:
        with store.read() as state:
            return JSONResponse(tokens.key_set(state))

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        form = {**_basic_credentials(request), **form}
        first_version = not request.url.path.endswith("/v2.0/token")
        with store.read() as state:
            return JSONResponse(_grant(state, request.path_params["tenant"], form, first_version), headers=_NO_STORE)

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
            if request.path_params["tenant"] in ("common", "organizations"):
                check_multi_tenant(state, client_id)
            else:
                find_application(state, find_tenant(state, request.path_params["tenant"]), client_id)
        return HTMLResponse("<!DOCTYPE html><title>Sign in to your account</title>")

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, SignInError)
        return _refusal(request, error)

    return Starlette(
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
        exception_handlers={SignInError: refuse},
    )


def _grant(state: State, tenant: str, form: dict[str, str], first_version: bool) -> Json:
    tenant_id = find_tenant(state, tenant)
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise _missing("grant_type")
    if grant_type != "client_credentials":
        raise SignInError(
            "AADSTS70003", f"The app requested an unsupported grant type '{grant_type}'.", "unsupported_grant_type", 400
        )
    assertion = form.get("client_assertion")
    client_id = form.get("client_id") or (client_id_of(assertion) if assertion else "")
    if not client_id:
        raise SignInError(
            "AADSTS900144",
            "The request body must contain the following parameter: 'client_id'.",
            "invalid_request",
            400,
        )
    audience = _audience_v1(tenant, form) if first_version else _audience_v2(tenant, form)
    application, principal = find_client(state, tenant, client_id)
    if form.get("client_secret"):
        check_secret(application, form["client_secret"], now(state))
    elif assertion and form.get("client_assertion_type") == ASSERTION_TYPE:
        check_assertion(state, application, assertion)
    else:
        raise SignInError(
            "AADSTS7000216",
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        )
    access_token = tokens.issue(state, tenant_id, principal, audience)
    if not first_version:
        lifetime = {"expires_in": tokens.LIFETIME, "ext_expires_in": tokens.LIFETIME}
        return {"token_type": "Bearer", **lifetime, "access_token": access_token}
    time = int(now(state))
    return {
        "token_type": "Bearer",
        "expires_in": str(tokens.LIFETIME),
        "ext_expires_in": str(tokens.LIFETIME),
        "expires_on": str(time + tokens.LIFETIME),
        "not_before": str(time),
        "resource": form["resource"],
        "access_token": access_token,
    }


def _audience_v2(tenant: str, form: dict[str, str]) -> str:
    scope = form.get("scope")
    if not scope:
        raise _missing("scope")
    wanted = [one for one in scope.split() if one not in ("openid", "profile", "offline_access")]
    if len(wanted) != 1:
        raise SignInError(
            "AADSTS70011",
            f"The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
            "invalid_scope",
            400,
        )
    if not wanted[0].endswith("/.default"):
        raise SignInError(
            "AADSTS1002012",
            f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
            "/.default suffixed to the resource identifier (application ID URI).",
            "invalid_scope",
            400,
        )
    return _known_audience(tenant, wanted[0].removesuffix("/.default"))


def _audience_v1(tenant: str, form: dict[str, str]) -> str:
    if not form.get("resource"):
        raise _missing("resource")
    return _known_audience(tenant, form["resource"])


def _known_audience(tenant: str, resource: str) -> str:
    audience = tokens.known_audience(resource)
    if audience is None:
        raise SignInError(
            "AADSTS500011",
            f"The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if "
            "the application has not been installed by the administrator of the tenant or consented to by any user in "
            "the tenant. You might have sent your authentication request to the wrong tenant.",
            "invalid_resource",
            400,
        )
    return audience


def _missing(field: str) -> SignInError:
    return SignInError(
        "AADSTS90014",
        f"The required field '{field}' is missing from the credential. Ensure that you have all the necessary "
        "parameters for the login request.",
        "invalid_request",
        400,
    )


def _basic_credentials(request: Request) -> dict[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": unquote_plus(client_id), "client_secret": unquote_plus(secret)}


def _refusal(request: Request, error: SignInError) -> Response:
    trace_id = str(uuid.uuid4())
    correlation_id = request.headers.get("client-request-id") or str(uuid.uuid4())
    time = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
    number = int(error.code.removeprefix("AADSTS"))
    return JSONResponse(
        {
            "error": error.error,
            "error_description": (
                f"{error.code}: {error.description} Trace ID: {trace_id} Correlation ID: {correlation_id} "
                f"Timestamp: {time}"
            ),
            "error_codes": [number],
            "timestamp": time,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": f"https://{HOST}/error?code={number}",
        },
        status_code=error.status,
        headers=_NO_STORE,
    )


def _openid_configuration(tenant_id: str, version: str) -> Json:
    base = f"https://{HOST}/{tenant_id}"
    middle = f"{version}/" if version else ""
    return {
        "token_endpoint": f"{base}/oauth2/{middle}token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery/{middle}keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{base}/v2.0" if version else f"https://sts.windows.net/{tenant_id}/",
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": f"{base}/oauth2/{middle}authorize",
        "device_authorization_endpoint": f"{base}/oauth2/{middle}devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{base}/oauth2/{middle}logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    }
