"""User-assigned managed identities: the Azure resource, its service principal, and its federated credentials.

https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview. An identity has no application:
its tenant's directory has a service principal of the type ``ManagedIdentity`` for it, and no other tenant has one.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from crosstenant.sandbox.world.directory_documents import new_application, new_service_principal
from crosstenant.sandbox.world.ids import IDENTITY_TYPE
from crosstenant.sandbox.world.state import State, now
from crosstenant.sandbox.world.times import timestamp

Json = dict[str, Any]

CREDENTIALS: Final = "_federatedIdentityCredentials"
"""The key of the federated credentials in the document of an identity, and of an application."""
PRINCIPAL_TYPE: Final = "ManagedIdentity"


def create(state: State, group_id: str, name: str, location: str) -> Json:
    """Creates an identity, and its service principal in the tenant of the subscription.

    :param group_id: The ARM ID of its resource group.
    :param location: Its location as ARM writes it: ``westeurope``.
    :returns: The identity's document, which the state has now.
    """
    _, _, subscription_id, _, group = group_id.split("/")
    # The provider writes this part of its IDs in lower case.
    identity_id = f"/subscriptions/{subscription_id}/resourcegroups/{group}/providers/{IDENTITY_TYPE}/{name}"
    tenant_id = state["subscriptions"][subscription_id]["_tenant"]
    client_id, principal_id = str(uuid.uuid4()), str(uuid.uuid4())
    identity: Json = {
        "id": identity_id,
        "name": name,
        "type": IDENTITY_TYPE,
        "location": location,
        "tags": {},
        "properties": {"tenantId": tenant_id, "principalId": principal_id, "clientId": client_id},
        CREDENTIALS: [],
    }
    state["resources"][identity_id.lower()] = identity
    state["servicePrincipals"][principal_id] = _service_principal(state, identity)
    return identity


def find_identity(state: State, client_id: str) -> Json | None:
    """The identity of a client ID; None without one."""
    for document in state["resources"].values():
        if is_identity(document) and document["properties"]["clientId"] == client_id.lower():
            return document
    return None


def is_identity(document: Json) -> bool:
    """Whether a resource's document is that of a user-assigned identity."""
    return document["type"].lower() == IDENTITY_TYPE.lower()


def forget(state: State, document: Json) -> None:
    """Removes the service principal of a resource that is an identity; its role assignments remain, as orphans."""
    if is_identity(document):
        state["servicePrincipals"].pop(document["properties"]["principalId"], None)


def _service_principal(state: State, identity: Json) -> Json:
    """https://learn.microsoft.com/graph/api/resources/serviceprincipal"""
    properties, created = identity["properties"], timestamp(now(state))
    client_id, tenant_id = properties["clientId"], properties["tenantId"]
    template = new_application("", client_id, tenant_id, identity["name"], created, "")
    principal = new_service_principal(properties["principalId"], template, tenant_id, created)
    principal.update(
        servicePrincipalType=PRINCIPAL_TYPE,
        alternativeNames=["isExplicit=True", identity["id"]],
        appDisplayName=None,
        appOwnerOrganizationId=None,
        signInAudience=None,
    )
    principal["_usable_at"] = now(state) + float(state["settings"]["lag"]["servicePrincipal"])
    return principal
