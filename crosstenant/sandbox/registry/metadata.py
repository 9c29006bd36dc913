"""Azure's own API of a registry, ``/acr/v1``: repositories, tags and manifests with their attributes, for reading.

https://learn.microsoft.com/rest/api/containerregistry/repository and
https://github.com/Azure/azure-rest-api-specs, ``containerregistry.json``
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.registry.content import catalog, page_of
from crosstenant.sandbox.registry.images import Repository, repositories
from crosstenant.sandbox.registry.refusals import manifest_unknown, name_unknown, tag_unknown
from crosstenant.sandbox.registry.request import ScopedAction, accept
from crosstenant.sandbox.world.resource_documents import CREATED

Json = dict[str, Any]

_CHANGEABLE: Final = {"deleteEnabled": True, "listEnabled": True, "readEnabled": True, "writeEnabled": True}
_TIMES: Final = {"createdTime": CREATED, "lastUpdateTime": CREATED}


async def repository(request: Request) -> Response:
    """``GET /acr/v1/{name}``."""
    host, found = _open(request)
    counts = {"manifestCount": len(found.manifests), "tagCount": len(found.tags)}
    shown = {**host, **_TIMES, **counts, "changeableAttributes": _CHANGEABLE}
    return JSONResponse(shown)


async def tags(request: Request) -> Response:
    """``GET /acr/v1/{name}/_tags``."""
    host, found = _open(request)
    page, headers = page_of(request, sorted(found.tags))
    return JSONResponse({**host, "tags": [_tag(found, tag) for tag in page]}, headers=headers)


async def tag(request: Request) -> Response:
    """``GET /acr/v1/{name}/_tags/{tag}``."""
    host, found = _open(request)
    name = request.path_params["tag"]
    if name not in found.tags:
        raise tag_unknown(name)
    return JSONResponse({**host, "tag": _tag(found, name)})


async def manifests(request: Request) -> Response:
    """``GET /acr/v1/{name}/_manifests``."""
    host, found = _open(request)
    page, headers = page_of(request, sorted(found.manifests))
    return JSONResponse({**host, "manifests": [_manifest(found, digest) for digest in page]}, headers=headers)


async def manifest(request: Request) -> Response:
    """``GET /acr/v1/{name}/_manifests/{digest}``."""
    host, found = _open(request)
    digest = request.path_params["digest"]
    if digest not in found.manifests:
        raise manifest_unknown(found.name, digest)
    return JSONResponse({**host, "manifest": _manifest(found, digest)})


ROUTES: Final = [
    Route("/acr/v1/_catalog", catalog, methods=["GET"]),
    Route("/acr/v1/{name:path}/_tags", tags, methods=["GET"]),
    Route("/acr/v1/{name:path}/_tags/{tag}", tag, methods=["GET"]),
    Route("/acr/v1/{name:path}/_manifests", manifests, methods=["GET"]),
    Route("/acr/v1/{name:path}/_manifests/{digest}", manifest, methods=["GET"]),
    Route("/acr/v1/{name:path}", repository, methods=["GET"]),
]


def _open(request: Request) -> tuple[Json, Repository]:
    """The head of every answer, and the repository: for a client that may read its attributes."""
    name = request.path_params["name"]
    with accept(request) as accepted:
        accepted.require(ScopedAction("repository", name, "metadata_read"))
        host = {"registry": accepted.registry.login_server, "imageName": name}
    found = repositories().get(name)
    if found is None:
        raise name_unknown(name)
    return host, found


def _tag(found: Repository, name: str) -> Json:
    return {"name": name, "digest": found.tags[name], **_TIMES, "signed": False, "changeableAttributes": _CHANGEABLE}


def _manifest(found: Repository, digest: str) -> Json:
    content = found.manifests[digest]
    return {
        "digest": digest,
        "imageSize": len(content.data),
        "mediaType": content.media_type,
        "tags": sorted(tag for tag, target in found.tags.items() if target == digest),
        **_TIMES,
        "changeableAttributes": _CHANGEABLE,
    }
