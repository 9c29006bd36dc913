"""What a ``FederatedPull`` refuses at preview, before anything is made: the property and the remedy are named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crosstenant import (
    ArgumentError,
    FederatedClusterArgs,
    FederatedIdentityArgs,
    PullNamespaceArgs,
    RegistryArgs,
    TenantArgs,
)
from tests.components.construction import (
    CLUSTER_ID,
    CREDENTIAL,
    REGISTRY_ID,
    SUBSCRIPTION_B,
    TENANT_A,
    TENANT_B,
    build,
    issuer_of,
    later,
)
from tests.components.programs import federated, federated_cluster

IDENTITIES = (
    f"/subscriptions/{SUBSCRIPTION_B}/resourceGroups/rg-ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
)


def many(count: int) -> list[FederatedClusterArgs]:
    return [federated_cluster(f"aks-{number}") for number in range(count)]


def identity(**changes: Any) -> dict[str, Any]:
    return {"identity": FederatedIdentityArgs(**changes)}


def one(**changes: Any) -> dict[str, Any]:
    return {"clusters": [federated_cluster(**changes)]}


def namespace(**changes: Any) -> dict[str, Any]:
    return one(namespaces=[PullNamespaceArgs(**{"name": "shop", **changes})])


AT_ONCE: list[tuple[str, Callable[[], dict[str, Any]], str, tuple[str, ...]]] = [
    ("no-clusters", lambda: {"clusters": []}, "clusters", ("at least one cluster",)),
    (
        "21-clusters",
        lambda: {"clusters": many(21)},
        "clusters[20]",
        ("an identity can hold 20 federated credentials", "needs 21", "another FederatedPull"),
    ),
    (
        "cluster-twice",
        lambda: {"clusters": [federated_cluster(), federated_cluster(name="b", cluster_id=CLUSTER_ID.upper())]},
        "clusters[1].cluster_id",
        ("given twice",),
    ),
    (
        "two-clusters-of-one-name",
        lambda: {
            "clusters": [
                federated_cluster(),
                federated_cluster(cluster_id=CLUSTER_ID.replace("/resourceGroups/", "/resourceGroups/other-")),
            ]
        },
        "clusters[1].name",
        ("clusters[0] is called 'aks' as well", "give this one another name"),
    ),
    (
        "registry-twice",
        lambda: {"registries": [RegistryArgs(registry_id=it) for it in (REGISTRY_ID, REGISTRY_ID.upper())]},
        "registries[1].registry_id",
        ("given twice",),
    ),
    (
        "namespace-twice",
        lambda: one(namespaces=[PullNamespaceArgs(name="shop"), PullNamespaceArgs(name="shop")]),
        "clusters[0].namespaces[1].name",
        ("namespace 'shop' is named twice",),
    ),
    ("namespace-form", lambda: namespace(name="Shop"), "clusters[0].namespaces[0].name", ("lower-case letters",)),
    (
        "refreshers-namespace",
        lambda: namespace(name="crosstenant-prod"),
        "clusters[0].namespaces[0].name",
        ("refresher's own namespace", "set refresher.namespace"),
    ),
    (
        "secret-name-form",
        lambda: namespace(secret_name="a_b"),
        "clusters[0].namespaces[0].secret_name",
        ("lower-case letters",),
    ),
    (
        "account-twice",
        lambda: namespace(service_accounts=["default", "default"]),
        "clusters[0].namespaces[0].service_accounts[1]",
        ("'default' is named twice",),
    ),
    (
        "schedule-form",
        lambda: one(refresher={"schedule": "hourly"}),
        "clusters[0].refresher.schedule",
        ("five fields",),
    ),
    (
        "schedule-too-seldom",
        lambda: one(refresher={"schedule": "0 */3 * * *"}),
        "clusters[0].refresher.schedule",
        ("two and a half hours", "'7 * * * *'"),
    ),
    (
        "kubeconfig-missing",
        lambda: {"delivery": "refresher"},
        "clusters[0].kubeconfig",
        ("kubernetes_providers", "set delivery to 'none'", "'manifests'"),
    ),
    (
        "kubeconfig-missing-for-external-secrets",
        lambda: {"delivery": "external-secrets"},
        "clusters[0].kubeconfig",
        ("delivery 'external-secrets' deploys into the cluster",),
    ),
    (
        "namespaces-missing",
        lambda: {"delivery": "refresher", **one(namespaces=[], kubeconfig="k")},
        "clusters[0].namespaces",
        ("name the namespaces",),
    ),
    ("kubeconfig-empty", lambda: one(kubeconfig=" "), "clusters[0].kubeconfig", ("is empty",)),
    (
        "provider-of-no-cluster",
        lambda: {"kubernetes_providers": {"other": None}},
        "kubernetes_providers['other']",
        ("'aks'",),
    ),
    ("delivery-unknown", lambda: {"delivery": "argo"}, "delivery", ("'refresher', 'external-secrets', 'none'",)),
    ("no-identity", lambda: identity(), "identity.resource_group", ("resource group", "'id'")),
    ("group-by-id", lambda: identity(resource_group="/subscriptions/s"), "identity.resource_group", ("not its ID",)),
    (
        "identity-name",
        lambda: identity(resource_group="rg", name="a.b"),
        "identity.name",
        ("3 to 128 letters",),
    ),
    (
        "identity-location",
        lambda: identity(resource_group="rg", location="Malaysia South"),
        "identity.location",
        ("no federated credentials", "'Malaysia South'", "another region"),
    ),
    (
        "identity-twice",
        lambda: identity(resource_group="rg", id=f"{IDENTITIES}/present"),
        "identity.resource_group",
        ("'id' names one that exists",),
    ),
    ("identity-id-form", lambda: identity(id=REGISTRY_ID), "identity.id", ("Microsoft.ManagedIdentity",)),
    (
        "one-tenant",
        lambda: {"cluster_tenant": TenantArgs(tenant_id=TENANT_B)},
        "registry_tenant.tenant_id",
        ("both tenants are", "--attach-acr"),
    ),
    (
        "two-clouds",
        lambda: {"registry_tenant": TenantArgs(tenant_id=TENANT_B, environment="china")},
        "registry_tenant.environment",
        ("the same cloud",),
    ),
    (
        "option-of-the-pull-check",
        lambda: {"registries": [RegistryArgs(registry_id=REGISTRY_ID, pull_check={"timeout_seconds": 9})]},
        "registries[0].pull_check.timeout_seconds",
        ("omit it",),
    ),
]


@pytest.mark.parametrize(("changes", "path", "words"), [it[1:] for it in AT_ONCE], ids=[it[0] for it in AT_ONCE])
def test_a_wrong_argument_is_refused_by_its_name(
    changes: Callable[[], dict[str, Any]], path: str, words: tuple[str, ...]
):
    refused: list[ArgumentError] = []

    def program() -> None:
        with pytest.raises(ArgumentError) as error:
            federated(**changes())
        refused.append(error.value)

    built = build(program)
    (error,) = refused
    assert error.property_path == path
    assert [it for it in words if it not in error.reason] == [], error.reason
    assert built.custom == []


WHAT_AZURE_TELLS: list[tuple[str, dict[str, Any], str, tuple[str, ...]]] = [
    (
        "issuer-off",
        one(name="off"),
        "clusters[0].cluster_id",
        ("OIDC issuer", "'az aks update -g rg -n off --enable-oidc-issuer'", "restarts", "cannot be undone"),
    ),
    ("no-cluster", one(name="missing"), "clusters[0].cluster_id", ("there is no cluster", "output of its ID")),
    (
        "one-issuer",
        {"clusters": [federated_cluster("twin-a"), federated_cluster("twin-b")]},
        "clusters[1].cluster_id",
        (issuer_of("twin"), "cluster 'twin-a'", "one federated credential"),
    ),
    (
        "region-of-the-group",
        identity(resource_group="rg-malaysia"),
        "identity.location",
        ("region 'malaysiasouth'", "set identity.location"),
    ),
    ("no-such-identity", identity(id=f"{IDENTITIES}/absent"), "identity.id", ("no such identity", "resource_group")),
    (
        "identity-of-the-other-tenant",
        identity(id=f"{IDENTITIES}/present-foreign"),
        "identity.id",
        (f"belongs to tenant {TENANT_A}", TENANT_B),
    ),
    (
        "identity-in-another-subscription",
        {
            "registry_tenant": TenantArgs(tenant_id=TENANT_B, subscription_id=SUBSCRIPTION_B.replace("b1", "b9")),
            **identity(id=f"{IDENTITIES}/present"),
        },
        "identity.id",
        ("set subscription_id of the registry tenant",),
    ),
    (
        "21st-credential",
        {**identity(id=f"{IDENTITIES}/full"), "clusters": many(2)},
        "clusters[1]",
        ("19 besides the 2 of this component", "other-0, other-1", "identity.resource_group"),
    ),
    (
        "hardened-registry",
        {
            "delivery": "external-secrets",
            "registries": [RegistryArgs(registry_id=REGISTRY_ID.removesuffix("images") + "hardened")],
            **one(kubeconfig="k"),
        },
        "registries[0].registry_id",
        ("azureADAuthenticationAsArmPolicy is disabled", "set delivery to 'refresher'"),
    ),
]


@pytest.mark.parametrize(
    ("changes", "path", "words"), [it[1:] for it in WHAT_AZURE_TELLS], ids=[it[0] for it in WHAT_AZURE_TELLS]
)
def test_what_cannot_work_in_azure_is_refused_at_preview(
    changes: dict[str, Any], path: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("crosstenant.components.federated_pull.check_installed", lambda at: None)
    monkeypatch.setattr("crosstenant.components.federated_pull.deliver", lambda *_: None)
    with pytest.raises(ArgumentError) as error:
        build(lambda: federated(**changes), preview=True)
    assert error.value.property_path == path
    assert [it for it in words if it not in error.value.reason] == [], error.value.reason


def test_nineteen_credentials_of_others_leave_room_for_one():
    built = build(lambda: federated(identity=FederatedIdentityArgs(id=f"{IDENTITIES}/full")))
    assert built.one(CREDENTIAL).inputs["resourceName"] == "full"


def two(second: dict[str, Any]) -> None:
    federated()
    federated("second", **second)


def test_two_components_do_not_renew_one_pull_secret():
    with pytest.raises(ArgumentError) as error:
        build(lambda: two(one(cluster_id=CLUSTER_ID.upper(), name="aks")))
    assert error.value.property_path == "clusters[0].namespaces[0].secret_name"
    assert error.value.reason == (
        "FederatedPull 'prod' has pull secret 'registry-pull' in namespace 'shop' of cluster 'AKS' as well: give this"
        " one another name; a pod or service account names one for each registry tenant"
    )
    with pytest.raises(ArgumentError, match=r"clusters\[0\].namespaces\[0\].secret_name"):
        build(lambda: two({"clusters": [FederatedClusterArgs(**{**federated_cluster(), **later_id()})]}))


def test_two_components_do_not_share_a_refresher():
    with pytest.raises(ArgumentError, match=r"clusters\[0\].refresher.namespace: FederatedPull 'prod' has a refresher"):
        build(lambda: two(one(namespaces=[], refresher={"namespace": "crosstenant-prod"})))


def test_components_of_several_registry_tenants_have_secrets_of_their_own():
    built = build(lambda: two(namespace(secret_name="other-pull")))
    assert len([it for it in built.custom if it.type == CREDENTIAL]) == 2


def later_id() -> dict[str, Any]:
    return {"cluster_id": later(CLUSTER_ID), "name": "aks"}
