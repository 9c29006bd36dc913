"""A machine's managed identity signs in to one tenant, whichever components of a program describe two."""

from __future__ import annotations

import pulumi
import pytest

from crosstenant import PullIdentity, PullIdentityArgs
from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.one_component import hosted_in
from crosstenant.components.arguments.tenant_args import TenantArgs
from crosstenant.components.tenant import TenantProviders
from tests.components.construction import TENANT_A, TENANT_B, build
from tests.components.programs import access


def described(name: str, tenant_id: str, *, use_msi: bool = True) -> None:
    TenantProviders(name, TenantArgs(tenant_id=tenant_id, use_msi=use_msi))


def test_two_tenants_of_a_program_with_one_managed_identity_are_refused():
    def program() -> None:
        described("clusters", TENANT_A)
        described("registries", TENANT_B)

    with pytest.raises(ArgumentError) as caught:
        build(program)
    assert str(caught.value) == (
        "TenantProviders 'registries': tenant.use_msi: is true in TenantProviders 'clusters' for another tenant, and a"
        " machine's managed identity can sign in to its own tenant only: give one of the two another kind of credential"
    )


def test_components_that_are_declared_apart_are_refused_together():
    def program() -> None:
        PullIdentity("id", PullIdentityArgs(tenant=TenantArgs(tenant_id=TENANT_A, use_msi=True)))
        access(tenant=TenantArgs(tenant_id=TENANT_B, use_msi=True))

    with pytest.raises(pulumi.RunError, match=r"^RegistryAccess 'images': tenant\.use_msi: is true in PullIdentity"):
        build(program)


def test_one_tenant_may_be_described_twice_and_another_with_another_credential():
    def program() -> None:
        described("clusters", TENANT_A)
        described("clusters-too", TENANT_A.upper())
        described("registries", TENANT_B, use_msi=False)

    build(program)
    build(lambda: described("registries", TENANT_B))


def test_components_of_one_run_are_one_program_where_the_plugin_constructs_them():
    with hosted_in("127.0.0.1:11"):
        described("clusters", TENANT_A)
    with hosted_in("127.0.0.1:12"):
        described("registries", TENANT_B)
    with hosted_in("127.0.0.1:11"), pytest.raises(ArgumentError, match="TenantProviders 'clusters' for another tenant"):
        described("registries", TENANT_B)
