"""Clusters created and updated: what AKS takes and what it refuses."""

from typing import Any

import pytest

from crosstenant.sandbox.world.seed import (
    CLUSTER,
    CLUSTER_GROUP,
    CLUSTER_TENANT,
    MANAGED_IDENTITY_CLUSTER,
    OLD_CLUSTER_APP_ID,
    OLD_CLUSTER_SECRET,
)
from tests.sandbox.arm_world import NEW_APP, NEW_SECRET, Arm, Json, message, refusal

NEW = f"{CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-new"


def cluster(profile: Json | None = None, **top: Any) -> Json:
    properties: Json = {"dnsPrefix": "new", "agentPoolProfiles": [{"name": "system", "count": 2, "mode": "System"}]}
    if profile is not None:
        properties["servicePrincipalProfile"] = profile
    return {"location": "westeurope", "properties": properties, **top}


def update(**properties: Any) -> Json:
    return {"location": "westeurope", "properties": properties}


def test_creating_with_a_service_principal_takes_its_time(arm: Arm) -> None:
    arm.add_principal()
    answer = arm.put(NEW, cluster({"clientId": NEW_APP, "secret": NEW_SECRET}))
    assert answer.status_code == 201
    assert answer.json()["properties"]["provisioningState"] == "Creating"
    assert answer.json()["properties"]["servicePrincipalProfile"] == {"clientId": NEW_APP}
    assert NEW_SECRET not in answer.text
    assert arm.follow(answer.headers["Azure-AsyncOperation"]).json()["status"] == "InProgress"
    assert arm.resource(NEW)["_nodes"] == []
    arm.pass_time(1)
    assert arm.follow(answer.headers["Azure-AsyncOperation"]).json()["status"] == "Succeeded"
    created = arm.resource(NEW)
    assert created["properties"]["provisioningState"] == "Succeeded"
    assert [(node["pool"], node["clientId"], node["secret"]) for node in created["_nodes"]] == [
        ("system", NEW_APP, NEW_SECRET)
    ] * 2
    group = arm.resource(f"/subscriptions/{NEW.split('/')[2]}/resourceGroups/MC_rg-clusters_aks-new_westeurope")
    assert group["managedBy"] == NEW


def test_creating_with_a_managed_identity(arm: Arm) -> None:
    answer = arm.put(NEW, cluster(identity={"type": "SystemAssigned"}))
    assert answer.status_code == 201
    assert answer.json()["properties"]["servicePrincipalProfile"] == {"clientId": "msi"}
    assert answer.json()["identity"]["tenantId"] == CLUSTER_TENANT
    assert arm.resource(NEW)["_credential"] is None


RULES = "Please see https://aka.ms/aks-naming-rules for more details."
POOL = {"name": "system", "count": 2, "mode": "System"}


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        (
            {"dnsPrefix": None},
            "The value of parameter dnsPrefix is invalid. Error details: DNS prefix '' is invalid. DNS prefix must "
            f"contain between 1 and 54 characters. {RULES}. {RULES}",
        ),
        ({"dnsPrefix": "a" * 55}, "dnsPrefix"),
        ({"dnsPrefix": "a_b"}, "dnsPrefix"),
        ({"dnsPrefix": "a-"}, "dnsPrefix"),
        (
            {"agentPoolProfiles": [{**POOL, "name": "System"}]},
            f"The value of parameter agentPoolProfile.name is invalid. {RULES}",
        ),
        ({"agentPoolProfiles": [{**POOL, "name": "thirteenchars"}]}, "agentPoolProfile.name"),
        ({"agentPoolProfiles": [{**POOL, "name": "1st"}]}, "agentPoolProfile.name"),
        ({"agentPoolProfiles": [POOL, {**POOL, "mode": "User"}]}, "agentPoolProfile.name"),
        ({"agentPoolProfiles": [{**POOL, "count": 0}]}, "is not from 1 to 1000"),
        ({"agentPoolProfiles": [POOL, {"name": "user", "count": 1001}]}, "is not from 0 to 1000"),
        ({"agentPoolProfiles": [{"name": "system", "count": 1}]}, "Must define at least one system pool."),
        ({"agentPoolProfiles": [{**POOL, "mode": "User"}]}, "Must define at least one system pool."),
        (
            {"nodeResourceGroup": "a" * 81},
            "The length of the node resource group name is too long. The maximum length is 80 and the length of the "
            f"value provided is 81. {RULES}",
        ),
    ],
)
def test_malformed_new_cluster_is_refused(arm: Arm, properties: Json, text: str) -> None:
    body = cluster(identity={"type": "SystemAssigned"})
    body["properties"].update(properties)
    answer = arm.put(NEW, body)
    assert answer.status_code == 400
    assert text in message(answer)
    assert arm.get(NEW).status_code == 404


@pytest.mark.parametrize(
    ("name", "text"),
    [("-aks", "Name '-aks' is invalid"), ("a" * 64, "is invalid"), ("a" * 63, "The length of the node resource group")],
)
def test_name_that_a_cluster_cannot_have_is_refused(arm: Arm, name: str, text: str) -> None:
    answer = arm.put(NEW.replace("aks-new", name), cluster(identity={"type": "SystemAssigned"}))
    assert refusal(answer) == (400, "InvalidParameter")
    assert text in message(answer)


def test_names_of_the_greatest_length_are_taken(arm: Arm) -> None:
    body = cluster(identity={"type": "SystemAssigned"})
    body["properties"] |= {"dnsPrefix": "a" * 54, "nodeResourceGroup": "n" * 80}
    body["properties"]["agentPoolProfiles"].append({"name": "a12345678901", "count": 0})
    assert arm.put(NEW.replace("aks-new", "a" * 63), body).status_code == 201


def test_a_subdomain_stands_for_a_prefix(arm: Arm) -> None:
    body = cluster(identity={"type": "SystemAssigned"})
    body["properties"] |= {"dnsPrefix": None, "fqdnSubdomain": "sub"}
    assert arm.put(NEW, body).status_code == 201


def test_an_older_version_knows_no_system_pools(arm: Arm) -> None:
    body = cluster(identity={"type": "SystemAssigned"})
    del body["properties"]["agentPoolProfiles"][0]["mode"]
    assert arm.put(NEW, body, version="2020-02-01").status_code == 201


def test_a_pool_of_another_form_is_not_added(arm: Arm) -> None:
    answer = arm.put(MANAGED_IDENTITY_CLUSTER, update(agentPoolProfiles=[{"name": "New", "count": 1}]))
    assert refusal(answer) == (400, "InvalidParameter")


def test_time_of_a_put_is_a_setting(arm: Arm) -> None:
    arm.settings("cluster_put", seconds=0)
    answer = arm.put(NEW, cluster(identity={"type": "SystemAssigned"}))
    assert answer.json()["properties"]["provisioningState"] == "Succeeded"
    assert "Azure-AsyncOperation" not in answer.headers


@pytest.mark.parametrize(
    ("body", "code", "target"),
    [
        ({"properties": {}}, "LocationRequired", None),
        ({"location": "westeurope"}, "InvalidParameter", "agentPoolProfiles"),
        (cluster(), "InvalidParameter", "servicePrincipalProfile"),
        (cluster({"secret": "x"}), "InvalidParameter", "servicePrincipalProfile.clientId"),
        (cluster({"clientId": NEW_APP}), "InvalidParameter", "servicePrincipalProfile.secret"),
        (cluster({"clientId": NEW_APP, "secret": "x" * 191}), "InvalidParameter", "servicePrincipalProfile.secret"),
    ],
)
def test_creating_lacks_something(arm: Arm, body: Json, code: str, target: str | None) -> None:
    answer = arm.put(NEW, body)
    assert refusal(answer) == (400, code)
    assert answer.json()["error"].get("target") == target
    with arm.store.read() as state:
        assert NEW.lower() not in state["resources"]


def test_creating_in_a_group_that_is_not_there(arm: Arm) -> None:
    answer = arm.put(NEW.replace("rg-clusters", "rg-none"), cluster(identity={"type": "SystemAssigned"}))
    assert refusal(answer) == (404, "ResourceGroupNotFound")


def test_creating_with_a_service_principal_that_is_not_in_the_tenant(arm: Arm) -> None:
    answer = arm.put(NEW, cluster({"clientId": NEW_APP, "secret": NEW_SECRET}))
    assert refusal(answer) == (400, "ServicePrincipalNotFound")


def test_creating_with_a_wrong_secret(arm: Arm) -> None:
    arm.add_principal()
    answer = arm.put(NEW, cluster({"clientId": NEW_APP, "secret": "wrong"}))
    assert refusal(answer) == (400, "ServicePrincipalValidationClientError")
    assert "AADSTS7000215" in message(answer)


def test_another_client_id_is_refused(arm: Arm) -> None:
    arm.add_principal()
    answer = arm.put(CLUSTER, update(servicePrincipalProfile={"clientId": NEW_APP, "secret": NEW_SECRET}))
    assert refusal(answer) == (400, "PropertyChangeNotAllowed")
    assert message(answer) == "Changing property 'servicePrincipalProfile.clientId' is not allowed."
    assert answer.json()["error"]["target"] == "servicePrincipalProfile.clientId"


def test_another_secret_is_refused(arm: Arm) -> None:
    answer = arm.put(CLUSTER, update(servicePrincipalProfile={"clientId": OLD_CLUSTER_APP_ID, "secret": NEW_SECRET}))
    assert refusal(answer) == (400, "PropertyChangeNotAllowed")
    assert message(answer) == "Changing property 'servicePrincipalProfile.secret' is not allowed."
    assert answer.json()["error"]["target"] == "servicePrincipalProfile.secret"


@pytest.mark.parametrize(
    "profile",
    [
        {"clientId": OLD_CLUSTER_APP_ID, "secret": OLD_CLUSTER_SECRET},
        {"clientId": OLD_CLUSTER_APP_ID},
        {"clientId": OLD_CLUSTER_APP_ID.upper()},
        None,
    ],
)
def test_the_same_service_principal_is_taken_with_its_secret_or_without(arm: Arm, profile: Json | None) -> None:
    properties = {} if profile is None else {"servicePrincipalProfile": profile}
    answer = arm.put(CLUSTER, update(kubernetesVersion="1.35", **properties))
    assert answer.status_code == 200
    assert answer.json()["properties"]["provisioningState"] == "Updating"
    arm.pass_time(1)
    after = arm.resource(CLUSTER)
    assert after["properties"]["provisioningState"] == "Succeeded"
    assert after["properties"]["kubernetesVersion"] == "1.35"
    assert after["properties"]["servicePrincipalProfile"] == {"clientId": OLD_CLUSTER_APP_ID}
    assert after["_credential"] == {"clientId": OLD_CLUSTER_APP_ID, "secret": OLD_CLUSTER_SECRET}


def test_an_update_reconciles_with_the_credential_it_has(arm: Arm) -> None:
    with arm.store.change() as state:
        application = next(one for one in state["applications"].values() if one["appId"] == OLD_CLUSTER_APP_ID)
        application["passwordCredentials"] = []
    answer = arm.put(CLUSTER, update())
    assert refusal(answer) == (400, "ServicePrincipalValidationClientError")


def test_managed_identity_cannot_go_back_to_a_service_principal(arm: Arm) -> None:
    arm.add_principal()
    profile = {"clientId": NEW_APP, "secret": NEW_SECRET}
    answer = arm.put(MANAGED_IDENTITY_CLUSTER, update(servicePrincipalProfile=profile))
    assert refusal(answer) == (400, "BadRequest")
    assert message(answer) == "Updating service principal profile is not allowed on MSI cluster."


def test_service_principal_cluster_moves_to_a_managed_identity_and_its_nodes_stay(arm: Arm) -> None:
    answer = arm.put(CLUSTER, {**update(), "identity": {"type": "SystemAssigned"}})
    assert answer.status_code == 200
    arm.pass_time(1)
    after = arm.resource(CLUSTER)
    assert after["properties"]["servicePrincipalProfile"] == {"clientId": "msi"}
    assert after["_credential"] is None
    assert {node["clientId"] for node in after["_nodes"]} == {OLD_CLUSTER_APP_ID}


def test_scaling_adds_and_removes_nodes(arm: Arm) -> None:
    pools = [{"name": "system", "count": 1}, {"name": "apps", "count": 4}, {"name": "extra", "count": 1}]
    assert arm.put(CLUSTER, update(agentPoolProfiles=pools)).status_code == 200
    arm.pass_time(1)
    nodes = arm.resource(CLUSTER)["_nodes"]
    assert [node["pool"] for node in nodes] == ["system", "apps", "apps", "apps", "apps", "extra"]
    assert {node["secret"] for node in nodes} == {OLD_CLUSTER_SECRET}


def test_a_node_that_comes_has_the_clusters_secret_of_that_moment(arm: Arm) -> None:
    """A cluster that waits for its reset grows with the old secret; after the reset it grows with the new one."""
    arm.add_principal()
    arm.settings("reset", seconds=1)
    for count, secret in ((1, OLD_CLUSTER_SECRET), (2, NEW_SECRET)):
        assert arm.put(CLUSTER, update(agentPoolProfiles=[{"name": "system", "count": count}])).status_code == 200
        arm.pass_time(2)
        assert {node["secret"] for node in arm.resource(CLUSTER)["_nodes"]} == {secret}
        body = {"clientId": NEW_APP, "secret": NEW_SECRET}
        assert arm.post(f"{CLUSTER}/resetServicePrincipalProfile", body).status_code == 202
        arm.pass_time(2)


def test_location_and_dns_prefix_are_settled_at_creation(arm: Arm) -> None:
    moved = arm.put(CLUSTER, {"location": "northeurope", "properties": {}})
    assert refusal(moved) == (409, "InvalidResourceLocation")
    renamed = arm.put(CLUSTER, update(dnsPrefix="other"))
    assert refusal(renamed) == (400, "PropertyChangeNotAllowed")


def test_update_waits_for_no_running_operation(arm: Arm) -> None:
    assert arm.put(CLUSTER, update()).status_code == 200
    with arm.store.read() as state:
        [operation_id] = state["operations"]
    answer = arm.put(CLUSTER, update())
    assert refusal(answer) == (409, "OperationNotAllowed")
    assert message(answer).startswith(
        "Operation is not allowed because there's an in progress update managed cluster operation (operation ID: "
        f"{operation_id}) on the managed cluster aks-prod started on UTC "
    )
    arm.pass_time(1)
    assert arm.put(CLUSTER, update()).status_code == 200


def test_stopped_cluster_is_not_updated(arm: Arm) -> None:
    arm.set(CLUSTER, powerState={"code": "Stopped"})
    answer = arm.put(CLUSTER, update())
    assert refusal(answer) == (409, "OperationNotAllowed")
    assert "Power State(Stopped), updating cannot be performed" in message(answer)


def test_other_secrets_are_not_given_back(arm: Arm) -> None:
    windows = {"adminUsername": "azure", "adminPassword": "hunter2-hunter2"}
    answer = arm.put(CLUSTER, update(windowsProfile=windows))
    assert answer.json()["properties"]["windowsProfile"] == {"adminUsername": "azure"}
    assert "hunter2" not in arm.store.path.read_text()
