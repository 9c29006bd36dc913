"""The azure-native stand-in's clusters, registries and resource groups, its functions and its configuration."""

import json
from contextlib import nullcontext

import pytest

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.values import UNKNOWN
from crosstenant.sandbox.standins.azure_native import functions
from crosstenant.sandbox.standins.azure_native.managed_cluster import ManagedCluster
from crosstenant.sandbox.standins.azure_native.package import AzureNative, prepare
from crosstenant.sandbox.standins.azure_native.registry import Registry
from crosstenant.sandbox.standins.azure_native.resource_group import ResourceGroup
from crosstenant.sandbox.standins.http import Answer
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.world.drift import reset_cluster
from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_CALLER_SECRET,
    CLUSTER_OWNER_ID,
    CLUSTER_OWNER_SECRET,
    CLUSTER_TENANT,
    OLD_CLUSTER_APP_ID,
    OLD_CLUSTER_SECRET,
    READER,
    REGISTRY,
    REGISTRY_GROUP,
    REGISTRY_OWNER_ID,
    REGISTRY_SUBSCRIPTION,
    REGISTRY_TENANT,
)
from tests.sandbox.standins.standin_world import Managed, change, credential, read_state

HOST = "management.azure.com"
CREDENTIAL = {"clientId": CLUSTER_OWNER_ID, "secret": CLUSTER_OWNER_SECRET}
NEW_CLUSTER = {
    "resourceGroupName": "rg-clusters",
    "resourceName": "aks-new",
    "location": "westeurope",
    "dnsPrefix": "new",
    "servicePrincipalProfile": CREDENTIAL,
    "agentPoolProfiles": [{"name": "system", "count": 1, "mode": "System", "vmSize": "Standard_D2s_v5"}],
}
NEW_REGISTRY = {"resourceGroupName": "rg-registries", "registryName": "freshimages", "sku": {"name": "Premium"}}


async def test_cluster_lives_by_long_running_operations(make_arm_client, http, clock):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).create(**NEW_CLUSTER)
    assert thing.resource_id.endswith("/managedClusters/aks-new")
    assert thing.outputs["provisioningState"] == "Succeeded"
    methods = [call.split("?")[0].replace(thing.resource_id, "CLUSTER") for call in http.calls(HOST)]
    assert methods[:2] == ["GET CLUSTER", "PUT CLUSTER"]
    assert methods[-1] == "GET CLUSTER"
    await thing.update(**NEW_CLUSTER, tags={"team": "images"})
    assert thing.outputs["tags"] == {"team": "images"}
    await thing.delete()
    assert not await thing.refresh()


async def test_cluster_keeps_its_secret_as_an_input_only(make_arm_client):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).create(**NEW_CLUSTER)
    assert thing.outputs["servicePrincipalProfile"] == {"clientId": CLUSTER_OWNER_ID}
    assert CLUSTER_OWNER_SECRET not in json.dumps(thing.outputs)
    await thing.refresh()
    assert thing.inputs["servicePrincipalProfile"] == CREDENTIAL
    assert await thing.plan(**NEW_CLUSTER) == {}


async def test_cluster_moved_to_another_principal_shows_and_azure_refuses_the_repair(make_arm_client, store):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).create(**NEW_CLUSTER)
    change(store, lambda state: reset_cluster(state, "aks-new"))
    await thing.refresh()
    assert thing.inputs["servicePrincipalProfile"] == {"clientId": OLD_CLUSTER_APP_ID, "secret": CLUSTER_OWNER_SECRET}
    assert await thing.plan(**NEW_CLUSTER) == {"servicePrincipalProfile.clientId": "update"}
    with pytest.raises(OperatorError, match='Code="PropertyChangeNotAllowed"'):
        await thing.update(**NEW_CLUSTER)


async def test_new_secret_is_an_update_that_azure_refuses(make_arm_client):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).create(**NEW_CLUSTER)
    program = {**NEW_CLUSTER, "servicePrincipalProfile": {**CREDENTIAL, "secret": "another"}}
    assert await thing.plan(**program) == {"servicePrincipalProfile.secret": "update"}
    with pytest.raises(OperatorError, match='Code="PropertyChangeNotAllowed"'):
        await thing.update(**program)


@pytest.mark.parametrize("name", ["resourceGroupName", "resourceName", "location"])
async def test_cluster_is_replaced_for_place_and_name(make_arm_client, name):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).create(**NEW_CLUSTER)
    diff = await thing.diff(**{**NEW_CLUSTER, name: "elsewhere"})
    assert {path: it.change.value for path, it in diff.differences.items()} == {name: "replace"}
    assert diff.delete_before_replace


async def test_location_in_words_is_the_same_place(make_arm_client):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).create(**NEW_CLUSTER)
    assert await thing.plan(**{**NEW_CLUSTER, "location": "West Europe"}) == {}


async def test_failed_operation_leaves_what_was_created_in_state(make_arm_client, store):
    arm = make_arm_client("cluster")
    pass_time = arm.sleep

    async def fail(seconds):
        def settle(state):
            for operation in state["operations"].values():
                operation.update(outcome="Failed", error={"code": "QuotaExceeded", "message": "no cores left"})

        change(store, settle)
        await pass_time(seconds)

    arm.sleep = fail
    change(store, lambda state: state["settings"].setdefault("cluster_put", {}).update(seconds=60))
    with pytest.raises(PartialError, match='Code="QuotaExceeded" Message="no cores left"') as caught:
        await Managed(ManagedCluster(arm)).create(**NEW_CLUSTER)
    assert caught.value.resource_id.endswith("/managedClusters/aks-new")
    assert caught.value.properties["name"].value == "aks-new"


async def test_cluster_import_reads_path_and_body(make_arm_client):
    thing = await Managed(ManagedCluster(make_arm_client("cluster"))).adopt(CLUSTER)
    assert thing.inputs["resourceName"] == "aks-prod"
    assert thing.inputs["resourceGroupName"] == "rg-clusters"
    assert thing.inputs["servicePrincipalProfile"] == {"clientId": OLD_CLUSTER_APP_ID}
    assert OLD_CLUSTER_SECRET not in json.dumps([thing.inputs, thing.outputs])


async def test_registry_takes_its_location_from_the_group_and_shows_no_mode(make_arm_client, http):
    thing = await Managed(Registry(make_arm_client())).create(**NEW_REGISTRY)
    assert http.calls(HOST)[0].startswith(f"GET {REGISTRY_GROUP}?")
    assert thing.inputs["location"] == "westeurope"
    # Once it has one, that of the group does not count.
    assert await thing.plan(**{**NEW_REGISTRY, "resourceGroupName": "none"}) == {"resourceGroupName": "replace"}
    assert thing.outputs["loginServer"] == "freshimages.azurecr.io"
    assert "roleAssignmentMode" not in thing.outputs
    await thing.refresh()
    assert await thing.plan(**NEW_REGISTRY) == {}
    await thing.update(**NEW_REGISTRY, adminUserEnabled=True)
    assert thing.outputs["adminUserEnabled"] is True
    assert await thing.plan(**{**NEW_REGISTRY, "registryName": "otherimages"}) == {
        "adminUserEnabled": "update",
        "registryName": "replace",
    }
    assert await thing.plan(**NEW_REGISTRY, adminUserEnabled=True, zoneRedundancy="Enabled") == {
        "zoneRedundancy": "replace"
    }
    await thing.delete()
    assert not await thing.refresh()


async def test_registry_in_a_missing_group_has_no_location(make_arm_client):
    failures = await Managed(Registry(make_arm_client())).failures(**{**NEW_REGISTRY, "resourceGroupName": "none"})
    assert failures == {"location": "missing required property 'location'"}
    assert await Managed(Registry(make_arm_client())).failures(**{**NEW_REGISTRY, "resourceGroupName": UNKNOWN}) == {}


async def test_registry_drift_becomes_an_input(make_arm_client, store):
    thing = await Managed(Registry(make_arm_client())).create(**NEW_REGISTRY)
    key = thing.resource_id.lower()
    change(store, lambda state: state["resources"][key]["properties"].update(publicNetworkAccess="Disabled"))
    await thing.refresh()
    assert await thing.plan(**NEW_REGISTRY) == {"publicNetworkAccess": "update"}


async def test_registry_name_is_made_up_without_dashes(make_arm_client):
    thing = Managed(Registry(make_arm_client()), name="my-images")
    await thing.create(resourceGroupName="rg-registries", sku={"name": "Basic"})
    assert thing.inputs["registryName"].startswith("myimages")
    assert await thing.plan(resourceGroupName="rg-registries", sku={"name": "Basic"}) == {}


async def test_registry_import(make_arm_client):
    thing = await Managed(Registry(make_arm_client())).adopt(REGISTRY)
    assert thing.inputs["registryName"] == "fabrikamimages"
    assert thing.inputs["sku"]["name"] == thing.outputs["sku"]["name"]


async def test_resource_group_life(make_arm_client, store):
    program = {"resourceGroupName": "rg-new", "location": "westeurope"}
    thing = await Managed(ResourceGroup(make_arm_client())).create(**program)
    assert thing.resource_id.endswith("/rg-new")
    assert thing.outputs["properties"] == {"provisioningState": "Succeeded"}
    assert await thing.plan(**program) == {}
    assert await thing.plan(**program, tags={"a": "b"}) == {"tags": "update"}
    await thing.update(**program, tags={"a": "b"})
    change(store, lambda state: state["resources"][thing.resource_id.lower()].update(tags={"a": "c"}))
    await thing.refresh()
    assert await thing.plan(**program, tags={"a": "b"}) == {"tags.a": "update"}
    await thing.delete()
    assert not await thing.refresh()


async def test_resource_group_needs_a_location(make_arm_client):
    assert await Managed(ResourceGroup(make_arm_client())).failures() == {
        "location": "missing required property 'location'"
    }
    located = make_arm_client(location="northeurope")
    assert await Managed(ResourceGroup(located)).failures() == {}


async def test_functions_read(make_arm_client):
    arm = make_arm_client()
    group, name = "rg-registries", "fabrikamimages"
    found, _ = await functions.GetRegistry(arm).call({"resourceGroupName": group, "registryName": name})
    assert (found["id"], found["loginServer"]) == (REGISTRY, "fabrikamimages.azurecr.io")
    assert "roleAssignmentMode" not in found
    found, _ = await functions.GetResourceGroup(arm).call({"resourceGroupName": group})
    assert found["location"] == "westeurope"
    scope = f"/subscriptions/{REGISTRY_SUBSCRIPTION}"
    found, _ = await functions.GetRoleDefinition(arm).call({"scope": scope, "roleDefinitionId": READER})
    assert found["roleName"] == "Reader"
    found, _ = await functions.GetClientConfig(arm).call({})
    assert found == {
        "clientId": REGISTRY_OWNER_ID,
        "objectId": REGISTRY_OWNER_ID[:-2] + "d3",
        "tenantId": REGISTRY_TENANT,
        "subscriptionId": REGISTRY_SUBSCRIPTION,
    }
    cluster = make_arm_client("cluster")
    found, _ = await functions.GetManagedCluster(cluster).call(
        {"resourceGroupName": "rg-clusters", "resourceName": "aks-prod"}
    )
    assert found["servicePrincipalProfile"] == {"clientId": OLD_CLUSTER_APP_ID}


async def test_functions_tell_what_is_missing(make_arm_client):
    arm = make_arm_client()
    _, failures = await functions.GetRegistry(arm).call({"registryName": "x"})
    assert [failure.property for failure in failures] == ["resourceGroupName"]
    with pytest.raises(OperatorError, match='Status=404 Code="ResourceNotFound"'):
        await functions.GetRegistry(arm).call({"resourceGroupName": "rg-registries", "registryName": "nothere"})


async def test_foreign_tenant_is_refused_by_azure(http):
    config = {**credential("cluster", "owner"), "subscriptionId": REGISTRY_SUBSCRIPTION}
    with pytest.raises(OperatorError, match='Status=401 Code="InvalidAuthenticationTokenTenant"'):
        await functions.GetRegistry(prepare(Settings(config, {}), http)).call(
            {"resourceGroupName": "rg-registries", "registryName": "fabrikamimages"}
        )


async def test_nothing_is_asked_until_something_is_needed(http):
    config = {**credential("cluster", "caller"), "clientSecret": "wrong"}
    arm = prepare(Settings(config, {}), http)
    assert http.sent == []
    with pytest.raises(OperatorError) as caught:
        await arm.claims()
    assert str(caught.value).startswith("ClientSecretCredential authentication failed. AADSTS7000215")
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"clientSecret": "x"}, "A Subscription ID must be configured when authenticating as a Service Principal"),
        ({"clientSecret": "x", "subscriptionId": "s"}, "A Tenant ID must be configured"),
        ({"clientSecret": "x", "subscriptionId": "s", "tenantId": CLUSTER_TENANT}, "A Client ID must be configured"),
        ({"useOidc": "true"}, "A Subscription ID must be configured when authenticating with OIDC"),
        ({"useMsi": "true"}, "ManagedIdentityCredential authentication failed"),
        ({}, "Azure CLI not found on path"),
        ({"environment": "mars"}, "Azure environment 'mars' and ARM_METADATA_HOSTNAME is not set"),
    ],
)
def test_incomplete_configuration_is_refused(http, config, message):
    with pytest.raises(OperatorError, match=message):
        prepare(Settings(config, {}), http)


async def test_each_field_falls_back_to_its_variable(http):
    environ = {
        "ARM_CLIENT_ID": CLUSTER_CALLER_ID,
        "ARM_CLIENT_SECRET": CLUSTER_CALLER_SECRET,
        "ARM_SUBSCRIPTION_ID": REGISTRY_SUBSCRIPTION,
        "ARM_TENANT_ID": REGISTRY_TENANT,
    }
    arm = prepare(Settings({"tenantId": CLUSTER_TENANT}, environ), http)
    assert (await arm.claims())["appid"] == CLUSTER_CALLER_ID
    assert arm.subscription_id == REGISTRY_SUBSCRIPTION


@pytest.mark.parametrize(
    ("status", "text", "failure"),
    [
        (204, "", ""),
        (404, '{"error": {"code": "ResourceNotFound"}}', ""),
        (404, "<html>", "RESPONSE 404"),
        (409, '{"error": {"code": "InUse"}}', 'Status=409 Code="InUse"'),
    ],
)
async def test_deletion_is_followed_at_its_location(make_arm_client, http, clock, monkeypatch, status, text, failure):
    arm, asked = make_arm_client(), []
    await arm.claims()
    answers = [Answer(202, {"location": "https://there"}, ""), Answer(202, {}, ""), Answer(status, {}, text)]

    async def answer(method, url, **_):
        asked.append(f"{method} {url.partition('?')[0]}")
        return answers[len(asked) - 1]

    monkeypatch.setattr(http, "send", answer)
    with pytest.raises(OperatorError, match=failure) if failure else nullcontext():
        await arm.delete(REGISTRY, "2023-01-01-preview")
    assert asked == [f"DELETE https://{HOST}{REGISTRY}", "GET https://there", "GET https://there"]
    assert clock.waits == [1, 1]


async def test_broken_connection_is_tried_again(make_arm_client, http, clock, monkeypatch):
    arm = make_arm_client()
    await arm.claims()
    connected, answers = http.send, [Answer(0, {}, "connection reset")]

    async def break_once(*args, **kwargs):
        return answers.pop() if answers else await connected(*args, **kwargs)

    monkeypatch.setattr(http, "send", break_once)
    await Managed(Registry(arm)).adopt(REGISTRY)
    assert clock.waits == [20]


async def test_schema_lists_what_is_served(store):
    schema = json.loads(AzureNative().schema())
    assert sorted(schema["resources"]) == [
        "azure-native:authorization:RoleAssignment",
        "azure-native:containerregistry:Registry",
        "azure-native:containerservice:ManagedCluster",
        "azure-native:managedidentity:FederatedIdentityCredential",
        "azure-native:managedidentity:UserAssignedIdentity",
        "azure-native:resources:ResourceGroup",
    ]
    assert schema["resources"]["azure-native:authorization:RoleAssignment"]["requiredInputs"] == [
        "scope",
        "principalId",
        "roleDefinitionId",
    ]
    assert read_state(store)["faults"] == []
