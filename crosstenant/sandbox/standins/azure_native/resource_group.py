"""``azure-native:resources:ResourceGroup``."""

from __future__ import annotations

from typing import ClassVar

from crosstenant.sandbox.standins.azure_native.resource import ArmResource, Input, Inputs, observed

API_VERSION = "2024-03-01"
PATH = "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}"


class ResourceGroup(ArmResource):
    """A resource group."""

    token = "azure-native:resources:ResourceGroup"
    api_version = API_VERSION
    path = PATH
    name_input = "resourceGroupName"
    flat = False
    inputs: ClassVar[Inputs] = {
        "resourceGroupName": Input("string", place="path", replaces=True),
        "location": Input("string", place="top", replaces=True),
        "managedBy": Input("string", place="top"),
        "tags": Input("object", place="top"),
    }
    outputs = observed("name", "properties", "type")
