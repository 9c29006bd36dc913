"""The registry's own API, with which the Azure CLI lists tags and manifests."""

from pathlib import Path

import pytest

from crosstenant.sandbox.registry.images import repositories
from tests.sandbox.registry_world import (
    ABAC,
    ACR_PULL,
    LEGACY,
    OWNER,
    REPOSITORY_READER,
    World,
    open_world,
    refusal,
    registry_id,
    within,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = open_world(tmp_path)
    world.add_application()
    world.add_principal()
    world.assign(ACR_PULL, registry_id(LEGACY))
    world.assign(OWNER, registry_id(ABAC))
    return world


async def metadata_token(world: World, repository: str, host: str = LEGACY) -> str:
    return (await world.token(host, f"repository:{repository}:metadata_read")).json()["access_token"]


async def test_tags_carry_their_digest(world: World):
    token, held = await metadata_token(world, "hello"), repositories()["hello"]
    answer = (await world.get(LEGACY, "/acr/v1/hello/_tags", token)).json()
    assert (answer["registry"], answer["imageName"]) == (LEGACY, "hello")
    assert {one["name"]: one["digest"] for one in answer["tags"]} == held.tags
    page = await world.get(LEGACY, "/acr/v1/hello/_tags?n=1&orderby=", token)
    assert [one["name"] for one in page.json()["tags"]] == ["1.0"]
    assert page.headers["link"] == '</acr/v1/hello/_tags?last=1.0&n=1&orderby=>; rel="next"'
    one = await world.get(LEGACY, "/acr/v1/hello/_tags/latest", token)
    assert one.json()["tag"]["digest"] == held.tags["latest"]
    absent = await world.get(LEGACY, "/acr/v1/hello/_tags/2.0", token)
    assert refusal(absent) == (404, "TAG_UNKNOWN", "the specified tag does not exist")


async def test_manifests_carry_their_tags(world: World):
    token, held = await metadata_token(world, "backend/api"), repositories()["backend/api"]
    found = (await world.get(LEGACY, "/acr/v1/backend/api/_manifests", token)).json()["manifests"]
    assert {one["digest"] for one in found} == set(held.manifests)
    assert [one["tags"] for one in found if one["digest"] == held.tags["1.0"]] == [["1.0"]]
    one = await world.get(LEGACY, f"/acr/v1/backend/api/_manifests/{held.tags['1.0']}", token)
    assert one.json()["manifest"]["mediaType"] == "application/vnd.oci.image.index.v1+json"
    absent = await world.get(LEGACY, f"/acr/v1/backend/api/_manifests/sha256:{'0' * 64}", token)
    assert refusal(absent)[:2] == (404, "MANIFEST_UNKNOWN")


async def test_repository_has_its_counts(world: World):
    answer = (await world.get(LEGACY, "/acr/v1/backend/api", await metadata_token(world, "backend/api"))).json()
    assert (answer["imageName"], answer["manifestCount"], answer["tagCount"]) == ("backend/api", 3, 1)
    absent = await world.get(LEGACY, "/acr/v1/absent/_tags", await metadata_token(world, "absent"))
    assert refusal(absent) == (404, "NAME_UNKNOWN", "repository name not known to registry")


@pytest.mark.parametrize("path", ["", "/_tags", "/_tags/1.0", "/_manifests", "/_manifests/sha256:0"])
async def test_metadata_needs_its_own_permission(world: World, path: str):
    other = await metadata_token(world, "backend/api")
    pull = (await world.token(LEGACY, "repository:hello:pull")).json()["access_token"]
    for token in ("", other, pull):
        assert (await world.get(LEGACY, f"/acr/v1/hello{path}", token)).status_code == 401


async def test_owner_reads_nothing_of_an_abac_registry_and_a_reader_his_repositories(world: World):
    assert (await world.get(ABAC, "/acr/v1/hello/_tags", await metadata_token(world, "hello", ABAC))).status_code == 401
    world.assign(REPOSITORY_READER, registry_id(ABAC), within("StringEqualsIgnoreCase 'hello'"))
    assert (await world.get(ABAC, "/acr/v1/hello/_tags", await metadata_token(world, "hello", ABAC))).status_code == 200
    token = await metadata_token(world, "backend/api", ABAC)
    assert (await world.get(ABAC, "/acr/v1/backend/api/_tags", token)).status_code == 401
