"""Built-in roles as data: their real IDs, actions and data actions.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]

OWNER: Final = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR: Final = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER: Final = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
USER_ACCESS_ADMINISTRATOR: Final = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
RBAC_ADMINISTRATOR: Final = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
ACR_PULL: Final = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
ACR_PUSH: Final = "8311e382-0749-4cb8-b61a-304f252e45ec"
ACR_DELETE: Final = "c2f4ef07-c644-48eb-af81-4b1b4947fb11"
REPOSITORY_READER: Final = "b93aa761-3e63-49ed-ac28-beffa264f7ac"
REPOSITORY_WRITER: Final = "2a1e307c-b015-4ebd-883e-5b7698a07328"
REPOSITORY_CONTRIBUTOR: Final = "2efddaa5-3f1f-4df3-97df-af3f13818f4c"
CATALOG_LISTER: Final = "bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7"
AKS_CONTRIBUTOR: Final = "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8"
AKS_RBAC_CLUSTER_ADMIN: Final = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
MANAGED_IDENTITY_CONTRIBUTOR: Final = "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59"
FEDERATED_CREDENTIAL_CONTRIBUTOR: Final = "7e559ce2-48d7-4b27-9128-fa1b247f1308"
NETWORK_CONTRIBUTOR: Final = "4d97b98b-1d4f-4787-a291-c67834d212e7"

_ACR: Final = "Microsoft.ContainerRegistry/registries"
_REPOSITORIES: Final = f"{_ACR}/repositories"
_IDENTITIES: Final = "Microsoft.ManagedIdentity/userAssignedIdentities"
_FEDERATED: Final = tuple(
    f"{_IDENTITIES}/federatedIdentityCredentials/{action}" for action in ("read", "write", "delete")
)
_CREATED: Final = "2015-02-02T21:55:09.8806423Z"


@dataclass(frozen=True)
class BuiltInRole:
    """A built-in role definition."""

    id: str
    """Its GUID."""
    name: str
    description: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

    def permission(self) -> Json:
        """Its permissions, as ARM writes them."""
        return {
            "actions": list(self.actions),
            "notActions": list(self.not_actions),
            "dataActions": list(self.data_actions),
            "notDataActions": list(self.not_data_actions),
        }

    def document(self, subscription_id: str) -> Json:
        """The role definition as ARM answers it at a scope within a subscription."""
        return {
            "properties": {
                "roleName": self.name,
                "type": "BuiltInRole",
                "description": self.description,
                "assignableScopes": ["/"],
                "permissions": [self.permission()],
                "createdOn": _CREATED,
                "updatedOn": _CREATED,
                "createdBy": None,
                "updatedBy": None,
            },
            "id": role_definition_id(subscription_id, self.id),
            "type": "Microsoft.Authorization/roleDefinitions",
            "name": self.id,
        }


def role_definition_id(subscription_id: str, role_id: str) -> str:
    """The ARM ID of a role definition in a subscription."""
    return f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{role_id}"


_ALL: Final = (
    BuiltInRole(
        OWNER,
        "Owner",
        "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
        actions=("*",),
    ),
    BuiltInRole(
        CONTRIBUTOR,
        "Contributor",
        "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, manage "
        "assignments in Azure Blueprints, or share image galleries.",
        actions=("*",),
        not_actions=(
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action",
            "Microsoft.Purview/consents/write",
            "Microsoft.Purview/consents/delete",
            "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
            "Microsoft.Subscription/cancel/action",
            "Microsoft.Subscription/enable/action",
        ),
    ),
    BuiltInRole(
        READER, "Reader", "View all resources, but does not allow you to make any changes.", actions=("*/read",)
    ),
    BuiltInRole(
        USER_ACCESS_ADMINISTRATOR,
        "User Access Administrator",
        "Lets you manage user access to Azure resources.",
        actions=("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"),
    ),
    BuiltInRole(
        RBAC_ADMINISTRATOR,
        "Role Based Access Control Administrator",
        "Manage access to Azure resources by assigning roles using Azure RBAC. This role does not allow you to manage "
        "access using other ways, such as Azure Policy.",
        actions=(
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
            "Microsoft.Support/*",
        ),
    ),
    BuiltInRole(ACR_PULL, "AcrPull", "acr pull", actions=(f"{_ACR}/pull/read",)),
    BuiltInRole(ACR_PUSH, "AcrPush", "acr push", actions=(f"{_ACR}/pull/read", f"{_ACR}/push/write")),
    BuiltInRole(ACR_DELETE, "AcrDelete", "acr delete", actions=(f"{_ACR}/artifacts/delete",)),
    BuiltInRole(
        REPOSITORY_READER,
        "Container Registry Repository Reader",
        "Allows for read access to Azure Container Registry repositories, but excluding catalog listing.",
        data_actions=(f"{_REPOSITORIES}/metadata/read", f"{_REPOSITORIES}/content/read"),
    ),
    BuiltInRole(
        REPOSITORY_WRITER,
        "Container Registry Repository Writer",
        "Allows for read and write access to Azure Container Registry repositories, but excluding catalog listing.",
        data_actions=(
            f"{_REPOSITORIES}/metadata/read",
            f"{_REPOSITORIES}/content/read",
            f"{_REPOSITORIES}/metadata/write",
            f"{_REPOSITORIES}/content/write",
        ),
    ),
    BuiltInRole(
        REPOSITORY_CONTRIBUTOR,
        "Container Registry Repository Contributor",
        "Allows for read, write, and delete access to Azure Container Registry repositories, but excluding catalog "
        "listing.",
        data_actions=(
            f"{_REPOSITORIES}/metadata/read",
            f"{_REPOSITORIES}/content/read",
            f"{_REPOSITORIES}/metadata/write",
            f"{_REPOSITORIES}/content/write",
            f"{_REPOSITORIES}/metadata/delete",
            f"{_REPOSITORIES}/content/delete",
        ),
    ),
    BuiltInRole(
        CATALOG_LISTER,
        "Container Registry Repository Catalog Lister",
        "Allows for listing all repositories in an Azure Container Registry.",
        data_actions=(f"{_ACR}/catalog/read",),
    ),
    BuiltInRole(
        AKS_CONTRIBUTOR,
        "Azure Kubernetes Service Contributor Role",
        "Grants access to read and write Azure Kubernetes Service clusters",
        actions=(
            "Microsoft.Authorization/*/read",
            "Microsoft.ContainerService/locations/*",
            "Microsoft.ContainerService/managedClusters/*",
            "Microsoft.ContainerService/managedclustersnapshots/*",
            "Microsoft.ContainerService/snapshots/*",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.ContainerService/deploymentSafeguards/*",
        ),
    ),
    BuiltInRole(
        AKS_RBAC_CLUSTER_ADMIN,
        "Azure Kubernetes Service RBAC Cluster Admin",
        "Lets you manage all resources in the cluster.",
        actions=(
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Resources/deployments/write",
            "Microsoft.Resources/subscriptions/operationresults/read",
            "Microsoft.Resources/subscriptions/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Support/*",
            "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
        ),
        data_actions=("Microsoft.ContainerService/managedClusters/*",),
    ),
    BuiltInRole(
        MANAGED_IDENTITY_CONTRIBUTOR,
        "Managed Identity Contributor",
        "Create, Read, Update, and Delete User Assigned Identity",
        actions=(
            *(f"{_IDENTITIES}/{action}" for action in ("read", "write", "delete", "revokeTokens/action")),
            *_FEDERATED,
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Support/*",
        ),
    ),
    BuiltInRole(
        FEDERATED_CREDENTIAL_CONTRIBUTOR,
        "Managed Identity Federated Identity Credential Contributor",
        "Create, Read, Update, and Delete User Assigned Identity Federated Identity Credentials(FIC)",
        actions=(
            f"{_IDENTITIES}/read",
            *_FEDERATED,
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Resources/deployments/*",
        ),
    ),
    BuiltInRole(
        NETWORK_CONTRIBUTOR,
        "Network Contributor",
        "Lets you manage networks, but not access to them.",
        actions=(
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Network/*",
            "Microsoft.ResourceHealth/availabilityStatuses/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Support/*",
        ),
    ),
)

BUILT_IN: Final[dict[str, BuiltInRole]] = {role.id: role for role in _ALL}
"""Every built-in role of the sandbox, by its GUID."""
