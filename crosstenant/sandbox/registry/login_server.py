"""The registry of a host name, and its network rules."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, Final, cast

from crosstenant.sandbox.registry.refusals import blocked, not_found
from crosstenant.sandbox.world.ids import REGISTRY_TYPE
from crosstenant.sandbox.world.state import State

Json = dict[str, Any]

DEFAULT_CLIENT_IP: Final = "203.0.113.10"
"""The client's address for network rules, unless the state has ``settings.client_ip``."""


@dataclass(frozen=True)
class Registry:
    """One registry."""

    document: Json
    """Its document in Azure Resource Manager."""
    tenant_id: str
    """The tenant of its subscription: clients sign in to this tenant."""

    @property
    def resource_id(self) -> str:
        """Its ARM ID, the scope of its role assignments."""
        return self.document["id"]

    @property
    def login_server(self) -> str:
        """Its host name."""
        return self.document["properties"]["loginServer"]

    @property
    def abac(self) -> bool:
        """Whether the registry uses ABAC repository permissions, which ignore the registry-wide pull and push roles.

        https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions
        """
        return self.document["properties"].get("roleAssignmentMode") == "AbacRepositoryPermissions"

    @property
    def refuses_arm_tokens(self) -> bool:
        """Whether the registry refuses Entra tokens that are for Resource Manager instead of for registries.

        https://learn.microsoft.com/azure/container-registry/container-registry-disable-authentication-as-arm
        """
        policies: Json = self.document["properties"].get("policies") or {}
        policy: Json = policies.get("azureADAuthenticationAsArmPolicy") or {}
        return policy.get("status") == "disabled"

    @property
    def anonymous_pull(self) -> bool:
        """Whether clients may pull without credentials."""
        return bool(self.document["properties"].get("anonymousPullEnabled"))


def login_servers(state: State) -> set[str]:
    """The host names of all registries."""
    return {document["properties"]["loginServer"].lower() for document in _documents(state)}


def find_registry(state: State, host: str) -> Registry:
    """The registry of a host name, with or without a port.

    :raises RegistryRefusal: The registry does not exist.
    """
    name = host.lower().partition(":")[0]
    for document in _documents(state):
        if document["properties"]["loginServer"].lower() == name:
            subscription_id = document["id"].split("/")[2]
            return Registry(document, state["subscriptions"][subscription_id]["_tenant"])
    raise not_found()


def check_network(state: State, registry: Registry) -> None:
    """Applies the registry's network rules to the client's address.

    https://learn.microsoft.com/azure/container-registry/container-registry-access-selected-networks

    :raises RegistryRefusal: The network rules exclude the client's address.
    """
    client_ip = str(state["settings"].get("client_ip", DEFAULT_CLIENT_IP))
    properties = registry.document["properties"]
    rules = cast(Json, properties.get("networkRuleSet") or {})
    if properties.get("publicNetworkAccess") == "Disabled":
        raise blocked(client_ip)
    if rules.get("defaultAction") == "Deny" and not any(
        ipaddress.ip_address(client_ip) in ipaddress.ip_network(rule["value"], strict=False)
        for rule in cast(list[Json], rules.get("ipRules") or [])
    ):
        raise blocked(client_ip)


def _documents(state: State) -> list[Json]:
    return [one for one in state["resources"].values() if one["type"].lower() == REGISTRY_TYPE.lower()]
