"""What Azure may do in two manners, the sandbox does in both, by a setting."""

from __future__ import annotations

import ast
import copy

import pytest

from crosstenant.sandbox.entra.assertions import ASSERTION_TYPE, federated_token
from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.entra.tokens import ARM_AUDIENCE, issue
from crosstenant.sandbox.world.drift import application, set_audience
from crosstenant.sandbox.world.open_questions import (
    AKS_PUT_WITHOUT_SECRET,
    AKS_SECRET_CODE,
    AKS_UNKNOWN_PRINCIPAL_STATUS,
    ASSERTION_WHITE_SPACE,
    CONSENT_WITHOUT_PERMISSIONS,
    QUESTIONS,
    REGISTRY_EXCHANGE_TENANT,
    REGISTRY_REFUSES_AT,
    REGISTRY_REFUSES_WITH,
    REGISTRY_SIGN_IN_WORDS,
    ROLE_ASSIGNMENT_SCOPE,
)
from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_TENANT,
    FEDERATION_AUDIENCE,
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
    OLD_CLUSTER_APP_ID,
    REGISTRY,
    REGISTRY_CALLER_ID,
    REGISTRY_OWNER_ID,
    REGISTRY_OWNER_SECRET,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.settings import set_setting
from lib.beliefs import files_with_both_answers
from tests.both_answers import both_answers
from tests.sandbox.arm_world import NEW_APP, NEW_SECRET, Arm, message, refusal
from tests.sandbox.registry_world import AUTHENTICATION_REQUIRED, DENIED, LEGACY, SECRET, WRONG_SECRET, World
from tests.sandbox.registry_world import refusal as registry_refusal

PULL = "repository:hello:pull"


def test_every_question_has_a_test_with_all_its_answers():
    tested = files_with_both_answers()
    assert [it.setting for it in QUESTIONS if it.setting not in tested] == []


def test_every_question_has_two_answers_and_a_recipe():
    for it in QUESTIONS:
        assert len(it.answers) > 1
        assert it.asks.endswith("?")
        assert it.settle.endswith(".")
    assert len({it.setting for it in QUESTIONS}) == len(QUESTIONS)


def test_seeded_state_gives_the_defaults(seeded):
    assert {it.setting: it.answer(seeded) for it in QUESTIONS} == {it.setting: it.default for it in QUESTIONS}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda it: it.setting)
def test_setting_takes_the_answers_alone(seeded, question):
    state = copy.deepcopy(seeded)
    state["settings"] = {}  # As in a state file of an earlier version.
    assert question.answer(state) == question.default
    for answer in question.answers:
        set_setting(state, question.setting, answer)
        assert question.answer(state) == answer
    with pytest.raises(ValueError, match=f"setting '{question.setting}' must be {question.default} or "):
        set_setting(state, question.setting, "perhaps")


def reset(arm: Arm, secret: str):
    return arm.post(f"{CLUSTER}/resetServicePrincipalProfile", {"clientId": NEW_APP, "secret": secret})


@both_answers(AKS_SECRET_CODE)
@pytest.mark.parametrize("expired", [False, True])
def test_aks_refuses_a_secret(arm: Arm, given_answers, expired: bool):
    arm.add_principal(expired=expired)
    answer = reset(arm, NEW_SECRET if expired else "wrong")
    assert refusal(answer) == (400, given_answers[AKS_SECRET_CODE])
    assert ("AADSTS7000222" if expired else "AADSTS7000215") in message(answer)


@both_answers(AKS_UNKNOWN_PRINCIPAL_STATUS)
def test_aks_refuses_an_unknown_application(arm: Arm, given_answers):
    assert refusal(reset(arm, NEW_SECRET)) == (
        int(given_answers[AKS_UNKNOWN_PRINCIPAL_STATUS]),
        "ServicePrincipalNotFound",
    )


@both_answers(AKS_PUT_WITHOUT_SECRET)
def test_cluster_is_put_without_its_secret(arm: Arm, given_answers):
    read = arm.get(CLUSTER).json()
    assert read["properties"]["servicePrincipalProfile"] == {"clientId": OLD_CLUSTER_APP_ID}
    answer = arm.put(CLUSTER, read)
    if given_answers[AKS_PUT_WITHOUT_SECRET] == "accepted":
        assert answer.status_code == 200
    else:
        assert refusal(answer) == (400, "InvalidParameter")


@both_answers(ROLE_ASSIGNMENT_SCOPE)
def test_role_assignment_is_found_in_any_spelling(arm: Arm, given_answers):
    name = "11111111-2222-4333-8444-555555555555"
    path = f"/providers/Microsoft.Authorization/roleAssignments/{name}"
    shouted = REGISTRY.replace("fabrikamimages", "FABRIKAMIMAGES")
    role = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
    with arm.store.read() as state:
        principal = next(it for it in state["servicePrincipals"].values() if it["appId"] == REGISTRY_CALLER_ID)
    properties = {
        "principalId": principal["id"],
        "principalType": "ServicePrincipal",
        "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
    }
    made = arm.put(f"{shouted}{path}", {"properties": properties}, caller=REGISTRY_OWNER_ID)
    assert made.status_code == 201
    expected = REGISTRY if given_answers[ROLE_ASSIGNMENT_SCOPE] == "resource" else shouted
    for scope in (REGISTRY, shouted):
        read = arm.get(f"{scope}{path}", caller=REGISTRY_OWNER_ID).json()
        assert (read["properties"]["scope"], read["id"]) == (expected, f"{expected}{path}")
    assert arm.put(f"{REGISTRY}{path}", {"properties": properties}, caller=REGISTRY_OWNER_ID).status_code == 200


@both_answers(REGISTRY_REFUSES_AT, REGISTRY_REFUSES_WITH)
async def test_registry_refuses_a_missing_role(world: World, given_answers):
    for name in [*world_assignments(world)]:
        with world.store.change() as state:
            del state["roleAssignments"][name]
    expected = DENIED if given_answers[REGISTRY_REFUSES_WITH] == "denied" else AUTHENTICATION_REQUIRED
    token = await world.token(LEGACY, PULL)
    if given_answers[REGISTRY_REFUSES_AT] == "token":
        assert registry_refusal(token) == expected
    else:
        manifest = await world.get(LEGACY, "/v2/hello/manifests/1.0", token.json()["access_token"])
        assert registry_refusal(manifest) == expected


def world_assignments(world: World) -> list[str]:
    with world.store.read() as state:
        return [name for name in state["roleAssignments"] if "registries/fabrikamimages" in name]


@both_answers(REGISTRY_SIGN_IN_WORDS)
async def test_registry_refuses_a_secret(world: World, given_answers):
    wrong = await world.token(LEGACY, PULL, password=f"{SECRET}x")
    world.wait(86401)
    expired = await world.token(LEGACY, PULL)
    if given_answers[REGISTRY_SIGN_IN_WORDS] == "own":
        assert registry_refusal(wrong) == registry_refusal(expired) == WRONG_SECRET
    else:
        assert registry_refusal(wrong)[:2] == registry_refusal(expired)[:2] == (401, "UNAUTHORIZED")
        assert registry_refusal(wrong)[2].startswith("AADSTS7000215: ")
        assert registry_refusal(expired)[2].startswith("AADSTS7000222: ")


@both_answers(REGISTRY_EXCHANGE_TENANT)
@pytest.mark.parametrize("tenant", [REGISTRY_TENANT, CLUSTER_TENANT])
async def test_registry_exchanges_a_token(world: World, given_answers, tenant: str):
    with world.store.read() as state:
        owner = authenticate(state, REGISTRY_TENANT, REGISTRY_OWNER_ID, REGISTRY_OWNER_SECRET)
        token = issue(state, REGISTRY_TENANT, owner, ARM_AUDIENCE)
    form = {"grant_type": "access_token", "service": LEGACY, "access_token": token, "tenant": tenant}
    answer = await world.client.post(f"https://{LEGACY}/oauth2/exchange", data=form)
    if tenant == CLUSTER_TENANT and given_answers[REGISTRY_EXCHANGE_TENANT] == "checked":
        assert registry_refusal(answer) == AUTHENTICATION_REQUIRED
    else:
        assert "refresh_token" in answer.json()


@both_answers(CONSENT_WITHOUT_PERMISSIONS)
async def test_consent_without_permissions(client_for, store, given_answers):
    with store.change() as state:
        set_audience(state, CLUSTER_CALLER_ID, "AzureADMultipleOrgs")
        application(state, CLUSTER_CALLER_ID)["web"]["redirectUris"] = ["https://contoso.example/done"]
        application(state, CLUSTER_CALLER_ID)["requiredResourceAccess"] = []
    async with client_for("login") as client:
        answer = await client.get(f"/{REGISTRY_TENANT}/adminconsent", params={"client_id": CLUSTER_CALLER_ID})
    if given_answers[CONSENT_WITHOUT_PERMISSIONS] == "refused":
        assert "AADSTS650056" in answer.json()["error_description"]
    else:
        assert answer.headers["location"].startswith("https://contoso.example/done?tenant=")


@both_answers(ASSERTION_WHITE_SPACE)
async def test_assertion_that_ends_with_a_line_break(client_for, store, given_answers):
    with store.read() as state:
        assertion = federated_token(state, GITHUB_ISSUER, GITHUB_SUBJECT, FEDERATION_AUDIENCE)
    form = {
        "grant_type": "client_credentials",
        "client_id": CLUSTER_CALLER_ID,
        "scope": "https://management.azure.com/.default",
        "client_assertion_type": ASSERTION_TYPE,
    }
    async with client_for("login") as client:
        address = f"/{CLUSTER_TENANT}/oauth2/v2.0/token"
        assert (await client.post(address, data={**form, "client_assertion": assertion})).status_code == 200
        answer = await client.post(address, data={**form, "client_assertion": f"{assertion}\n"})
    if given_answers[ASSERTION_WHITE_SPACE] == "accepted":
        assert answer.status_code == 200
    else:
        assert "AADSTS50027" in answer.json()["error_description"]


def test_a_test_with_all_answers_is_found():
    text = "@both_answers(AKS_SECRET_CODE, REGISTRY_REFUSES_AT)\ndef test_it(): ..."
    assert files_with_both_answers({"tests/x.py": ast.parse(text)}) == {
        "aks_secret_code": ["tests/x.py"],
        "registry_refuses_at": ["tests/x.py"],
    }
