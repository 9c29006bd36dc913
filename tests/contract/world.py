"""Requests in two tenants, and what the questions need there: made when first used, and removed at the end."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from tests.contract.normalise import Json, Names
from tests.contract.replies import Reply
from tests.contract.tenants import Estate, Tenant

LOGIN = "https://login.microsoftonline.com"
GRAPH = "https://graph.microsoft.com"
ARM = "https://management.azure.com"
ASSIGNMENTS = "providers/Microsoft.Authorization/roleAssignments"

ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
REPOSITORY_READER = "b93aa761-3e63-49ed-ac28-beffa264f7ac"
AKS_CONTRIBUTOR = "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"

PREFIX = "crosstenant-contract-"
"""How the display names of all applications begin that a run makes."""
MULTI_TENANT, SINGLE_TENANT = "AzureADMultipleOrgs", "AzureADMyOrg"

_VERSIONS = {
    "Microsoft.Authorization": "2022-04-01",
    "Microsoft.ContainerRegistry": "2025-11-01",
    "Microsoft.ContainerService": "2026-04-01",
}


_BUSY_ATTEMPTS = 4
_LONGEST_PAUSE = 60.0


class SetUpFailed(Exception):
    """An object that questions need could not be made; the message has the answer, without values of this run."""


@dataclass
class App:
    """An application of the cluster tenant that this run made."""

    object_id: str
    client_id: str
    secret: str = field(default="", repr=False)
    key_id: str = ""
    principals: dict[str, str] = field(default_factory=dict[str, str])
    """The object IDs of its service principals, by tenant."""


class World:
    """Two tenants while questions are asked in them."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.names = Names()
        self.left_behind: list[str] = []
        """What could not be removed."""
        self.expires_at = 0.0
        """When the secret of ``expired`` ends."""
        self.reset_begun: Reply | None = None
        """The answer that began the reset of the cluster."""
        self._tokens: dict[tuple[str, str], tuple[str, float]] = {}
        """By tenant and audience: a token, and the time from which another is asked for."""
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

    # Requests

    def send(self, method: str, address: str, **options: Any) -> Reply:
        """Sends a request without credentials of its own; again where the service is busy."""
        response = self.estate.client.request(method, address, **options)
        for _ in range(_BUSY_ATTEMPTS):
            if response.status_code != 429:
                break
            time.sleep(min(_seconds(response.headers.get("retry-after", "")), _LONGEST_PAUSE))
            response = self.estate.client.request(method, address, **options)
        return Reply.of(response)

    def call(self, method: str, address: str, tenant: Tenant, body: Any = None, token: str | None = None) -> Reply:
        """Asks Microsoft Graph or Resource Manager, as the tenant's caller or with another token."""
        host = httpx.URL(address).host
        # An answer names the address of an operation: a token goes to Azure's hosts alone.
        if f"https://{host}" not in (GRAPH, ARM) and not host.endswith(".management.azure.com"):
            raise SetUpFailed("an answer names a host that is not Resource Manager's")
        audience = GRAPH if f"https://{host}" == GRAPH else ARM
        token = token or self.token(tenant, audience)
        return self.send(method, _versioned(address), json=body, headers={"Authorization": f"Bearer {token}"})

    def sign_in(self, tenant: str, client_id: str, secret: str, audience: str = ARM, scope: str | None = None) -> Reply:
        """The token endpoint's answer to a client ID and secret."""
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        form["scope"] = scope or f"{audience}/.default"
        return self.send("POST", f"{LOGIN}/{tenant}/oauth2/v2.0/token", data=form)

    def token(self, tenant: Tenant, audience: str) -> str:
        """An access token of a tenant's caller."""
        token, renew_at = self._tokens.get((tenant.id, audience), ("", 0.0))
        # A reset can take longer than a token lives, and what was made is removed after it.
        if time.monotonic() >= renew_at:
            asked_at = time.monotonic()
            body = self.expect(self.sign_in(tenant.id, tenant.client_id, tenant.client_secret, audience), 200)
            token, renew_at = body["access_token"], asked_at + float(body["expires_in"]) / 2
            self._tokens[tenant.id, audience] = token, renew_at
        return token

    def expect(self, reply: Reply, *statuses: int) -> Json:
        """The body of an answer that set-up needs.

        :raises SetUpFailed: It has another status.
        """
        if reply.status not in statuses:
            answer = reply.normalised(self.names)
            raise SetUpFailed(f"{answer['request']}: {reply.status} {answer.get('body', '')}")
        return reply.body if isinstance(reply.body, dict) else {}

    def patiently(
        self, ask: Callable[[], Reply], until: Callable[[Reply], bool], patience: float | None = None
    ) -> Reply:
        """Repeats a request until its answer is as awaited; the last answer when patience ends."""
        deadline = time.monotonic() + (self.estate.patience if patience is None else patience)
        while True:
            # A connection that breaks in an hour of asking is no answer.
            try:
                reply = ask()
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if until(reply) or time.monotonic() > deadline:
                    return reply
            time.sleep(self.estate.interval)

    # What questions need

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

    def login_server(self, registry: str) -> str:
        """The login server of a registry."""
        return self._login_servers[registry]

    @cached_property
    def _login_servers(self) -> dict[str, str]:
        servers: dict[str, str] = {}
        for registry, name in ((self.estate.registry, "registry"), (self.estate.abac_registry, "abac-registry")):
            body = self.expect(self.call("GET", ARM + registry, self.b), 200)
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


def _versioned(address: str) -> str:
    """An address of Resource Manager with the API version of its last provider, unless it has one."""
    if not address.startswith(ARM) or "api-version=" in address:
        return address
    provider = address.rsplit("/providers/", 1)[-1].split("/")[0]
    return f"{address}?api-version={_VERSIONS[provider]}"


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdigit() else 5.0


def request_failed(error: Exception) -> str:
    """Why a question has no answer, without any value of the run."""
    if isinstance(error, SetUpFailed):
        return f"set-up failed: {error}"
    if isinstance(error, httpx.HTTPError):
        return f"no answer: {type(error).__name__}"
    return f"the question failed: {type(error).__name__}"
