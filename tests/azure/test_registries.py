from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from crosstenant.azure.registries.registries import Registries, RegistryState, UnknownModeError
from crosstenant.model.modes import RoleAssignmentMode
from crosstenant.model.roles import ACR_PULL, REPOSITORY_READER, Role
from tests.azure.tls_azure import HOST, REGISTRY_ID, Azure, arm_error, azure_tenant, registry_document


@pytest.fixture
async def azure(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Azure]:
    async with azure_tenant(monkeypatch) as azure:
        yield azure


async def test_registry_is_read_at_the_version_that_tells_the_mode(azure: Azure):
    state = await Registries(azure.tenant).get(REGISTRY_ID.replace("rg-registries", "RG-Registries"))
    assert state == RegistryState(
        registry_id=REGISTRY_ID,
        name="fabrikamimages",
        login_server=HOST,
        role_assignment_mode=RoleAssignmentMode.LEGACY,
        location="westeurope",
        sku="Premium",
        provisioning_state="Succeeded",
        public_network_access="Enabled",
        network_default_action="Allow",
    )
    (request,) = azure.arm.requests
    assert request.path == REGISTRY_ID.replace("rg-registries", "RG-Registries")
    assert request.query["api-version"] == "2025-11-01"
    assert request.headers["Authorization"] == "Bearer token-for-arm"


@pytest.mark.parametrize(
    ("mode", "role"),
    [
        ("LegacyRegistryPermissions", ACR_PULL),
        ("AbacRepositoryPermissions", REPOSITORY_READER),
        (None, ACR_PULL),
    ],
)
async def test_mode_decides_the_pull_role(azure: Azure, mode: str | None, role: Role):
    azure.arm.registry = lambda: web.json_response(registry_document(roleAssignmentMode=mode))
    state = await Registries(azure.tenant).get(REGISTRY_ID)
    assert state is not None
    assert state.pull_role == role


async def test_unknown_mode_is_refused(azure: Azure):
    azure.arm.registry = lambda: web.json_response(registry_document(roleAssignmentMode="TokensOnly"))
    with pytest.raises(UnknownModeError, match=r"fabrikamimages has role assignment mode 'TokensOnly'"):
        await Registries(azure.tenant).get(REGISTRY_ID)


@pytest.mark.parametrize(("status", "taken"), [("enabled", True), ("Disabled", False), (None, True)])
async def test_a_registry_tells_whether_it_takes_tokens_for_resource_manager(
    azure: Azure, status: str | None, taken: bool
):
    policies = {"azureADAuthenticationAsArmPolicy": {"status": status}} if status else None
    azure.arm.registry = lambda: web.json_response(registry_document(policies=policies))
    state = await Registries(azure.tenant).get(REGISTRY_ID)
    assert state is not None
    assert state.takes_arm_tokens is taken


async def test_network_rules_are_told(azure: Azure):
    closed = registry_document(publicNetworkAccess="Disabled", networkRuleSet={"defaultAction": "Deny"})
    azure.arm.registry = lambda: web.json_response(closed)
    state = await Registries(azure.tenant).get(REGISTRY_ID)
    assert state is not None
    assert (state.public_network_access, state.network_default_action) == ("Disabled", "Deny")


@pytest.mark.parametrize("code", ["ResourceNotFound", "ResourceGroupNotFound"])
async def test_absent_registry_is_none(azure: Azure, code: str):
    azure.arm.registry = arm_error(404, code, "not found")
    assert await Registries(azure.tenant).get(REGISTRY_ID) is None


async def test_unseen_subscription_is_an_error(azure: Azure):
    azure.arm.registry = arm_error(404, "SubscriptionNotFound", "The subscription could not be found.")
    with pytest.raises(ResourceNotFoundError):
        await Registries(azure.tenant).get(REGISTRY_ID)


async def test_refusals_of_arm_are_passed_on(azure: Azure):
    azure.arm.registry = arm_error(403, "AuthorizationFailed", "no")
    with pytest.raises(HttpResponseError):
        await Registries(azure.tenant).get(REGISTRY_ID)


async def test_malformed_id_is_not_asked_for(azure: Azure):
    with pytest.raises(ValueError, match="is not the ARM ID"):
        await Registries(azure.tenant).get("fabrikamimages")
    assert azure.arm.requests == []
