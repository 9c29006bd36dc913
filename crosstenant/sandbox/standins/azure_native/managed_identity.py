"""``azure-native:managedidentity``: UserAssignedIdentity and its FederatedIdentityCredential."""

from __future__ import annotations

from typing import ClassVar

from crosstenant.sandbox.standins.azure_native.resource import ArmResource, Input, Inputs, observed

API_VERSION = "2023-01-31"
_IDENTITY_PATH = (
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
)


class UserAssignedIdentity(ArmResource):
    """A managed identity that programs create and assign."""

    token = "azure-native:managedidentity:UserAssignedIdentity"
    api_version = API_VERSION
    path = _IDENTITY_PATH
    name_input = "resourceName"
    inputs: ClassVar[Inputs] = {
        "resourceGroupName": Input("string", place="path", required=True, replaces=True),
        "resourceName": Input("string", place="path", replaces=True),
        "location": Input("string", place="top", replaces=True),
        "tags": Input("object", place="top"),
    }
    outputs = observed("clientId", "name", "principalId", "systemData", "tenantId", "type")


class FederatedIdentityCredential(ArmResource):
    """An issuer and a subject whose tokens sign in as a managed identity."""

    token = "azure-native:managedidentity:FederatedIdentityCredential"
    api_version = API_VERSION
    path = f"{_IDENTITY_PATH}/federatedIdentityCredentials/{{federatedIdentityCredentialResourceName}}"
    name_input = "federatedIdentityCredentialResourceName"
    inputs: ClassVar[Inputs] = {
        "resourceGroupName": Input("string", place="path", required=True, replaces=True),
        "resourceName": Input("string", place="path", required=True, replaces=True),
        "federatedIdentityCredentialResourceName": Input("string", place="path", replaces=True),
        "issuer": Input("string", required=True),
        "subject": Input("string", required=True),
        "audiences": Input("array", required=True, items="string"),
    }
    outputs = observed("name", "systemData", "type")
