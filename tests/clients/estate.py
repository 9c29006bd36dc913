"""What must be true before a pull, made through the front door by the owners of the two tenants."""

from __future__ import annotations

import ssl
import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from crosstenant.sandbox.world.seed import (
    CLUSTER_OWNER_ID,
    CLUSTER_OWNER_SECRET,
    CLUSTER_TENANT,
    FEDERATION_AUDIENCE,
    REGISTRY_GROUP,
    REGISTRY_OWNER_ID,
    REGISTRY_OWNER_SECRET,
    REGISTRY_SUBSCRIPTION,
    REGISTRY_TENANT,
)

GRAPH = "https://graph.microsoft.com"
ARM = "https://management.azure.com"


@dataclass(frozen=True)
class Application:
    client_id: str
    secret: str


@dataclass(frozen=True)
class Identity:
    """A user-assigned managed identity of the registry tenant."""

    id: str
    client_id: str
    principal_id: str


class Estate:
    """The two tenants, as their owners change them."""

    def __init__(self, proxy: str, roots: str) -> None:
        self._client = httpx.Client(proxy=proxy, verify=ssl.create_default_context(cafile=roots))

    def add_application(self) -> Application:
        """A multi-tenant application of the cluster tenant with a secret."""
        token = self._token(CLUSTER_TENANT, CLUSTER_OWNER_ID, CLUSTER_OWNER_SECRET, GRAPH)
        body = {"displayName": "pull", "signInAudience": "AzureADMultipleOrgs"}
        application = self._send("POST", f"{GRAPH}/v1.0/applications", token, body)
        address = f"{GRAPH}/v1.0/applications/{application['id']}/addPassword"
        password = self._send("POST", address, token, {"passwordCredential": {"displayName": "pull"}})
        return Application(application["appId"], password["secretText"])

    def add_principal(self, application: Application) -> str:
        """Its service principal in the registry tenant; the object ID."""
        token = self._token(REGISTRY_TENANT, REGISTRY_OWNER_ID, REGISTRY_OWNER_SECRET, GRAPH)
        body = {"appId": application.client_id}
        return self._send("POST", f"{GRAPH}/v1.0/servicePrincipals", token, body)["id"]

    def assign(self, registry_id: str, role_id: str, principal_id: str, condition: str | None = None) -> str:
        """A role assignment on a registry; its ARM ID."""
        definitions = f"/subscriptions/{REGISTRY_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
        assignment_id = f"{registry_id}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
        properties = {
            "roleDefinitionId": f"{definitions}/{role_id}",
            "principalId": principal_id,
            "principalType": "ServicePrincipal",
        }
        if condition:
            properties |= {"condition": condition, "conditionVersion": "2.0"}
        self._assignment("PUT", assignment_id, {"properties": properties})
        return assignment_id

    def unassign(self, assignment_id: str) -> None:
        """Deletes a role assignment."""
        self._assignment("DELETE", assignment_id)

    def add_identity(self, name: str) -> Identity:
        """A managed identity in the registries' resource group."""
        identity_id = f"{REGISTRY_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        made = self._identity("PUT", identity_id, {"location": "westeurope"})["properties"]
        return Identity(identity_id, made["clientId"], made["principalId"])

    def trust(self, identity: Identity, issuer: str, subject: str) -> None:
        """The identity's one federated credential, ``cluster``."""
        properties = {"issuer": issuer, "subject": subject, "audiences": [FEDERATION_AUDIENCE]}
        self._identity("PUT", _credential(identity), {"properties": properties})

    def distrust(self, identity: Identity) -> None:
        """Deletes the credential."""
        self._identity("DELETE", _credential(identity))

    def take_tokens_for_resource_manager(self, registry_id: str, status: str) -> None:
        """Whether a registry takes access tokens for Resource Manager: ``enabled`` or ``disabled``."""
        policy = {"azureADAuthenticationAsArmPolicy": {"status": status}}
        token = self._token(REGISTRY_TENANT, REGISTRY_OWNER_ID, REGISTRY_OWNER_SECRET, ARM)
        address = f"{ARM}{registry_id}?api-version=2023-07-01"
        self._send("PATCH", address, token, {"properties": {"policies": policy}})

    def _identity(self, method: str, resource_id: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        token = self._token(REGISTRY_TENANT, REGISTRY_OWNER_ID, REGISTRY_OWNER_SECRET, ARM)
        return self._send(method, f"{ARM}{resource_id}?api-version=2023-01-31", token, body)

    def _assignment(self, method: str, assignment_id: str, body: dict[str, Any] | None = None) -> None:
        token = self._token(REGISTRY_TENANT, REGISTRY_OWNER_ID, REGISTRY_OWNER_SECRET, ARM)
        self._send(method, f"{ARM}{assignment_id}?api-version=2022-04-01", token, body)

    def _token(self, tenant: str, client_id: str, secret: str, resource: str) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
            "scope": f"{resource}/.default",
        }
        address = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
        return self._client.post(address, data=form).raise_for_status().json()["access_token"]

    def _send(self, method: str, address: str, token: str, body: dict[str, Any] | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._client.request(method, address, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}


def _credential(identity: Identity) -> str:
    return f"{identity.id}/federatedIdentityCredentials/cluster"
