import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from crosstenant.sandbox.registry import images
from tests.sandbox.registry_world import (
    ABAC,
    ACR_PULL,
    ACR_PUSH,
    LEGACY,
    REPOSITORY_READER,
    World,
    open_world,
    refusal,
    registry_id,
)

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"

IMAGES = {
    ("hello", "1.0"): OCI_MANIFEST,
    ("hello", "latest"): OCI_MANIFEST,
    ("backend/api", "1.0"): OCI_INDEX,
    ("backend-infra/tools", "1.0"): DOCKER_MANIFEST,
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = open_world(tmp_path)
    world.add_application()
    world.add_principal()
    world.assign(ACR_PULL, registry_id(LEGACY))
    world.assign(REPOSITORY_READER, registry_id(ABAC))
    return world


async def pull_token(world: World, repository: str, host: str = LEGACY) -> str:
    return (await world.token(host, f"repository:{repository}:pull")).json()["access_token"]


def names(archive: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        return opened.getnames()


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.mark.parametrize("host", [LEGACY, ABAC])
@pytest.mark.parametrize(("repository", "tag"), IMAGES)
async def test_image_is_whole(world: World, host: str, repository: str, tag: str):
    token = await pull_token(world, repository, host)
    top = await world.get(host, f"/v2/{repository}/manifests/{tag}", token)
    assert top.headers["content-type"] == IMAGES[repository, tag] == top.json()["mediaType"]
    listed = top.json().get("manifests")
    manifests = [await world.get(host, f"/v2/{repository}/manifests/{one['digest']}", token) for one in listed or []]
    for answer in manifests or [top]:
        manifest = answer.json()
        assert len(manifest["layers"]) == 3
        parts = []
        for part in [manifest["config"], *manifest["layers"]]:
            blob = await world.get(host, f"/v2/{repository}/blobs/{part['digest']}", token)
            assert (digest(blob.content), len(blob.content)) == (part["digest"], part["size"])
            assert blob.history[0].headers["docker-content-digest"] == part["digest"]
            parts.append(blob.content)
        config = json.loads(parts[0])
        archives = [gzip.decompress(layer) for layer in parts[1:]]
        assert config["rootfs"]["diff_ids"] == [digest(archive) for archive in archives]
        assert [names(archive) for archive in archives] == [
            ["etc/os-release", "etc/hostname"],
            [f"app/{repository}"],
            ["app/settings.json"],
        ]


async def test_index_lists_two_platforms_with_different_programs(world: World):
    token = await pull_token(world, "backend/api")
    index = (await world.get(LEGACY, "/v2/backend/api/manifests/1.0", token)).json()
    assert [one["platform"]["architecture"] for one in index["manifests"]] == ["amd64", "arm64"]
    assert index["manifests"][0]["digest"] != index["manifests"][1]["digest"]


def test_images_are_the_same_on_every_run():
    first = images.repositories()
    images.repositories.cache_clear()
    again = images.repositories()
    assert again is not first
    assert {name: one.tags for name, one in again.items()} == {name: one.tags for name, one in first.items()}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_manifest_answers_by_tag_and_digest(world: World, method: str):
    token = await pull_token(world, "hello")
    by_tag = await world.get(LEGACY, "/v2/hello/manifests/1.0", token)
    found = by_tag.headers["docker-content-digest"]
    assert found == digest(by_tag.content)
    for reference in ("1.0", "latest", found):
        answer = await world.get(LEGACY, f"/v2/hello/manifests/{reference}", token, method)
        assert answer.status_code == 200
        assert answer.headers["docker-content-digest"] == found
        assert answer.headers["content-length"] == str(len(by_tag.content))
        assert answer.headers["content-type"] == OCI_MANIFEST
        assert answer.content == (by_tag.content if method == "GET" else b"")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (OCI_INDEX, 200),
        (f"{DOCKER_MANIFEST}, {OCI_INDEX};q=0.5", 200),
        ("*/*", 200),
        (OCI_MANIFEST, 404),
        (f"{DOCKER_MANIFEST},{OCI_MANIFEST}", 404),
    ],
)
async def test_manifest_comes_only_in_types_that_the_client_takes(world: World, accept: str, status: int):
    token = await pull_token(world, "backend/api")
    answer = await world.get(LEGACY, "/v2/backend/api/manifests/1.0", token, accept=accept)
    assert answer.status_code == status
    if status == 404:
        assert answer.json()["errors"][0]["code"] == "MANIFEST_UNKNOWN"


@pytest.mark.parametrize("repository", ["hello", "nothing/here"])
async def test_absent_tag_is_named(world: World, repository: str):
    token = await pull_token(world, repository)
    answer = await world.get(LEGACY, f"/v2/{repository}/manifests/9.9", token)
    assert refusal(answer) == (404, "MANIFEST_UNKNOWN", 'manifest tagged by "9.9" is not found')
    assert answer.json()["errors"][0]["detail"] == {"Tag": "9.9"}


async def test_absent_digest_is_named(world: World):
    absent = f"sha256:{'0' * 64}"
    token = await pull_token(world, "hello")
    answer = await world.get(LEGACY, f"/v2/hello/manifests/{absent}", token)
    assert refusal(answer) == (404, "MANIFEST_UNKNOWN", f"manifest {absent} is not found")
    assert answer.json()["errors"][0]["detail"] == {"Name": "hello", "Revision": absent}
    assert refusal(await world.get(LEGACY, f"/v2/hello/blobs/{absent}", token))[:2] == (404, "BLOB_UNKNOWN")


async def test_blob_of_one_repository_is_not_in_another(world: World):
    layer = next(iter(images.repositories()["hello"].blobs))
    token = await pull_token(world, "backend/api")
    assert refusal(await world.get(LEGACY, f"/v2/backend/api/blobs/{layer}", token))[:2] == (404, "BLOB_UNKNOWN")


async def test_nothing_is_told_to_those_without_the_right(world: World):
    token = await pull_token(world, "backend/api")
    blobs = images.repositories()["hello"].blobs
    for path in (
        "/v2/hello/manifests/1.0",
        "/v2/hello/manifests/9.9",
        *(f"/v2/hello/blobs/{digest}" for digest in blobs),
        f"/v2/hello/referrers/{next(iter(blobs))}",
        "/v2/absent/manifests/1.0",
        "/v2/absent/tags/list",
        "/v2/_catalog",
    ):
        assert (await world.get(LEGACY, path, token)).status_code == 401
        assert (await world.get(LEGACY, path)).status_code == 401


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("bytes=0-9", 0, 9), ("bytes=100-", 100, None), ("bytes=90000-999999", 90000, None)]
)
async def test_blob_comes_in_ranges(world: World, asked: str, first: int, last: int | None):
    blob = max(images.repositories()["hello"].blobs.values(), key=lambda one: len(one.data))
    token = await pull_token(world, "hello")
    answer = await world.get(LEGACY, f"/v2/hello/blobs/{blob.digest}", token, range=asked)
    end = len(blob.data) - 1 if last is None else last
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{end}/{len(blob.data)}"
    assert answer.content == blob.data[first : end + 1]


async def test_range_beyond_the_end_is_refused(world: World):
    blob = max(images.repositories()["hello"].blobs.values(), key=lambda one: len(one.data))
    token = await pull_token(world, "hello")
    answer = await world.get(LEGACY, f"/v2/hello/blobs/{blob.digest}", token, range=f"bytes={len(blob.data)}-")
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(blob.data)}")


async def test_blob_head_says_size_and_digest(world: World):
    blob = next(iter(images.repositories()["hello"].blobs.values()))
    answer = await world.get(LEGACY, f"/v2/hello/blobs/{blob.digest}", await pull_token(world, "hello"), "HEAD")
    assert answer.headers["content-length"] == str(len(blob.data))
    assert answer.headers["docker-content-digest"] == blob.digest
    assert answer.content == b""


async def test_tags_are_listed_in_pages(world: World):
    token = await pull_token(world, "hello")
    whole = await world.get(LEGACY, "/v2/hello/tags/list", token)
    assert whole.json() == {"name": "hello", "tags": ["1.0", "latest"]}
    assert "link" not in whole.headers
    page = await world.get(LEGACY, "/v2/hello/tags/list?n=1", token)
    assert page.json()["tags"] == ["1.0"]
    assert page.headers["link"] == '</v2/hello/tags/list?last=1.0&n=1&orderby=>; rel="next"'
    rest = await world.get(LEGACY, "/v2/hello/tags/list?last=1.0&n=1&orderby=", token)
    assert (rest.json()["tags"], rest.headers.get("link")) == (["latest"], None)


async def test_tags_are_listed_to_those_who_may_read_metadata(world: World):
    token = (await world.token(LEGACY, "repository:hello:metadata_read")).json()["access_token"]
    assert (await world.get(LEGACY, "/v2/hello/tags/list", token)).status_code == 200
    assert (await world.get(LEGACY, "/v2/hello/manifests/1.0", token)).status_code == 401


async def test_tags_of_an_absent_repository_are_refused(world: World):
    answer = await world.get(LEGACY, "/v2/absent/tags/list", await pull_token(world, "absent"))
    assert refusal(answer) == (404, "NAME_UNKNOWN", "repository name not known to registry")
    assert answer.json()["errors"][0]["detail"] == {"name": "absent"}


async def test_catalog_lists_the_repositories(world: World):
    token = (await world.token(LEGACY, "registry:catalog:*")).json()["access_token"]
    for path in ("/v2/_catalog", "/acr/v1/_catalog"):
        answer = await world.get(LEGACY, path, token)
        assert answer.json() == {"repositories": ["backend-infra/tools", "backend/api", "hello"]}


async def test_no_image_has_referrers(world: World):
    path = f"/v2/hello/referrers/{images.repositories()['hello'].tags['1.0']}"
    index = "application/vnd.oci.image.index.v1+json"
    answer = await world.get(LEGACY, path, await pull_token(world, "hello"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, index)
    assert answer.json() == {"schemaVersion": 2, "mediaType": index, "manifests": []}
    assert (await world.get(LEGACY, path, await pull_token(world, "backend/api"))).status_code == 401


async def test_pushing_needs_its_right_and_changes_nothing(world: World):
    token = await pull_token(world, "hello")
    assert (await world.get(LEGACY, "/v2/hello/blobs/uploads/", token, "POST")).status_code == 401
    world.assign(ACR_PUSH, registry_id(LEGACY))
    push = (await world.token(LEGACY, "repository:hello:pull,push")).json()["access_token"]
    assert refusal(await world.get(LEGACY, "/v2/hello/manifests/2.0", push, "PUT")) == (
        405,
        "UNSUPPORTED",
        "The sandbox does not emulate PUT /v2/hello/manifests/2.0 of a registry.",
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("DELETE", "/acr/v1/hello/_tags/1.0", 405, "UNSUPPORTED"),
        ("PATCH", "/acr/v1/hello", 405, "UNSUPPORTED"),
        ("GET", "/v2/_oras/artifacts", 404, "NOT_FOUND"),
    ],
)
async def test_a_request_that_the_sandbox_does_not_have_is_refused_as_such(
    world: World, method: str, path: str, status: int, code: str
):
    answer = await world.get(LEGACY, path, await pull_token(world, "hello"), method)
    assert refusal(answer) == (status, code, f"The sandbox does not emulate {method} {path} of a registry.")


@pytest.mark.parametrize(
    ("has_own_endpoint", "host"),
    [(False, "sandboxregistrylayers.blob.core.windows.net"), (True, "fabrikamimages.westeurope.data.azurecr.io")],
)
async def test_layer_is_kept_elsewhere_under_an_address_that_needs_no_token(
    world: World, has_own_endpoint: bool, host: str
):
    with world.registry(LEGACY) as properties:
        properties["dataEndpointEnabled"] = has_own_endpoint
    blob = next(iter(images.repositories()["hello"].blobs))
    answer = await world.get(LEGACY, f"/v2/hello/blobs/{blob}", await pull_token(world, "hello"))
    (redirect,) = answer.history
    assert (redirect.status_code, answer.url.host, digest(answer.content)) == (307, host, blob)
    assert "authorization" not in answer.request.headers
    address = str(answer.url)
    with_token = await world.client.get(address, headers={"Authorization": "Bearer x"})
    assert refusal(with_token)[:2] == (400, "InvalidAuthenticationInfo")
    unsigned = await world.client.get(address.partition("?")[0])
    elsewhere = await world.client.get(address.replace(host, LEGACY))
    world.wait(1201)
    late = await world.client.get(address)
    assert {refusal(it)[:2] for it in (unsigned, elsewhere, late)} == {(403, "AuthenticationFailed")}


@pytest.mark.parametrize("path", ["/v2/_catalog", "/v2/hello/tags/list", "/acr/v1/hello/_tags"])
@pytest.mark.parametrize("n", ["-1", "many", "1.5"])
async def test_a_page_of_no_number_is_refused(world: World, path: str, n: str):
    scopes = "registry:catalog:* repository:hello:pull,metadata_read"
    token = (await world.token(LEGACY, scopes)).json()["access_token"]
    assert (await world.get(LEGACY, path, token)).status_code == 200
    answer = await world.get(LEGACY, f"{path}?n={n}", token)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "PAGINATION_NUMBER_INVALID")
