"""The content of a registry, ``/v2``: manifests, blobs and lists, for reading. Layers come from ``layer_storage``.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.registry.images import Content, repositories
from crosstenant.sandbox.registry.layer_storage import layer_address
from crosstenant.sandbox.registry.refusals import (
    RegistryRefusal,
    blob_unknown,
    invalid_page_size,
    manifest_not_acceptable,
    manifest_unknown,
    name_unknown,
    not_emulated,
)
from crosstenant.sandbox.registry.request import ScopedAction, accept


async def base(request: Request) -> Response:
    """``GET /v2/``: clients check here whether they are signed in, and how to sign in."""
    with accept(request) as accepted:
        accepted.require(None)
    return JSONResponse({})


async def manifest(request: Request) -> Response:
    """A manifest by tag or digest, of a media type that the client accepts."""
    name, reference = request.path_params["name"], request.path_params["reference"]
    with accept(request) as accepted:
        accepted.require(ScopedAction("repository", name, "pull"))
    repository = repositories().get(name)
    found = repository.manifest(reference) if repository else None
    if found is None:
        raise manifest_unknown(name, reference)
    if not _accepts(request.headers.getlist("accept"), found.media_type):
        raise manifest_not_acceptable(found.media_type)
    return _content(found)


async def blob(request: Request) -> Response:
    """A layer or a configuration: the address where it is kept; for HEAD its size."""
    name, digest = request.path_params["name"], request.path_params["digest"]
    with accept(request) as accepted:
        accepted.require(ScopedAction("repository", name, "pull"))
        address = layer_address(accepted.state, accepted.registry, digest)
    repository = repositories().get(name)
    if repository is None:
        raise name_unknown(name)
    found = repository.blobs.get(digest)
    if found is None:
        raise blob_unknown(digest)
    headers = {"Docker-Content-Digest": found.digest}
    if request.method == "HEAD":
        return Response(found.data, 200, headers, "application/octet-stream")
    return Response(status_code=307, headers={**headers, "Location": address})


async def tags(request: Request) -> Response:
    """The tags of a repository."""
    name = request.path_params["name"]
    with accept(request) as accepted:
        # Most clients list with the pull action; Azure's own command line uses metadata_read.
        try:
            accepted.require(ScopedAction("repository", name, "pull"))
        except RegistryRefusal:
            accepted.require(ScopedAction("repository", name, "metadata_read"))
    repository = repositories().get(name)
    if repository is None:
        raise name_unknown(name)
    page, headers = page_of(request, sorted(repository.tags))
    return JSONResponse({"name": name, "tags": page}, headers=headers)


async def catalog(request: Request) -> Response:
    """The repositories of the registry."""
    with accept(request) as accepted:
        accepted.require(ScopedAction("registry", "catalog", "*"))
    page, headers = page_of(request, sorted(repositories()))
    return JSONResponse({"repositories": page}, headers=headers)


async def referrers(request: Request) -> Response:
    """The referrers of an image, an index: none here. An absent image has none either.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers, which Azure's registries
    have: https://learn.microsoft.com/azure/container-registry/container-registry-manage-artifact
    """
    with accept(request) as accepted:
        accepted.require(ScopedAction("repository", request.path_params["name"], "pull"))
    return JSONResponse({"schemaVersion": 2, "mediaType": _INDEX, "manifests": []}, media_type=_INDEX)


async def write(request: Request) -> Response:
    """Pushing and deleting: refused without the permission, and not emulated with it."""
    name = request.path_params["name"]
    with accept(request) as accepted:
        accepted.require(ScopedAction("repository", name, "delete" if request.method == "DELETE" else "push"))
    raise not_emulated(request.method, request.url.path, 405, "UNSUPPORTED")


_INDEX: Final = "application/vnd.oci.image.index.v1+json"
_READ: Final = ["GET", "HEAD"]
ROUTES: Final = [
    Route("/v2/", base, methods=_READ),
    Route("/v2", base, methods=_READ),
    Route("/v2/_catalog", catalog, methods=_READ),
    Route("/v2/{name:path}/manifests/{reference}", manifest, methods=_READ),
    Route("/v2/{name:path}/blobs/{digest}", blob, methods=_READ),
    Route("/v2/{name:path}/tags/list", tags, methods=_READ),
    Route("/v2/{name:path}/referrers/{digest}", referrers, methods=_READ),
    Route("/v2/{name:path}/manifests/{reference}", write, methods=["PUT", "DELETE"]),
    Route("/v2/{name:path}/blobs/uploads/", write, methods=["POST"]),
    Route("/v2/{name:path}/blobs/{digest}", write, methods=["DELETE"]),
]


def _content(found: Content) -> Response:
    headers = {"Docker-Content-Digest": found.digest, "ETag": f'"{found.digest}"', "Cache-Control": "max-age=31536000"}
    return Response(found.data, 200, headers, found.media_type)


def _accepts(headers: list[str], media_type: str) -> bool:
    """Whether Accept headers allow a media type; without headers every type is allowed."""
    accepted = {one.partition(";")[0].strip().lower() for header in headers for one in header.split(",")}
    return not accepted or not accepted.isdisjoint({media_type, "application/*", "*/*"})


def page_of(request: Request, names: list[str]) -> tuple[list[str], dict[str, str]]:
    """At most ``n`` names after ``last``, and the link to the next page."""
    last, n = request.query_params.get("last", ""), request.query_params.get("n", "")
    rest = [name for name in names if name > last]
    if n and not n.isdecimal():
        raise invalid_page_size(n)
    if not n or not 0 < int(n) < len(rest):
        return rest, {}
    page = rest[: int(n)]
    following = urlencode({"last": page[-1], "n": n, "orderby": ""})
    return page, {"Link": f'<{request.url.path}?{following}>; rel="next"'}
