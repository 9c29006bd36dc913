"""``azure-native:containerregistry:Registry``; its API version knows no role assignment mode."""

from __future__ import annotations

from typing import ClassVar

from crosstenant.sandbox.standins.azure_native.resource import ArmResource, Input, seeded

API_VERSION = "2023-01-01-preview"
PATH = (
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.ContainerRegistry/registries/{registryName}"
)


class Registry(ArmResource):
    """A container registry."""

    token = "azure-native:containerregistry:Registry"
    api_version = API_VERSION
    path = PATH
    name_input = "registryName"
    inputs: ClassVar[dict[str, Input]] = {
        "resourceGroupName": Input("string", "path", required=True, force_new=True),
        "registryName": Input("string", "path", force_new=True),
        "location": Input("string", "top", required=True, force_new=True),
        "sku": Input("object", "top", required=True),
        "identity": Input("object", "top"),
        "tags": Input("object", "top"),
        "adminUserEnabled": Input("boolean", default=False),
        "anonymousPullEnabled": Input("boolean", default=False),
        "dataEndpointEnabled": Input("boolean"),
        "encryption": Input("object"),
        "networkRuleBypassOptions": Input("string", default="AzureServices"),
        "networkRuleSet": Input("object"),
        "policies": Input("object"),
        "publicNetworkAccess": Input("string", default="Enabled"),
        "zoneRedundancy": Input("string", default="Disabled", force_new=True),
    }
    outputs = (
        "creationDate",
        "dataEndpointHostNames",
        "loginServer",
        "name",
        "privateEndpointConnections",
        "provisioningState",
        "status",
        "systemData",
        "type",
    )

    def make_name(self, urn: str) -> str:
        """A registry's name has no room for dashes."""
        return "".join(letter for letter in urn.rsplit("::", 1)[-1] if letter.isalnum()) + seeded(urn).hex()[:8]


Registry.schema = Registry.describe()
