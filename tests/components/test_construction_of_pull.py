"""What a ``CrossTenantPull`` declares. ``construction.py`` says what such tests do not prove."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from crosstenant import (
    ClusterArgs,
    RegistryArgs,
)
from crosstenant.model.names import role_assignment_name
from tests.components.construction import (
    APP,
    APPLICATION,
    CLUSTER_ID,
    KEY_ID,
    PASSWORD,
    PRINCIPAL,
    PROFILE,
    PULL_CHECK,
    REGISTRY_ID,
    ROLE_ASSIGNMENT,
    SECRET,
    SUBSCRIPTION_A,
    TENANT_B,
    UNKNOWN,
    Built,
    Secret,
    build,
    later,
)
from tests.components.programs import NETWORK_CONTRIBUTOR, SUBNET, pull, role


def test_a_pull_declares_the_whole_chain():
    built = build(pull)
    assert {(it.type, it.name, it.parent, it.provider) for it in built.custom} == {
        (APPLICATION, "prod-application", "crosstenant:index:PullIdentity prod", "prod-cluster-tenant-azuread"),
        (
            PRINCIPAL,
            "prod-cluster-service-principal",
            "crosstenant:index:PullIdentity prod",
            "prod-cluster-tenant-azuread",
        ),
        (PASSWORD, "prod-secret", "crosstenant:index:PullIdentity prod", "prod-cluster-tenant-azuread"),
        (
            PRINCIPAL,
            "prod-registry-service-principal",
            "crosstenant:index:RegistryAccess prod",
            "prod-registry-tenant-azuread",
        ),
        (
            ROLE_ASSIGNMENT,
            "prod-images-pull-role",
            "crosstenant:index:RegistryAccess prod",
            "prod-registry-tenant-azure-native",
        ),
        (
            PULL_CHECK,
            "prod-images-pull-check",
            "crosstenant:index:RegistryAccess prod",
            "prod-registry-tenant-crosstenant",
        ),
        (PROFILE, "prod-aks-profile", "crosstenant:index:CrossTenantPull prod", "prod-cluster-tenant-crosstenant"),
    }


def test_no_cluster_is_touched_before_every_registry_and_role():
    registries = [RegistryArgs(registry_id=REGISTRY_ID), RegistryArgs(registry_id=f"{REGISTRY_ID}2")]
    built = build(lambda: pull(registries=registries, cluster_role_assignments=[role(name="net")]))
    assert built.one(PROFILE).dependencies >= {
        f"{PULL_CHECK} prod-images-pull-check",
        f"{PULL_CHECK} prod-images2-pull-check",
        f"{ROLE_ASSIGNMENT} prod-net-cluster-role",
    }


def test_a_clusters_credential():
    cluster = ClusterArgs(cluster_id=CLUSTER_ID.upper(), name="aks", abandon_on_delete=True, reset_timeout_seconds=600)
    made = build(lambda: pull(clusters=[cluster])).one(PROFILE, "prod-aks-profile")
    assert made.inputs == {
        "clusterId": f"/subscriptions/{SUBSCRIPTION_A}/resourceGroups/RG/providers/Microsoft.ContainerService"
        "/managedClusters/AKS",
        "clientId": APP,
        "secret": Secret(SECRET),
        "secretKeyId": KEY_ID,
        "abandonOnDelete": True,
        "secretExpiresAt": "2099-01-01T00:00:00Z",
    }
    assert (made.request.customTimeouts.create, made.request.customTimeouts.update) == ("600s", "600s")
    assert made.request.customTimeouts.delete == ""


def test_a_cluster_role():
    made = build(lambda: pull(cluster_role_assignments=[role()])).one(ROLE_ASSIGNMENT, "prod-s-f2f0ac85-cluster-role")
    assert (made.parent, made.provider) == (
        "crosstenant:index:CrossTenantPull prod",
        "prod-cluster-tenant-azure-native",
    )
    principal = "object-of-prod-cluster-service-principal"
    assert made.inputs == {
        "scope": SUBNET,
        "principalId": principal,
        "principalType": "ServicePrincipal",
        "roleAssignmentName": role_assignment_name(SUBNET, principal, NETWORK_CONTRIBUTOR),
        "roleDefinitionId": f"/subscriptions/{SUBSCRIPTION_A}/providers/Microsoft.Authorization/roleDefinitions/"
        + NETWORK_CONTRIBUTOR,
    }
    assert (made.request.deleteBeforeReplaceDefined, made.request.deleteBeforeReplace) == (True, False)
    assert [it.split("-error")[0] for it in made.request.hooks.on_error] == [made.name]


def test_what_the_cluster_tenant_needs_is_in_place_before_the_consent():
    built = build(lambda: pull(registry_service_principal="consented", cluster_role_assignments=[role(name="net")]))
    assert built.one("crosstenant:index:RegistryAccess").dependencies == {f"{ROLE_ASSIGNMENT} prod-net-cluster-role"}
    assert built.one(APPLICATION).inputs["requiredResourceAccesses"]


def test_the_outputs_of_a_pull():
    outputs = build(pull).outputs["crosstenant:index:CrossTenantPull prod"]
    assert outputs["registries"] == [
        {
            "registryId": REGISTRY_ID,
            "name": "images",
            "loginServer": "images.azurecr.io",
            "roleAssignmentMode": "legacy",
            "roleAssignmentId": "prod-images-pull-role-id",
            "pullResult": "granted",
            "notProved": None,
            "refusal": None,
        }
    ]
    assert outputs["clusters"] == [
        {
            "clusterId": CLUSTER_ID,
            "name": "aks",
            "credentialState": "applied",
            "nodePools": ["system"],
            "provisioningState": "Succeeded",
            "resetAt": "2026-01-01T00:00:00Z",
            "nodePullResult": None,
            "waitsFor": None,
        }
    ]
    assert outputs["servicePrincipalProfile"] == Secret({"clientId": APP, "secret": SECRET})
    assert isinstance(outputs["imagePullSecret"], Secret)
    assert outputs["consentUrl"].startswith(
        f"https://login.microsoftonline.com/{TENANT_B}/adminconsent?client_id={APP}"
    )


def test_an_id_that_is_not_known_yet_leaves_the_plan_whole():
    def program() -> None:
        pull(
            registries=[RegistryArgs(registry_id=later(REGISTRY_ID, known=False), name="images")],
            clusters=[ClusterArgs(cluster_id=CLUSTER_ID), ClusterArgs(cluster_id=later("", known=False), name="new")],
        )

    built = build(program, preview=True)
    assert [it.name for it in built.resources if it.type == PROFILE] == ["prod-aks-profile", "prod-new-profile"]
    assert built.one(PROFILE, "prod-aks-profile").inputs["clusterId"] == CLUSTER_ID
    assert built.one(PROFILE, "prod-new-profile").inputs["clusterId"] == UNKNOWN
    assert built.one(ROLE_ASSIGNMENT, "prod-images-pull-role").inputs["scope"] == UNKNOWN
    assert [it.token for it in built.invokes if it.token.endswith(":getRegistry")] == []


def test_an_id_that_becomes_known_goes_where_text_goes():
    def program() -> None:
        pull(
            registries=[RegistryArgs(registry_id=later(REGISTRY_ID), name="images")],
            clusters=[ClusterArgs(cluster_id=later(CLUSTER_ID), name="aks")],
            cluster_role_assignments=[role(scope=later(SUBNET), name="net")],
        )

    def inputs(built: Built) -> dict[str, dict[str, Any]]:
        return {it.name: it.inputs for it in built.custom}

    expected = inputs(build(lambda: pull(cluster_role_assignments=[role(name="net")])))
    assert inputs(build(program)) == expected


def test_nothing_is_registered_when_an_argument_is_wrong():
    checked: list[str] = []

    def program() -> None:
        with pytest.raises(pulumi.RunError):
            pull(registries=[RegistryArgs(registry_id="images")])
        checked.append("refused")

    assert build(program).resources == []
    assert checked == ["refused"]


def test_what_a_pull_has_checked_is_not_checked_again(monkeypatch: pytest.MonkeyPatch):
    def again(*arguments: object) -> None:
        raise AssertionError("checked twice")

    for module in ("pull_identity", "registry_access", "tenant"):
        monkeypatch.setattr(f"crosstenant.components.{module}.checked", again)
    assert build(pull).one(PROFILE).name == "prod-aks-profile"
