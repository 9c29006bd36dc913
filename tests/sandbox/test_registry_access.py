from pathlib import Path

import pytest

from crosstenant.sandbox.world.seed import REGISTRY_GROUP, REGISTRY_SUBSCRIPTION
from crosstenant.sandbox.world.state import now
from tests.sandbox.registry_world import (
    ABAC,
    ACR_DELETE,
    ACR_PULL,
    ACR_PUSH,
    AKS_CONTRIBUTOR,
    APP,
    AUTHENTICATION_REQUIRED,
    CATALOG_LISTER,
    CONTRIBUTOR,
    DENIED,
    LEGACY,
    OWNER,
    PRINCIPAL,
    READER,
    REPOSITORY_READER,
    SECRET,
    World,
    open_world,
    refusal,
    registry_id,
    within,
)

PULL = "repository:hello:pull"
SOMEBODY_ELSE = "b0000000-0000-4000-8000-0000000abc99"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The application is in the registry's tenant, without any role."""
    world = open_world(tmp_path)
    world.add_application()
    world.add_principal()
    return world


@pytest.mark.parametrize("host", [LEGACY, ABAC])
async def test_nobody_pulls_without_a_role(world: World, host: str):
    assert await world.access(host, PULL) == []
    answer = await world.pull(host, "hello")
    assert refusal(answer) == AUTHENTICATION_REQUIRED
    assert answer.json()["errors"][0]["detail"] == [{"Type": "repository", "Name": "hello", "Action": "pull"}]
    assert answer.headers["www-authenticate"].endswith('scope="repository:hello:pull",error="insufficient_scope"')


@pytest.mark.parametrize(
    ("role", "actions"),
    [
        (ACR_PULL, ["pull", "metadata_read"]),
        (ACR_PUSH, ["pull", "push", "metadata_read", "metadata_write"]),
        (ACR_DELETE, ["delete"]),
        (READER, ["pull", "metadata_read"]),
        (CONTRIBUTOR, ["pull", "push", "delete", "metadata_read", "metadata_write"]),
        (OWNER, ["pull", "push", "delete", "metadata_read", "metadata_write"]),
        (AKS_CONTRIBUTOR, []),
        (REPOSITORY_READER, []),
        (CATALOG_LISTER, []),
    ],
)
async def test_legacy_registry_goes_by_registry_wide_roles(world: World, role: str, actions: list[str]):
    world.assign(role, registry_id(LEGACY))
    found = await world.access(LEGACY, "repository:hello:pull,push,delete,metadata_read,metadata_write")
    assert [entry["actions"] for entry in found] == ([actions] if actions else [])
    assert (await world.pull(LEGACY, "hello")).status_code == (200 if "pull" in actions else 401)


@pytest.mark.parametrize(
    ("role", "actions"),
    [
        (ACR_PULL, []),
        (ACR_PUSH, []),
        (OWNER, []),
        (READER, []),
        (CATALOG_LISTER, []),
        (REPOSITORY_READER, ["pull", "metadata_read"]),
    ],
)
async def test_abac_registry_goes_by_repository_roles(world: World, role: str, actions: list[str]):
    world.assign(role, registry_id(ABAC))
    found = await world.access(ABAC, "repository:hello:pull,push,delete,metadata_read,metadata_write")
    assert [entry["actions"] for entry in found] == ([actions] if actions else [])
    assert (await world.pull(ABAC, "hello")).status_code == (200 if "pull" in actions else 401)


async def test_change_of_mode_changes_which_role_counts(world: World):
    world.assign(ACR_PULL, registry_id(LEGACY))
    assert (await world.pull(LEGACY, "hello")).status_code == 200
    with world.registry(LEGACY) as properties:
        properties["roleAssignmentMode"] = "AbacRepositoryPermissions"
    assert (await world.pull(LEGACY, "hello")).status_code == 401
    world.assign(REPOSITORY_READER, registry_id(LEGACY))
    assert (await world.pull(LEGACY, "hello")).status_code == 200


@pytest.mark.parametrize("scope", [REGISTRY_GROUP, f"/subscriptions/{REGISTRY_SUBSCRIPTION}"])
async def test_role_above_the_registry_counts(world: World, scope: str):
    world.assign(ACR_PULL, scope)
    assert (await world.pull(LEGACY, "hello")).status_code == 200


async def test_role_on_another_registry_does_not_count(world: World):
    world.assign(ACR_PULL, registry_id(ABAC))
    world.assign(ACR_PULL, f"{registry_id(LEGACY)}2")
    assert (await world.pull(LEGACY, "hello")).status_code == 401


async def test_role_of_somebody_else_does_not_count(world: World):
    world.assign(ACR_PULL, registry_id(LEGACY), principal_id=SOMEBODY_ELSE)
    assert (await world.pull(LEGACY, "hello")).status_code == 401


async def test_role_counts_once_it_has_spread(world: World):
    with world.store.read() as state:
        later = now(state) + 40
    world.assign(ACR_PULL, registry_id(LEGACY), effective_at=later)
    assert (await world.pull(LEGACY, "hello")).status_code == 401
    world.wait(41)
    assert (await world.pull(LEGACY, "hello")).status_code == 200


async def test_token_outlives_the_role_and_a_new_one_does_not_come(world: World):
    assignment = world.assign(ACR_PULL, registry_id(LEGACY))
    token = (await world.token(LEGACY, PULL)).json()["access_token"]
    with world.store.change() as state:
        del state["roleAssignments"][assignment]
    assert (await world.get(LEGACY, "/v2/hello/manifests/1.0", token)).status_code == 200
    assert await world.access(LEGACY, PULL) == []
    address = f"https://{LEGACY}/v2/hello/manifests/1.0"
    assert refusal(await world.client.get(address, auth=(APP, SECRET))) == AUTHENTICATION_REQUIRED


async def test_token_for_one_repository_does_not_open_another(world: World):
    world.assign(ACR_PULL, registry_id(LEGACY))
    token = (await world.token(LEGACY, PULL)).json()["access_token"]
    assert refusal(await world.get(LEGACY, "/v2/backend/api/manifests/1.0", token)) == AUTHENTICATION_REQUIRED


async def test_refusal_can_come_with_the_token(world: World):
    world.set(registry_refuses_at="token")
    answer = await world.token(LEGACY, PULL)
    assert refusal(answer) == AUTHENTICATION_REQUIRED
    assert answer.json()["errors"][0]["detail"] == [{"Type": "repository", "Name": "hello", "Action": "pull"}]
    world.assign(ACR_PULL, registry_id(LEGACY))
    assert (await world.token(LEGACY, PULL)).status_code == 200


@pytest.mark.parametrize("at", ["token", "manifest"])
async def test_refusal_can_come_as_denied(world: World, at: str):
    world.set(registry_refuses_at=at, registry_refuses_with="denied")
    assert refusal(await world.pull(LEGACY, "hello")) == DENIED
    assert (await world.token(LEGACY, PULL)).status_code == (403 if at == "token" else 200)


async def test_condition_holds_to_the_prefix_with_its_slash(world: World):
    world.assign(REPOSITORY_READER, registry_id(ABAC), within("StringStartsWithIgnoreCase 'backend/'"))
    assert (await world.pull(ABAC, "backend/api")).status_code == 200
    assert refusal(await world.pull(ABAC, "backend-infra/tools")) == AUTHENTICATION_REQUIRED
    assert refusal(await world.pull(ABAC, "hello")) == AUTHENTICATION_REQUIRED


async def test_prefix_without_slash_lets_the_neighbour_through(world: World):
    world.assign(REPOSITORY_READER, registry_id(ABAC), within("StringStartsWithIgnoreCase 'backend'"))
    assert (await world.pull(ABAC, "backend-infra/tools")).status_code == 200


async def test_token_lists_the_repositories_that_the_condition_allows(world: World):
    condition = within("StringEqualsIgnoreCase 'hello'", "StringEqualsIgnoreCase 'backend-infra/tools'")
    world.assign(REPOSITORY_READER, registry_id(ABAC), condition)
    scopes = [f"repository:{name}:pull" for name in ("hello", "backend/api", "backend-infra/tools")]
    assert [entry["name"] for entry in await world.access(ABAC, *scopes)] == ["hello", "backend-infra/tools"]


async def test_condition_that_cannot_be_read_gives_nothing(world: World):
    world.assign(REPOSITORY_READER, registry_id(ABAC), "true")
    assert (await world.pull(ABAC, "hello")).status_code == 401


async def test_unconditional_role_beside_a_conditional_one_counts(world: World):
    world.assign(REPOSITORY_READER, registry_id(ABAC), within("StringEqualsIgnoreCase 'hello'"))
    assert (await world.pull(ABAC, "backend/api")).status_code == 401
    world.assign(REPOSITORY_READER, registry_id(ABAC))
    assert (await world.pull(ABAC, "backend/api")).status_code == 200


@pytest.mark.parametrize(
    ("host", "role", "status"),
    [(LEGACY, ACR_PULL, 200), (LEGACY, ACR_DELETE, 401), (ABAC, REPOSITORY_READER, 401), (ABAC, CATALOG_LISTER, 200)],
)
async def test_catalog_has_a_right_of_its_own_in_abac_mode(world: World, host: str, role: str, status: int):
    world.assign(role, registry_id(host))
    token = (await world.token(host, "registry:catalog:*")).json()["access_token"]
    assert (await world.get(host, "/v2/_catalog", token)).status_code == status


async def test_anonymous_pull_needs_no_credentials_but_refuses_wrong_ones(world: World):
    parameters = {"service": LEGACY, "scope": PULL}
    address = f"https://{LEGACY}/oauth2/token"
    assert (await world.client.get(address, params=parameters)).status_code == 401
    with world.registry(LEGACY) as properties:
        properties["anonymousPullEnabled"] = True
    token = (await world.client.get(address, params=parameters)).json()["access_token"]
    assert (await world.get(LEGACY, "/v2/hello/manifests/1.0", token)).status_code == 200
    assert (await world.token(LEGACY, PULL, password="wrong")).status_code == 401
    push = (await world.client.get(address, params={**parameters, "scope": "repository:hello:push"})).json()
    assert (await world.get(LEGACY, "/v2/hello/blobs/uploads/", push["access_token"], "POST")).status_code == 401


async def test_anonymous_client_that_asks_with_a_form_gets_the_same_answers(world: World):
    form = {"grant_type": "password", "service": LEGACY, "scope": PULL}
    address = f"https://{LEGACY}/oauth2/token"
    assert (await world.client.post(address, data=form)).status_code == 401
    with world.registry(LEGACY) as properties:
        properties["anonymousPullEnabled"] = True
    token = (await world.client.post(address, data=form)).json()["access_token"]
    assert (await world.get(LEGACY, "/v2/hello/manifests/1.0", token)).status_code == 200
    assert (await world.client.post(address, data={**form, "username": APP})).status_code == 400


async def test_principal_that_lost_its_object_id_loses_its_roles(world: World):
    world.assign(ACR_PULL, registry_id(LEGACY))
    with world.store.change() as state:
        del state["servicePrincipals"][PRINCIPAL]
    world.add_principal(object_id="b0000000-0000-4000-8000-0000000abc03")
    assert await world.access(LEGACY, PULL) == []
