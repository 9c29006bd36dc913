"""An AKS cluster in one Entra tenant pulls images from a container registry in another: the whole chain as resources.

Most programs need ``CrossTenantPull`` alone. ``PullIdentity`` and ``RegistryAccess`` are its two halves, one for each
tenant, for registries in several tenants. ``ServicePrincipalProfile``, ``PullCheck``, ``get_registry`` and
``get_cluster`` are its links, served by the plugin ``pulumi-resource-crosstenant``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from crosstenant._version import VERSION as __version__

if TYPE_CHECKING:
    from crosstenant.consented_service_principal import ConsentedServicePrincipal
    from crosstenant.cross_tenant_pull import CrossTenantPull, CrossTenantPullArgs
    from crosstenant.functions import ClusterInfo, RegistryInfo, get_cluster, get_registry
    from crosstenant.parts.cluster_args import ClusterArgs, ClusterRoleArgs
    from crosstenant.parts.errors import ArgumentError
    from crosstenant.parts.registry_args import PullCheckArgs, RegistryArgs
    from crosstenant.parts.secret_plan import SecretArgs
    from crosstenant.provider import Provider
    from crosstenant.pull_check import PullCheck
    from crosstenant.pull_identity import PullIdentity, PullIdentityArgs
    from crosstenant.registry_access import RegistryAccess, RegistryAccessArgs
    from crosstenant.service_principal_profile import ServicePrincipalProfile
    from crosstenant.tenant import TenantArgs, TenantProviders

_HOMES = {
    "ArgumentError": "parts.errors",
    "ClusterArgs": "parts.cluster_args",
    "ClusterInfo": "functions",
    "ClusterRoleArgs": "parts.cluster_args",
    "ConsentedServicePrincipal": "consented_service_principal",
    "CrossTenantPull": "cross_tenant_pull",
    "CrossTenantPullArgs": "cross_tenant_pull",
    "Provider": "provider",
    "PullCheck": "pull_check",
    "PullCheckArgs": "parts.registry_args",
    "PullIdentity": "pull_identity",
    "PullIdentityArgs": "pull_identity",
    "RegistryAccess": "registry_access",
    "RegistryAccessArgs": "registry_access",
    "RegistryArgs": "parts.registry_args",
    "RegistryInfo": "functions",
    "SecretArgs": "parts.secret_plan",
    "ServicePrincipalProfile": "service_principal_profile",
    "TenantArgs": "tenant",
    "TenantProviders": "tenant",
    "get_cluster": "functions",
    "get_registry": "functions",
}

__all__ = [
    "ArgumentError",
    "ClusterArgs",
    "ClusterInfo",
    "ClusterRoleArgs",
    "ConsentedServicePrincipal",
    "CrossTenantPull",
    "CrossTenantPullArgs",
    "Provider",
    "PullCheck",
    "PullCheckArgs",
    "PullIdentity",
    "PullIdentityArgs",
    "RegistryAccess",
    "RegistryAccessArgs",
    "RegistryArgs",
    "RegistryInfo",
    "SecretArgs",
    "ServicePrincipalProfile",
    "TenantArgs",
    "TenantProviders",
    "__version__",
    "get_cluster",
    "get_registry",
]


def __getattr__(name: str) -> object:
    # The plugin and the sandbox live in this package too, one process for each provider: they shall not load the
    # azuread and azure-native SDKs that only a program needs.
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'crosstenant' has no attribute '{name}'")
    return getattr(import_module(f"crosstenant.{home}"), name)
