import base64
from pathlib import Path

import httpx
import pytest

from crosstenant.sandbox.entra import tokens
from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.world.seed import (
    CLUSTER_OWNER_ID,
    CLUSTER_OWNER_SECRET,
    CLUSTER_TENANT,
    REGISTRY_OWNER_ID,
    REGISTRY_OWNER_SECRET,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.state import now
from tests.sandbox.registry_world import (
    ABAC,
    ACR_PULL,
    APP,
    AUTHENTICATION_REQUIRED,
    LEGACY,
    NOT_REGISTERED,
    PRINCIPAL,
    SECRET,
    WRONG_SECRET,
    World,
    claims,
    open_world,
    refusal,
    registry_id,
)

PULL = "repository:hello:pull"


async def exchange(world: World, token: str, host: str = LEGACY) -> httpx.Response:
    form = {"grant_type": "access_token", "service": host, "access_token": token}
    return await world.client.post(f"https://{host}/oauth2/exchange", data=form)


async def post_token(world: World, **form: str) -> httpx.Response:
    return await world.client.post(f"https://{LEGACY}/oauth2/token", data={"service": LEGACY, **form})


def arm_token(world: World, tenant: str, app_id: str, secret: str, audience: str = tokens.ARM_AUDIENCE) -> str:
    with world.store.read() as state:
        return tokens.issue(state, tenant, authenticate(state, tenant, app_id, secret), audience)


async def test_challenge_names_the_registrys_own_token_service(world: World):
    answer = await world.get(LEGACY, "/v2/")
    assert refusal(answer) == AUTHENTICATION_REQUIRED
    assert answer.headers["www-authenticate"] == f'Bearer realm="https://{LEGACY}/oauth2/token",service="{LEGACY}"'
    assert answer.headers["docker-distribution-api-version"] == "registry/2.0"


async def test_challenge_of_a_manifest_names_its_scope(world: World):
    answer = await world.get(LEGACY, "/v2/backend/api/manifests/1.0")
    assert refusal(answer) == AUTHENTICATION_REQUIRED
    assert answer.headers["www-authenticate"] == (
        f'Bearer realm="https://{LEGACY}/oauth2/token",service="{LEGACY}",scope="repository:backend/api:pull"'
    )
    [error] = answer.json()["errors"]
    assert error["detail"] == [{"Type": "repository", "Name": "backend/api", "Action": "pull"}]


async def test_any_token_of_the_registry_answers_the_base_address(world: World):
    token = (await world.token(LEGACY)).json()["access_token"]
    assert claims(token)["access"] == []
    answer = await world.get(LEGACY, "/v2/", token)
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["docker-distribution-api-version"] == "registry/2.0"


async def test_token_says_what_it_opens_and_for_how_long(world: World):
    answer = await world.token(LEGACY, PULL, account=APP)
    assert list(answer.json()) == ["access_token"]
    found = claims(answer.json()["access_token"])
    with world.store.read() as state:
        assert found["iat"] == pytest.approx(now(state), abs=5)
    assert found["exp"] - found["iat"] == 4500
    assert found["access"] == [{"type": "repository", "name": "hello", "actions": ["pull"]}]
    expected = {
        "iss": "Azure Container Registry",
        "aud": LEGACY,
        "sub": PRINCIPAL,
        "appid": APP,
        "tenant": REGISTRY_TENANT,
        "grant_type": "access_token",
    }
    assert {name: found[name] for name in expected} == expected
    assert found["jti"]


async def test_several_scopes_in_one_request(world: World):
    assert await world.access(LEGACY, "repository:hello:pull,push", "repository:backend/api:pull") == [
        {"type": "repository", "name": "hello", "actions": ["pull"]},
        {"type": "repository", "name": "backend/api", "actions": ["pull"]},
    ]
    assert len(await world.access(LEGACY, "repository:hello:pull repository:backend/api:pull")) == 2


async def test_application_without_principal_in_the_registrys_tenant_is_refused(tmp_path: Path):
    world = open_world(tmp_path)
    world.add_application()
    world.add_principal(CLUSTER_TENANT)
    assert refusal(await world.token(LEGACY, PULL)) == NOT_REGISTERED


async def test_single_tenant_application_is_refused(tmp_path: Path):
    world = open_world(tmp_path)
    world.add_application(audience="AzureADMyOrg")
    world.add_principal()
    assert refusal(await world.token(LEGACY, PULL)) == NOT_REGISTERED


async def test_unknown_application_is_refused(world: World):
    unknown = "a0000000-0000-4000-8000-00000000dead"
    assert refusal(await world.token(LEGACY, PULL, username=unknown)) == NOT_REGISTERED


async def test_the_admin_user_is_refused_as_what_the_sandbox_does_not_have(world: World):
    answer = await world.token(LEGACY, PULL, username=LEGACY.partition(".")[0].upper())
    assert refusal(answer)[2] == "The sandbox does not emulate the sign-in of a registry's admin user."


async def test_user_name_that_is_no_client_id_is_refused(world: World):
    expected = (401, "UNAUTHORIZED", "aad access token with sp failed client id must be guid")
    assert refusal(await world.token(LEGACY, PULL, username="admin")) == expected


async def test_wrong_secret_is_refused(world: World):
    assert refusal(await world.token(LEGACY, PULL, password=f"{SECRET}x")) == WRONG_SECRET
    assert refusal(await world.token(LEGACY, PULL, password="")) == WRONG_SECRET


async def test_expired_secret_is_refused(world: World):
    assert (await world.token(LEGACY, PULL)).status_code == 200
    world.wait(86401)
    assert refusal(await world.token(LEGACY, PULL)) == WRONG_SECRET


async def test_removed_secret_is_refused(world: World):
    with world.application() as application:
        application["passwordCredentials"].clear()
    assert refusal(await world.token(LEGACY, PULL)) == WRONG_SECRET


async def test_secret_that_has_not_spread_is_refused_until_it_has(world: World):
    with world.store.read() as state:
        time = now(state)
    with world.application() as application:
        application["passwordCredentials"][0]["_usable_at"] = time + 30
    assert refusal(await world.token(LEGACY, PULL)) == WRONG_SECRET
    world.wait(31)
    assert (await world.token(LEGACY, PULL)).status_code == 200


async def test_disabled_principal_is_refused(world: World):
    with world.store.change() as state:
        state["servicePrincipals"][PRINCIPAL]["accountEnabled"] = False
    status, code, message = refusal(await world.token(LEGACY, PULL))
    assert (status, code) == (401, "UNAUTHORIZED")
    assert message.startswith("AADSTS7000112: ")


@pytest.mark.parametrize(
    "header", [None, "Basic", "Basic !!!", "Basic " + base64.b64encode(b"nocolon").decode(), "Bearer x"]
)
async def test_token_needs_readable_credentials(world: World, header: str | None):
    answer = await world.client.get(
        f"https://{LEGACY}/oauth2/token",
        params={"service": LEGACY, "scope": PULL},
        headers={"Authorization": header} if header else {},
    )
    assert refusal(answer) == AUTHENTICATION_REQUIRED


@pytest.mark.parametrize(
    "query",
    [
        {"scope": PULL},
        {"service": ABAC, "scope": PULL},
        {"service": LEGACY, "scope": "hello"},
        {"service": LEGACY, "scope": "repository:hello:"},
    ],
)
async def test_malformed_token_request_is_refused(world: World, query: dict[str, str]):
    answer = await world.client.get(f"https://{LEGACY}/oauth2/token", params=query, auth=(APP, SECRET))
    assert refusal(answer)[:2] == (400, "BAD_REQUEST")


async def test_password_grant_answers_like_basic_credentials(world: World):
    form = {"grant_type": "password", "username": APP, "scope": PULL, "client_id": "containerd"}
    answer = await post_token(world, **form, password=SECRET)
    assert claims(answer.json()["access_token"])["access"] == [
        {"type": "repository", "name": "hello", "actions": ["pull"]}
    ]
    assert refusal(await post_token(world, **form, password="wrong")) == WRONG_SECRET


async def test_unknown_grant_is_refused(world: World):
    assert refusal(await post_token(world, grant_type="authorization_code", scope=PULL))[0] == 400


async def test_arm_token_of_the_registrys_tenant_is_exchanged(world: World):
    arm = arm_token(world, REGISTRY_TENANT, REGISTRY_OWNER_ID, REGISTRY_OWNER_SECRET)
    refresh = (await exchange(world, arm)).json()["refresh_token"]
    assert claims(refresh)["grant_type"] == "refresh_token"
    answer = await post_token(world, grant_type="refresh_token", refresh_token=refresh, scope=PULL)
    assert claims(answer.json()["access_token"])["appid"] == REGISTRY_OWNER_ID
    assert claims(answer.json()["access_token"])["access"][0]["actions"] == ["pull"]


async def test_refresh_token_is_a_password_of_the_null_user(world: World):
    arm = arm_token(world, REGISTRY_TENANT, APP, SECRET, tokens.REGISTRY_AUDIENCE)
    refresh = (await exchange(world, arm)).json()["refresh_token"]
    null = "00000000-0000-0000-0000-000000000000"
    assert (await world.token(LEGACY, PULL, username=null, password=refresh)).status_code == 200
    assert refusal(await world.token(LEGACY, PULL, username=null, password="x")) == AUTHENTICATION_REQUIRED
    world.wait(3 * 3600)
    assert refusal(await world.token(LEGACY, PULL, username=null, password=refresh)) == AUTHENTICATION_REQUIRED


async def test_arm_token_of_another_tenant_is_not_exchanged(world: World):
    arm = arm_token(world, CLUSTER_TENANT, CLUSTER_OWNER_ID, CLUSTER_OWNER_SECRET)
    assert refusal(await exchange(world, arm)) == AUTHENTICATION_REQUIRED


async def test_graph_token_is_not_exchanged(world: World):
    graph = arm_token(world, REGISTRY_TENANT, REGISTRY_OWNER_ID, REGISTRY_OWNER_SECRET, tokens.GRAPH_AUDIENCE)
    assert refusal(await exchange(world, graph)) == AUTHENTICATION_REQUIRED


async def test_exchange_with_get_is_no_address(world: World):
    assert (await world.get(LEGACY, "/oauth2/exchange")).status_code == 404


async def test_access_token_is_no_refresh_token_and_the_other_way_round(world: World):
    access = (await world.token(LEGACY, PULL)).json()["access_token"]
    answer = await post_token(world, grant_type="refresh_token", refresh_token=access, scope=PULL)
    assert refusal(answer) == AUTHENTICATION_REQUIRED
    refresh = (await exchange(world, arm_token(world, REGISTRY_TENANT, APP, SECRET))).json()["refresh_token"]
    assert (await world.get(LEGACY, "/v2/", refresh)).status_code == 401


async def test_token_opens_no_other_registry(world: World):
    world.assign(ACR_PULL, registry_id(ABAC))
    token = (await world.token(LEGACY, PULL)).json()["access_token"]
    answer = await world.get(ABAC, "/v2/hello/manifests/1.0", token)
    assert refusal(answer) == AUTHENTICATION_REQUIRED
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_arm_token_does_not_open_a_manifest(world: World):
    arm = arm_token(world, REGISTRY_TENANT, REGISTRY_OWNER_ID, REGISTRY_OWNER_SECRET)
    assert (await world.get(LEGACY, "/v2/hello/manifests/1.0", arm)).status_code == 401


async def test_forged_token_opens_nothing(world: World):
    token = (await world.token(LEGACY, PULL)).json()["access_token"]
    header, payload, signature = token.split(".")
    changed = base64.urlsafe_b64decode(payload + "==").replace(b'"pull"', b'"push"')
    forged = f"{header}.{base64.urlsafe_b64encode(changed).rstrip(b'=').decode()}.{signature}"
    assert (await world.get(LEGACY, "/v2/", forged)).status_code == 401
    assert (await world.get(LEGACY, "/v2/", token)).status_code == 200


async def test_token_lives_as_long_as_the_setting_says(world: World):
    world.set(registry_token_seconds=60)
    token = (await world.token(LEGACY, PULL)).json()["access_token"]
    world.wait(50)
    assert (await world.get(LEGACY, "/v2/hello/manifests/1.0", token)).status_code == 200
    world.wait(11)
    answer = await world.get(LEGACY, "/v2/hello/manifests/1.0", token)
    assert refusal(answer) == AUTHENTICATION_REQUIRED
    assert answer.headers["www-authenticate"].endswith('scope="repository:hello:pull",error="invalid_token"')


async def test_basic_credentials_open_a_manifest_directly(world: World):
    address = f"https://{LEGACY}/v2/hello/manifests/1.0"
    assert (await world.client.get(address, auth=(APP, SECRET))).status_code == 200
    assert refusal(await world.client.get(address, auth=(APP, "wrong"))) == WRONG_SECRET
