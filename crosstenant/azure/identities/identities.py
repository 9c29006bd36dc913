"""User-assigned managed identities in Resource Manager, and their federated identity credentials; it only reads.

https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities/get and
https://learn.microsoft.com/rest/api/managedidentity/federated-identity-credentials/list. Reader is enough for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from crosstenant.azure.arm import Arm
from crosstenant.azure.connections.answer_forms import form_due
from crosstenant.azure.pages import listed
from crosstenant.azure.refusals.absence import is_absent
from crosstenant.model.arm_id import ArmId

_API_VERSION: Final = "2023-01-31"


@dataclass(frozen=True)
class ManagedIdentity:
    """A user-assigned managed identity."""

    identity_id: ArmId
    client_id: str
    """UUID that a token request names."""
    principal_id: str
    """Object ID (UUID) of its service principal, which holds its roles."""
    tenant_id: str
    """UUID of the only tenant that it can sign in to."""
    location: str = ""
    """Azure region."""


@dataclass(frozen=True)
class FederatedCredential:
    """What an identity trusts: tokens of one issuer for one subject."""

    name: str
    issuer: str
    """URL; Entra compares it to the letter."""
    subject: str
    """``system:serviceaccount:NAMESPACE:NAME`` for a service account of a cluster."""
    audiences: tuple[str, ...]


async def find_identity(arm: Arm, identity_id: ArmId) -> ManagedIdentity | None:
    """A managed identity; ``None`` if it does not exist.

    :param arm: Resource Manager of the identity's tenant.
    :param identity_id: ARM ID of the identity.
    :raises azure.core.exceptions.AzureError: Sign-in failed, or ARM refused or could not be reached.
    """
    from azure.core.exceptions import HttpResponseError

    try:
        found = await arm.get(str(identity_id), _API_VERSION)
    except HttpResponseError as error:
        if is_absent(error):
            return None
        raise
    with form_due():
        properties = _properties(found)
        return ManagedIdentity(
            identity_id=identity_id,
            client_id=str(properties.get("clientId") or "").lower(),
            principal_id=str(properties.get("principalId") or "").lower(),
            tenant_id=str(properties.get("tenantId") or "").lower(),
            location=str(found.get("location") or ""),
        )


async def federated_credentials(arm: Arm, identity_id: ArmId) -> list[FederatedCredential]:
    """The federated identity credentials of an identity, in Azure's order.

    :param arm: Resource Manager of the identity's tenant.
    :param identity_id: ARM ID of an identity that exists.
    :raises azure.core.exceptions.AzureError: Sign-in failed, or ARM refused or could not be reached.
    """
    entries = await listed(arm, f"{identity_id}/federatedIdentityCredentials", _API_VERSION)
    with form_due():
        return [credential_of({**_properties(one), "name": one.get("name")}) for one in entries]


def credential_of(fields: dict[str, Any]) -> FederatedCredential:
    """A credential from its fields, which Resource Manager and Microsoft Graph call alike.

    :param fields: ``name``, ``issuer``, ``subject``, ``audiences``.
    """
    return FederatedCredential(
        name=str(fields.get("name") or ""),
        issuer=str(fields.get("issuer") or ""),
        subject=str(fields.get("subject") or ""),
        audiences=tuple(str(it) for it in cast("list[object]", fields.get("audiences") or [])),
    )


def _properties(document: dict[str, Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", document.get("properties") or {})
