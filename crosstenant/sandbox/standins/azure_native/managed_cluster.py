"""``azure-native:containerservice:ManagedCluster``.

Its credential is an input that ARM never shows again: the outputs have the client ID alone, and a read keeps the secret
of the inputs. An update is a PUT of everything, the credential included. What replaces a cluster is the list of
pulumi/pulumi-azure-native, provider/pkg/gen/replacement.go.
"""

from __future__ import annotations

from typing import ClassVar

from crosstenant.sandbox.standins.azure_native.resource import ArmResource, Input, Inputs, observed

API_VERSION = "2025-09-01"
PATH = (
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.ContainerService/managedClusters/{resourceName}"
)
_REPLACING = frozenset(
    {"diskEncryptionSetID", "dnsPrefix", "fqdnSubdomain", "linuxProfile", "nodeResourceGroup", "windowsProfile"}
)
_REPLACING_NETWORK = frozenset(
    {
        "dnsServiceIP",
        "ipFamilies",
        "networkDataplane",
        "networkMode",
        "networkPlugin",
        "networkPluginMode",
        "networkPolicy",
        "outboundType",
        "podCidr",
        "podCidrs",
        "serviceCidr",
        "serviceCidrs",
    }
)
# The provider's list has names, which count in the types of members too. That its comparison follows them into an
# array's items is known for the first level only: pulumi/pulumi-azure-native, provider/pkg/provider/diff.go.
_REPLACING_POOL = frozenset({"networkProfile.nodePublicIPTags", "windowsProfile"})
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
    inputs: ClassVar[Inputs] = {
        "resourceGroupName": Input("string", place="path", required=True, replaces=True),
        "resourceName": Input("string", place="path", replaces=True),
        "location": Input("string", place="top", replaces=True),
        "extendedLocation": Input("object", place="top"),
        "identity": Input("object", place="top"),
        "kind": Input("string", place="top"),
        "sku": Input("object", place="top"),
        "tags": Input("object", place="top"),
        "agentPoolProfiles": Input("array", replacing=_REPLACING_POOL),
        "privateLinkResources": Input("array"),
        "disableLocalAccounts": Input("boolean"),
        "enableRBAC": Input("boolean"),
        "networkProfile": Input("object", replacing=_REPLACING_NETWORK),
        **{name: Input("string", replaces=name in _REPLACING) for name in _TEXTS},
        **{name: Input("object", replaces=name in _REPLACING) for name in _OBJECTS},
    }
    outputs = observed(
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
