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
    from crosstenant.components.arguments.cluster_args import ClusterArgs
    from crosstenant.components.arguments.cluster_role_args import ClusterRoleArgs
    from crosstenant.components.arguments.federated_cluster_args import FederatedClusterArgs, PullNamespaceArgs
    from crosstenant.components.arguments.federated_identity_args import FederatedIdentityArgs
    from crosstenant.components.arguments.hold_args import ResetWindowArgs
    from crosstenant.components.arguments.node_pull_args import NodePullCheckOptions
    from crosstenant.components.arguments.refresher_args import RefresherArgs
    from crosstenant.components.arguments.registry_args import PullCheckOptions, RegistryArgs
    from crosstenant.components.arguments.rotation_args import RotationArgs
    from crosstenant.components.arguments.tenant_args import TenantArgs
    from crosstenant.components.cross_tenant_pull import CrossTenantPull, CrossTenantPullArgs
    from crosstenant.components.federated_pull import FederatedPull, FederatedPullArgs
    from crosstenant.components.output_objects import (
        ClusterCredential,
        FederatedRegistry,
        RegistryGrant,
        TrustedCluster,
    )
    from crosstenant.components.pull_identity import PullIdentity, PullIdentityArgs
    from crosstenant.components.registry_access import RegistryAccess, RegistryAccessArgs
    from crosstenant.components.tenant import TenantProviders
    from crosstenant.components.tenant_config import tenant_from_config
    from crosstenant.model.modes import (
        AzureEnvironment,
        CredentialState,
        FederatedIdentityKind,
        NodePullCoverage,
        NodePullResult,
        PullCheckMode,
        PullDelivery,
        PullResult,
        RoleAssignmentMode,
        ServicePrincipalMode,
        WhenStopped,
    )
    from crosstenant.resources.consent import Consent
    from crosstenant.resources.get_cluster import GetClusterResult, get_cluster, get_cluster_output
    from crosstenant.resources.get_registry import GetRegistryResult, get_registry, get_registry_output
    from crosstenant.resources.node_pull import NodePull
    from crosstenant.resources.node_pull_check import NodePullCheck
    from crosstenant.resources.provider import Provider
    from crosstenant.resources.pull_check import PullCheck
    from crosstenant.resources.service_principal_credential import ServicePrincipalCredential
    from crosstenant.resources.service_principal_profile import ServicePrincipalProfile

_MODULES = {
    "ArgumentError": "components.argument_error",
    "AzureEnvironment": "model.modes",
    "ClusterArgs": "components.arguments.cluster_args",
    "ClusterCredential": "components.output_objects",
    "ClusterRoleArgs": "components.arguments.cluster_role_args",
    "Consent": "resources.consent",
    "CredentialState": "model.modes",
    "CrossTenantPull": "components.cross_tenant_pull",
    "CrossTenantPullArgs": "components.cross_tenant_pull",
    "FederatedClusterArgs": "components.arguments.federated_cluster_args",
    "FederatedIdentityArgs": "components.arguments.federated_identity_args",
    "FederatedIdentityKind": "model.modes",
    "FederatedPull": "components.federated_pull",
    "FederatedPullArgs": "components.federated_pull",
    "FederatedRegistry": "components.output_objects",
    "GetClusterResult": "resources.get_cluster",
    "GetRegistryResult": "resources.get_registry",
    "NodePull": "resources.node_pull",
    "NodePullCheck": "resources.node_pull_check",
    "NodePullCheckOptions": "components.arguments.node_pull_args",
    "NodePullCoverage": "model.modes",
    "NodePullResult": "model.modes",
    "Provider": "resources.provider",
    "PullCheck": "resources.pull_check",
    "PullCheckMode": "model.modes",
    "PullCheckOptions": "components.arguments.registry_args",
    "PullDelivery": "model.modes",
    "PullIdentity": "components.pull_identity",
    "PullIdentityArgs": "components.pull_identity",
    "PullNamespaceArgs": "components.arguments.federated_cluster_args",
    "PullResult": "model.modes",
    "RefresherArgs": "components.arguments.refresher_args",
    "RegistryAccess": "components.registry_access",
    "RegistryAccessArgs": "components.registry_access",
    "RegistryArgs": "components.arguments.registry_args",
    "RegistryGrant": "components.output_objects",
    "ResetWindowArgs": "components.arguments.hold_args",
    "RoleAssignmentMode": "model.modes",
    "RotationArgs": "components.arguments.rotation_args",
    "ServicePrincipalCredential": "resources.service_principal_credential",
    "ServicePrincipalMode": "model.modes",
    "ServicePrincipalProfile": "resources.service_principal_profile",
    "TenantArgs": "components.arguments.tenant_args",
    "TenantProviders": "components.tenant",
    "TrustedCluster": "components.output_objects",
    "WhenStopped": "model.modes",
    "get_cluster": "resources.get_cluster",
    "get_cluster_output": "resources.get_cluster",
    "get_registry": "resources.get_registry",
    "get_registry_output": "resources.get_registry",
    "tenant_from_config": "components.tenant_config",
}

__all__ = [
    "ArgumentError",
    "AzureEnvironment",
    "ClusterArgs",
    "ClusterCredential",
    "ClusterRoleArgs",
    "Consent",
    "CredentialState",
    "CrossTenantPull",
    "CrossTenantPullArgs",
    "FederatedClusterArgs",
    "FederatedIdentityArgs",
    "FederatedIdentityKind",
    "FederatedPull",
    "FederatedPullArgs",
    "FederatedRegistry",
    "GetClusterResult",
    "GetRegistryResult",
    "NodePull",
    "NodePullCheck",
    "NodePullCheckOptions",
    "NodePullCoverage",
    "NodePullResult",
    "Provider",
    "PullCheck",
    "PullCheckMode",
    "PullCheckOptions",
    "PullDelivery",
    "PullIdentity",
    "PullIdentityArgs",
    "PullNamespaceArgs",
    "PullResult",
    "RefresherArgs",
    "RegistryAccess",
    "RegistryAccessArgs",
    "RegistryArgs",
    "RegistryGrant",
    "ResetWindowArgs",
    "RoleAssignmentMode",
    "RotationArgs",
    "ServicePrincipalCredential",
    "ServicePrincipalMode",
    "ServicePrincipalProfile",
    "TenantArgs",
    "TenantProviders",
    "TrustedCluster",
    "WhenStopped",
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
