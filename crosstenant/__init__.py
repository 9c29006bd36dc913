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
    from crosstenant.model.modes import (
        AzureEnvironment,
        CredentialState,
        PullCheckMode,
        PullResult,
        RoleAssignmentMode,
        ServicePrincipalMode,
    )
    from crosstenant.resources.consent import Consent
    from crosstenant.resources.get_cluster import GetClusterResult, get_cluster, get_cluster_output
    from crosstenant.resources.get_registry import GetRegistryResult, get_registry, get_registry_output
    from crosstenant.resources.provider import Provider
    from crosstenant.resources.pull_check import PullCheck
    from crosstenant.resources.service_principal_profile import ServicePrincipalCredential, ServicePrincipalProfile

_MODULES = {
    "ArgumentError": "components.argument_error",
    "AzureEnvironment": "model.modes",
    "ClusterArgs": "components.pieces.cluster_args",
    "ClusterRoleArgs": "components.pieces.cluster_args",
    "Consent": "resources.consent",
    "CredentialState": "model.modes",
    "CrossTenantPull": "components.cross_tenant_pull",
    "CrossTenantPullArgs": "components.cross_tenant_pull",
    "GetClusterResult": "resources.get_cluster",
    "GetRegistryResult": "resources.get_registry",
    "Provider": "resources.provider",
    "PullCheck": "resources.pull_check",
    "PullCheckArgs": "components.pieces.registry_args",
    "PullCheckMode": "model.modes",
    "PullIdentity": "components.pull_identity",
    "PullIdentityArgs": "components.pull_identity",
    "PullResult": "model.modes",
    "RegistryAccess": "components.registry_access",
    "RegistryAccessArgs": "components.registry_access",
    "RegistryArgs": "components.pieces.registry_args",
    "RoleAssignmentMode": "model.modes",
    "SecretArgs": "components.pieces.secret_plan",
    "ServicePrincipalCredential": "resources.service_principal_profile",
    "ServicePrincipalMode": "model.modes",
    "ServicePrincipalProfile": "resources.service_principal_profile",
    "TenantArgs": "components.tenant",
    "TenantProviders": "components.tenant",
    "tenant_from_config": "components.tenant_config",
    "get_cluster": "resources.get_cluster",
    "get_cluster_output": "resources.get_cluster",
    "get_registry": "resources.get_registry",
    "get_registry_output": "resources.get_registry",
}

__all__ = [
    "ArgumentError",
    "AzureEnvironment",
    "ClusterArgs",
    "ClusterRoleArgs",
    "Consent",
    "CredentialState",
    "CrossTenantPull",
    "CrossTenantPullArgs",
    "GetClusterResult",
    "GetRegistryResult",
    "Provider",
    "PullCheck",
    "PullCheckArgs",
    "PullCheckMode",
    "PullIdentity",
    "PullIdentityArgs",
    "PullResult",
    "RegistryAccess",
    "RegistryAccessArgs",
    "RegistryArgs",
    "RoleAssignmentMode",
    "SecretArgs",
    "ServicePrincipalCredential",
    "ServicePrincipalMode",
    "ServicePrincipalProfile",
    "TenantArgs",
    "TenantProviders",
    "__version__",
    "get_cluster",
    "get_cluster_output",
    "get_registry",
    "get_registry_output",
    "tenant_from_config",
]


def __getattr__(name: str) -> object:
    # The plugin and the sandbox live in this package too, one process for each provider: they shall not load the
    # azuread and azure-native SDKs that only a program needs.
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'crosstenant' has no attribute '{name}'")
    return getattr(import_module(f"crosstenant.{module}"), name)
