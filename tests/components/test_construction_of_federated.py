"""What a ``FederatedPull`` declares in Azure. ``construction.py`` says what such tests do not prove."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_azure_native
import pytest
from pulumi_azure_native.containerservice import ManagedCluster

from crosstenant import ArgumentError, FederatedClusterArgs, FederatedIdentityArgs, RegistryArgs, TenantArgs
from crosstenant.model.names import role_assignment_name
from tests.components.construction import (
    CLUSTER_ID,
    CREDENTIAL,
    IDENTITY,
    REGISTRY_ID,
    ROLE_ASSIGNMENT,
    SUBSCRIPTION_B,
    TENANT_B,
    UNKNOWN,
    build,
    issuer_of,
    later,
)
from tests.components.programs import federated, federated_cluster

COMPONENT = "crosstenant:index:FederatedPull prod"
SUBJECT = "system:serviceaccount:crosstenant-prod:pull-refresher"
PRESENT = (
    f"/subscriptions/{SUBSCRIPTION_B}/resourceGroups/rg-ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    "/present"
)


def test_the_azure_side_of_a_pull_without_a_secret():
    built = build(federated)
    arm = "prod-registry-tenant-azure-native"
    assert {(it.type, it.name, it.parent, it.provider) for it in built.custom} == {
        (IDENTITY, "prod-identity", COMPONENT, arm),
        (CREDENTIAL, "prod-aks-credential", COMPONENT, arm),
        (ROLE_ASSIGNMENT, "prod-images-pull-role", COMPONENT, arm),
    }


def test_neither_directory_has_a_provider():
    built = build(federated)
    assert {it.name for it in built.resources if it.type.startswith("pulumi:providers:")} == {
        "prod-cluster-tenant-crosstenant",
        "prod-registry-tenant-crosstenant",
        "prod-registry-tenant-azure-native",
    }


def test_the_identity_is_named_after_component_and_stack_and_keeps_its_name():
    made = build(federated).one(IDENTITY)
    assert made.inputs == {"resourceGroupName": "rg-pull", "resourceName": "prod-stack"}
    assert list(made.request.ignoreChanges) == ["resourceName"]


def test_an_identity_as_the_program_names_it():
    given = FederatedIdentityArgs(resource_group="rg-pull", name="id-pull", location="northeurope")
    made = build(lambda: federated(identity=given)).one(IDENTITY)
    assert made.inputs == {"resourceGroupName": "rg-pull", "resourceName": "id-pull", "location": "northeurope"}
    assert list(made.request.ignoreChanges) == []


def test_a_credential():
    made = build(federated).one(CREDENTIAL)
    assert made.inputs == {
        "resourceGroupName": "rg-pull",
        "resourceName": "prod-stack",
        "federatedIdentityCredentialResourceName": "prod-aks",
        "issuer": issuer_of("aks"),
        "subject": SUBJECT,
        "audiences": ["api://AzureADTokenExchange"],
    }
    assert (made.request.deleteBeforeReplaceDefined, made.request.deleteBeforeReplace) == (True, True)
    assert list(made.request.ignoreChanges) == ["federatedIdentityCredentialResourceName"]
    assert [it.split("-error")[0] for it in made.request.hooks.on_error] == [made.name]


def test_credentials_are_made_one_after_another():
    clusters = [federated_cluster(it) for it in ("a", "b", "c")]
    built = build(lambda: federated(clusters=clusters))
    made = [it for it in built.custom if it.type == CREDENTIAL]
    assert [it.name for it in made] == ["prod-a-credential", "prod-b-credential", "prod-c-credential"]
    assert [{at for at in it.dependencies if at.startswith(CREDENTIAL)} for it in made] == [
        set(),
        {f"{CREDENTIAL} prod-a-credential"},
        {f"{CREDENTIAL} prod-b-credential"},
    ]


def test_the_pull_role_is_the_one_that_an_application_gets():
    built = build(lambda: federated(registries=[RegistryArgs(registry_id=REGISTRY_ID + "abac", repositories=["api"])]))
    made = built.one(ROLE_ASSIGNMENT)
    principal, scope = "principal-of-identity", REGISTRY_ID + "abac"
    assert made.inputs["principalId"] == principal
    assert made.inputs["principalType"] == "ServicePrincipal"
    assert made.inputs["roleAssignmentName"] == role_assignment_name(
        scope, principal, made.inputs["roleDefinitionId"].rsplit("/", 1)[-1]
    )
    assert "StringEqualsIgnoreCase 'api'" in made.inputs["condition"]
    assert (made.request.deleteBeforeReplaceDefined, made.request.deleteBeforeReplace) == (True, False)


@pytest.mark.parametrize("given", [PRESENT, PRESENT.upper() + "/"])
def test_an_identity_that_exists_is_read_and_left_alone(given: str):
    built = build(lambda: federated(identity=FederatedIdentityArgs(id=given)))
    assert IDENTITY not in {it.type for it in built.resources}
    made = built.one(CREDENTIAL)
    assert made.inputs["resourceName"] == "present"
    assert made.inputs["resourceGroupName"] == "rg-ids"
    assert built.one(ROLE_ASSIGNMENT).inputs["principalId"] == "principal-of-present"
    assert built.outputs[COMPONENT]["clientId"] == "client-of-present"


def test_an_identity_of_the_same_program_is_given_as_an_output():
    built = build(lambda: federated(identity=FederatedIdentityArgs(id=later(PRESENT))))
    assert built.one(CREDENTIAL).inputs["resourceName"] == "present"
    unknown = build(lambda: federated(identity=FederatedIdentityArgs(id=later(PRESENT, known=False))), preview=True)
    assert unknown.one(CREDENTIAL).inputs["resourceName"] == UNKNOWN


def test_the_subscription_of_an_identity_that_exists_counts_before_the_registrys():
    built = build(lambda: federated(identity=FederatedIdentityArgs(id=PRESENT.replace("b1/", "b2/"))))
    provider = built.one("pulumi:providers:azure-native")
    assert provider.inputs["subscriptionId"] == SUBSCRIPTION_B.replace("b1", "b2")


def test_the_outputs():
    outputs = build(federated).outputs[COMPONENT]
    manifests = outputs.pop("manifests")
    assert outputs == {
        "clientId": "client-of-identity",
        "principalId": "principal-of-identity",
        "tenantId": TENANT_B,
        "issuers": {"aks": issuer_of("aks")},
        "subjects": {"aks": [SUBJECT]},
        "registries": [
            {
                "registryId": REGISTRY_ID,
                "name": "images",
                "loginServer": "images.azurecr.io",
                "roleAssignmentMode": "legacy",
                "roleAssignmentId": "prod-images-pull-role-id",
            }
        ],
        "clusters": [{"clusterId": CLUSTER_ID, "name": "aks", "issuer": issuer_of("aks"), "subjects": [SUBJECT]}],
    }
    assert list(manifests) == ["aks"]
    assert '"clientId": "client-of-identity"' in manifests["aks"].replace('\\"', '"')


def test_a_cluster_without_namespaces_has_no_manifests():
    outputs = build(lambda: federated(clusters=[federated_cluster(namespaces=[])])).outputs[COMPONENT]
    assert outputs["manifests"] == {}


def test_a_service_account_of_the_programs_own_is_the_subject():
    refresher = {"namespace": "pulls", "service_account": "puller"}
    built = build(lambda: federated(clusters=[federated_cluster(refresher=refresher)]))
    assert built.one(CREDENTIAL).inputs["subject"] == "system:serviceaccount:pulls:puller"


def test_a_cluster_of_the_same_program_does_not_hide_the_issuers_of_others():
    def program() -> None:
        new = FederatedClusterArgs(cluster_id=later(CLUSTER_ID, known=False), name="new")
        federated(clusters=[new, federated_cluster("a")])

    built = build(program, preview=True)
    assert built.one(CREDENTIAL, "prod-new-credential").inputs["issuer"] == UNKNOWN
    assert built.one(CREDENTIAL, "prod-a-credential").inputs["issuer"] == issuer_of("a")


def test_a_cluster_of_the_same_program_may_be_about_to_switch_its_issuer_on():
    def program() -> None:
        own = ManagedCluster("own", resource_group_name="rg", opts=pulumi.ResourceOptions(provider=native()))
        given = own.id.apply(lambda _: CLUSTER_ID.removesuffix("aks") + "off")
        federated(clusters=[FederatedClusterArgs(cluster_id=given, name="own")])

    def native() -> pulumi_azure_native.Provider:
        return pulumi_azure_native.Provider("own")

    assert build(program, preview=True).one(CREDENTIAL).inputs["issuer"] == UNKNOWN
    with pytest.raises(ArgumentError, match=r"the OIDC issuer of cluster .* is off"):
        build(program)


def test_protect_guards_the_identity_and_what_is_replaced_in_ordinary_life_is_not_guarded():
    built = build(lambda: federated(opts=pulumi.ResourceOptions(protect=True, retain_on_delete=True)))
    assert {it.name: (_told(it.request, "protect"), _told(it.request, "retainOnDelete")) for it in built.custom} == {
        "prod-identity": (True, None),
        "prod-aks-credential": (False, False),
        "prod-images-pull-role": (False, False),
    }


def _told(request: Any, option: str) -> bool | None:
    # Without a word of its own the engine gives a child the component's.
    return getattr(request, option) if request.HasField(option) else None


def test_an_identity_that_an_earlier_update_made_elsewhere_is_not_looked_for_here():
    # The identity of the state, in subscription B; the registry that comes first now is in another one.
    other = SUBSCRIPTION_B[:-1] + "2"
    registries = [
        RegistryArgs(registry_id=REGISTRY_ID.replace(SUBSCRIPTION_B, other), name="new"),
        RegistryArgs(registry_id=REGISTRY_ID),
    ]
    with pytest.raises(ArgumentError) as refused:
        build(lambda: federated(registries=registries))
    assert str(refused.value) == (
        f"FederatedPull 'prod': identity.resource_group: the identity is in subscription {SUBSCRIPTION_B}, and the"
        f" registry tenant's providers are in {other}: set subscription_id of the registry tenant to the identity's"
    )
    tenant = TenantArgs(tenant_id=TENANT_B, subscription_id=SUBSCRIPTION_B)
    assert build(lambda: federated(registries=registries, registry_tenant=tenant)).one(CREDENTIAL)
