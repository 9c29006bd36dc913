"""A ``FederatedPull`` whose identity is an application. ``construction.py`` says what such tests do not prove."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant import ArgumentError, FederatedIdentityArgs
from tests.components.construction import (
    APP,
    APPLICATION,
    APPLICATION_CREDENTIAL,
    IDENTITY,
    PASSWORD,
    PRINCIPAL,
    ROLE_ASSIGNMENT,
    TENANT_B,
    build,
    issuer_of,
)
from tests.components.programs import federated, federated_cluster

COMPONENT = "crosstenant:index:FederatedPull prod"
OBJECT_ID = "b0000000-0000-4000-8000-0000000000f7"


def with_application(**changes: Any) -> None:
    clusters = changes.pop("clusters", [federated_cluster()])
    federated(identity=FederatedIdentityArgs(kind="application", **changes), clusters=clusters)


def consented(**changes: Any) -> None:
    with_application(registry_service_principal="consented", **changes)


def test_an_application_has_federated_credentials_and_no_secret():
    built = build(with_application)
    clusters, registries = "prod-cluster-tenant-azuread", "prod-registry-tenant-azuread"
    assert {(it.type, it.name, it.parent, it.provider) for it in built.custom} == {
        (APPLICATION, "prod-application", COMPONENT, clusters),
        (PRINCIPAL, "prod-cluster-service-principal", COMPONENT, clusters),
        (APPLICATION_CREDENTIAL, "prod-aks-credential", COMPONENT, clusters),
        (PRINCIPAL, "prod-registry-service-principal", COMPONENT, registries),
        (ROLE_ASSIGNMENT, "prod-images-pull-role", COMPONENT, "prod-registry-tenant-azure-native"),
    }
    assert not {IDENTITY, PASSWORD} & {it.type for it in built.resources}
    assert built.one(APPLICATION).inputs["signInAudience"] == "AzureADMultipleOrgs"
    assert built.one(ROLE_ASSIGNMENT).inputs["principalId"] == "object-of-prod-registry-service-principal"


def test_a_credential_of_an_application():
    made = build(with_application).one(APPLICATION_CREDENTIAL)
    assert made.inputs == {
        "applicationId": "prod-application-id",
        "displayName": "prod-aks",
        "issuer": issuer_of("aks"),
        "subject": "system:serviceaccount:crosstenant-prod:pull-refresher",
        "audiences": ["api://AzureADTokenExchange"],
    }
    assert list(made.request.ignoreChanges) == ["displayName"]
    assert (made.request.deleteBeforeReplace, made.request.protect) == (True, False)


def test_credentials_of_an_application_are_made_one_after_another():
    built = build(lambda: with_application(clusters=[federated_cluster("a"), federated_cluster("b")]))
    second = built.one(APPLICATION_CREDENTIAL, "prod-b-credential")
    assert f"{APPLICATION_CREDENTIAL} prod-a-credential" in second.dependencies


def test_the_outputs_name_application_and_consent_page():
    outputs = build(with_application).outputs[COMPONENT]
    assert (outputs["clientId"], outputs["tenantId"]) == (APP, TENANT_B)
    assert outputs["principalId"] == "object-of-prod-registry-service-principal"
    assert outputs["consentUrl"].startswith(
        f"https://login.microsoftonline.com/{TENANT_B}/adminconsent?client_id={APP}"
    )


def test_a_consented_application_gets_its_roles_by_the_object_id_that_the_program_gives():
    built = build(lambda: consented(registry_service_principal_id=OBJECT_ID.upper()))
    assert built.one(ROLE_ASSIGNMENT).inputs["principalId"] == OBJECT_ID
    assert [it.name for it in built.resources if it.type == PRINCIPAL] == ["prod-cluster-service-principal"]
    assert built.one(APPLICATION).inputs["requiredResourceAccesses"]


def test_without_consent_an_update_fails_with_the_page():
    with pytest.raises(ArgumentError) as error:
        build(consented)
    assert error.value.property_path == "identity.registry_service_principal_id"
    page = f"https://login.microsoftonline.com/{TENANT_B}/adminconsent?client_id={APP}"
    assert page in error.value.reason
    assert f"az ad sp show --id {APP}" in error.value.reason


@pytest.mark.parametrize(
    ("identity", "path", "words"),
    [
        ({"kind": "application", "resource_group": "rg"}, "identity.resource_group", "kind 'application'"),
        ({"resource_group": "rg", "display_name": "x"}, "identity.display_name", "kind 'managed'"),
        (
            {"kind": "application", "registry_service_principal_id": OBJECT_ID},
            "identity.registry_service_principal_id",
            "'consented'",
        ),
        (
            {
                "kind": "application",
                "registry_service_principal": "consented",
                "registry_service_principal_id": "x",
            },
            "identity.registry_service_principal_id",
            "must be a UUID",
        ),
        ({"kind": "secret"}, "identity.kind", "'managed', 'application'"),
        (
            {"kind": "application", "service_management_reference": " "},
            "identity.service_management_reference",
            "empty",
        ),
    ],
)
def test_arguments_of_the_other_kind_are_refused(identity: dict[str, Any], path: str, words: str):
    with pytest.raises(ArgumentError) as error:
        build(lambda: federated(identity=identity))
    assert (error.value.property_path, words in error.value.reason) == (path, True), error.value.reason
