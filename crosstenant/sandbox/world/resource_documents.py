"""New subscriptions, resource groups, clusters and registries as Azure Resource Manager answers them.

https://learn.microsoft.com/rest/api/aks/managed-clusters/get and
https://learn.microsoft.com/rest/api/container-registry/registries/get. Keys with ``_`` are the sandbox's own.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from crosstenant.sandbox.world.clouds import PUBLIC, Cloud

Json = dict[str, Any]

LOCATION: Final = PUBLIC.location
CREATED: Final = "2024-01-01T00:00:00Z"
NAMES: Final = uuid.UUID("a0000000-0000-4000-8000-00000000ffff")
"""Namespace of the UUIDs that the seed derives from names."""


def subscription(subscription_id: str, tenant_id: str, display_name: str) -> Json:
    """A subscription of a tenant."""
    return {
        "id": f"/subscriptions/{subscription_id}",
        "subscriptionId": subscription_id,
        "tenantId": tenant_id,
        "displayName": display_name,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "tags": {},
        "_tenant": tenant_id,
    }


def resource_group(group_id: str, managed_by: str | None = None, cloud: Cloud = PUBLIC) -> Json:
    """A resource group; ``managed_by`` is the ARM ID of the resource that made it, as with a cluster's node group."""
    return {
        "id": group_id,
        "name": group_id.rsplit("/", 1)[-1],
        "type": "Microsoft.Resources/resourceGroups",
        "location": cloud.location,
        "managedBy": managed_by,
        "tags": {},
        "properties": {"provisioningState": "Succeeded"},
    }


def location_name(text: str) -> str:
    """A location as ARM writes it: ``West Europe`` is ``westeurope``."""
    return text.replace(" ", "").lower()


def node_resource_group_id(cluster_id: str, location: str = LOCATION) -> str:
    """The ARM ID of the resource group that AKS makes for a cluster's nodes."""
    _, _, subscription_id, _, group, *_, name = cluster_id.split("/")
    return f"/subscriptions/{subscription_id}/resourceGroups/MC_{group}_{name}_{location}"


def cluster(
    cluster_id: str,
    tenant_id: str,
    pools: dict[str, int],
    client_id: str,
    secret: str | None,
    cloud: Cloud = PUBLIC,
) -> Json:
    """A running cluster, whose OIDC issuer is off.

    :param pools: The number of nodes of each node pool, by name.
    :param client_id: The client ID of the cluster's service principal; ``msi`` for a managed identity.
    :param secret: The service principal's password; None for a managed identity.
    """
    name = cluster_id.rsplit("/", 1)[-1]
    document: Json = {
        "id": cluster_id,
        "name": name,
        "type": "Microsoft.ContainerService/ManagedClusters",
        "location": cloud.location,
        "tags": {"environment": "production"},
        "sku": {"name": "Base", "tier": "Standard"},
        "properties": {
            "provisioningState": "Succeeded",
            "powerState": {"code": "Running"},
            "kubernetesVersion": "1.34",
            "currentKubernetesVersion": "1.34.1",
            "dnsPrefix": name,
            "fqdn": f"{name}-{uuid.uuid5(NAMES, cluster_id).hex[:8]}.hcp.{cloud.location}.{cloud.cluster_domain}",
            "agentPoolProfiles": [_pool(pool, count) for pool, count in pools.items()],
            "servicePrincipalProfile": {"clientId": client_id},
            "nodeResourceGroup": node_resource_group_id(cluster_id, cloud.location).rsplit("/", 1)[-1],
            "enableRBAC": True,
            "oidcIssuerProfile": {"enabled": False},
            "maxAgentPools": 100,
            "networkProfile": {
                "networkPlugin": "azure",
                "loadBalancerSku": "standard",
                "serviceCidr": "10.0.0.0/16",
                "dnsServiceIP": "10.0.0.10",
                "outboundType": "loadBalancer",
            },
        },
        "_credential": {"clientId": client_id, "secret": secret} if secret else None,
        "_nodes": [
            {
                "name": f"aks-{pool}-10000000-vmss{number:06}",
                "pool": pool,
                "clientId": client_id,
                "secret": secret,
                "reimagedAt": CREATED,
            }
            for pool, count in pools.items()
            for number in range(count)
        ],
    }
    if secret is None:
        principal_id = str(uuid.uuid5(NAMES, f"{cluster_id}/identity"))
        document["identity"] = {"type": "SystemAssigned", "principalId": principal_id, "tenantId": tenant_id}
    return document


def registry(registry_id: str, mode: str, cloud: Cloud = PUBLIC) -> Json:
    """A registry whose ``roleAssignmentMode`` is ``LegacyRegistryPermissions`` or ``AbacRepositoryPermissions``."""
    name = registry_id.rsplit("/", 1)[-1]
    return {
        "id": registry_id,
        "name": name,
        "type": "Microsoft.ContainerRegistry/registries",
        "location": cloud.location,
        "tags": {},
        "sku": {"name": "Premium", "tier": "Premium"},
        "properties": {
            "loginServer": f"{name}.{cloud.registry_suffix}",
            "creationDate": CREATED,
            "provisioningState": "Succeeded",
            "adminUserEnabled": False,
            "roleAssignmentMode": mode,
            "publicNetworkAccess": "Enabled",
            "networkRuleSet": {"defaultAction": "Allow", "ipRules": []},
            "policies": {
                "azureADAuthenticationAsArmPolicy": {"status": "enabled"},
                "exportPolicy": {"status": "enabled"},
                "quarantinePolicy": {"status": "disabled"},
                "retentionPolicy": {"days": 7, "status": "disabled"},
                "trustPolicy": {"type": "Notary", "status": "disabled"},
            },
            "anonymousPullEnabled": False,
            "dataEndpointEnabled": False,
            "zoneRedundancy": "Disabled",
        },
    }


def _pool(name: str, count: int) -> Json:
    return {
        "name": name,
        "count": count,
        "vmSize": "Standard_D4s_v5",
        "osType": "Linux",
        "type": "VirtualMachineScaleSets",
        "mode": "System" if name == "system" else "User",
        "orchestratorVersion": "1.34",
        "currentOrchestratorVersion": "1.34.1",
        "maxPods": 30,
        "provisioningState": "Succeeded",
        "powerState": {"code": "Running"},
    }
