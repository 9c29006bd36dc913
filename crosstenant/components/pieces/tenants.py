"""The providers of a component: ready-made, or made from the tenant in its arguments."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.id_arguments import IdArgument, default_subscription
from crosstenant.components.arguments.tenant_args import TenantArgs
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.uuids import read_uuid


def tenant_providers(
    at: ArgPath,
    tenant: TenantArgs | None,
    ready_made: TenantProviders | None,
    *,
    keyword: str,
    name: str,
    default_subscription_id: pulumi.Input[str] | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> TenantProviders:
    """The providers of one tenant.

    :param at: The argument that describes the tenant.
    :param tenant: The tenant, if the program describes it.
    :param ready_made: Ready-made providers, if the program passes some.
    :param keyword: The parameter that takes ready-made providers.
    :param name: Prefix of the names of providers made here.
    :param default_subscription_id: UUID of the subscription to use when the tenant names none.
    :param opts: Resource options of the providers made here.
    :raises ArgumentError: The tenant is not described, or described otherwise than the ready-made providers have it.
    """
    if ready_made is None:
        if tenant is None:
            raise at.error(f"is missing: describe the tenant, or pass ready-made providers as {keyword}")
        # Nothing in Azure: a program that passes ready-made providers instead must be able to let go of these.
        own = replaceable(opts or pulumi.ResourceOptions())
        return TenantProviders.of_component(at, name, tenant, default_subscription_id, own)
    if tenant is not None and read_uuid(tenant["tenant_id"]) != ready_made.tenant_id:
        raise (at / "tenant_id").error(
            f"is {tenant['tenant_id']}, and {keyword} sign in to tenant {ready_made.tenant_id}: omit {at.path}, or pass"
            " providers of this tenant"
        )
    ready_made.default_to(default_subscription_id)
    return ready_made


def two_tenants(
    at: ArgPath,
    described: tuple[TenantArgs | None, TenantArgs | None],
    ready_made: tuple[TenantProviders | None, TenantProviders | None],
    *,
    name: str,
    cluster_ids: Sequence[IdArgument],
    registry_ids: Sequence[IdArgument],
    opts: pulumi.ResourceOptions,
) -> tuple[TenantProviders, TenantProviders]:
    """The providers of the cluster tenant and of the registry tenant.

    :param at: The component, whose arguments ``cluster_tenant`` and ``registry_tenant`` describe them.
    :param described: These two arguments, in this order, as the program gives them.
    :param ready_made: What the program passes as ``cluster_providers`` and ``registry_providers``.
    :param name: The component's name, prefix of the names of providers made here.
    :param cluster_ids: IDs in the cluster tenant, of which its default subscription is taken.
    :param registry_ids: IDs in the registry tenant, likewise.
    :param opts: Resource options of the providers made here.
    :raises ArgumentError: As ``tenant_providers`` and ``check_two_tenants``.
    """
    cluster_tenant, registry_tenant = (
        tenant_providers(
            at / f"{side}_tenant",
            tenant,
            providers,
            keyword=f"{side}_providers",
            name=f"{name}-{side}-tenant",
            default_subscription_id=default_subscription(ids),
            opts=opts,
        )
        for side, tenant, providers, ids in zip(
            ("cluster", "registry"), described, ready_made, (cluster_ids, registry_ids), strict=True
        )
    )
    check_two_tenants(at / "registry_tenant", cluster_tenant, registry_tenant)
    return cluster_tenant, registry_tenant


def check_two_tenants(at: ArgPath, cluster_tenant: TenantProviders, registry_tenant: TenantProviders) -> None:
    """Checks that an application of one tenant can pull from the other.

    :param at: The argument that describes the registry tenant.
    :param cluster_tenant: The providers of the cluster tenant.
    :param registry_tenant: The providers of the registry tenant.
    :raises ArgumentError: Both are one tenant, or they are in two clouds, or one managed identity signs in to both.
    """
    if cluster_tenant.tenant_id == registry_tenant.tenant_id:
        raise (at / "tenant_id").error(
            f"both tenants are {registry_tenant.tenant_id}: within one tenant attach the registry to the cluster"
            " instead ('az aks update --attach-acr'); across tenants name the registry's own tenant here"
        )
    if cluster_tenant.cloud is not registry_tenant.cloud:
        raise (at / "environment").error(
            f"the cluster tenant is in cloud '{cluster_tenant.cloud.name}' and the registry tenant in"
            f" '{registry_tenant.cloud.name}': no identity signs in to another cloud, so both must be in"
            " the same cloud"
        )
    if cluster_tenant.uses_managed_identity and registry_tenant.uses_managed_identity:
        raise (at / "use_msi").error(
            "is true for both tenants, and a machine's managed identity can sign in to its own tenant only: give the"
            " other tenant another kind of credential"
        )
