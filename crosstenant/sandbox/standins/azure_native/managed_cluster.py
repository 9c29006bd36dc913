"""``azure-native:containerservice:ManagedCluster``.

Its credential is an input that ARM never shows again: the outputs have the client ID alone, and a read keeps the secret
of the inputs. An update is a PUT of everything, the credential included.
"""

from __future__ import annotations

from typing import ClassVar

from crosstenant.sandbox.standins.azure_native.resource import ArmResource, Input

API_VERSION = "2025-09-01"
PATH = (
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.ContainerService/managedClusters/{resourceName}"
)
_OBJECTS = (
    "aadProfile",
    "addonProfiles",
    "aiToolchainOperatorProfile",
    "apiServerAccessProfile",
    "autoScalerProfile",
    "autoUpgradeProfile",
    "azureMonitorProfile",
    "bootstrapProfile",
    "httpProxyConfig",
    "identityProfile",
    "ingressProfile",
    "linuxProfile",
    "metricsProfile",
    "networkProfile",
    "nodeProvisioningProfile",
    "nodeResourceGroupProfile",
    "oidcIssuerProfile",
    "podIdentityProfile",
    "securityProfile",
    "serviceMeshProfile",
    "servicePrincipalProfile",
    "storageProfile",
    "upgradeSettings",
    "windowsProfile",
    "workloadAutoScalerProfile",
)
_TEXTS = (
    "diskEncryptionSetID",
    "dnsPrefix",
    "fqdnSubdomain",
    "kubernetesVersion",
    "nodeResourceGroup",
    "publicNetworkAccess",
    "supportPlan",
)


class ManagedCluster(ArmResource):
    """An AKS cluster."""

    token = "azure-native:containerservice:ManagedCluster"
    api_version = API_VERSION
    path = PATH
    name_input = "resourceName"
    inputs: ClassVar[dict[str, Input]] = {
        "resourceGroupName": Input("string", "path", required=True, force_new=True),
        "resourceName": Input("string", "path", force_new=True),
        "location": Input("string", "top", required=True, force_new=True),
        "extendedLocation": Input("object", "top"),
        "identity": Input("object", "top"),
        "kind": Input("string", "top"),
        "sku": Input("object", "top"),
        "tags": Input("object", "top"),
        "agentPoolProfiles": Input("array"),
        "privateLinkResources": Input("array"),
        "disableLocalAccounts": Input("boolean"),
        "enableRBAC": Input("boolean"),
        **{name: Input("string") for name in _TEXTS},
        **{name: Input("object") for name in _OBJECTS},
    }
    outputs = (
        "azurePortalFQDN",
        "currentKubernetesVersion",
        "eTag",
        "fqdn",
        "maxAgentPools",
        "name",
        "powerState",
        "privateFQDN",
        "provisioningState",
        "resourceUID",
        "status",
        "systemData",
        "type",
    )


ManagedCluster.schema = ManagedCluster.describe()
