"""The host of the clusters' OIDC issuers: a discovery document and a JWKS document for each.

https://learn.microsoft.com/azure/aks/use-oidc-issuer. Entra fetches both, as anybody can: no credential is needed, and
they are there whether or not the cluster's API server runs.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.issuers.refusals import IssuerRefusal, unknown_issuer
from crosstenant.sandbox.world.cluster_issuers import JWKS_PATH, discovery, find_cluster, has_signing_key, jwks
from crosstenant.sandbox.world.state import Store


def make_app(store: Store) -> Starlette:
    """The service on the sandbox's state."""

    async def configuration(request: Request) -> Response:
        address = _address(request)
        with store.read() as state:
            if find_cluster(state, address) is None:
                raise unknown_issuer()
        return JSONResponse(discovery(address))

    async def keys(request: Request) -> Response:
        address = _address(request)
        with store.read() as state:
            cluster = find_cluster(state, address)
            if cluster is None:
                raise unknown_issuer()
            if has_signing_key(state, cluster):
                return JSONResponse(jwks(state, cluster))
        return JSONResponse(_with_new_key(store, address))

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, IssuerRefusal)
        return JSONResponse(error.document(), error.status)

    async def no_such_route(request: Request, error: Exception) -> Response:
        return await refuse(request, unknown_issuer())

    return Starlette(
        routes=[
            Route("/{tenant}/{issuer}/.well-known/openid-configuration", configuration),
            Route(f"/{{tenant}}/{{issuer}}/{JWKS_PATH}", keys),
        ],
        exception_handlers={IssuerRefusal: refuse, 404: no_such_route},
    )


def _with_new_key(store: Store, address: str) -> dict[str, object]:
    with store.change() as state:
        cluster = find_cluster(state, address)
        if cluster is None:
            raise unknown_issuer()
        return jwks(state, cluster)


def _address(request: Request) -> str:
    """The issuer that a request asks about, as tokens spell it."""
    tenant, issuer = request.path_params["tenant"], request.path_params["issuer"]
    return f"https://{request.url.hostname}/{tenant}/{issuer}/"
