"""A chain as ``crosstenant adopt`` reads it, complete and as this package would make it, to be changed by a test."""

from __future__ import annotations

import dataclasses
from typing import Any

from crosstenant.azure.clusters.cluster_state import ClusterState, IdentityKind
from crosstenant.azure.registries.registries import RegistryState
from crosstenant.azure.role_assignments import RoleAssignment
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.cli.adopt.live_chain import LiveChain, LiveRegistry
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AzureCli, Credential
from crosstenant.model.modes import RoleAssignmentMode
from crosstenant.model.names import role_assignment_name

Json = dict[str, Any]

TENANT_A = "a0000000-0000-4000-8000-00000000000a"
TENANT_B = "b0000000-0000-4000-8000-00000000000b"
APP = "a0000000-0000-4000-8000-000000000b01"
APPLICATION = "a0000000-0000-4000-8000-000000000b0e"
CLUSTER_PRINCIPAL = "a0000000-0000-4000-8000-000000000b0d"
REGISTRY_PRINCIPAL = "b0000000-0000-4000-8000-000000000b0d"
ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
READER = "b93aa761-3e63-49ed-ac28-beffa264f7ac"
BY_HAND = "0c6a4a0e-7a40-4a3e-8a3e-3f1a3c9f1b11"
CLUSTER = (
    "/subscriptions/a0000000-0000-4000-8000-0000000000a1/resourceGroups/rg-clusters"
    "/providers/Microsoft.ContainerService/managedClusters/aks-prod"
)
REGISTRY = (
    "/subscriptions/b0000000-0000-4000-8000-0000000000b1/resourceGroups/rg-registries"
    "/providers/Microsoft.ContainerRegistry/registries/fabrikamimages"
)


def tenant(tenant_id: str, credentials: Credential | None = None) -> Tenant:
    return Tenant(tenant_id, PUBLIC, credentials or AzureCli())


def application(**changes: object) -> Json:
    document: Json = {
        "id": APPLICATION,
        "appId": APP,
        "displayName": "AKS image pull",
        "signInAudience": "AzureADMultipleOrgs",
        "web": {"redirectUris": ["https://www.microsoft.com/"], "implicitGrantSettings": {}},
        "requiredResourceAccess": [],
        "passwordCredentials": [],
    }
    return {**document, **changes}


def principal(object_id: str, **changes: object) -> Json:
    return {"id": object_id, "appId": APP, "accountEnabled": True, **changes}


def cluster(**changes: Any) -> ClusterState:
    state = ClusterState(
        cluster_id=CLUSTER,
        identity_kind=IdentityKind.SERVICE_PRINCIPAL,
        client_id=APP,
        provisioning_state="Succeeded",
        power_state="Running",
        node_pools=(),
        location="westeurope",
        kubernetes_version="1.34",
        node_resource_group="MC_rg-clusters_aks-prod_westeurope",
        etag="1",
    )
    return dataclasses.replace(state, **changes)


def assignment(name: str, scope: str = REGISTRY, role: str = ACR_PULL, **changes: Any) -> RoleAssignment:
    made = RoleAssignment(f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}", scope, role, "")
    return dataclasses.replace(made, **changes)


DERIVED = assignment(role_assignment_name(REGISTRY, REGISTRY_PRINCIPAL, ACR_PULL))


def registry(
    pull: RoleAssignment | None = DERIVED, *others: RoleAssignment, mode: RoleAssignmentMode = RoleAssignmentMode.LEGACY
) -> LiveRegistry:
    state = RegistryState(
        registry_id=REGISTRY,
        name="fabrikamimages",
        login_server="fabrikamimages.azurecr.io",
        role_assignment_mode=mode,
        location="westeurope",
        sku="Premium",
        provisioning_state="Succeeded",
        public_network_access="Enabled",
        network_default_action="Allow",
    )
    return LiveRegistry(state, pull, others)


def chain(**changes: Any) -> LiveChain:
    whole = LiveChain(
        clusters=(cluster(),),
        application=application(),
        cluster_principal=principal(CLUSTER_PRINCIPAL),
        registry_principal=principal(REGISTRY_PRINCIPAL),
        registry_principal_id=REGISTRY_PRINCIPAL,
        registries=(registry(),),
        dead_credentials={},
        caller_must_own="",
    )
    return dataclasses.replace(whole, **changes)
