import pytest

from crosstenant.sandbox.entra.clients import authenticate
from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.world import drift, role_drift
from crosstenant.sandbox.world.directory_documents import new_service_principal
from crosstenant.sandbox.world.seed import (
    ABAC_REGISTRY,
    ACR_PULL,
    CLUSTER,
    CLUSTER_CALLER_ID,
    CLUSTER_TENANT,
    OLD_CLUSTER_APP_ID,
    OLD_CLUSTER_SECRET,
    REGISTRY,
    REGISTRY_TENANT,
)


def grant(state, registry, name):
    """Gives the cluster's application a role on a registry; the assignment's key."""
    application = drift.application(state, OLD_CLUSTER_APP_ID)
    principal = new_service_principal("principal", application, REGISTRY_TENANT, "2024-01-01T00:00:00Z")
    state["servicePrincipals"]["principal"] = principal
    key = f"{registry.lower()}/providers/microsoft.authorization/roleassignments/{name}"
    state["roleAssignments"][key] = {
        "id": key,
        "properties": {
            "scope": registry,
            "principalId": "principal",
            "roleDefinitionId": f"/roleDefinitions/{ACR_PULL}",
        },
    }
    return key


def test_role_assignments_go_from_the_named_registry_only(store):
    with store.change() as state:
        gone, kept = grant(state, REGISTRY, "one"), grant(state, ABAC_REGISTRY, "two")
        before = len(state["roleAssignments"])
        drift.remove_role_assignment(state, "fabrikamimages", OLD_CLUSTER_APP_ID)
        assert gone not in state["roleAssignments"]
        assert kept in state["roleAssignments"]
        assert len(state["roleAssignments"]) == before - 1
        with pytest.raises(LookupError, match="has no role on registry fabrikamimages"):
            drift.remove_role_assignment(state, "fabrikamimages", OLD_CLUSTER_APP_ID)
        with pytest.raises(
            LookupError, match="'nosuch' is not among the registries of the sandbox: fabrikamimages, fabrikamabac"
        ):
            drift.remove_role_assignment(state, "nosuch", OLD_CLUSTER_APP_ID)


def test_cluster_moves_with_all_its_nodes_and_a_secret_that_signs_in(store):
    with store.change() as state:
        drift.reset_cluster(state, CLUSTER, CLUSTER_CALLER_ID)
        cluster = drift.resource(state, drift.CLUSTERS, "aks-prod")
        assert cluster["properties"]["servicePrincipalProfile"] == {"clientId": CLUSTER_CALLER_ID}
        credentials = {(node["clientId"], node["secret"]) for node in cluster["_nodes"]}
        assert credentials == {tuple(cluster["_credential"].values())}
        authenticate(state, CLUSTER_TENANT, *credentials.pop())
        drift.reset_cluster(state, "aks-prod")
        assert cluster["_credential"] == {"clientId": OLD_CLUSTER_APP_ID, "secret": OLD_CLUSTER_SECRET}


def test_removed_secret_and_disabled_or_deleted_principal_end_sign_in(store):
    def refusal():
        with pytest.raises(SignInRefusal) as refused:
            authenticate(state, CLUSTER_TENANT, OLD_CLUSTER_APP_ID, OLD_CLUSTER_SECRET)
        return refused.value.code

    with store.change() as state:
        drift.disable_service_principal(state, CLUSTER_TENANT, OLD_CLUSTER_APP_ID)
        assert refusal() == "AADSTS7000112"
        drift.delete_service_principal(state, CLUSTER_TENANT, OLD_CLUSTER_APP_ID)
        assert refusal() == "AADSTS7000229"
        with pytest.raises(LookupError, match="has no service principal in tenant"):
            drift.delete_service_principal(state, CLUSTER_TENANT, OLD_CLUSTER_APP_ID)
        drift.remove_secret(state, OLD_CLUSTER_APP_ID)
        assert drift.application(state, OLD_CLUSTER_APP_ID)["passwordCredentials"] == []
        with pytest.raises(LookupError, match="no such password"):
            drift.remove_secret(state, OLD_CLUSTER_APP_ID, "unknown")


def test_registry_mode_and_cluster_state_change(store):
    with store.change() as state:
        drift.registry_mode(state, "fabrikamimages", "abac")
        mode = state["resources"][REGISTRY.lower()]["properties"]["roleAssignmentMode"]
        assert mode == "AbacRepositoryPermissions"
        drift.stop_cluster(state, "aks-prod")
        assert state["resources"][CLUSTER.lower()]["properties"]["powerState"] == {"code": "Stopped"}
        drift.delete_cluster(state, "aks-prod")
        assert not [key for key in [*state["resources"], *state["roleAssignments"]] if "aks-prod" in key]
        assert [key for key in state["resources"] if "aks-managed" in key]


def roles(state, registry):
    """The roles on a registry: the last part of the definition's ID, by the assignment's key."""
    return {
        key: it["properties"]["roleDefinitionId"].rsplit("/", 1)[-1]
        for key, it in state["roleAssignments"].items()
        if it["properties"]["scope"] == registry
    }


def test_roles_change_under_their_name_and_beside_it(store):
    with store.change() as state:
        key = grant(state, REGISTRY, "one")
        role_drift.change_role(state, "fabrikamimages", OLD_CLUSTER_APP_ID, "AcrPush")
        push = roles(state, REGISTRY)[key]
        assert push != ACR_PULL
        role_drift.add_role(state, "fabrikamimages", OLD_CLUSTER_APP_ID, ACR_PULL)
        assert sorted(roles(state, REGISTRY).values()) == sorted([push, ACR_PULL])
        with pytest.raises(LookupError, match=r"role 'AcrPul' does not exist; .*AcrPull, AcrPush"):
            role_drift.add_role(state, "fabrikamimages", OLD_CLUSTER_APP_ID, "AcrPul")
        with pytest.raises(LookupError, match="has no role on registry fabrikamabac"):
            role_drift.change_condition(state, "fabrikamabac", OLD_CLUSTER_APP_ID, None)


def test_a_role_made_again_has_another_name_and_its_condition(store):
    with store.change() as state:
        key = grant(state, REGISTRY, "one")
        role_drift.change_condition(state, "fabrikamimages", OLD_CLUSTER_APP_ID, "a condition")
        role_drift.rename_role_assignment(state, "fabrikamimages", OLD_CLUSTER_APP_ID)
        assert key not in state["roleAssignments"]
        (new,) = roles(state, REGISTRY)
        assert state["roleAssignments"][new]["id"].lower() == new
        assert state["roleAssignments"][new]["properties"]["condition"] == "a condition"
        role_drift.change_condition(state, "fabrikamimages", OLD_CLUSTER_APP_ID, None)
        assert state["roleAssignments"][new]["properties"]["conditionVersion"] is None


def test_an_application_that_ends_its_secret_or_goes_signs_in_no_more(store):
    def refusal():
        with pytest.raises(SignInRefusal) as refused:
            authenticate(state, CLUSTER_TENANT, OLD_CLUSTER_APP_ID, OLD_CLUSTER_SECRET)
        return refused.value.code

    with store.change() as state:
        drift.set_redirect_uri(state, OLD_CLUSTER_APP_ID, "https://login.example/")
        assert drift.application(state, OLD_CLUSTER_APP_ID)["web"]["redirectUris"] == ["https://login.example/"]
        drift.expire_secret(state, OLD_CLUSTER_APP_ID)
        assert refusal() == "AADSTS7000222"
        drift.delete_application(state, OLD_CLUSTER_APP_ID)
        assert refusal() == "AADSTS700016"


def test_a_registry_closes_and_goes_with_its_roles(store):
    with store.change() as state:
        gone, kept = grant(state, REGISTRY, "one"), grant(state, ABAC_REGISTRY, "two")
        drift.close_registry(state, "fabrikamimages")
        assert state["resources"][REGISTRY.lower()]["properties"]["publicNetworkAccess"] == "Disabled"
        drift.delete_registry(state, "fabrikamimages")
        assert REGISTRY.lower() not in state["resources"]
        assert gone not in state["roleAssignments"]
        assert kept in state["roleAssignments"]


def test_a_cluster_with_a_managed_identity_has_no_credential_left(store):
    with store.change() as state:
        drift.enable_managed_identity(state, "aks-prod")
        cluster = drift.resource(state, drift.CLUSTERS, "aks-prod")
        assert cluster["properties"]["servicePrincipalProfile"] == {"clientId": "msi"}
        assert {node["secret"] for node in cluster["_nodes"]} == {None}
