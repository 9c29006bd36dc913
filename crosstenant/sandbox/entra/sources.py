"""Where the refusals of sign-in and of tokens come from."""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.provenance import assumed, own, page, thread

_CODES: Final = "https://learn.microsoft.com/entra/identity-platform/reference-error-codes"
_AKS_SECRET: Final = (
    "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/support/azure/azure-kubernetes/error-codes/"
    "serviceprincipalvalidationclienterror-error.md"
)
_AKS_EXPIRED: Final = (
    "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/support/azure/azure-kubernetes/error-codes/"
    "bad-request-or-invalid-client-secret-error.md"
)
_PROTOCOL: Final = "the OAuth error and the HTTP status"

NOT_EMULATED: Final = own("Entra has more requests than the sandbox")
AADSTS7000215: Final = page(_CODES, _AKS_SECRET, question="sign-in-wrong-secret")
AADSTS7000222: Final = page(_CODES, _AKS_EXPIRED, question="sign-in-expired-secret")
AADSTS700016: Final = thread(
    "https://github.com/MicrosoftDocs/azure-docs/issues/35244",
    "https://github.com/Azure/azure-sdk-for-python/issues/8314",
    but="the HTTP status",
    question="sign-in-unknown-application",
)
AADSTS700016_COMMON: Final = page(_CODES, but="that /common gives this code for an unknown application, and the text")
AADSTS7000229: Final = thread(
    "https://github.com/Azure/Commercial-Marketplace-SaaS-Accelerator/issues/830",
    "https://github.com/Azure/azure-sdk-for-net/issues/46762",
    but="the status, and that it is checked before the secret",
    question="sign-in-no-service-principal",
)
AADSTS7000112: Final = thread("https://github.com/Worklytics/psoxy/pull/74", but="the HTTP status")
AADSTS90002: Final = thread(
    "https://github.com/Azure/azure-cli/issues/22145",
    but=f"{_PROTOCOL}; the discovery document is refused with invalid_tenant",
    question="sign-in-unknown-tenant",
)
AADSTS900382: Final = thread(
    "https://github.com/Azure/ms-rest-nodeauth/issues/110",
    but="that the public cloud and US Government answer it to each other's tenants",
)
AADSTS50194: Final = page(_CODES, but=_PROTOCOL)
AADSTS50011: Final = page(_CODES, but=f"the text, {_PROTOCOL}")
AADSTS500113: Final = thread("https://github.com/microsoftgraph/msgraph-sdk-python-core/issues/50", but="the status")
AADSTS650056: Final = page(
    _CODES,
    but="that an application without any permission always gets it: see the open questions; Entra's text also names the"
    " certificate in the request",
    question="consent-without-permissions",
)
AADSTS70003: Final = page(_CODES, but="the text")
AADSTS70011: Final = thread(
    "https://github.com/jeffcarbs/omniauth-office365/issues/1",
    "https://github.com/laravel/socialite/issues/315",
    but="that scopes of two resources get it; newer texts say more",
)
AADSTS1002012: Final = thread(
    "https://github.com/MicrosoftDocs/azure-docs/issues/99862",
    but="the status",
    question="sign-in-scope-without-default",
)
AADSTS500011: Final = page(_CODES, but=_PROTOCOL, question="sign-in-unknown-audience")
AADSTS90014: Final = page(_CODES, but="for which missing fields, and the text")
AADSTS900144: Final = thread(
    "https://github.com/MicrosoftDocs/azure-docs/issues/43780",
    "https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/1369",
    but="the status, and that a body of another content type has no fields",
)
AADSTS7000216: Final = thread("https://github.com/MicrosoftDocs/azure-docs/issues/30777", but="the status")
AADSTS50027: Final = thread("https://github.com/FriedrichWeinmann/MiniGraph/issues/4", but="the status")
AADSTS700024: Final = thread(
    "https://github.com/AzureAD/microsoft-authentication-library-for-java/issues/984",
    "https://github.com/Azure/login/issues/372",
    but="the five minutes of tolerance; Entra's text goes on with the times",
)
AADSTS700021: Final = page(
    "https://learn.microsoft.com/entra/identity-platform/certificate-credentials", but="code, status and text"
)
AADSTS700023: Final = thread(
    "https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/2746",
    but="the status, and the end of the text",
)
AADSTS700027_FEDERATED: Final = page(_CODES, but="the rest of the text")
AADSTS700027_CERTIFICATE: Final = page(_CODES, but="the text for an unknown certificate")
AADSTS700027_EXPIRED: Final = page(_CODES, but="the text for an expired certificate")
AADSTS7000272: Final = thread(
    "https://github.com/Azure/azure-workload-identity/issues/1232",
    but="the status",
    question="identities-sign-in-forged",
)
AADSTS90061: Final = thread(
    "https://github.com/Azure/azure-workload-identity/issues/605",
    "https://azure.github.io/azure-workload-identity/docs/troubleshooting.html",
    but="when Entra answers it and when AADSTS50166 or AADSTS501661, which have the same words",
    question="identities-sign-in-absent-issuer",
)
NO_FEDERATED_RECORD_OLDER: Final = thread(
    "https://github.com/Azure/azure-workload-identity/issues/616",
    "https://github.com/Azure/azure-workload-identity/issues/977",
    but="whether Entra still answers it: see the open questions",
)
NO_FEDERATED_RECORD: Final = thread(
    "https://github.com/Azure/azure-workload-identity/issues/1700",
    but="the order in which issuer (AADSTS700211), subject (AADSTS700213) and audience (AADSTS700212) are compared",
    question="identities-sign-in-untrusted-issuer",
)

ARM_TOKEN_MISSING: Final = thread(
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/3612", but="the words of the challenge"
)
ARM_TOKEN_INVALID: Final = assumed("code and text")
ARM_TOKEN_AUDIENCE: Final = thread(
    "https://github.com/Azure-Samples/active-directory-dotnetcore-daemon-v2/issues/145",
    "https://github.com/JetBrains/azure-tools-for-intellij/issues/16",
    question="token-of-wrong-audience",
)
ARM_TOKEN_EXPIRED: Final = thread("https://github.com/microsoft/foundry-dev-tools/issues/461", but="the status")
GRAPH_TOKEN_MISSING: Final = thread(
    "https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/2731", but="the status"
)
GRAPH_TOKEN_INVALID: Final = thread(
    "https://github.com/wazuh/wazuh-documentation/issues/7620", but="that every token which cannot be read gets it"
)
GRAPH_TOKEN_AUDIENCE: Final = thread("https://github.com/microsoftgraph/microsoft-graph-docs/issues/4752")
GRAPH_TOKEN_EXPIRED: Final = thread("https://github.com/Microsoft365DSC/Microsoft365DSC/issues/4427")
