"""The properties that each of Graph's types has: a query may name no other.

https://graph.microsoft.com/v1.0/$metadata
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from crosstenant.sandbox.world.directory_documents import new_application, new_service_principal

_APPLICATION: Final = new_application("", "", "", "", "", "")


@dataclass(frozen=True)
class GraphType:
    """One type of Graph."""

    name: str
    """Its name in messages, ``microsoft.graph.application``."""
    properties: frozenset[str]


def _type(name: str, document: dict[str, Any], further: str = "") -> GraphType:
    """A type with the properties of the sandbox's document, and those that only Graph has."""
    own = {it for it in document if not it.startswith("_")}
    return GraphType(f"microsoft.graph.{name}", frozenset(own | set(further.split())))


_APPLICATIONS: Final = _type(
    "application",
    _APPLICATION,
    "authenticationBehaviors createdByAppId createdOnBehalfOf extensionProperties federatedIdentityCredentials"
    " isDisabled logo nativeAuthenticationApisEnabled oauth2RequirePostResponse owners requestSignatureVerification"
    " servicePrincipalLockConfiguration synchronization tokenIssuancePolicies tokenLifetimePolicies uniqueName",
)
_SERVICE_PRINCIPALS: Final = _type(
    "servicePrincipal",
    new_service_principal("", _APPLICATION, "", ""),
    "appManagementPolicies appRoleAssignedTo appRoleAssignments claimsMappingPolicies createdByAppId createdObjects"
    " customSecurityAttributes delegatedPermissionClassifications endpoints homeRealmDiscoveryPolicies isDisabled"
    " memberOf oauth2PermissionGrants ownedObjects owners preferredTokenSigningKeyEndDateTime"
    " remoteDesktopSecurityConfiguration synchronization tokenIssuancePolicies tokenLifetimePolicies"
    " transitiveMemberOf",
)
TYPES: Final = {
    "applications": _APPLICATIONS,
    "servicePrincipals": _SERVICE_PRINCIPALS,
    "federatedIdentityCredentials": _type(
        "federatedIdentityCredential",
        dict.fromkeys(("id", "name", "issuer", "subject", "audiences", "description", "claimsMatchingExpression")),
    ),
    # A query of objects of several kinds may name what one of them has.
    "directoryObjects": GraphType(
        "microsoft.graph.directoryObject", _APPLICATIONS.properties | _SERVICE_PRINCIPALS.properties
    ),
}
"""By the name of the collection; of others the sandbox knows a part of the properties."""
