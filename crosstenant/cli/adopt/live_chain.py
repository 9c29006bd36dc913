"""The present chain in both tenants, read with the plugin's own clients. It only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosstenant.azure.arm import Arm
from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Clusters
from crosstenant.azure.clusters.dead_credential import DeadCredentials
from crosstenant.azure.directory.directory_rights import caller_object_id, owns_only
from crosstenant.azure.directory.graph import Graph
from crosstenant.azure.refusals.explained import explained
from crosstenant.azure.registries.registries import Registries, RegistryState, UnknownModeError
from crosstenant.azure.role_assignments import RoleAssignment, roles_of
from crosstenant.azure.sign_in.secret_proof import prove_secret
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import Clock
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import ArmId
from crosstenant.model.matched_texts.provider_texts import DIRECTORY_FORBIDDEN

Json = dict[str, Any]
"""A JSON object."""


class ChainError(Exception):
    """The chain cannot be adopted. The message is a whole sentence for the operator."""


@dataclass(frozen=True)
class ChainQuery:
    """The clusters and registries to read, and how to read them."""

    clusters: Sequence[ArmId]
    registries: Sequence[ArmId]
    consented: bool
    """Whether administrators of the registry tenant manage the service principal there."""
    registry_principal_id: str | None = None
    """Its object ID, for a caller who may not read that directory."""


@dataclass(frozen=True)
class LiveRegistry:
    """One registry and the application's roles on it."""

    state: RegistryState
    pull: RoleAssignment | None
    """The assignment that this package would create: the role of the registry's mode, on the registry itself."""
    others: tuple[RoleAssignment, ...]
    """All other assignments that are effective on the registry: other roles, or wider scopes."""


@dataclass(frozen=True)
class LiveChain:
    """The chain in both tenants."""

    clusters: tuple[ClusterState, ...]
    application: Json
    """Microsoft Graph's document of it."""
    cluster_principal: Json | None
    """Its service principal in its own tenant."""
    registry_principal: Json | None
    """Its service principal in the registry tenant; nothing if the caller may not read that directory."""
    registry_principal_id: str
    """Object ID of that one; empty if there is none."""
    registries: tuple[LiveRegistry, ...]
    dead_credentials: Mapping[str, str]
    """Of each failed cluster whose present credential is the cause, by its ARM ID: why that one does not sign in."""
    caller_must_own: str
    """Object ID of the caller in the cluster tenant, if it may change the application only as one of its owners and
    is none; otherwise empty."""

    @property
    def client_id(self) -> str:
        """The application's client ID."""
        return str(self.application["appId"])


async def read_chain(cluster_tenant: Tenant, registry_tenant: Tenant, query: ChainQuery) -> LiveChain:
    """Reads the chain, from the first cluster to the registries.

    :param cluster_tenant: The cluster tenant.
    :param registry_tenant: The registry tenant.
    :param query: What to read.
    :raises ChainError: A cluster or registry does not exist, has a managed identity, or its application is another
        tenant's.
    :raises OperatorError: Azure refused, or could not be reached.
    """
    clusters = await _clusters(cluster_tenant, query.clusters)
    client_id = clusters[0].client_id
    graph = Graph(cluster_tenant)
    try:
        with explained("reading the application", client_id, cluster_tenant):
            application = await graph.document("applications", client_id)
            principal = await graph.document("servicePrincipals", client_id)
            if application is None:
                raise ChainError(_no_application(clusters[0], principal, cluster_tenant))
            must_own = ""
            if await owns_only(cluster_tenant):
                caller = await caller_object_id(cluster_tenant)
                owners = await graph.owners("applications", str(application["id"]))
                must_own = "" if caller in owners else caller
        dead = await _dead_credentials(clusters, cluster_tenant, graph)
    finally:
        await graph.aclose()
    registry_principal, principal_id = await _registry_principal(registry_tenant, client_id, query)
    return LiveChain(
        clusters=clusters,
        application=application,
        cluster_principal=principal,
        registry_principal=registry_principal,
        registry_principal_id=principal_id,
        registries=await _registries(registry_tenant, query.registries, principal_id),
        dead_credentials=dead,
        caller_must_own=must_own,
    )


async def _clusters(tenant: Tenant, ids: Sequence[ArmId]) -> tuple[ClusterState, ...]:
    found: list[ClusterState] = []
    clusters = Clusters(tenant)
    try:
        for cluster_id in ids:
            with explained("reading the cluster", str(cluster_id), tenant):
                state = await clusters.get(cluster_id)
            if state is None:
                raise ChainError(f"there is no cluster {cluster_id}: check the ID")
            if state.uses_managed_identity:
                raise ChainError(
                    f"cluster {cluster_id} has a managed identity: it has no service principal whose chain could be"
                    " adopted. Its pods pull with an image pull secret; make a chain for that with a new application"
                )
            found.append(state)
    finally:
        await clusters.aclose()
    return tuple(found)


async def _dead_credentials(clusters: Sequence[ClusterState], tenant: Tenant, directory: Graph) -> dict[str, str]:
    credentials = DeadCredentials(tenant, directory, prove_secret, Clock())
    reasons = {it.cluster_id: await credentials.reason(it) for it in clusters}
    return {cluster_id: reason for cluster_id, reason in reasons.items() if reason}


def _no_application(cluster: ClusterState, principal: Json | None, tenant: Tenant) -> str:
    using = f"cluster {cluster.cluster_id} acts as application {cluster.client_id}"
    owner = str((principal or {}).get("appOwnerOrganizationId") or "")
    if principal is None:
        return (
            f"{using}, which does not exist any longer: nothing can be adopted. Declare a chain with a new application;"
            " its first update resets the cluster to it"
        )
    if owner.lower() == tenant.tenant_id:
        return f"{using}, of which only the service principal is left: nothing can be adopted"
    return (
        f"{using}, which belongs to tenant {owner}: only its own tenant can change it. Declare a chain with a new"
        " application, and its first update moves the cluster to it"
    )


async def _registry_principal(tenant: Tenant, client_id: str, query: ChainQuery) -> tuple[Json | None, str]:
    if query.registry_principal_id:
        return None, query.registry_principal_id
    graph = Graph(tenant)
    try:
        with explained("reading the application's service principal", f"in tenant {tenant.tenant_id}", tenant):
            found = await graph.document("servicePrincipals", client_id)
    except OperatorError as error:
        if not DIRECTORY_FORBIDDEN.is_in(str(error)):
            raise
        raise ChainError(
            f"{error}. Without the permission to read that directory, use consent mode and name the service principal:"
            " --registry-service-principal consented --registry-principal OBJECT_ID"
        ) from None
    finally:
        await graph.aclose()
    return found, str(found["id"]) if found else ""


async def _registries(tenant: Tenant, ids: Sequence[ArmId], principal_id: str) -> tuple[LiveRegistry, ...]:
    registries, arm = Registries(tenant), Arm(tenant)
    found: list[LiveRegistry] = []
    try:
        for registry_id in ids:
            with explained("reading the registry", str(registry_id), tenant):
                try:
                    state = await registries.get(str(registry_id))
                except UnknownModeError as error:
                    raise ChainError(str(error)) from None
            if state is None:
                raise ChainError(f"there is no registry {registry_id}: check the ID")
            with explained("reading the role assignments on", str(registry_id), tenant):
                assignments = await roles_of(arm, state.registry_id, principal_id) if principal_id else []
            found.append(_registry(state, assignments))
    finally:
        await arm.aclose()
    return tuple(found)


def _registry(state: RegistryState, assignments: Sequence[RoleAssignment]) -> LiveRegistry:
    # One scope, role and principal have one assignment: https://learn.microsoft.com/azure/role-based-access-control.
    own = next((one for one in assignments if _is_pull(one, state)), None)
    return LiveRegistry(state, own, tuple(one for one in assignments if one is not own))


def _is_pull(one: RoleAssignment, state: RegistryState) -> bool:
    return one.scope.lower() == state.registry_id.lower() and one.role_guid == state.pull_role.guid
