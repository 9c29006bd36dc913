"""``azure-native:resources:ResourceGroup``."""

from __future__ import annotations

from typing import ClassVar

from crosstenant.sandbox.standins.azure_native.resource import ArmResource, Input

API_VERSION = "2024-03-01"
PATH = "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}"


class ResourceGroup(ArmResource):
    """A resource group."""

    token = "azure-native:resources:ResourceGroup"
    api_version = API_VERSION
    path = PATH
    name_input = "resourceGroupName"
    flat = False
    inputs: ClassVar[dict[str, Input]] = {
        "resourceGroupName": Input("string", "path", force_new=True),
        "location": Input("string", "top", required=True, force_new=True),
        "managedBy": Input("string", "top"),
        "tags": Input("object", "top"),
    }
    outputs = ("name", "properties", "type")


ResourceGroup.schema = ResourceGroup.describe()
