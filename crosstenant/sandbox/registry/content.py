"""The content of a registry, ``/v2``: manifests, blobs and lists, for reading.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.registry import sources
from crosstenant.sandbox.registry.images import Content, repositories
from crosstenant.sandbox.registry.refusals import (
    RegistryRefusal,
    blob_unknown,
    manifest_not_acceptable,
    manifest_unknown,
    name_unknown,
    not_found,
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
    return _content(request, found)


async def blob(request: Request) -> Response:
    """A layer or a configuration, whole or in part."""
    name, digest = request.path_params["name"], request.path_params["digest"]
    with accept(request) as accepted:
        accepted.require(ScopedAction("repository", name, "pull"))
    repository = repositories().get(name)
    if repository is None:
        raise name_unknown(name)
    found = repository.blobs.get(digest)
    if found is None:
        raise blob_unknown(digest)
    return _content(request, found, media_type="application/octet-stream", ranges=True)


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
    """The referrers of an image: none here. Clients fall back to tags when a registry answers 404."""
    with accept(request) as accepted:
        accepted.require(ScopedAction("repository", request.path_params["name"], "pull"))
    raise not_found()


async def write(request: Request) -> Response:
    """Pushing and deleting: refused without the permission, and unsupported with it."""
    name = request.path_params["name"]
    with accept(request) as accepted:
        accepted.require(ScopedAction("repository", name, "delete" if request.method == "DELETE" else "push"))
    raise RegistryRefusal(405, "UNSUPPORTED", "The operation is unsupported.", source=sources.UNSUPPORTED)


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

_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")


def _content(request: Request, found: Content, media_type: str | None = None, ranges: bool = False) -> Response:
    headers = {"Docker-Content-Digest": found.digest, "ETag": f'"{found.digest}"', "Cache-Control": "max-age=31536000"}
    data, status = found.data, 200
    if ranges:
        headers["Accept-Ranges"] = "bytes"
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
    return Response(data, status, headers, media_type or found.media_type)


def _accepts(headers: list[str], media_type: str) -> bool:
    """Whether Accept headers allow a media type; without headers every type is allowed."""
    accepted = {one.partition(";")[0].strip().lower() for header in headers for one in header.split(",")}
    return not accepted or not accepted.isdisjoint({media_type, "application/*", "*/*"})


def page_of(request: Request, names: list[str]) -> tuple[list[str], dict[str, str]]:
    """At most ``n`` names after ``last``, and the link to the next page."""
    last, n = request.query_params.get("last", ""), request.query_params.get("n", "")
    rest = [name for name in names if name > last]
    if not n.isdigit() or not 0 < int(n) < len(rest):
        return rest, {}
    page = rest[: int(n)]
    following = urlencode({"last": page[-1], "n": n, "orderby": ""})
    return page, {"Link": f'<{request.url.path}?{following}>; rel="next"'}
