"""Texts of Resource Manager about managed identities and their federated credentials, as providers tell them."""

from __future__ import annotations

from typing import Final

from crosstenant.model.matched_texts.matched_text import MatchedText

_CONSIDERATIONS: Final = (
    "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations has the rule; the words"
    " were not seen"
)

POLICY_NAMED: Final = MatchedText(
    "azure-native",
    "Policy identifiers",
    (
        'Status=403 Code="RequestDisallowedByPolicy" Message="Resource \'prod-aks\' was disallowed by policy. Policy'
        ' identifiers: \'[{"policyAssignment":{"name":"Trusted issuers","id":"/subscriptions/s/providers/Microsoft'
        '.Authorization/policyAssignments/trusted"}}]\'."',
        'Status=403 Code="RequestDisallowedByPolicy" Message="Resource \'r\' was disallowed by policy. Policy'
        ' identifiers: \'[{\\"policyAssignment\\":{\\"name\\":\\"Trusted issuers\\"}}]\'."',
    ),
    "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy",
    pattern=r"policyAssignment\W+name\W+(?P<name>[^\"\\]+)",
)
CREDENTIALS_AT_ONCE: Final = MatchedText(
    "azure-native",
    "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
    (
        'Status=409 Code="ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity" Message="Too many'
        " Federated Identity Credentials are written concurrently for the managed identity '/subscriptions/s/"
        "resourcegroups/rg/providers/microsoft.managedidentity/userassignedidentities/pull'. Concurrent Federated"
        ' Identity Credentials writes under the same managed identity are not supported."',
    ),
    "https://github.com/Azure/bicep-registry-modules/issues/1447",
    pattern="ConcurrentFederatedIdentityCredentialsWrites|Federated Identity Credentials are written concurrently",
)
CREDENTIAL_TWICE: Final = MatchedText(
    "azure-native",
    "Issuer and subject combination already exists for this Managed Identity",
    ('Status=409 Code="Conflict" Message="Issuer and subject combination already exists for this Managed Identity."',),
    "https://github.com/Azure/bicep-types-az/issues/2029 for the message; its code was not seen",
)
APPLICATION_CREDENTIAL_TWICE: Final = MatchedText(
    "azuread",
    "The combination of issuer and subject must be unique",
    (
        "unexpected status 400 (400 Bad Request) with error: InvalidFederatedIdentityCredentialValue: The combination"
        " of issuer and subject must be unique for the application. Issuer https://oidc.prod-aks.azure.com/g/ and"
        " Subject: system:serviceaccount:default:workload-identity-sa already exist.",
    ),
    "https://github.com/Azure/azure-workload-identity/issues/434",
)
APPLICATION_CREDENTIAL_EXISTS: Final = MatchedText(
    "azuread",
    "FederatedIdentityCredential with name ... already exists",
    (
        "unexpected status 409 (409 Conflict) with error: Request_MultipleObjectsWithSameKeyValue:"
        " FederatedIdentityCredential with name main already exists.",
    ),
    "https://github.com/Azure/azure-dev/issues/1482",
    pattern="FederatedIdentityCredential with name .* already exists",
)
CREDENTIALS_FULL: Final = MatchedText(
    "azure-native",
    "federated identity credentials ... limit",
    (
        'Status=400 Code="BadRequest" Message="The managed identity has reached the limit of 20 federated identity'
        ' credentials."',
        'Status=400 Code="BadRequest" Message="Too many Federated Identity Credentials: the maximum is 20."',
    ),
    _CONSIDERATIONS,
    assumed=True,
    pattern=r"federated identity credentials?\b.*?\b(?:limit|maximum|quota)|"
    r"(?:limit|maximum|quota)\b.{0,40}?federated identity credentials?",
)
NO_CREDENTIALS_HERE: Final = MatchedText(
    "azure-native",
    "Status=405",
    (
        'Status=405 Code="MethodNotAllowed" Message="The request format was unexpected: Support for federated identity'
        ' credentials not enabled."',
    ),
    "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations for status and words;"
    " the code was not seen",
    pattern="Status=405|MethodNotAllowed",
)

IDENTITY_TEXTS: Final = (
    POLICY_NAMED,
    CREDENTIALS_AT_ONCE,
    CREDENTIAL_TWICE,
    APPLICATION_CREDENTIAL_TWICE,
    APPLICATION_CREDENTIAL_EXISTS,
    CREDENTIALS_FULL,
    NO_CREDENTIALS_HERE,
)
"""All of them."""
