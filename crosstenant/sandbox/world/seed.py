"""The state that the sandbox starts with: two tenants, their callers, two clusters and two registries.

All IDs and names are the same each time, so that stacks, tests and documentation can name them; only the token signing
key is new, and a reset keeps that one.
"""

from __future__ import annotations

import uuid
from typing import Final

from crosstenant.sandbox.world.caller_conditions import roles_for_service_principals
from crosstenant.sandbox.world.clouds import CLOUDS, PUBLIC, cloud_of
from crosstenant.sandbox.world.cluster_issuers import switch_on
from crosstenant.sandbox.world.directory_documents import Json, new_application, new_password, new_service_principal
from crosstenant.sandbox.world.open_questions import QUESTIONS
from crosstenant.sandbox.world.resource_documents import (
    CREATED,
    NAMES,
    cluster,
    node_resource_group_id,
    registry,
    resource_group,
    subscription,
)
from crosstenant.sandbox.world.signing_keys import new_signing_key
from crosstenant.sandbox.world.state import State

CLUSTER_TENANT: Final = "a0000000-0000-4000-8000-00000000000a"
REGISTRY_TENANT: Final = "b0000000-0000-4000-8000-00000000000b"
CLUSTER_SUBSCRIPTION: Final = "a0000000-0000-4000-8000-0000000000a1"
REGISTRY_SUBSCRIPTION: Final = "b0000000-0000-4000-8000-0000000000b1"

CLUSTER_CALLER_ID: Final = "a0000000-0000-4000-8000-0000000000c1"
CLUSTER_CALLER_SECRET: Final = "sandbox-cluster-tenant-caller-secret"
CLUSTER_POWERLESS_ID: Final = "a0000000-0000-4000-8000-0000000000c2"
CLUSTER_POWERLESS_SECRET: Final = "sandbox-cluster-tenant-powerless-secret"
CLUSTER_OWNER_ID: Final = "a0000000-0000-4000-8000-0000000000c3"
CLUSTER_OWNER_SECRET: Final = "sandbox-cluster-tenant-owner-secret"
REGISTRY_CALLER_ID: Final = "b0000000-0000-4000-8000-0000000000c1"
REGISTRY_CALLER_SECRET: Final = "sandbox-registry-tenant-caller-secret"
REGISTRY_POWERLESS_ID: Final = "b0000000-0000-4000-8000-0000000000c2"
REGISTRY_POWERLESS_SECRET: Final = "sandbox-registry-tenant-powerless-secret"
REGISTRY_OWNER_ID: Final = "b0000000-0000-4000-8000-0000000000c3"
REGISTRY_OWNER_SECRET: Final = "sandbox-registry-tenant-owner-secret"
SECOND_REGISTRY_TENANT: Final = "c0000000-0000-4000-8000-00000000000c"
SECOND_REGISTRY_SUBSCRIPTION: Final = "c0000000-0000-4000-8000-0000000000a1"
SECOND_REGISTRY_CALLER_ID: Final = "c0000000-0000-4000-8000-0000000000c1"
SECOND_REGISTRY_CALLER_SECRET: Final = "sandbox-second-registry-tenant-caller-secret"
OLD_CLUSTER_APP_ID: Final = "a0000000-0000-4000-8000-0000000000f1"
OLD_CLUSTER_SECRET: Final = "sandbox-old-cluster-secret"

CLUSTER_GROUP: Final = f"/subscriptions/{CLUSTER_SUBSCRIPTION}/resourceGroups/rg-clusters"
REGISTRY_GROUP: Final = f"/subscriptions/{REGISTRY_SUBSCRIPTION}/resourceGroups/rg-registries"
IDENTITY_GROUP: Final = f"/subscriptions/{REGISTRY_SUBSCRIPTION}/resourceGroups/rg-identities"
CLUSTER: Final = f"{CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-prod"
MANAGED_IDENTITY_CLUSTER: Final = f"{CLUSTER_GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-managed"
REGISTRY: Final = f"{REGISTRY_GROUP}/providers/Microsoft.ContainerRegistry/registries/fabrikamimages"
ABAC_REGISTRY: Final = f"{REGISTRY_GROUP}/providers/Microsoft.ContainerRegistry/registries/fabrikamabac"
SECOND_REGISTRY_GROUP: Final = f"/subscriptions/{SECOND_REGISTRY_SUBSCRIPTION}/resourceGroups/rg-images"
SECOND_REGISTRY: Final = f"{SECOND_REGISTRY_GROUP}/providers/Microsoft.ContainerRegistry/registries/northwindimages"

# Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
READER: Final = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
OWNER: Final = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR: Final = "b24988ac-6180-42a0-ab88-20f7382dd24c"
AKS_CONTRIBUTOR: Final = "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8"
MANAGED_IDENTITY_CONTRIBUTOR: Final = "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59"
RBAC_ADMINISTRATOR: Final = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
ACR_PULL: Final = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
ACR_REPOSITORY_READER: Final = "b93aa761-3e63-49ed-ac28-beffa264f7ac"

PULL_ROLES_ONLY: Final = roles_for_service_principals(ACR_PULL, ACR_REPOSITORY_READER)
"""The condition under which the registry tenants' callers assign roles."""

GITHUB_ISSUER: Final = "https://token.actions.githubusercontent.com"
GITHUB_SUBJECT: Final = "repo:contoso/infrastructure:ref:refs/heads/main"
FEDERATION_AUDIENCE: Final = PUBLIC.federation_audience

_NEVER: Final = "2199-12-31T00:00:00Z"


def seed(cloud: str = PUBLIC.name) -> State:
    """A new state document with a new token signing key.

    :param cloud: The name of the cloud that its objects are in.
    """
    domain = CLOUDS[cloud].directory_domain
    state: State = {
        "cloud": cloud,
        "clock": {"ahead_seconds": 0},
        "signing_key": new_signing_key(),
        "tenants": {
            CLUSTER_TENANT: _tenant("Contoso", f"contoso.{domain}"),
            REGISTRY_TENANT: _tenant("Fabrikam", f"fabrikam.{domain}"),
        },
        "applications": {},
        "servicePrincipals": {},
        "subscriptions": {
            CLUSTER_SUBSCRIPTION: subscription(CLUSTER_SUBSCRIPTION, CLUSTER_TENANT, "Contoso Production"),
            REGISTRY_SUBSCRIPTION: subscription(REGISTRY_SUBSCRIPTION, REGISTRY_TENANT, "Fabrikam Images"),
        },
        "resources": {},
        "roleAssignments": {},
        "locks": {},
        "operations": {},
        "settings": {
            "lag": {"secret": 0, "servicePrincipal": 0, "roleAssignment": 0, "graphRead": 0, "federatedCredential": 0},
            "reset": {
                "seconds": 2,
                "retry_after": 1,
                "status": 202,
                "outcome": "Succeeded",
                "error_code": "",
                "error_message": "",
            },
            "cluster_put": {"seconds": 1, "retry_after": 1},
            "run_command": {"limit_seconds": 600},
            "identity": {"write_seconds": 0.1, "seconds_between_writes": 0},
            "policy": {"identity": "", "federated_credential": ""},
            "page_size": 100,
        },
        "faults": [],
        "history": {},
    }
    for question in QUESTIONS:
        question.put(state, question.default)
    _add_callers(state)
    _add_resources(state)
    return state


def add_registry_tenant(state: State) -> None:
    """Adds a second registry tenant: an ABAC registry, and a caller who may create service principals and assign roles.

    For stacks that pull from more than one tenant; the seeded state does not have it.
    """
    tenant, permissions, cloud = SECOND_REGISTRY_TENANT, ["Application.ReadWrite.All"], cloud_of(state)
    state["tenants"][tenant] = _tenant("Northwind", f"northwind.{cloud.directory_domain}")
    state["subscriptions"][SECOND_REGISTRY_SUBSCRIPTION] = subscription(
        SECOND_REGISTRY_SUBSCRIPTION, tenant, "Northwind Images"
    )
    for document in (
        resource_group(SECOND_REGISTRY_GROUP, cloud=cloud),
        registry(SECOND_REGISTRY, "AbacRepositoryPermissions", cloud),
    ):
        state["resources"][document["id"].lower()] = document
    caller = _identity(
        state, tenant, SECOND_REGISTRY_CALLER_ID, "pulumi-images", SECOND_REGISTRY_CALLER_SECRET, permissions
    )
    _assign(state, SECOND_REGISTRY_GROUP, READER, caller)
    _assign(state, SECOND_REGISTRY_GROUP, RBAC_ADMINISTRATOR, caller, PULL_ROLES_ONLY)


def _add_callers(state: State) -> None:
    managed, owned = ["Application.ReadWrite.All"], ["Application.ReadWrite.OwnedBy"]
    a, b = CLUSTER_TENANT, REGISTRY_TENANT
    cluster_caller = _identity(state, a, CLUSTER_CALLER_ID, "pulumi-clusters", CLUSTER_CALLER_SECRET, owned)
    _identity(state, a, CLUSTER_POWERLESS_ID, "powerless-contoso", CLUSTER_POWERLESS_SECRET, [])
    cluster_owner = _identity(state, a, CLUSTER_OWNER_ID, "owner-contoso", CLUSTER_OWNER_SECRET, managed)
    _identity(state, a, OLD_CLUSTER_APP_ID, "aks-prod-original", OLD_CLUSTER_SECRET, [])
    registry_caller = _identity(state, b, REGISTRY_CALLER_ID, "pulumi-registries", REGISTRY_CALLER_SECRET, managed)
    _identity(state, b, REGISTRY_POWERLESS_ID, "powerless-fabrikam", REGISTRY_POWERLESS_SECRET, [])
    registry_owner = _identity(state, b, REGISTRY_OWNER_ID, "owner-fabrikam", REGISTRY_OWNER_SECRET, managed)

    _assign(state, CLUSTER_GROUP, AKS_CONTRIBUTOR, cluster_caller)
    _assign(state, CLUSTER_GROUP, READER, cluster_caller)
    _assign(state, f"/subscriptions/{CLUSTER_SUBSCRIPTION}", OWNER, cluster_owner)
    _assign(state, REGISTRY_GROUP, READER, registry_caller)
    _assign(state, REGISTRY_GROUP, RBAC_ADMINISTRATOR, registry_caller, PULL_ROLES_ONLY)
    _assign(state, IDENTITY_GROUP, MANAGED_IDENTITY_CONTRIBUTOR, registry_caller)
    _assign(state, f"/subscriptions/{REGISTRY_SUBSCRIPTION}", OWNER, registry_owner)


def _add_resources(state: State) -> None:
    cloud = cloud_of(state)
    nodes = {it: node_resource_group_id(it, cloud.location) for it in (CLUSTER, MANAGED_IDENTITY_CLUSTER)}
    for document in (
        resource_group(CLUSTER_GROUP, cloud=cloud),
        cluster(CLUSTER, CLUSTER_TENANT, {"system": 2, "apps": 3}, OLD_CLUSTER_APP_ID, OLD_CLUSTER_SECRET, cloud),
        cluster(MANAGED_IDENTITY_CLUSTER, CLUSTER_TENANT, {"system": 1}, "msi", None, cloud),
        *(resource_group(group, managed_by=owner, cloud=cloud) for owner, group in nodes.items()),
        resource_group(REGISTRY_GROUP, cloud=cloud),
        resource_group(IDENTITY_GROUP, cloud=cloud),
        registry(REGISTRY, "LegacyRegistryPermissions", cloud),
        registry(ABAC_REGISTRY, "AbacRepositoryPermissions", cloud),
    ):
        state["resources"][document["id"].lower()] = document
    issuer_id = str(uuid.uuid5(NAMES, f"{MANAGED_IDENTITY_CLUSTER}/issuer"))
    switch_on(state, state["resources"][MANAGED_IDENTITY_CLUSTER.lower()], issuer_id)
    _assign(state, nodes[CLUSTER], CONTRIBUTOR, _object_id(OLD_CLUSTER_APP_ID, "d"))


def _identity(state: State, tenant: str, app_id: str, name: str, secret: str, permissions: list[str]) -> str:
    """Adds an application with its service principal in the same tenant; returns the service principal's object ID."""
    domain = state["tenants"][tenant]["defaultDomainName"]
    application = new_application(_object_id(app_id, "e"), app_id, tenant, name, CREATED, domain)
    key_id = str(uuid.uuid5(NAMES, f"{app_id}/password"))
    application["passwordCredentials"] = [new_password(key_id, secret, "seeded", CREATED, _NEVER, 0.0)]
    if permissions:
        application["_federatedIdentityCredentials"] = [
            {
                "id": str(uuid.uuid5(NAMES, f"{app_id}/federated")),
                "name": "github",
                "issuer": GITHUB_ISSUER,
                "subject": GITHUB_SUBJECT,
                "audiences": [cloud_of(state).federation_audience],
                "description": None,
            }
        ]
    principal = new_service_principal(_object_id(app_id, "d"), application, tenant, CREATED)
    principal["_graph_permissions"] = permissions
    state["applications"][application["id"]] = application
    state["servicePrincipals"][principal["id"]] = principal
    return principal["id"]


def _object_id(app_id: str, letter: str) -> str:
    """The object ID that belongs to a seeded client ID: another last letter, ``…d1`` or ``…e1`` for ``…c1``.

    The cluster's first application ends in ``f1``: its objects end in ``…fd1`` and ``…fe1``, to be distinct.
    """
    kind, number = app_id[-2], app_id[-1]
    return f"{app_id[:-2]}{letter}{number}" if kind == "c" else f"{app_id[:-3]}{kind}{letter}{number}"


def _assign(state: State, scope: str, role: str, principal_id: str, condition: str | None = None) -> None:
    name = str(uuid.uuid5(NAMES, f"{scope}/{role}/{principal_id}"))
    assignment_id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    subscription = scope.split("/")[2]
    state["roleAssignments"][assignment_id.lower()] = {
        "id": assignment_id,
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "roleDefinitionId": (
                f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
            ),
            "principalId": principal_id,
            "principalType": "ServicePrincipal",
            "scope": scope,
            "condition": condition,
            "conditionVersion": "2.0" if condition else None,
            "createdOn": CREATED,
            "updatedOn": CREATED,
            "createdBy": None,
            "updatedBy": None,
            "delegatedManagedIdentityResourceId": None,
            "description": None,
        },
        "_effective_at": 0.0,
    }


def _tenant(display_name: str, domain: str) -> Json:
    return {
        "displayName": display_name,
        "defaultDomainName": domain,
        "_policies": {
            "passwordAdditionBlocked": False,
            "maxPasswordLifetimeDays": None,
            "serviceManagementReferenceRequired": False,
        },
    }
