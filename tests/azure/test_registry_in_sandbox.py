"""PullCheck and getRegistry against the sandbox: real host names, real sign-in, real role assignments."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret
from crosstenant.model.repository_condition import repository_condition, repository_within
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.get_registry import GetRegistry
from crosstenant.plugin.pull_check.resource import PullCheck
from crosstenant.provider_kit.resource import Properties
from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.directory_documents import new_application, new_password, new_service_principal
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.open_questions import (
    NEW_SECRET_CODE,
    REGISTRY_REFUSES_AT,
    REGISTRY_REFUSES_WITH,
    REGISTRY_SIGN_IN_WORDS,
)
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_CALLER_SECRET,
    CLUSTER_TENANT,
    REGISTRY_CALLER_ID,
    REGISTRY_CALLER_SECRET,
    REGISTRY_GROUP,
    REGISTRY_POWERLESS_ID,
    REGISTRY_POWERLESS_SECRET,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.state import State, Store, now
from crosstenant.sandbox.world.times import timestamp
from tests.both_answers import both_answers
from tests.fakes import Terminal, as_log

URN = "urn:pulumi:dev::test::crosstenant:index:PullCheck::check"
CLIENT_ID = "a0000000-0000-4000-8000-0000000abc01"
PRINCIPAL_ID = "b0000000-0000-4000-8000-0000000abc02"
SECRET = "abc8Q~the-pull-secret-of-the-test"
ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
REPOSITORY_READER = "b93aa761-3e63-49ed-ac28-beffa264f7ac"


def registry_id(name: str) -> str:
    return f"{REGISTRY_GROUP}/providers/Microsoft.ContainerRegistry/registries/{name}"


LEGACY = registry_id("fabrikamimages")
ABAC = registry_id("fabrikamabac")


@pytest.fixture
def log() -> Terminal:
    return Terminal()


@asynccontextmanager
async def signed_in(tenant_id: str, client_id: str, secret: str, log: Terminal) -> AsyncIterator[Context]:
    tenant = Tenant(tenant_id, PUBLIC, ClientSecret(client_id, secret))
    yield Context(tenant, as_log(log))
    await tenant.aclose()


@pytest.fixture
async def context(store: Store, log: Terminal) -> AsyncIterator[Context]:
    async with signed_in(REGISTRY_TENANT, REGISTRY_CALLER_ID, REGISTRY_CALLER_SECRET, log) as context:
        yield context


@pytest.fixture
def check(context: Context) -> PullCheck:
    return PullCheck(context)


def application(state: State) -> None:
    """The application, at home in the cluster tenant, with its secret."""
    time = now(state)
    home = new_application(str(uuid.uuid4()), CLIENT_ID, CLUSTER_TENANT, "pull", timestamp(time), "contoso.test")
    home["signInAudience"] = "AzureADMultipleOrgs"
    span = timestamp(time - 60), timestamp(time + 86400)
    home["passwordCredentials"] = [new_password(str(uuid.uuid4()), SECRET, "pull", *span, 0.0)]
    state["applications"][home["id"]] = home


def service_principal(state: State) -> None:
    """Its service principal in the registry tenant."""
    home = drift.application(state, CLIENT_ID)
    principal = new_service_principal(PRINCIPAL_ID, home, REGISTRY_TENANT, timestamp(now(state)))
    state["servicePrincipals"][PRINCIPAL_ID] = {**principal, "_graph_permissions": [], "_usable_at": 0.0}


def role(state: State, scope: str, guid: str, condition: str | None = None, effective_in: float = 0) -> None:
    """A role of it on a registry."""
    name = str(uuid.uuid4())
    assignment_id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    properties: dict[str, Any] = {
        "roleDefinitionId": f"/subscriptions/{scope.split('/')[2]}/providers/Microsoft.Authorization"
        f"/roleDefinitions/{guid}",
        "principalId": PRINCIPAL_ID,
        "principalType": "ServicePrincipal",
        "scope": scope,
    }
    if condition:
        properties |= {"condition": condition, "conditionVersion": "2.0"}
    state["roleAssignments"][assignment_id.lower()] = {
        "id": assignment_id,
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": properties,
        "_effective_at": now(state) + effective_in,
    }


def granted(store: Store, scope: str = LEGACY, guid: str = ACR_PULL, **how: Any) -> None:
    """The whole chain."""
    with store.change() as state:
        application(state)
        service_principal(state)
        role(state, scope, guid, **how)


def inputs(scope: str = LEGACY, **changes: Any) -> Properties:
    given = {"registryId": scope, "clientId": CLIENT_ID, "secret": SECRET, "mode": "require", "timeoutSeconds": 0.2}
    return {**given, **changes}


async def refused(check: PullCheck, **changes: Any) -> str:
    with pytest.raises(OperatorError) as caught:
        await check.create(URN, inputs(**changes), 0)
    assert SECRET not in str(caught.value)
    return str(caught.value)


async def result(check: PullCheck, olds: Properties, **changes: Any) -> str:
    found = await check.read(URN, f"{LEGACY}/pullChecks/{CLIENT_ID}", inputs(**changes), olds)
    assert found is not None
    outputs = found.outputs
    return ": ".join(outputs[name] for name in ("result", "refusalReason") if name in outputs)


async def test_registries_are_read_with_their_mode(context: Context):
    legacy, _ = await GetRegistry(context).call({"registryId": LEGACY})
    abac, _ = await GetRegistry(context).call({"registryId": ABAC})
    assert (legacy["loginServer"], legacy["roleAssignmentMode"], legacy["pullRoleName"]) == (
        "fabrikamimages.azurecr.io",
        "legacy",
        "AcrPull",
    )
    assert (abac["loginServer"], abac["roleAssignmentMode"], abac["pullRoleDefinitionId"]) == (
        "fabrikamabac.azurecr.io",
        "abac",
        REPOSITORY_READER,
    )


async def test_caller_of_the_other_tenant_is_told_both_tenants(store: Store, log: Terminal):
    async with signed_in(CLUSTER_TENANT, CLUSTER_CALLER_ID, CLUSTER_CALLER_SECRET, log) as context:
        with pytest.raises(OperatorError) as caught:
            await GetRegistry(context).call({"registryId": LEGACY})
    assert f"belongs to tenant {REGISTRY_TENANT}, but this provider signs in to tenant {CLUSTER_TENANT}" in str(
        caught.value
    )


async def test_caller_without_rights_is_told_the_action(store: Store, log: Terminal):
    async with signed_in(REGISTRY_TENANT, REGISTRY_POWERLESS_ID, REGISTRY_POWERLESS_SECRET, log) as context:
        with pytest.raises(OperatorError, match=r"may not do Microsoft.ContainerRegistry/registries/read"):
            await GetRegistry(context).call({"registryId": LEGACY})


async def test_absent_registry_is_told(context: Context):
    with pytest.raises(OperatorError, match=r"there is no registry .*/fabrikamnothing"):
        await GetRegistry(context).call({"registryId": registry_id("fabrikamnothing")})


async def test_pull_is_proven_from_the_token_to_the_manifest(store: Store, check: PullCheck):
    granted(store)
    _, outputs = await check.create(URN, inputs(), 0)
    assert (outputs["result"], outputs["grantedActions"]) == ("granted", ["pull"])
    _, outputs = await check.create(URN, inputs(repository="backend/api", reference="1.0"), 0)
    assert outputs["result"] == "pulled"
    assert outputs["manifestDigest"].startswith("sha256:")
    by_digest = inputs(repository="backend/api", reference=outputs["manifestDigest"])
    assert (await check.create(URN, by_digest, 0))[1]["manifestDigest"] == outputs["manifestDigest"]


async def test_absent_tag_and_repository_are_told_apart(store: Store, check: PullCheck):
    granted(store)
    assert "it has no '9.9' of repository 'hello'" in await refused(check, repository="hello", reference="9.9")
    for image in ({"repository": "hell0", "reference": "1.0"}, {"repository": "hell0"}):
        assert "it has no repository 'hell0'; correct the name" in await refused(check, **image)


async def test_layers_are_fetched_where_the_registry_keeps_them(store: Store, check: PullCheck):
    granted(store)
    with store.change() as state:
        state["faults"] = [new_fault({"service": "registry", "path": "^/docker/registry/", "drop": True, "times": -1})]
    text = await refused(check, repository="hello", reference="1.0")
    assert "manifests can be read and layers cannot" in text
    assert "the connection to sandboxregistrylayers.blob.core.windows.net failed" in text
    with store.change() as state:
        state["faults"] = []
        state["resources"][LEGACY.lower()]["properties"]["dataEndpointEnabled"] = True
    _, outputs = await check.create(URN, inputs(repository="hello", reference="1.0"), 0)
    assert outputs["result"] == "pulled"


@both_answers(REGISTRY_REFUSES_AT, REGISTRY_REFUSES_WITH)
@pytest.mark.parametrize("image", [{}, {"repository": "hello", "reference": "1.0"}])
async def test_missing_role_is_told_wherever_the_registry_refuses(store: Store, check: PullCheck, image: Properties):
    with store.change() as state:
        application(state)
        service_principal(state)
    assert "needs the role 'AcrPull' on the registry" in await refused(check, **image)


async def test_missing_service_principal_is_told(store: Store, check: PullCheck):
    with store.change() as state:
        application(state)
    assert f"no service principal in the registry's tenant {REGISTRY_TENANT}" in await refused(check)


async def test_disabled_service_principal_is_told(store: Store, check: PullCheck):
    granted(store)
    with store.change() as state:
        drift.disable_service_principal(state, REGISTRY_TENANT, CLIENT_ID)
    assert "is disabled" in await refused(check)


@both_answers(REGISTRY_SIGN_IN_WORDS)
async def test_wrong_secret_is_told(store: Store, check: PullCheck):
    granted(store)
    assert f"the secret of application {CLIENT_ID} is not accepted" in await refused(check, secret="another")


@both_answers(REGISTRY_SIGN_IN_WORDS)
async def test_expired_secret_is_told(store: Store, check: PullCheck):
    granted(store)
    with store.change() as state:
        state["clock"]["ahead_seconds"] = 2 * 86400
    assert "expired" in await refused(check)


async def test_network_rules_are_told(store: Store, check: PullCheck):
    granted(store)
    with store.change() as state:
        rules = state["resources"][LEGACY.lower()]["properties"]
        rules["networkRuleSet"] = {"defaultAction": "Deny", "ipRules": []}
    text = await refused(check)
    assert "network rules (public network access Enabled, default action Deny)" in text
    assert "203.0.113.10" in text


async def test_acr_pull_counts_for_nothing_in_abac_mode(store: Store, check: PullCheck):
    granted(store, ABAC, ACR_PULL)
    assert "needs the role 'Container Registry Repository Reader'" in await refused(check, scope=ABAC)


async def test_condition_covers_what_it_names_and_no_more(store: Store, check: PullCheck):
    names, prefixes = ["hello"], ["backend/"]
    granted(store, ABAC, REPOSITORY_READER, condition=repository_condition(names, prefixes))
    probe = repository_within([], prefixes, "probe")
    for repository, there in (("hello", True), ("backend/api", True), (probe, False)):
        _, outputs = await check.create(URN, inputs(ABAC, repository=repository, filledLater=not there), 0)
        assert (outputs["result"], "does not exist yet" in outputs["notProved"]) == ("granted", not there)
    for repository in ("backend-infra/tools", "hello2"):
        assert f"may not pull '{repository}'" in await refused(check, scope=ABAC, repository=repository)
    assert "set 'repository' to one that it covers" in await refused(check, scope=ABAC)


async def test_grant_on_its_way_is_waited_for(store: Store, check: PullCheck, log: Terminal):
    def takes_effect(_: str) -> None:
        with store.change() as state:
            for assignment in state["roleAssignments"].values():
                assignment["_effective_at"] = 0.0

    granted(store, effective_in=3600)
    log.heard = takes_effect
    _, outputs = await check.create(URN, inputs(timeoutSeconds=300), 0)
    assert outputs["result"] == "granted"
    assert log.statuses[0].startswith("fabrikamimages.azurecr.io: role missing; trying again")


@both_answers(NEW_SECRET_CODE, REGISTRY_SIGN_IN_WORDS)
async def test_new_secret_is_waited_for_whatever_entra_says(store: Store, check: PullCheck, log: Terminal):
    def usable(at: float) -> None:
        with store.change() as state:
            (password,) = drift.application(state, CLIENT_ID)["passwordCredentials"]
            password["_usable_at"] = at

    granted(store)
    with store.read() as state:
        made_at = now(state)
    usable(made_at + 3600)
    log.heard = lambda _: usable(0.0)
    dates = {"secretMadeAt": timestamp(made_at), "secretExpiresAt": timestamp(made_at + 86400)}
    _, outputs = await check.create(URN, inputs(timeoutSeconds=300, **dates), 0)
    assert outputs["result"] == "granted"
    assert log.statuses[0].startswith("fabrikamimages.azurecr.io: secret ")


async def test_role_of_a_moment_ago_is_told_with_its_age(store: Store, check: PullCheck):
    with store.change() as state:
        application(state)
        service_principal(state)
        role(state, LEGACY, ACR_PULL, effective_in=3600)
        assignment = list(state["roleAssignments"].values())[-1]
        assignment["properties"]["createdOn"] = timestamp(now(state) - 400)
        assigned = assignment["id"]
    text = await refused(check, triggers=["another", assigned])
    assert f"application {CLIENT_ID} was given its role 6 minutes ago, which does not count at the registry yet" in text
    assert "run 'pulumi up' again" in text
    assert "az role assignment create" not in text
    # A role that is older, or cannot be read, is not the reason.
    with store.change() as state:
        state["roleAssignments"][assigned.lower()]["properties"]["createdOn"] = timestamp(now(state) - 4000)
    for triggers in ([assigned], [f"{assigned[:-1]}0"], []):
        assert "az role assignment create" in await refused(check, triggers=triggers)


async def test_service_principal_of_a_moment_ago_is_told_with_its_age(store: Store, check: PullCheck):
    with store.change() as state:
        application(state)
        role(state, LEGACY, ACR_PULL)
        assignment = list(state["roleAssignments"].values())[-1]
        assignment["properties"]["createdOn"] = timestamp(now(state))
    text = await refused(check, triggers=[assignment["id"]])
    assert "which was given its role a moment ago, is not known to the registry yet: run 'pulumi up' again" in text
    assert "az ad sp create" not in text


async def test_lost_right_is_drift_until_it_is_back(store: Store, check: PullCheck):
    granted(store)
    _, olds = await check.create(URN, inputs(), 0)
    assert await result(check, olds) == "granted"
    with store.change() as state:
        drift.remove_role_assignment(state, "fabrikamimages", CLIENT_ID)
    assert await result(check, olds) == "refused: role missing"
    with store.change() as state:
        role(state, LEGACY, ACR_PULL)
    assert (await check.update(URN, "", {**olds, "result": "refused"}, inputs(), 0))["result"] == "granted"


async def test_mode_switch_is_a_lost_right(store: Store, check: PullCheck):
    granted(store)
    _, olds = await check.create(URN, inputs(), 0)
    with store.change() as state:
        drift.registry_mode(state, "fabrikamimages", "abac")
    assert await result(check, olds) == "refused: role missing"


async def test_registry_that_is_gone_is_told(store: Store, check: PullCheck):
    granted(store)
    _, olds = await check.create(URN, inputs(), 0)
    with store.change() as state:
        del state["resources"][LEGACY.lower()]
    assert await result(check, olds) == "refused: registry not found"


async def test_secret_stands_in_no_request_log(store: Store, check: PullCheck):
    granted(store)
    await check.create(URN, inputs(), 0)
    log = store.path.with_name(f"{store.path.name}.requests.jsonl").read_text()
    assert "/oauth2/token" in log
    assert SECRET not in log
