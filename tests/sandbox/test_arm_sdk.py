"""Azure's own Python clients, unmodified, against the sandbox's Azure Resource Manager."""

from collections.abc import AsyncIterator
from time import time
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.mgmt.authorization.aio import AuthorizationManagementClient
from azure.mgmt.authorization.models import RoleAssignmentCreateParameters
from azure.mgmt.containerregistry.aio import ContainerRegistryManagementClient
from azure.mgmt.containerservice.aio import ContainerServiceClient
from azure.mgmt.containerservice.models import (
    ManagedCluster,
    ManagedClusterAgentPoolProfile,
    ManagedClusterProperties,
    ManagedClusterServicePrincipalProfile,
)

from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_OWNER_ID,
    CLUSTER_SUBSCRIPTION,
    OLD_CLUSTER_APP_ID,
    REGISTRY,
    REGISTRY_CALLER_ID,
    REGISTRY_SUBSCRIPTION,
    REGISTRY_TENANT,
)
from tests.sandbox.arm_world import NEW_APP, NEW_SECRET, Arm

ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
PRINCIPAL = "b0000000-0000-4000-8000-0000000abc02"


class FixedToken:
    """A credential that has its token already."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return AccessToken(self._token, int(time()) + 3000)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "FixedToken":
        return self

    async def __aexit__(self, *details: object) -> None: ...


@pytest.fixture
def arm(running: Any) -> Arm:
    arm = Arm(running.store)
    # Without Retry-After a client looks as often as its own polling interval says.
    arm.settings("reset", seconds=0.5, retry_after=0)
    arm.settings("cluster_put", seconds=0.3, retry_after=0)
    return arm


def options(arm: Arm, running: Any, caller: str) -> dict[str, Any]:
    return {
        "credential": FixedToken(arm.token(caller)),
        "proxies": {"https": running.url},
        "connection_verify": str(running.roots),
        "polling_interval": 0.2,
        "retry_total": 0,
    }


@pytest.fixture
async def clusters(arm: Arm, running: Any) -> AsyncIterator[ContainerServiceClient]:
    async with ContainerServiceClient(
        subscription_id=CLUSTER_SUBSCRIPTION, **options(arm, running, CLUSTER_OWNER_ID)
    ) as client:
        yield client


async def test_reset_poller_ends_well(arm: Arm, clusters: ContainerServiceClient) -> None:
    arm.add_principal()
    arm.settings("reset", retry_after=1)
    profile = ManagedClusterServicePrincipalProfile(client_id=NEW_APP, secret=NEW_SECRET)
    poller = await clusters.managed_clusters.begin_reset_service_principal_profile("rg-clusters", "aks-prod", profile)
    assert poller.status() == "InProgress"
    assert await poller.result() is None
    assert poller.status() == "Succeeded"
    cluster = await clusters.managed_clusters.get("rg-clusters", "aks-prod")
    assert cluster.properties is not None
    assert cluster.properties.service_principal_profile is not None
    assert cluster.properties.service_principal_profile.client_id == NEW_APP
    assert cluster.properties.service_principal_profile.secret is None


async def test_reset_answered_with_200_needs_no_polling(arm: Arm, clusters: ContainerServiceClient) -> None:
    arm.add_principal()
    arm.settings("reset", status=200)
    profile = ManagedClusterServicePrincipalProfile(client_id=NEW_APP, secret=NEW_SECRET)
    poller = await clusters.managed_clusters.begin_reset_service_principal_profile("rg-clusters", "aks-prod", profile)
    await poller.result()
    assert poller.status() == "Succeeded"


@pytest.mark.parametrize("outcome", ["Failed", "Canceled"])
async def test_reset_poller_raises_the_error_of_the_operation(
    arm: Arm, clusters: ContainerServiceClient, outcome: str
) -> None:
    arm.add_principal()
    arm.settings("reset", outcome=outcome, error_code="ReimageError", error_message="the nodes did not drain")
    profile = ManagedClusterServicePrincipalProfile(client_id=NEW_APP, secret=NEW_SECRET)
    poller = await clusters.managed_clusters.begin_reset_service_principal_profile("rg-clusters", "aks-prod", profile)
    with pytest.raises(HttpResponseError) as caught:
        await poller.result()
    assert caught.value.error is not None
    assert caught.value.error.code == "ReimageError"
    assert "the nodes did not drain" in caught.value.message


async def test_reset_refused_at_once(clusters: ContainerServiceClient) -> None:
    profile = ManagedClusterServicePrincipalProfile(client_id=NEW_APP, secret=NEW_SECRET)
    with pytest.raises(HttpResponseError) as caught:
        await clusters.managed_clusters.begin_reset_service_principal_profile("rg-clusters", "aks-prod", profile)
    assert caught.value.status_code == 400
    assert caught.value.error is not None
    assert caught.value.error.code == "ServicePrincipalNotFound"


async def test_cluster_is_created_updated_and_deleted(arm: Arm, clusters: ContainerServiceClient) -> None:
    arm.add_principal()
    wanted = ManagedCluster(
        location="westeurope",
        properties=ManagedClusterProperties(
            dns_prefix="fresh",
            agent_pool_profiles=[ManagedClusterAgentPoolProfile(name="system", count=1, mode="System")],
            service_principal_profile=ManagedClusterServicePrincipalProfile(client_id=NEW_APP, secret=NEW_SECRET),
        ),
    )
    poller = await clusters.managed_clusters.begin_create_or_update("rg-clusters", "aks-fresh", wanted)
    created = await poller.result()
    assert created.properties is not None
    assert created.properties.provisioning_state == "Succeeded"
    wanted.tags = {"team": "shop"}
    again = await (await clusters.managed_clusters.begin_create_or_update("rg-clusters", "aks-fresh", wanted)).result()
    assert again.tags == {"team": "shop"}
    await (await clusters.managed_clusters.begin_delete("rg-clusters", "aks-fresh")).result()
    with pytest.raises(ResourceNotFoundError):
        await clusters.managed_clusters.get("rg-clusters", "aks-fresh")


async def test_put_that_changes_the_client_id(arm: Arm, clusters: ContainerServiceClient) -> None:
    arm.add_principal()
    cluster = await clusters.managed_clusters.get("rg-clusters", "aks-prod")
    assert cluster.properties is not None
    cluster.properties.service_principal_profile = ManagedClusterServicePrincipalProfile(
        client_id=NEW_APP, secret=NEW_SECRET
    )
    with pytest.raises(HttpResponseError) as caught:
        await clusters.managed_clusters.begin_create_or_update("rg-clusters", "aks-prod", cluster)
    assert caught.value.error is not None
    assert caught.value.error.code == "PropertyChangeNotAllowed"


async def test_stop_start_and_agent_pools(clusters: ContainerServiceClient) -> None:
    await (await clusters.managed_clusters.begin_stop("rg-clusters", "aks-prod")).result()
    cluster = await clusters.managed_clusters.get("rg-clusters", "aks-prod")
    assert cluster.properties is not None
    assert cluster.properties.power_state is not None
    assert cluster.properties.power_state.code == "Stopped"
    await (await clusters.managed_clusters.begin_start("rg-clusters", "aks-prod")).result()
    assert [pool.name async for pool in clusters.agent_pools.list("rg-clusters", "aks-prod")] == ["system", "apps"]
    assert CLUSTER in [one.id async for one in clusters.managed_clusters.list()]


async def test_token_of_the_wrong_tenant(arm: Arm, running: Any) -> None:
    async with ContainerServiceClient(
        subscription_id=CLUSTER_SUBSCRIPTION, **options(arm, running, REGISTRY_CALLER_ID)
    ) as client:
        with pytest.raises(ClientAuthenticationError) as caught:
            await client.managed_clusters.get("rg-clusters", "aks-prod")
    assert caught.value.error is not None
    assert caught.value.error.code == "InvalidAuthenticationTokenTenant"


async def test_callers_rights_are_enough_for_a_reset(arm: Arm, running: Any) -> None:
    arm.add_principal()
    profile = ManagedClusterServicePrincipalProfile(client_id=NEW_APP, secret=NEW_SECRET)
    async with ContainerServiceClient(
        subscription_id=CLUSTER_SUBSCRIPTION, **options(arm, running, CLUSTER_CALLER_ID)
    ) as client:
        clusters = client.managed_clusters
        await (await clusters.begin_reset_service_principal_profile("rg-clusters", "aks-prod", profile)).result()
    assert {node["clientId"] for node in arm.resource(CLUSTER)["_nodes"]} == {NEW_APP}
    assert NEW_APP != OLD_CLUSTER_APP_ID


async def test_registry(arm: Arm, running: Any) -> None:
    async with ContainerRegistryManagementClient(
        subscription_id=REGISTRY_SUBSCRIPTION, **options(arm, running, REGISTRY_CALLER_ID)
    ) as client:
        registry = await client.registries.get("rg-registries", "fabrikamabac")
        assert registry.login_server == "fabrikamabac.azurecr.io"
        assert registry.role_assignment_mode == "AbacRepositoryPermissions"
        assert [one.name async for one in client.registries.list()] == ["fabrikamimages", "fabrikamabac"]


async def test_role_assignment(arm: Arm, running: Any) -> None:
    arm.add_principal(NEW_APP, PRINCIPAL, tenant=REGISTRY_TENANT)
    async with AuthorizationManagementClient(
        subscription_id=REGISTRY_SUBSCRIPTION, **options(arm, running, REGISTRY_CALLER_ID)
    ) as client:
        # Typed as the union of all API versions; it takes one of them at run time.
        assignments: Any = client.role_assignments
        definitions = client.role_definitions.list(REGISTRY, filter="roleName eq 'AcrPull'")
        [definition] = [one async for one in definitions]
        assert definition.id is not None
        parameters = RoleAssignmentCreateParameters(
            role_definition_id=definition.id, principal_id=PRINCIPAL, principal_type="ServicePrincipal"
        )
        name = "11111111-1111-4111-8111-111111111111"
        made = await assignments.create(REGISTRY, name, parameters)
        assert made.role_definition_id is not None
        assert made.role_definition_id.endswith(ACR_PULL)
        listed = assignments.list_for_scope(REGISTRY, filter=f"principalId eq '{PRINCIPAL}'")
        assert [one.name async for one in listed] == [name]
        permissions = client.permissions.list_for_resource_group("rg-registries")
        assert [one async for one in permissions]
        await assignments.delete(REGISTRY, name)
