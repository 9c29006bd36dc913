"""``azure-native:containerregistry:Registry``; its API version knows no role assignment mode."""

from __future__ import annotations

from typing import ClassVar

from crosstenant.sandbox.standins.azure_native.resource import ArmResource, Input, Inputs, observed, seeded

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
    inputs: ClassVar[Inputs] = {
        "resourceGroupName": Input("string", place="path", required=True, replaces=True),
        "registryName": Input("string", place="path", replaces=True),
        "location": Input("string", place="top", replaces=True),
        "sku": Input("object", place="top", required=True),
        "identity": Input("object", place="top"),
        "tags": Input("object", place="top"),
        "adminUserEnabled": Input("boolean", default=False),
        "anonymousPullEnabled": Input("boolean", default=False),
        "dataEndpointEnabled": Input("boolean"),
        "encryption": Input("object"),
        "networkRuleBypassOptions": Input("string", default="AzureServices"),
        "networkRuleSet": Input("object"),
        "policies": Input("object"),
        "publicNetworkAccess": Input("string", default="Enabled"),
        "zoneRedundancy": Input("string", default="Disabled", replaces=True),
    }
    outputs = observed(
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
