"""Where the refusals of a registry come from."""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.provenance import assumed, own, page, thread

_AUTHENTICATION: Final = (
    "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/support/azure/azure-container-registry/"
    "acr-authentication-errors.md"
)
_FIREWALL: Final = (
    "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/support/azure/azure-container-registry/"
    "client-ip-address-not-allowed-access.md"
)
_LOGIN: Final = "https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-login"
_DISTRIBUTION: Final = "https://distribution.github.io/distribution/spec/api/#errors"

UNAUTHORIZED: Final = page(
    _AUTHENTICATION, but="the detail, and the challenge of a second refusal", question="registry-pull-without-role"
)
ARM_AUDIENCE_DISABLED: Final = page(
    "https://learn.microsoft.com/azure/container-registry/container-registry-disable-authentication-as-arm",
    but="status, code and text",
)
NETWORK: Final = page(_AUTHENTICATION, _FIREWALL, but="the status of /oauth2/token")
NOT_REGISTERED: Final = page(
    _LOGIN,
    "https://github.com/Azure/acr/issues/366",
    but="that it is the answer to an application without a service principal",
    question="registry-token-no-service-principal",
)
DENIED: Final = page(
    _DISTRIBUTION, but="that a registry of Azure says so instead of UNAUTHORIZED: see the open questions"
)
BLOB_UNKNOWN: Final = page(_DISTRIBUTION, but="the detail")
MANIFEST_UNKNOWN: Final = page(_DISTRIBUTION, but="the text", question="registry-unknown-repository")
NAME_UNKNOWN: Final = page(_DISTRIBUTION, but="the detail", question="registry-unknown-repository-tags")
PAGINATION_NUMBER_INVALID: Final = page(_DISTRIBUTION, but="the detail")
NOT_EMULATED: Final = own("a registry has more requests than the sandbox, which takes no images")
CLIENT_ID_NOT_UUID: Final = thread(
    "https://github.com/microsoft/vscode-docker/issues/3780", but="that every user name that is not a UUID gets it"
)
INVALID_SECRET: Final = thread(
    "https://github.com/Azure/docker-login/issues/46",
    but="that an expired secret has the same words: see the open questions",
    question="registry-token-wrong-secret",
)
OTHER_SIGN_IN_REFUSAL: Final = assumed("that a registry repeats Entra's words")
INVALID_SCOPE: Final = assumed("code and text")
LAYER_SIGNATURE: Final = page(
    "https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes",
    but="the body, which is XML at Azure's storage",
)
LAYER_WITH_TOKEN: Final = page(
    "https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes",
    but="that a token beside the signature is always refused, and the body, which is XML at Azure's storage",
)
MANIFEST_NOT_ACCEPTABLE: Final = assumed("code and text")
MISSING_FIELD: Final = assumed("code and text")
NOT_FOUND: Final = assumed("the body")
OTHER_SERVICE: Final = assumed("that it is refused, code and text")
RANGE_INVALID: Final = assumed("code and text")
TAG_UNKNOWN: Final = assumed("code and text")
UNSUPPORTED_GRANT_TYPE: Final = assumed("code and text")
