"""Which tenant each child and each call belongs to. ``construction.py`` says what such tests do not prove."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pytest

from crosstenant import (
    CrossTenantPull,
    CrossTenantPullArgs,
    PullIdentity,
    PullIdentityArgs,
    RegistryArgs,
    RotationArgs,
    TenantArgs,
    TenantProviders,
)
from crosstenant.resources.internal_functions import service_principal_obstacle
from tests.components.construction import (
    CLUSTER_TENANT,
    REGISTRY_ID,
    REGISTRY_TENANT,
    SUBSCRIPTION_A,
    SUBSCRIPTION_B,
    TENANT_A,
    TENANT_B,
    UNKNOWN,
    build,
    later,
)
from tests.components.programs import access, identity, pull, role, with_ready_made_providers

PROGRAMS: dict[str, Callable[[], object]] = {
    "pull": pull,
    "pull with roles": lambda: pull(cluster_role_assignments=[role()]),
    "pull after consent": lambda: pull(registry_service_principal="consented"),
    "pull with two secrets": lambda: pull(rotation=RotationArgs(rotate_every_days=30, keep_previous=True)),
    "identity": identity,
    "access": access,
    "ready-made providers": with_ready_made_providers,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_no_child_and_no_call_is_without_its_tenants_provider(program: Callable[[], object]):
    built = build(program)
    tenants = {it.name: it.inputs["tenantId"] for it in built.resources if it.type.startswith("pulumi:providers:")}

    for made in built.custom:
        expected = TENANT_B if made.parent.startswith("crosstenant:index:RegistryAccess ") else TENANT_A
        assert tenants[made.provider] == expected, f"{made.type} {made.name}"
        # Another tenant replaces it: in place, azuread and azure-native would look for it in the wrong tenant.
        assert made.request.replacement_trigger.string_value == expected, f"{made.type} {made.name}"
    for called in built.invokes:
        expected = TENANT_B if called.token.endswith(":getRegistry") else None
        assert tenants[called.provider] == (expected or tenants[called.provider]), called.token


def test_providers_are_made_only_where_they_are_used():
    built = build(pull)
    made = {it.name: it.inputs.get("subscriptionId") for it in built.resources if it.type.startswith("pulumi:prov")}
    assert made == {
        "prod-cluster-tenant-azuread": None,
        "prod-cluster-tenant-crosstenant": SUBSCRIPTION_A,
        "prod-registry-tenant-azuread": None,
        "prod-registry-tenant-azure-native": SUBSCRIPTION_B,
        "prod-registry-tenant-crosstenant": SUBSCRIPTION_B,
    }


def test_the_subscription_follows_from_the_roles_where_there_is_no_cluster():
    built = build(lambda: pull(clusters=[], cluster_role_assignments=[role()]))
    assert built.one("pulumi:providers:azure-native", "prod-cluster-tenant-azure-native").inputs["subscriptionId"] == (
        SUBSCRIPTION_A
    )


def test_ready_made_providers_serve_the_whole_chain():
    built = build(with_ready_made_providers)
    assert {it.provider.split("-")[0] for it in built.custom} == {"contoso", "fabrikam"}


def test_shared_providers_take_the_subscription_of_the_component_that_uses_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ARM_SUBSCRIPTION_ID", SUBSCRIPTION_A)
    built = build(with_ready_made_providers)
    assert built.one("pulumi:providers:azure-native").inputs["subscriptionId"] == SUBSCRIPTION_B
    own = {
        it.name: it.inputs.get("subscriptionId") for it in built.resources if it.type == "pulumi:providers:crosstenant"
    }
    assert own == {"contoso-crosstenant": SUBSCRIPTION_A, "fabrikam-crosstenant": SUBSCRIPTION_B}


def test_shared_providers_keep_the_subscription_that_they_have():
    def program() -> None:
        registries = TenantProviders("fabrikam", REGISTRY_TENANT, default_subscription_id=SUBSCRIPTION_A)
        args = CrossTenantPullArgs(cluster_tenant=CLUSTER_TENANT, registries=[RegistryArgs(registry_id=REGISTRY_ID)])
        CrossTenantPull("prod", args, registry_providers=registries)

    assert build(program).one("pulumi:providers:azure-native").inputs["subscriptionId"] == SUBSCRIPTION_A


def test_a_tenant_that_is_not_described_is_refused():
    def program() -> None:
        CrossTenantPull("prod", CrossTenantPullArgs(registries=[RegistryArgs(registry_id=REGISTRY_ID)]))

    with pytest.raises(pulumi.RunError, match="cluster_tenant: is missing: describe the tenant, or pass ready-made"):
        build(program)


def test_a_tenant_that_is_described_otherwise_than_its_providers_is_refused():
    def program() -> None:
        PullIdentity(
            "id",
            PullIdentityArgs(tenant=TenantArgs(tenant_id=TENANT_A)),
            cluster_providers=TenantProviders("fabrikam", REGISTRY_TENANT),
        )

    with pytest.raises(pulumi.RunError, match=rf"tenant\.tenant_id: is {TENANT_A}, and cluster_providers sign in"):
        build(program)


def test_both_sides_in_one_tenant_are_refused():
    with pytest.raises(pulumi.RunError, match=r"registry_tenant\.tenant_id: both tenants are"):
        build(lambda: pull(registry_tenant=CLUSTER_TENANT))


def test_a_managed_identity_is_refused_in_both_tenants():
    def program(cluster: bool) -> None:
        pull(
            cluster_tenant=TenantArgs(tenant_id=TENANT_A, use_msi=cluster),
            registry_tenant=TenantArgs(tenant_id=TENANT_B, use_msi=True),
        )

    with pytest.raises(pulumi.RunError, match=r"registry_tenant\.use_msi: is true for both tenants, and a machine's"):
        build(lambda: program(cluster=True))
    assert build(lambda: program(cluster=False)).custom


def test_a_subscription_that_is_not_known_yet_leaves_the_checks_of_a_preview_whole():
    def program() -> None:
        access(registries=[RegistryArgs(registry_id=later(REGISTRY_ID, known=False), name="images")])

    built = build(program, preview=True)
    native = built.one("pulumi:providers:azure-native")
    own = built.one("pulumi:providers:crosstenant")
    assert (native.inputs["subscriptionId"], own.inputs.get("subscriptionId")) == (UNKNOWN, None)


def test_a_provider_that_is_not_known_yet_is_no_obstacle():
    said: list[str] = []

    def program() -> None:
        options = pulumi.InvokeOptions(provider=TenantProviders("fabrikam", REGISTRY_TENANT).crosstenant)
        pulumi.Output.from_input(service_principal_obstacle(None, options)).apply(said.append)

    build(program)
    assert said == [""]


@pytest.mark.parametrize("program", [pull, lambda: pull(cluster_role_assignments=[role()])])
def test_every_resource_of_another_provider_has_advice_on_its_errors(program: Callable[[], object]):
    built = build(program)
    others = [it for it in built.custom if not it.type.startswith("crosstenant:")]
    assert len(others) >= 5
    for it in others:
        assert [hook.split("-error")[0] for hook in it.request.hooks.on_error] == [it.name], it.name
