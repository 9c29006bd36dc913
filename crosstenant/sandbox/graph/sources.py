"""Where the refusals of Microsoft Graph come from."""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.provenance import assumed, code, own, page, thread

_FEDERATION: Final = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations"
_ERRORS: Final = "https://learn.microsoft.com/graph/errors"
# The texts that the azuread provider's library tells apart.
_LIBRARY: Final = "https://github.com/manicminer/hamilton/blob/main/odata/odata.go"

NOT_EMULATED: Final = own("Graph has more requests than the sandbox")
REQUEST_DENIED: Final = thread("https://github.com/MicrosoftDocs/azure-docs/issues/77020")
RESOURCE_NOT_FOUND: Final = code(_LIBRARY, but="the code and the status")
BACKING_APPLICATION: Final = code(_LIBRARY, but="the code")
NO_APPLICATION: Final = code(_LIBRARY, but="the code and the status", question="graph-service-principal-single-tenant")
OWNER_EXISTS: Final = code(_LIBRARY, but="the code and the status")
SERVICE_REFERENCE: Final = thread(
    "https://github.com/microsoft-foundry/foundry-agent-webapp/issues/3",
    "https://github.com/Azure/azure-cli/pull/31212",
    but="that an update is refused where the application has none after it; and the code of an invalid one",
)
SERVICE_PRINCIPAL_EXISTS: Final = thread(
    "https://github.com/Azure/reliable-web-app-pattern-java/issues/185",
    "https://github.com/KelvinTegelaar/CIPP/issues/1142",
    question="graph-service-principal-twice",
)
FEDERATED_AUDIENCES: Final = page(_FEDERATION, but="status, code and text")
FEDERATED_ISSUER: Final = page(
    "https://learn.microsoft.com/graph/api/resources/federatedidentitycredential",
    but="that Graph refuses an issuer that is not an address, and its words",
)
FEDERATED_NAME: Final = thread(
    "https://github.com/Azure/azure-dev/issues/2505",
    but="which characters beside / are refused, and that a long name is",
)
FEDERATED_SUBJECT_EXISTS: Final = thread("https://github.com/Azure/azure-workload-identity/issues/434")
TOO_MANY_FEDERATED_CREDENTIALS: Final = page(_FEDERATION, but="status, code and text")
FEDERATED_CREDENTIAL_EXISTS: Final = thread("https://github.com/Azure/azure-dev/issues/1482")
PASSWORD_POLICY: Final = code("https://github.com/OfficeDev/microsoft-365-agents-toolkit", but="the text")
LIFETIME_POLICY: Final = thread(
    "https://github.com/OfficeDev/microsoft-365-agents-toolkit/issues/10998", but="the details, and the status"
)
INVALID_ALTERNATE_KEY: Final = thread("https://github.com/microsoftgraph/msgraph-sdk-python/issues/408")
INVALID_DATE: Final = thread(
    "https://github.com/microsoftgraph/msgraph-beta-sdk-dotnet/issues/279",
    "https://github.com/microsoftgraph/msgraph-sdk-python/issues/566",
    but="the code, and that a secret's dates get it as other dates do",
)
INVALID_END_DATE: Final = thread(
    "https://github.com/Azure/azure-rest-api-specs/issues/11985",
    "https://github.com/Azure/azure-cli/issues/11146",
    but="the code, and that a secret's end in the past gets it; the people show a certificate's that is too late",
    question="graph-password-past-end",
)
INVALID_PROPERTY: Final = assumed("code and text")
INVALID_QUERY_OPTION: Final = assumed("code and text")
INVALID_VALUE: Final = assumed("code and text")
INVALID_VERSION: Final = assumed("code and text")
ME: Final = thread("https://github.com/microsoftgraph/msgraph-sdk-php/issues/1163")
MISSING_PROPERTY: Final = assumed("code and text")
NOT_A_COLLECTION: Final = thread("https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/2466")
PASSWORD_IN_PATCH: Final = thread(
    "https://github.com/microsoftgraph/msgraph-bicep-types/issues/38",
    "https://github.com/microsoftgraph/microsoft-graph-docs/issues/6179",
    but="that an update gets it, which the people show of a creation",
)
PASSWORD_NOT_FOUND: Final = assumed("code and text", question="graph-remove-unknown-password")
READ_ONLY_PROPERTY: Final = assumed("code and text")
REDIRECT_URI: Final = page(
    "https://learn.microsoft.com/entra/identity-platform/reply-url", but="that Graph refuses them, and its words"
)
TEXT_TOO_LONG: Final = page(
    "https://learn.microsoft.com/graph/api/resources/application",
    "https://learn.microsoft.com/graph/api/resources/serviceprincipal",
    "https://learn.microsoft.com/graph/api/resources/federatedidentitycredential",
    but="status, code and text; the pages have the lengths",
)
TOKEN_VERSION: Final = thread(
    "https://github.com/azure-ad-b2c/Scripts/issues/2", "https://github.com/Azure/azure-cli/issues/15512"
)
TOO_MANY_IDS: Final = page(
    "https://learn.microsoft.com/graph/api/directoryobject-getbyids", but="code and text; the page has the number"
)
UNKNOWN_FILTERED: Final = thread(
    "https://github.com/microsoftgraph/microsoft-graph-docs/issues/3044",
    "https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1190",
    but="what follows the colon, which is as in $select",
)
UNKNOWN_SELECTED: Final = thread(
    "https://github.com/microsoftgraph/microsoft-graph-docs/issues/9988",
    "https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/2103",
    but="that applications and service principals get it as other types do",
)
UNREADABLE_BODY: Final = thread(
    "https://github.com/microsoftgraph/nodejs-connect-rest-sample/issues/53",
    "https://github.com/microsoftgraph/msgraph-sdk-php/issues/632",
    but="that JSON of another content type gets it",
)
