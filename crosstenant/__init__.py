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
    from crosstenant.components.argument_error import ArgumentError
    from crosstenant.components.cross_tenant_pull import CrossTenantPull, CrossTenantPullArgs
    from crosstenant.components.pieces.cluster_args import ClusterArgs, ClusterRoleArgs
    from crosstenant.components.pieces.registry_args import PullCheckArgs, RegistryArgs
    from crosstenant.components.pieces.secret_plan import SecretArgs
    from crosstenant.components.pull_identity import PullIdentity, PullIdentityArgs
    from crosstenant.components.registry_access import RegistryAccess, RegistryAccessArgs
    from crosstenant.components.tenant import TenantArgs, TenantProviders
    from crosstenant.components.tenant_config import tenant_from_config
    from crosstenant.model.modes import AzureEnvironment
    from crosstenant.resources.consent import Consent
    from crosstenant.resources.functions import ClusterInfo, RegistryInfo, get_cluster, get_registry
    from crosstenant.resources.provider import Provider
    from crosstenant.resources.pull_check import PullCheck
    from crosstenant.resources.service_principal_profile import ServicePrincipalProfile

_MODULES = {
    "ArgumentError": "components.argument_error",
    "AzureEnvironment": "model.modes",
    "ClusterArgs": "components.pieces.cluster_args",
    "ClusterInfo": "resources.functions",
    "ClusterRoleArgs": "components.pieces.cluster_args",
    "Consent": "resources.consent",
    "CrossTenantPull": "components.cross_tenant_pull",
    "CrossTenantPullArgs": "components.cross_tenant_pull",
    "Provider": "resources.provider",
    "PullCheck": "resources.pull_check",
    "PullCheckArgs": "components.pieces.registry_args",
    "PullIdentity": "components.pull_identity",
    "PullIdentityArgs": "components.pull_identity",
    "RegistryAccess": "components.registry_access",
    "RegistryAccessArgs": "components.registry_access",
    "RegistryArgs": "components.pieces.registry_args",
    "RegistryInfo": "resources.functions",
    "SecretArgs": "components.pieces.secret_plan",
    "ServicePrincipalProfile": "resources.service_principal_profile",
    "TenantArgs": "components.tenant",
    "TenantProviders": "components.tenant",
    "get_cluster": "resources.functions",
    "get_registry": "resources.functions",
    "tenant_from_config": "components.tenant_config",
}

__all__ = [
    "ArgumentError",
    "AzureEnvironment",
    "ClusterArgs",
    "ClusterInfo",
    "ClusterRoleArgs",
    "Consent",
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
    "tenant_from_config",
]


def __getattr__(name: str) -> object:
    # The plugin and the sandbox live in this package too, one process for each provider: they shall not load the
    # azuread and azure-native SDKs that only a program needs.
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'crosstenant' has no attribute '{name}'")
    return getattr(import_module(f"crosstenant.{module}"), name)
