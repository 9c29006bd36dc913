"""Where a registry keeps its layers: a storage account of Azure's, or the registry's own data endpoint.

A registry answers a GET of a blob with a redirect to a signed address, which lives a short time and needs no token.
https://learn.microsoft.com/azure/container-registry/container-registry-dedicated-data-endpoints
"""

from __future__ import annotations

import re
from typing import Any, Final

import jwt
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crosstenant.sandbox.entra import tokens
from crosstenant.sandbox.registry import sources
from crosstenant.sandbox.registry.images import repositories
from crosstenant.sandbox.registry.login_server import Registry
from crosstenant.sandbox.registry.refusals import RegistryRefusal, not_found
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.state import State, Store, now

_SECONDS: Final = 1200
_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")


def layer_address(state: State, registry: Registry, digest: str) -> str:
    """The signed address of a blob.

    :param digest: ``sha256:`` and the hash.
    """
    host = _data_endpoint(registry.document) or cloud_of(state).layer_host
    claims = {"host": host, "digest": digest, "exp": int(now(state)) + _SECONDS}
    algorithm, _, hexadecimal = digest.partition(":")
    path = f"/docker/registry/v2/blobs/{algorithm}/{hexadecimal[:2]}/{hexadecimal}/data"
    return f"https://{host}{path}?sp=r&sr=b&sig={tokens.sign(state, claims)}"


async def layer(request: Request) -> Response:
    """A blob, whole or in part."""
    digest = f"{request.path_params['algorithm']}:{request.path_params['hexadecimal']}"
    store: Store = request.app.state.store
    with store.read() as state:
        _check(state, request, digest)
    data = next((it.blobs[digest].data for it in repositories().values() if digest in it.blobs), None)
    if data is None:
        raise not_found()
    headers, status = {"Accept-Ranges": "bytes"}, 200
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    if match:
        first, last = int(match[1]), min(int(match[2] or len(data)), len(data) - 1)
        if first > last:
            raise RegistryRefusal(
                416,
                "RANGE_INVALID",
                "invalid content range",
                headers={"Content-Range": f"bytes */{len(data)}"},
                source=sources.RANGE_INVALID,
            )
        headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
        data, status = data[first : last + 1], 206
    return Response(data, status, headers, "application/octet-stream")


ROUTES: Final = [
    Route("/docker/registry/v2/blobs/{algorithm}/{start}/{hexadecimal}/data", layer, methods=["GET", "HEAD"])
]


def _data_endpoint(document: dict[str, Any]) -> str:
    """The registry's own data endpoint; empty without one."""
    properties = document["properties"]
    if not properties.get("dataEndpointEnabled"):
        return ""
    name, _, suffix = str(properties["loginServer"]).lower().partition(".")
    return f"{name}.{document['location']}.data.{suffix}"


def _check(state: State, request: Request, digest: str) -> None:
    if "authorization" in request.headers:
        raise RegistryRefusal(
            400,
            "InvalidAuthenticationInfo",
            "Authentication information is not given in the correct format. Check the value of Authorization header.",
            source=sources.LAYER_WITH_TOKEN,
        )
    try:
        claims = tokens.read(state, request.query_params.get("sig", ""))
    except jwt.InvalidTokenError:
        claims = {}
    host = request.headers.get("host", "").lower().partition(":")[0]
    if (claims.get("host"), claims.get("digest")) != (host, digest) or float(claims["exp"]) <= now(state):
        raise RegistryRefusal(
            403,
            "AuthenticationFailed",
            "Server failed to authenticate the request. Make sure the value of Authorization header is formed "
            "correctly including the signature.",
            source=sources.LAYER_SIGNATURE,
        )
