import dataclasses
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from crosstenant.azure.registries.lookup import find_registry, read_registry
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import CHINA, PUBLIC, US_GOVERNMENT
from crosstenant.plugin.functions.get_registry import GetRegistry
from tests.azure.tls_azure import (
    HOST,
    REGISTRY_ID,
    SUBSCRIPTION_ID,
    TENANT_ID,
    Azure,
    arm_error,
    azure_tenant,
    registry_document,
)

OTHER_TENANT_ID = "a0000000-0000-4000-8000-00000000000a"


@pytest.fixture
async def azure(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Azure]:
    async with azure_tenant(monkeypatch) as azure:
        yield azure


async def refused(azure: Azure) -> str:
    with pytest.raises(OperatorError) as caught:
        await GetRegistry(azure.context).call({"registryId": REGISTRY_ID})
    return str(caught.value)


async def test_legacy_registry_takes_acr_pull(azure: Azure):
    assert await GetRegistry(azure.context).call({"registryId": REGISTRY_ID}) == (
        {
            "registryId": REGISTRY_ID,
            "name": "fabrikamimages",
            "loginServer": HOST,
            "roleAssignmentMode": "legacy",
            "pullRoleName": "AcrPull",
            "pullRoleDefinitionId": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
            "publicNetworkAccess": "Enabled",
            "location": "westeurope",
            "takesArmTokens": True,
        },
        [],
    )


async def test_abac_registry_takes_the_repository_reader(azure: Azure):
    azure.arm.registry = lambda: web.json_response(registry_document(roleAssignmentMode="AbacRepositoryPermissions"))
    found, _ = await GetRegistry(azure.context).call({"registryId": REGISTRY_ID})
    assert (found["roleAssignmentMode"], found["pullRoleName"], found["pullRoleDefinitionId"]) == (
        "abac",
        "Container Registry Repository Reader",
        "b93aa761-3e63-49ed-ac28-beffa264f7ac",
    )


async def test_answer_and_schema_agree(azure: Azure):
    found, _ = await GetRegistry(azure.context).call({"registryId": REGISTRY_ID})
    outputs = GetRegistry.schema["outputs"]
    assert set(found) == set(outputs["properties"]) == set(outputs["required"])


@pytest.mark.parametrize(
    ("registry_id", "hint"),
    [
        (None, "is required"),
        ("fabrikamimages", "its form is /subscriptions/"),
        (REGISTRY_ID.replace("ContainerRegistry/registries", "ContainerService/managedClusters"), "is the ID of a"),
    ],
)
async def test_malformed_id_is_a_failure_of_the_argument(azure: Azure, registry_id: object, hint: str):
    _, (failure,) = await GetRegistry(azure.context).call({"registryId": registry_id})
    assert failure.property == "registryId"
    assert hint in failure.reason
    assert azure.arm.requests == []


async def test_absent_registry_is_named_with_the_tenant(azure: Azure):
    azure.arm.registry = arm_error(404, "ResourceNotFound", "not found")
    text = await refused(azure)
    assert text.startswith(f"there is no registry {REGISTRY_ID} that application ")
    assert f"in tenant {TENANT_ID}" in text
    assert await find_registry(azure.tenant, REGISTRY_ID) is None


async def test_registry_of_another_tenant_is_refused_with_both_tenants(azure: Azure):
    azure.arm.registry = arm_error(
        401,
        "InvalidAuthenticationTokenTenant",
        f"The access token is from the wrong issuer 'https://sts.windows.net/{TENANT_ID}/'. It must match the tenant "
        f"'https://sts.windows.net/{OTHER_TENANT_ID}/' associated with this subscription.",
    )
    text = await refused(azure)
    assert OTHER_TENANT_ID in text
    assert TENANT_ID in text
    assert REGISTRY_ID in text


async def test_missing_right_names_action_and_caller(azure: Azure):
    action = "Microsoft.ContainerRegistry/registries/read"
    azure.arm.registry = arm_error(
        403,
        "AuthorizationFailed",
        f"The client 'caller' with object id 'object' does not have authorization to perform action '{action}' over "
        f"scope '{REGISTRY_ID}' or the scope is invalid. If access was recently granted, please refresh your "
        "credentials.",
    )
    text = await refused(azure)
    assert action in text
    assert "caller" in text
    assert "Reader" in text


async def test_unseen_subscription_is_told_from_an_absent_registry(azure: Azure):
    azure.arm.registry = arm_error(
        404, "SubscriptionNotFound", f"The subscription '{SUBSCRIPTION_ID}' could not be found."
    )
    assert "subscription is not visible" in await refused(azure)


async def test_unknown_mode_is_refused_with_advice(azure: Azure):
    azure.arm.registry = lambda: web.json_response(registry_document(roleAssignmentMode="TokensOnly"))
    assert (await refused(azure)).endswith("use a newer version of this package, or another registry")


async def test_registry_without_login_server_is_not_ready(azure: Azure):
    creating = registry_document(loginServer=None, provisioningState="Creating")
    azure.arm.registry = lambda: web.json_response(creating)
    assert "no login server yet (provisioning state 'Creating')" in await refused(azure)


@pytest.mark.parametrize(
    ("cloud", "host", "remedy"),
    [
        (PUBLIC, "fabrikamimages.azurecr.cn", "of both tenants to 'china'"),
        (PUBLIC, "fabrikamimages.azurecr.io.evil.test", "check 'environment'"),
        (PUBLIC, "evil.test/fabrikamimages.azurecr.io", "check 'environment'"),
        (PUBLIC, "azurecr.io", "check 'environment'"),
        (PUBLIC, "a.b.azurecr.io", "check 'environment'"),
        (US_GOVERNMENT, "fabrikamimages.azurecr.io", "of both tenants to 'public'"),
        (CHINA, "fabrikamimages.azurecr.us", "of both tenants to 'usgovernment'"),
    ],
)
async def test_login_server_of_another_cloud_is_refused(azure: Azure, monkeypatch, cloud, host: str, remedy: str):
    azure.arm.registry = lambda: web.json_response(registry_document(loginServer=host))
    tenant = dataclasses.replace(azure.tenant, cloud=dataclasses.replace(cloud, arm_host=PUBLIC.arm_host))
    with pytest.raises(OperatorError) as caught:
        await read_registry(tenant, REGISTRY_ID)
    text = str(caught.value)
    assert f"has login server '{host}'" in text
    assert f"cloud '{cloud.name}' are <name>.{cloud.registry_suffixes[0]}" in text
    assert remedy in text


@pytest.mark.parametrize(
    ("cloud", "host"),
    [
        (PUBLIC, "fabrikam-a1b2c3.azurecr.io"),
        (US_GOVERNMENT, "fabrikamimages.azurecr.us"),
        (CHINA, "fabrikamimages.azurecr.cn"),
    ],
)
async def test_login_server_of_the_own_cloud_is_accepted(azure: Azure, cloud, host: str):
    azure.arm.registry = lambda: web.json_response(registry_document(loginServer=host))
    tenant = dataclasses.replace(azure.tenant, cloud=dataclasses.replace(cloud, arm_host=PUBLIC.arm_host))
    assert (await read_registry(tenant, REGISTRY_ID)).login_server == host
