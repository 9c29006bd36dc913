"""The token service of a registry, ``/oauth2``.

https://distribution.github.io/distribution/spec/auth/token/ (GET), https://distribution.github.io/distribution/spec/auth/oauth/
(POST) and https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md (exchange).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.registry import sources
from crosstenant.sandbox.registry.refusals import bad_request, unauthorized
from crosstenant.sandbox.registry.request import RegistryRequest, ScopedAction, accept
from crosstenant.sandbox.registry.sign_in import with_arm_token, with_basic, with_password, with_refresh_token
from crosstenant.sandbox.registry.tokens import Identity, access_token, refresh_token
from crosstenant.sandbox.world.open_questions import REGISTRY_EXCHANGE_TENANT, REGISTRY_REFUSES_AT

Json = dict[str, Any]
Parameters = Mapping[str, list[str]]

_EXCHANGED: Final = ("access_token", "access_token_refresh_token")
"""The grant types with an access token; the kubelet's credential provider sends the second, without a refresh token."""


async def get_token(request: Request) -> Response:
    """An access token for a client ID and secret in Basic authentication: the request of docker and the kubelet."""
    parameters = {name: request.query_params.getlist(name) for name in request.query_params}
    with accept(request) as accepted:
        _check_service(accepted, parameters)
        scheme, _, value = accepted.authorization.partition(" ")
        if scheme.lower() == "basic":
            identity = with_basic(accepted.state, accepted.registry, value)
        elif not accepted.authorization and accepted.registry.anonymous_pull:
            identity = None
        else:
            raise unauthorized()
        return _access_token(accepted, identity, parameters)


async def post_token(request: Request) -> Response:
    """An access token for a refresh token, or for a client ID and secret in the form: the request of containerd."""
    parameters = await _form(request)
    with accept(request) as accepted:
        _check_service(accepted, parameters)
        grant_type = _one(parameters, "grant_type")
        if grant_type == "refresh_token":
            identity = with_refresh_token(accepted.state, accepted.registry, _one(parameters, "refresh_token"))
        elif grant_type == "password" and not {"username", "password"}.intersection(parameters):
            # Azure's SDKs without a credential: https://github.com/Azure/azure-sdk-for-python, in
            # sdk/containerregistry/azure-containerregistry, _anonymous_exchange_client.py.
            if not accepted.registry.anonymous_pull:
                raise unauthorized()
            identity = None
        elif grant_type == "password":
            username, password = _one(parameters, "username"), _one(parameters, "password")
            identity = with_password(accepted.state, accepted.registry, username, password)
        else:
            raise bad_request(f"grant_type '{grant_type}' is not supported", source=sources.UNSUPPORTED_GRANT_TYPE)
        return _access_token(accepted, identity, parameters)


async def exchange(request: Request) -> Response:
    """A refresh token for an Entra access token of the registry's tenant."""
    parameters = await _form(request)
    with accept(request) as accepted:
        _check_service(accepted, parameters)
        if _one(parameters, "grant_type") not in _EXCHANGED:
            raise bad_request(f"grant_type must be {' or '.join(_EXCHANGED)}", source=sources.UNSUPPORTED_GRANT_TYPE)
        _check_tenant(accepted, parameters)
        identity = with_arm_token(accepted.state, accepted.registry, _one(parameters, "access_token"))
        return JSONResponse({"refresh_token": refresh_token(accepted.state, accepted.registry, identity)})


ROUTES: Final = [
    Route("/oauth2/token", get_token, methods=["GET"]),
    Route("/oauth2/token", post_token, methods=["POST"]),
    Route("/oauth2/exchange", exchange, methods=["POST"]),
]


def _access_token(accepted: RegistryRequest, identity: Identity | None, parameters: Parameters) -> Response:
    """An access token with the requested actions that the identity has.

    Azure does not document whether a registry refuses a missing role here or at the manifest: an open question.
    """
    access: list[Json] = []
    for scope in [one for text in parameters.get("scope", []) for one in text.split()]:
        scope_type, name, wanted = _parse_scope(scope)
        actions = accepted.granted(identity, scope_type, name, wanted)
        if actions:
            access.append({"type": scope_type, "name": name, "actions": actions})
        elif REGISTRY_REFUSES_AT.answer(accepted.state) == "token":
            raise accepted.refusal(ScopedAction(scope_type, name, wanted[0]))
    return JSONResponse({"access_token": access_token(accepted.state, accepted.registry, identity, access)})


def _parse_scope(scope: str) -> tuple[str, str, list[str]]:
    scope_type, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    wanted = [action for action in actions.split(",") if action]
    if not scope_type or not name or not wanted:
        raise bad_request(f"scope '{scope}' must have the form type:name:actions", source=sources.INVALID_SCOPE)
    return scope_type, name, wanted


def _check_service(accepted: RegistryRequest, parameters: Parameters) -> None:
    service = _one(parameters, "service")
    if service.lower() != accepted.registry.login_server.lower():
        raise bad_request(
            f"service '{service}' is not this registry, {accepted.registry.login_server}", source=sources.OTHER_SERVICE
        )


def _check_tenant(accepted: RegistryRequest, parameters: Parameters) -> None:
    named = [one.lower() for one in parameters.get("tenant", [])]
    other = named not in ([], [accepted.registry.tenant_id])
    if other and REGISTRY_EXCHANGE_TENANT.answer(accepted.state) == "checked":
        raise unauthorized()


def _one(parameters: Parameters, name: str) -> str:
    values = parameters.get(name, [])
    if len(values) != 1:
        raise bad_request(f"'{name}' must be given once", source=sources.MISSING_FIELD)
    return values[0]


async def _form(request: Request) -> Parameters:
    return parse_qs((await request.body()).decode(errors="replace"))
