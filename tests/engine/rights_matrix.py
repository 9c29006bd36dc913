"""What the deployment needs in both tenants, as data: each right, and what a stack says that has all but that one.

``test_rights`` proves every row on the real engine, with callers that have exactly these rights; the tables in
docs/rights.md and docs/federated.md are made of them:

    python tests/engine/rights_matrix.py

writes them there.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.built_in_roles import NETWORK_CONTRIBUTOR, role_definition_id
from crosstenant.sandbox.world.caller_conditions import roles_for_service_principals
from crosstenant.sandbox.world.custom_roles import add_custom_role
from crosstenant.sandbox.world.resource_documents import node_resource_group_id
from crosstenant.sandbox.world.state import State
from tests.engine.table_in_docs import with_table

DOCS = Path(__file__).parents[2] / "docs"
BEGIN, END = "<!-- the rights, made by tests/engine/rights_matrix.py -->", "<!-- the end of the rights -->"

_NODES = node_resource_group_id(seed.CLUSTER)
_CLUSTER_ROLES = roles_for_service_principals(NETWORK_CONTRIBUTOR)


class Seen(Enum):
    """Where a stack that lacks a right learns of it."""

    PREVIEW = "the preview fails"
    UPDATE = "the update fails"
    WARNING = "a warning at the update"
    LATER = "nothing, but without another row's permission there the update fails, not the preview"


@dataclass(frozen=True)
class Right:
    """One right of one caller."""

    name: str
    tenant: str
    """``cluster`` or ``registry``."""
    purpose: str
    least: str
    """How the document calls it."""
    also: str = ""
    """What is sufficient too."""
    graph: str = ""
    """The Microsoft Graph permission that it is."""
    scope: str = ""
    """ARM ID of the scope on which the caller has a role with ``actions``."""
    scopes: tuple[str, ...] = ()
    """Further ones."""
    actions: tuple[str, ...] = ()
    condition: str | None = None
    seen: Seen = Seen.UPDATE
    says: tuple[str, ...] = ()
    """Words of the message without it, of a preview and of an update that skips it."""
    told_by_own: bool = False
    """Whether the preview reads the caller's own permissions to tell it."""
    modes: tuple[str, ...] = ("managed", "consented")
    """Values of ``registry_service_principal`` with which it is needed."""

    @property
    def caller(self) -> str:
        """Client ID of the caller that has it."""
        return seed.CLUSTER_CALLER_ID if self.tenant == "cluster" else seed.REGISTRY_CALLER_ID

    @property
    def tenant_id(self) -> str:
        """UUID of its tenant."""
        return seed.CLUSTER_TENANT if self.tenant == "cluster" else seed.REGISTRY_TENANT


_ASSIGN = tuple(f"Microsoft.Authorization/roleAssignments/{verb}" for verb in ("read", "write", "delete"))
_OWN = ("Microsoft.Authorization/permissions/read",)
_OWN_OF_REGISTRY_TENANT = Right(
    name="own permissions in the registry tenant",
    tenant="registry",
    purpose="telling at the preview which of the permissions there are missing",
    least="`Microsoft.Authorization/permissions/read` on the registry (in the role of the next row)",
    also="Reader",
    scope=seed.REGISTRY,
    actions=_OWN,
    seen=Seen.LATER,
)
_READ_REGISTRY = Right(
    name="registry",
    tenant="registry",
    purpose="reading a registry and its permission mode",
    least="`Microsoft.ContainerRegistry/registries/read` on the registry (in the role of the next row)",
    also="Reader",
    scope=seed.REGISTRY,
    actions=("Microsoft.ContainerRegistry/registries/read",),
    seen=Seen.PREVIEW,
    says=(seed.REGISTRY, "Microsoft.ContainerRegistry/registries/read"),
)
_PULL_ROLE = Right(
    name="pull role",
    tenant="registry",
    purpose="the pull role",
    least="Role Based Access Control Administrator on the registry, with the [condition](rights.md#conditions) for the "
    "pull roles",
    also="User Access Administrator, Owner",
    scope=seed.REGISTRY,
    actions=_ASSIGN,
    condition=seed.PULL_ROLES_ONLY,
    seen=Seen.PREVIEW,
    told_by_own=True,
    says=(f"may not assign roles on {seed.REGISTRY}", "Role Based Access Control Administrator"),
)

CHAIN = (
    Right(
        name="application",
        tenant="cluster",
        purpose="the application, its service principal and secret; comparing the clusters' secrets with the "
        "application's",
        least="Graph `Application.ReadWrite.OwnedBy`",
        also="`Application.ReadWrite.All`, or the Entra role Cloud Application Administrator",
        graph="Application.ReadWrite.OwnedBy",
        seen=Seen.PREVIEW,
        says=("Application.ReadWrite.OwnedBy", seed.CLUSTER_TENANT),
    ),
    Right(
        name="cluster",
        tenant="cluster",
        purpose="reading a cluster",
        least="`Microsoft.ContainerService/managedClusters/read` on the cluster",
        also="Azure Kubernetes Service Contributor Role",
        scope=seed.CLUSTER,
        actions=("Microsoft.ContainerService/managedClusters/read",),
        seen=Seen.PREVIEW,
        says=(seed.CLUSTER, "Microsoft.ContainerService/managedClusters/read"),
    ),
    Right(
        name="own permissions",
        tenant="cluster",
        purpose="telling at the preview which of the permissions there are missing",
        least="`Microsoft.Authorization/permissions/read` on the cluster and on the scopes of "
        "`cluster_role_assignments`",
        also="Reader",
        scope=seed.CLUSTER,
        scopes=(seed.CLUSTER_GROUP,),
        actions=_OWN,
        seen=Seen.LATER,
    ),
    Right(
        name="reset",
        tenant="cluster",
        purpose="resetting its credential",
        least="`Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action` on the cluster",
        also="Azure Kubernetes Service Contributor Role",
        scope=seed.CLUSTER,
        actions=("Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action",),
        seen=Seen.PREVIEW,
        told_by_own=True,
        says=(seed.CLUSTER, "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action"),
    ),
    Right(
        name="node group",
        tenant="cluster",
        purpose="checking that the new identity has a role on the node resource group",
        least="`Microsoft.Authorization/roleAssignments/read` there",
        also="Reader",
        scope=_NODES,
        actions=("Microsoft.Authorization/roleAssignments/read",),
        seen=Seen.WARNING,
        says=("Microsoft.Authorization/roleAssignments/read",),
    ),
    Right(
        name="cluster roles",
        tenant="cluster",
        purpose="`cluster_role_assignments`, if you declare any",
        least="Role Based Access Control Administrator on their scopes, with the [condition](rights.md#conditions) for "
        "their roles",
        also="User Access Administrator, Owner",
        scope=seed.CLUSTER_GROUP,
        actions=_ASSIGN,
        condition=_CLUSTER_ROLES,
        seen=Seen.PREVIEW,
        told_by_own=True,
        says=(f"may not assign roles on {seed.CLUSTER_GROUP}", "Role Based Access Control Administrator"),
    ),
    Right(
        name="service principal",
        tenant="registry",
        purpose='the application\'s service principal, `"managed"` (default)',
        least="Graph `Application.ReadWrite.All` (`OwnedBy` is not sufficient: the application belongs to another "
        "tenant)",
        also="Cloud Application Administrator",
        graph="Application.ReadWrite.All",
        seen=Seen.PREVIEW,
        says=("Application.ReadWrite.All", seed.REGISTRY_TENANT),
        modes=("managed",),
    ),
    _READ_REGISTRY,
    _OWN_OF_REGISTRY_TENANT,
    _PULL_ROLE,
)
"""What a ``CrossTenantPull`` needs."""

FEDERATED = (
    Right(
        name="issuer",
        tenant="cluster",
        purpose="reading the issuer",
        least="`Microsoft.ContainerService/managedClusters/read` on the cluster",
        also="Reader",
        scope=seed.MANAGED_IDENTITY_CLUSTER,
        actions=("Microsoft.ContainerService/managedClusters/read",),
        seen=Seen.PREVIEW,
        says=(seed.MANAGED_IDENTITY_CLUSTER, "Microsoft.ContainerService/managedClusters/read"),
    ),
    Right(
        name="region",
        tenant="registry",
        purpose="the identity's region, where `identity.location` does not give it",
        least="`Microsoft.Resources/subscriptions/resourceGroups/read` on its resource group (in the role of the next "
        "row)",
        also="Reader",
        scope=seed.IDENTITY_GROUP,
        actions=("Microsoft.Resources/subscriptions/resourceGroups/read",),
        seen=Seen.PREVIEW,
        # azure-native asks, and does not say what it lacks.
        says=("missing required property 'location'",),
    ),
    Right(
        name="identity",
        tenant="registry",
        purpose="identity and federated credentials",
        least="Managed Identity Contributor on the identity's resource group; for an identity that exists, Managed "
        "Identity Federated Identity Credential Contributor on it",
        also="Contributor",
        scope=seed.IDENTITY_GROUP,
        actions=tuple(
            f"Microsoft.ManagedIdentity/userAssignedIdentities/{child}{verb}"
            for child in ("", "federatedIdentityCredentials/")
            for verb in ("read", "write", "delete")
        ),
        seen=Seen.PREVIEW,
        told_by_own=True,
        says=("may not create identities in", "rg-identities", "give it the role"),
    ),
    _READ_REGISTRY,
    replace(
        _OWN_OF_REGISTRY_TENANT,
        least="`Microsoft.Authorization/permissions/read` on the registry and on the identity's resource group (in the "
        "roles for both)",
        scopes=(seed.IDENTITY_GROUP,),
    ),
    _PULL_ROLE,
)
"""What a ``FederatedPull`` needs of Azure."""


def give_exactly(state: State, rights: Iterable[Right]) -> None:
    """Takes all rights from the two callers, and gives them these."""
    callers = {
        it: drift.service_principal(state, tenant, it)
        for tenant, it in (
            (seed.CLUSTER_TENANT, seed.CLUSTER_CALLER_ID),
            (seed.REGISTRY_TENANT, seed.REGISTRY_CALLER_ID),
        )
    }
    principals = {it["id"] for it in callers.values()}
    for key, assignment in list(state["roleAssignments"].items()):
        if assignment["properties"]["principalId"] in principals:
            del state["roleAssignments"][key]
    for caller in callers.values():
        caller["_graph_permissions"] = []
    for right in rights:
        caller = callers[right.caller]
        if right.graph:
            caller["_graph_permissions"].append(right.graph)
        else:
            for scope in (right.scope, *right.scopes):
                _assign(state, right, scope, caller["id"])


def _assign(state: State, right: Right, scope: str, principal_id: str) -> None:
    role = add_custom_role(state, f"right: {right.tenant} {right.name}", right.actions)
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}/{role}/{principal_id}"))
    assignment_id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    properties: dict[str, Any] = {
        "roleDefinitionId": role_definition_id(scope.split("/")[2], role),
        "principalId": principal_id,
        "principalType": "ServicePrincipal",
        "scope": scope,
        "condition": right.condition,
        "conditionVersion": "2.0" if right.condition else None,
    }
    state["roleAssignments"][assignment_id.lower()] = {
        "id": assignment_id,
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": properties,
        "_effective_at": 0.0,
    }


def table(rights: Iterable[Right], page: str) -> str:
    """The rows of a document.

    :param rights: The rights.
    :param page: The file's name: a link within it names no file.
    """
    lines = ["| tenant | for | least privilege | also sufficient | without it |", "| --- | --- | --- | --- | --- |"]
    for it in rights:
        cells = (f"{it.tenant} tenant", it.purpose, it.least.replace(f"({page}#", "(#"), it.also, it.seen.value)
        lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |"))
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """The documents with their tables as they should be."""
    return {
        DOCS / name: with_table(DOCS / name, BEGIN, END, table(rights, name))
        for name, rights in (("rights.md", CHAIN), ("federated.md", FEDERATED))
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")
