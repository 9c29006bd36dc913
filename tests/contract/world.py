"""What the questions need in two tenants: made when first used, and removed at the end."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from tests.contract.caller import ARM, GRAPH, Caller, SetUpFailed
from tests.contract.replies import Reply
from tests.contract.tenants import Estate, Tenant

ASSIGNMENTS = "providers/Microsoft.Authorization/roleAssignments"

ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
REPOSITORY_READER = "b93aa761-3e63-49ed-ac28-beffa264f7ac"
AKS_CONTRIBUTOR = "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"

PREFIX = "crosstenant-contract-"
"""How the display names of all applications begin that a run makes."""
MULTI_TENANT, SINGLE_TENANT = "AzureADMultipleOrgs", "AzureADMyOrg"


@dataclass
class App:
    """An application of the cluster tenant that this run made."""

    object_id: str
    client_id: str
    secret: str = field(default="", repr=False)
    key_id: str = ""
    principals: dict[str, str] = field(default_factory=dict[str, str])
    """The object IDs of its service principals, by tenant."""


class World(Caller):
    """Two tenants while questions are asked in them."""

    def __init__(self, estate: Estate) -> None:
        super().__init__(estate)
        self.left_behind: list[str] = []
        """What could not be removed."""
        self.expires_at = 0.0
        """When the secret of ``expired`` ends."""
        self.reset_begun: Reply | None = None
        """The answer that began the reset of the cluster."""
        self._removals: list[tuple[str, Tenant, str]] = []
        self._name_estate()

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        """Removes what was made, the last first; after a failure too."""
        for what, tenant, address in reversed(self._removals):
            try:
                reply = self.call("DELETE", address, tenant)
                if reply.status not in (200, 202, 204, 404):
                    self.left_behind.append(f"{what}: {reply.status} {reply.code}")
            except Exception as error:
                self.left_behind.append(f"{what}: {type(error).__name__}")
        self._removals.clear()

    @property
    def a(self) -> Tenant:
        """The cluster tenant."""
        return self.estate.cluster_tenant

    @property
    def b(self) -> Tenant:
        """The registry tenant."""
        return self.estate.registry_tenant

    @cached_property
    def pulling(self) -> App:
        """An application that may pull from both registries; in ABAC mode from the repository ``hello`` alone."""
        app = self.complete("pulling", in_registry_tenant=True)
        principal = app.principals[self.b.id]
        self.assign(self.estate.registry, ACR_PULL, principal)
        condition = (
            "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'}) AND "
            "!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'})) OR "
            "(@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase 'hello'))"
        )
        self.assign(self.estate.abac_registry, REPOSITORY_READER, principal, condition)
        return app

    @cached_property
    def roleless(self) -> App:
        """An application without a role at the plain registry, and with AcrPull at the one in ABAC mode."""
        app = self.complete("roleless", in_registry_tenant=True)
        self.assign(self.estate.abac_registry, ACR_PULL, app.principals[self.b.id])
        return app

    @cached_property
    def absent(self) -> App:
        """A multi-tenant application without a service principal in the registry tenant."""
        return self.complete("absent")

    @cached_property
    def single_tenant(self) -> App:
        """A single-tenant application of the cluster tenant."""
        return self.complete("single-tenant", SINGLE_TENANT)

    @cached_property
    def expired(self) -> App:
        """An application whose only secret ends at ``expires_at``."""
        app = self.application("expired")
        self.principal(self.a, app, "expired")
        self.expires_at = int(time.time()) + self.estate.short_life
        self.password(app, endDateTime=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.expires_at)))
        return app

    @cached_property
    def identity(self) -> str:
        """The ARM ID of a managed identity beside the plain registry."""
        return self._identity["id"]

    @property
    def identity_client(self) -> str:
        """The client ID of that identity."""
        return self._identity["properties"]["clientId"]

    @cached_property
    def _identity(self) -> dict[str, Any]:
        return self.expect(self.put_identity("identity"), 200, 201)

    def prepare(self) -> None:
        """Both callers sign in, and every resource that the settings name can be read.

        :raises SetUpFailed: Not so; nothing was made.
        """
        try:
            for tenant in (self.a, self.b):
                for audience in (GRAPH, ARM):
                    self.token(tenant, audience)
            _ = self._login_servers
            for cluster in (self.estate.cluster, self.estate.managed_identity_cluster):
                if cluster:
                    self.expect(self.call("GET", ARM + cluster, self.a), 200)
        except httpx.TransportError as error:
            raise SetUpFailed(f"no answer ({type(error).__name__}): check the network and the proxy") from None

    def login_server(self, registry: str) -> str:
        """The login server of a registry."""
        return self._login_servers[registry]

    @cached_property
    def _login_servers(self) -> dict[str, str]:
        servers: dict[str, str] = {}
        for registry, name in ((self.estate.registry, "registry"), (self.estate.abac_registry, "abac-registry")):
            body = self.expect(self.call("GET", ARM + registry, self.b), 200)
            in_abac_mode = body["properties"].get("roleAssignmentMode") == "AbacRepositoryPermissions"
            if in_abac_mode is not (name == "abac-registry"):
                raise SetUpFailed(f"the {name} is {'' if in_abac_mode else 'not '}in ABAC mode")
            servers[registry] = body["properties"]["loginServer"]
            if not servers[registry].endswith(".azurecr.io"):
                raise SetUpFailed("a registry names a login server outside azurecr.io")
            self.names.name(servers[registry], f"{name}-login-server")
        return servers

    # Making objects

    def complete(self, purpose: str, audience: str = MULTI_TENANT, *, in_registry_tenant: bool = False) -> App:
        """An application with a secret and service principals; returns when the secret signs in to each tenant."""
        app = self.application(purpose, audience)
        tenants = [self.a, self.b] if in_registry_tenant else [self.a]
        for tenant in tenants:
            self.principal(tenant, app, purpose)
        self.password(app)
        for tenant in tenants:
            ask = lambda tenant=tenant: self.sign_in(tenant.id, app.client_id, app.secret)  # noqa: E731
            self.expect(self.patiently(ask, lambda reply: reply.status == 200), 200)
        return app

    def application(self, purpose: str, audience: str = MULTI_TENANT, **properties: Any) -> App:
        """A new application of the cluster tenant, without secret and service principal."""
        body = {"displayName": PREFIX + purpose, "signInAudience": audience, **properties}
        made = self.expect(self.call("POST", f"{GRAPH}/v1.0/applications", self.a, body), 201)
        self._removals.append((f"application {PREFIX}{purpose}", self.a, f"{GRAPH}/v1.0/applications/{made['id']}"))
        self.names.name(made["id"], f"{purpose}-application")
        self.names.name(made["appId"], f"{purpose}-client")
        return App(made["id"], made["appId"])

    def principal(self, tenant: Tenant, app: App, purpose: str) -> str:
        """An application's service principal in a tenant; its object ID."""
        address = f"{GRAPH}/v1.0/servicePrincipals"
        # The application may not have reached the other tenant yet.
        reply = self.patiently(
            lambda: self.call("POST", address, tenant, {"appId": app.client_id}), lambda reply: reply.status == 201
        )
        object_id: str = self.expect(reply, 201)["id"]
        what = f"service principal {PREFIX}{purpose} in {self.names.text(tenant.id)}"
        self._removals.append((what, tenant, f"{address}/{object_id}"))
        self.names.name(object_id, f"{purpose}-principal-in-{'cluster' if tenant is self.a else 'registry'}-tenant")
        app.principals[tenant.id] = object_id
        return object_id

    def password(self, app: App, **properties: str) -> None:
        """Adds a secret to an application."""
        address = f"{GRAPH}/v1.0/applications/{app.object_id}/addPassword"
        body = {"passwordCredential": {"displayName": "contract", **properties}}
        reply = self.patiently(lambda: self.call("POST", address, self.a, body), lambda reply: reply.status != 404)
        made = self.expect(reply, 200)
        app.secret, app.key_id = made["secretText"], made["keyId"]
        self.names.hide(app.client_id, app.secret)

    def assign(self, scope: str, role: str, principal: str, condition: str | None = None) -> str:
        """A role assignment that set-up needs; its name."""
        name = str(uuid.uuid4())
        reply = self.patiently(
            lambda: self.put_assignment(scope, name, role, principal, condition=condition),
            lambda reply: reply.code != "PrincipalNotFound",
        )
        self.expect(reply, 200, 201)
        return name

    def put_assignment(
        self,
        scope: str,
        name: str,
        role: str,
        principal: str,
        principal_type: str | None = "ServicePrincipal",
        condition: str | None = None,
    ) -> Reply:
        """The answer to a role assignment; whatever it made is removed at the end."""
        tenant = self.a if scope in (self.estate.cluster, self.estate.managed_identity_cluster) else self.b
        subscription = scope.split("/")[2]
        definitions = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions"
        properties = {"roleDefinitionId": f"{definitions}/{role}", "principalId": principal}
        if principal_type:
            properties["principalType"] = principal_type
        if condition:
            properties |= {"condition": condition, "conditionVersion": "2.0"}
        address = f"{ARM}{scope}/{ASSIGNMENTS}/{name}"
        removal = (f"role assignment at {self.names.text(scope)}", tenant, address)
        if removal not in self._removals:
            self._removals.append(removal)
        return self.call("PUT", address, tenant, {"properties": properties})

    def put_identity(self, purpose: str, location: str = "westeurope") -> Reply:
        """The answer to a managed identity beside the plain registry; the end of the run removes it."""
        group, name = self.estate.registry.split("/providers/")[0], PREFIX + purpose
        address = f"{ARM}{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        removal = (f"identity {name}", self.b, address)
        if removal not in self._removals:
            self._removals.append(removal)
        reply = self.call("PUT", address, self.b, {"location": location})
        for key, value in ((reply.body or {}).get("properties") or {}).items():
            if key in ("clientId", "principalId"):
                self.names.name(value, f"{purpose}-{key.removesuffix('Id')}")
        return reply

    def _name_estate(self) -> None:
        estate = self.estate
        for tenant, side in ((estate.cluster_tenant, "cluster-tenant"), (estate.registry_tenant, "registry-tenant")):
            self.names.name(tenant.id, side)
            self.names.name(tenant.client_id, f"{side}-caller")
            self.names.hide(tenant.client_id, tenant.client_secret)
        for resource, name in (
            (estate.registry, "registry"),
            (estate.abac_registry, "abac-registry"),
            (estate.cluster, "cluster"),
            (estate.managed_identity_cluster, "managed-identity-cluster"),
        ):
            if resource:
                self.names.name(resource, f"{name}-id")
                self.names.name(resource.rsplit("/", 1)[-1], name)
