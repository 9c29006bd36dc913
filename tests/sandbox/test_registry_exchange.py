"""The exchange of an Entra token for a registry's own tokens: grant types, audiences, lifetimes."""

import jwt
import pytest

from crosstenant.sandbox.entra import tokens
from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.world.managed_identities import create
from crosstenant.sandbox.world.open_questions import REGISTRY_EXCHANGE_TENANT
from crosstenant.sandbox.world.seed import CLUSTER_TENANT, IDENTITY_GROUP, REGISTRY_TENANT
from tests.both_answers import both_answers
from tests.sandbox.registry_world import (
    ACR_PULL,
    APP,
    AUTHENTICATION_REQUIRED,
    LEGACY,
    SECRET,
    World,
    claims,
    refusal,
    registry_id,
)
from tests.sandbox.test_registry_sign_in import PULL, post_token

ARM, ACR = tokens.ARM_AUDIENCE, tokens.REGISTRY_AUDIENCE
REFRESH_TOKEN_USER = "00000000-0000-0000-0000-000000000000"


def entra_token(world: World, audience: str) -> str:
    with world.store.read() as state:
        principal = authenticate(state, REGISTRY_TENANT, APP, SECRET)
        return tokens.issue(state, REGISTRY_TENANT, principal, audience)


async def exchange(world: World, token: str, **form: str):
    form = {"grant_type": "access_token", "service": LEGACY, "access_token": token, **form}
    return await world.client.post(f"https://{LEGACY}/oauth2/exchange", data=form)


@pytest.mark.parametrize("grant_type", ["access_token", "access_token_refresh_token"])
@pytest.mark.parametrize("audience", [ARM, ACR])
async def test_both_grant_types_take_a_token_of_either_audience(world: World, grant_type: str, audience: str):
    answer = await exchange(world, entra_token(world, audience), grant_type=grant_type, tenant=REGISTRY_TENANT)
    assert claims(answer.json()["refresh_token"])["grant_type"] == "refresh_token"


@pytest.mark.parametrize("grant_type", ["refresh_token", "password", ""])
async def test_other_grant_types_are_refused(world: World, grant_type: str):
    answer = await exchange(world, entra_token(world, ACR), grant_type=grant_type)
    assert refusal(answer)[:2] == (400, "BAD_REQUEST")


async def test_refresh_token_lives_three_hours_and_access_token_75_minutes(world: World):
    refresh = (await exchange(world, entra_token(world, ACR))).json()["refresh_token"]
    access = await post_token(world, grant_type="refresh_token", refresh_token=refresh, scope=PULL)
    lives = [(found["exp"] - found["iat"]) / 60 for found in (claims(refresh), claims(access.json()["access_token"]))]
    assert lives == [180, 75]
    manifest = "/v2/hello/manifests/1.0"
    assert (await world.get(LEGACY, manifest, access.json()["access_token"])).status_code == 200
    world.wait(75 * 60)
    assert (await world.get(LEGACY, manifest, access.json()["access_token"])).status_code == 401
    world.wait(104 * 60)
    assert (await world.token(LEGACY, PULL, username=REFRESH_TOKEN_USER, password=refresh)).status_code == 200
    world.wait(2 * 60)
    assert (await world.token(LEGACY, PULL, username=REFRESH_TOKEN_USER, password=refresh)).status_code == 401


async def test_registry_that_refuses_tokens_for_resource_manager_takes_its_own(world: World):
    with world.registry(LEGACY) as properties:
        properties["policies"]["azureADAuthenticationAsArmPolicy"]["status"] = "disabled"
    status, code, _ = refusal(await exchange(world, entra_token(world, ARM)))
    assert (status, code) == (401, "UNAUTHORIZED")
    assert "refresh_token" in (await exchange(world, entra_token(world, ACR))).json()
    assert (await world.token(LEGACY, PULL)).status_code == 200, "a secret is no token for Resource Manager"


async def test_managed_identity_pulls_with_its_role_and_not_without(world: World):
    with world.store.change() as state:
        properties = create(state, IDENTITY_GROUP, "pull", "westeurope")["properties"]
        principal = state["servicePrincipals"][properties["principalId"]]
        token = tokens.issue(state, REGISTRY_TENANT, principal, ACR)
    refresh = (await exchange(world, token)).json()["refresh_token"]

    async def opened() -> list[object]:
        answer = await post_token(world, grant_type="refresh_token", refresh_token=refresh, scope=PULL)
        return jwt.decode(answer.json()["access_token"], options={"verify_signature": False})["access"]

    assert await opened() == []
    world.assign(ACR_PULL, registry_id(LEGACY), principal_id=properties["principalId"])
    assert await opened() == [{"type": "repository", "name": "hello", "actions": ["pull"]}]


@both_answers(REGISTRY_EXCHANGE_TENANT)
async def test_kubelets_provider_names_the_clusters_tenant(world: World, given_answers):
    answer = await exchange(
        world, entra_token(world, ACR), grant_type="access_token_refresh_token", tenant=CLUSTER_TENANT
    )
    if given_answers[REGISTRY_EXCHANGE_TENANT] == "checked":
        assert refusal(answer) == AUTHENTICATION_REQUIRED
    else:
        assert "refresh_token" in answer.json()
