"""The requests that Azure Resource Manager answers: path, handler, resource type, and the action that the caller needs.

Paths are matched without regard to case, as everywhere in Azure Resource Manager.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crosstenant.sandbox.arm import registries, resource_list, subscriptions
from crosstenant.sandbox.arm.clusters import answers as clusters
from crosstenant.sandbox.arm.clusters import credentials, maintenance, operation_status
from crosstenant.sandbox.arm.clusters.put import put_cluster
from crosstenant.sandbox.arm.clusters.reset import reset_service_principal_profile
from crosstenant.sandbox.arm.clusters.run_command import get_command_result, run_command
from crosstenant.sandbox.arm.identities import answers as identities
from crosstenant.sandbox.arm.identities import credentials as federated
from crosstenant.sandbox.arm.providers import (
    AUTHORIZATION,
    CONTAINER_REGISTRY,
    CONTAINER_SERVICE,
    MANAGED_IDENTITY,
    RESOURCES,
)
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.arm.roles import assignments, definitions

Handler = Callable[[ArmRequest], Answer]

_SUBSCRIPTION: Final = "/subscriptions/{subscription}"
_GROUP: Final = f"{_SUBSCRIPTION}/resourceGroups/{{group}}"
_CLUSTERS: Final = f"/providers/{CONTAINER_SERVICE}/managedClusters"
_CLUSTER: Final = f"{_GROUP}{_CLUSTERS}/{{name}}"
_OPERATION: Final = f"{_SUBSCRIPTION}/providers/{CONTAINER_SERVICE}/locations/{{location}}"
_REGISTRIES: Final = f"/providers/{CONTAINER_REGISTRY}/registries"
_REGISTRY: Final = f"{_GROUP}{_REGISTRIES}/{{name}}"
_IDENTITIES: Final = f"/providers/{MANAGED_IDENTITY}/userAssignedIdentities"
_IDENTITY: Final = f"{_GROUP}{_IDENTITIES}/{{name}}"
_ACCESS: Final = f"/providers/{AUTHORIZATION}"


@dataclass(frozen=True)
class Route:
    """One kind of request."""

    method: str
    path: str
    """Its path. ``{scope}`` matches any ARM ID; every other name in braces matches one segment."""
    handler: Handler
    namespace: str
    """The provider and, in ``kind``, the resource type: they determine the API versions."""
    kind: str
    action: str | None = None
    """The action that the caller must have at ``scope``; None where the handler checks it."""
    scope: str = ""
    """The ARM ID that the request is about, with the names of ``path``; empty for the path itself."""

    @property
    def chooses(self) -> frozenset[str]:
        """The query options by which it chooses what it answers with."""
        return _CHOOSES.get(self.handler, frozenset())

    @property
    def writes(self) -> bool:
        """Whether the state may change. Every POST counts as a write, even one that only reads."""
        return self.method not in ("GET", "HEAD")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression."""
        parts = re.split(r"\{(\w+)\}", self.path)
        text = ""
        for number, part in enumerate(parts):
            if number % 2 == 0:
                text += re.escape(part)
            else:
                text += f"(?P<{part}>{'.*?' if part == 'scope' else '[^/]+'})"
        return re.compile(text, re.IGNORECASE)

    def scope_of(self, path: str, parts: dict[str, str]) -> str:
        """The ARM ID that a request is about."""
        return self.scope.format(**parts) if self.scope else path


def find(method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
    """The route of a request.

    :returns: The route or None, the named parts of the path, and whether the path exists with another method.
    """
    known = False
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match is not None:
            if route.method == method:
                return route, match.groupdict(), True
            known = True
    return None, {}, known


def _cluster_routes() -> list[Route]:
    def on(method: str, path: str, handler: Handler, action: str | None, scope: str = "") -> Route:
        full = None if action is None else f"{CONTAINER_SERVICE}/managedClusters/{action}"
        return Route(method, path, handler, CONTAINER_SERVICE, "managedClusters", full, scope)

    return [
        on("GET", _SUBSCRIPTION + _CLUSTERS, clusters.list_clusters, None, _SUBSCRIPTION),
        on("GET", _GROUP + _CLUSTERS, clusters.list_clusters, None, _GROUP),
        on("GET", _CLUSTER, clusters.get_cluster, "read"),
        on("PUT", _CLUSTER, put_cluster, "write"),
        on("PATCH", _CLUSTER, clusters.patch_cluster, "write"),
        on("DELETE", _CLUSTER, clusters.delete_cluster, "delete"),
        on("GET", f"{_CLUSTER}/agentPools", clusters.list_agent_pools, "agentPools/read", _CLUSTER),
        on("GET", f"{_CLUSTER}/agentPools/{{pool}}", clusters.get_agent_pool, "agentPools/read", _CLUSTER),
        *_maintenance_routes(),
        on("POST", f"{_CLUSTER}/start", clusters.start_cluster, "start/action", _CLUSTER),
        on("POST", f"{_CLUSTER}/stop", clusters.stop_cluster, "stop/action", _CLUSTER),
        *(
            on("POST", f"{_CLUSTER}/{operation}", handler, f"{operation}/action", _CLUSTER)
            for operation, handler in (
                ("listClusterUserCredential", credentials.list_user_credentials),
                ("listClusterAdminCredential", credentials.list_admin_credentials),
            )
        ),
        on(
            "POST",
            f"{_CLUSTER}/resetServicePrincipalProfile",
            reset_service_principal_profile,
            "resetServicePrincipalProfile/action",
            _CLUSTER,
        ),
        on("POST", f"{_CLUSTER}/runCommand", run_command, "runcommand/action", _CLUSTER),
        on("GET", f"{_CLUSTER}/commandResults/{{command}}", get_command_result, "commandResults/read", _CLUSTER),
    ]


def _maintenance_routes() -> list[Route]:
    def on(method: str, name: str, handler: Handler, action: str) -> Route:
        kind = f"managedClusters/{maintenance.KIND}"
        full = f"{CONTAINER_SERVICE}/{kind}/{action}"
        return Route(method, f"{_CLUSTER}/{maintenance.KIND}{name}", handler, CONTAINER_SERVICE, kind, full, _CLUSTER)

    return [
        on("GET", "", maintenance.list_configurations, "read"),
        on("GET", "/{configuration}", maintenance.get_configuration, "read"),
        on("PUT", "/{configuration}", maintenance.put_configuration, "write"),
        on("DELETE", "/{configuration}", maintenance.delete_configuration, "delete"),
    ]


def _operation_routes() -> list[Route]:
    return [
        Route(
            "GET",
            f"{_OPERATION}/operations/{{operation}}",
            operation_status.get_operation,
            CONTAINER_SERVICE,
            "locations/operations",
        ),
        Route(
            "GET",
            f"{_OPERATION}/operationresults/{{operation}}",
            operation_status.get_operation_result,
            CONTAINER_SERVICE,
            "locations/operationresults",
        ),
    ]


def _registry_routes() -> list[Route]:
    def on(method: str, path: str, handler: Handler, action: str | None, scope: str = "") -> Route:
        full = None if action is None else f"{CONTAINER_REGISTRY}/{action}"
        return Route(method, path, handler, CONTAINER_REGISTRY, "registries", full, scope)

    return [
        on("GET", _SUBSCRIPTION + _REGISTRIES, registries.list_registries, None, _SUBSCRIPTION),
        on("GET", _GROUP + _REGISTRIES, registries.list_registries, None, _GROUP),
        on("GET", _REGISTRY, registries.get_registry, "registries/read"),
        on("PUT", _REGISTRY, registries.put_registry, "registries/write"),
        on("PATCH", _REGISTRY, registries.patch_registry, "registries/write"),
        on("DELETE", _REGISTRY, registries.delete_registry, "registries/delete"),
        on(
            "POST",
            f"{_REGISTRY}/listCredentials",
            registries.list_credentials,
            "registries/listCredentials/action",
            _REGISTRY,
        ),
        on(
            "POST",
            f"{_SUBSCRIPTION}/providers/{CONTAINER_REGISTRY}/checkNameAvailability",
            registries.check_name,
            "checkNameAvailability/read",
            _SUBSCRIPTION,
        ),
    ]


def _identity_routes() -> list[Route]:
    def on(method: str, path: str, handler: Handler, action: str | None, scope: str = "", kind: str = "") -> Route:
        kind = f"userAssignedIdentities{kind}"
        full = None if action is None else f"{MANAGED_IDENTITY}/{kind}/{action}"
        return Route(method, path, handler, MANAGED_IDENTITY, kind, full, scope)

    def on_credential(method: str, name: str, handler: Handler, action: str) -> Route:
        return on(method, f"{_IDENTITY}/{federated.KIND}{name}", handler, action, _IDENTITY, f"/{federated.KIND}")

    return [
        on("GET", _SUBSCRIPTION + _IDENTITIES, identities.list_identities, None, _SUBSCRIPTION),
        on("GET", _GROUP + _IDENTITIES, identities.list_identities, None, _GROUP),
        on("GET", _IDENTITY, identities.get_identity, "read"),
        on("PUT", _IDENTITY, identities.put_identity, "write"),
        on("PATCH", _IDENTITY, identities.patch_identity, "write"),
        on("DELETE", _IDENTITY, identities.delete_identity, "delete"),
        on_credential("GET", "", federated.list_credentials, "read"),
        on_credential("GET", "/{credential}", federated.get_credential, "read"),
        on_credential("PUT", "/{credential}", federated.put_credential, "write"),
        on_credential("DELETE", "/{credential}", federated.delete_credential, "delete"),
    ]


def _access_routes() -> list[Route]:
    def on(method: str, kind: str, name: str, handler: Handler, action: str | None) -> Route:
        full = None if action is None else f"{AUTHORIZATION}/{kind}/{action}"
        return Route(method, f"{{scope}}{_ACCESS}/{kind}{name}", handler, AUTHORIZATION, kind, full, "{scope}")

    return [
        on("GET", "roleAssignments", "", assignments.list_role_assignments, "read"),
        on("GET", "roleAssignments", "/{name}", assignments.get_role_assignment, "read"),
        on("PUT", "roleAssignments", "/{name}", assignments.put_role_assignment, None),
        on("DELETE", "roleAssignments", "/{name}", assignments.delete_role_assignment, None),
        on("GET", "roleDefinitions", "", definitions.list_role_definitions, "read"),
        on("GET", "roleDefinitions", "/{name}", definitions.get_role_definition, "read"),
        on("GET", "permissions", "", definitions.list_permissions, "read"),
    ]


def _core_routes() -> list[Route]:
    def on(method: str, path: str, handler: Handler, kind: str, action: str | None = None, scope: str = "") -> Route:
        full = None if action is None else f"{RESOURCES}/{action}"
        return Route(method, path, handler, RESOURCES, kind, full, scope)

    groups, group = "resourceGroups", "subscriptions/resourceGroups"
    provider = f"{_SUBSCRIPTION}/providers/{{namespace}}"
    return [
        on("GET", "/tenants", subscriptions.list_tenants, "tenants"),
        on("GET", "/subscriptions", subscriptions.list_subscriptions, "subscriptions"),
        on("GET", _SUBSCRIPTION, subscriptions.get_subscription, "subscriptions"),
        on("GET", f"{_SUBSCRIPTION}/resources", resource_list.list_resources, "resources", None, _SUBSCRIPTION),
        on("GET", f"{_GROUP}/resources", resource_list.list_resources, "resources", None, _GROUP),
        on("GET", f"{_SUBSCRIPTION}/locations", subscriptions.list_locations, "subscriptions"),
        on(
            "GET",
            f"{_SUBSCRIPTION}/providers",
            subscriptions.list_providers,
            "subscriptions",
            "subscriptions/providers/read",
            _SUBSCRIPTION,
        ),
        on("GET", provider, subscriptions.get_provider, "subscriptions", "subscriptions/providers/read", _SUBSCRIPTION),
        Route(
            "POST",
            f"{provider}/register",
            subscriptions.get_provider,
            RESOURCES,
            "subscriptions",
            "{namespace}/register/action",
            _SUBSCRIPTION,
        ),
        on("GET", f"{_SUBSCRIPTION}/resourceGroups", subscriptions.list_groups, groups, None, _SUBSCRIPTION),
        on("GET", _GROUP, subscriptions.get_group, groups, f"{group}/read"),
        on("HEAD", _GROUP, subscriptions.head_group, groups, f"{group}/read"),
        on("PUT", _GROUP, subscriptions.put_group, groups, f"{group}/write"),
        on("DELETE", _GROUP, subscriptions.delete_group, groups, f"{group}/delete"),
    ]


_CHOOSES: Final[dict[Handler, frozenset[str]]] = {
    resource_list.list_resources: frozenset({"$filter", "$top"}),
    assignments.list_role_assignments: frozenset({"$filter"}),
    definitions.list_role_definitions: frozenset({"$filter"}),
}

ROUTES: Final = (
    *_access_routes(),
    *_cluster_routes(),
    *_operation_routes(),
    *_registry_routes(),
    *_identity_routes(),
    *_core_routes(),
)
