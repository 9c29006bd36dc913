"""Where the stand-ins' own texts come from, by their words; what changes in a text is ``…``.

A text that only repeats Azure's or Entra's answer has no entry here: the service's ``sources.py`` has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crosstenant.sandbox.world.provenance import Source, assumed, code, own, recorded, thread

_AZUREAD: Final = "https://github.com/hashicorp/terraform-provider-azuread/blob/main/internal/"
_PASSWORD: Final = code(f"{_AZUREAD}services/applications/application_password_resource.go")
_FEDERATED: Final = code(
    f"{_AZUREAD}services/applications/application_federated_identity_credential_resource.go",
    but="the form in which the present version names the application",
)
_PRINCIPAL: Final = code(f"{_AZUREAD}services/serviceprincipals/service_principal_resource.go")
_PRINCIPAL_WORDS: Final = code(
    *_PRINCIPAL.addresses, but="that an application's error names its object as that of a service principal does"
)
_APPLICATION: Final = code(f"{_AZUREAD}services/applications/application_resource.go")
_AZURE_NATIVE: Final = "https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/"
_KUBERNETES: Final = "https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/"
_KUBERNETES_PROVIDER: Final = code(f"{_KUBERNETES}provider/provider.go", but="what follows the colon")
_SIGN_IN: Final = code(f"{_AZURE_NATIVE}provider/auth_azidentity.go")
_CREATE: Final = code(f"{_AZURE_NATIVE}provider/crud/crud.go")
_AZIDENTITY_CERTIFICATE: Final = code(
    "https://github.com/Azure/azure-sdk-for-go/blob/main/sdk/azidentity/client_certificate_credential.go"
)
_PKCS12: Final = thread(
    "https://github.com/Azure/azure-sdk-for-go/issues/22906", but="the words; the issue is about the digest alone"
)
_GO_PKCS12: Final = code(
    "https://github.com/golang/crypto/blob/master/pkcs12/pkcs12.go",
    "https://github.com/SSLMate/go-pkcs12/blob/master/crypto.go",
)
_GO_AZURE_SDK: Final = "https://github.com/hashicorp/go-azure-sdk/blob/main/sdk/"
_SERVICE_CONNECTION: Final = code(f"{_GO_AZURE_SDK}auth/ado_pipeline_oidc_authorizer.go")
_TOKEN_REQUEST: Final = code(
    f"{_GO_AZURE_SDK}auth/client_credentials.go",
    "https://github.com/hashicorp/go-retryablehttp/blob/main/client.go",
)
_WORDS: Final = assumed("the words")
_LIMIT: Final = own("what the stand-in or its machine does not have")

TEXTS: Final[Mapping[str, Source]] = {
    # azure-native
    "… authentication failed. …": _WORDS,
    "DefaultAzureCredential: failed to acquire a token.": _WORDS,
    "failed to unmarshal '…' as Auxiliary Tenants": _SIGN_IN,
    "missing required property '…'": _WORDS,
    "configuration data is not available for Azure environment '…' and ARM_METADATA_HOSTNAME is not set": code(
        f"{_AZURE_NATIVE}azure/cloud/cloud.go"
    ),
    "ManagedIdentityCredential authentication failed. no managed identity endpoint available": _LIMIT,
    "AzureCLICredential: Azure CLI not found on path": _LIMIT,
    "A … must be configured when authenticating ….": _SIGN_IN,
    "the Client Certificate Path is not a valid pfx file: failed to parse certificate from …: …": _SIGN_IN,
    "cannot create already existing resource '…'": _CREATE,
    "cannot check existence of resource '…': status code …, …": _CREATE,
    "failed to parse '…' against the path '…'": _WORDS,
    "unexpected response from Azure: '…', HTTP status: …": code(f"{_AZURE_NATIVE}azure/client_azcore.go"),
    "GitHub OIDC: couldn't request token: …": _SIGN_IN,
    "GitHub OIDC: … with response: …": _SIGN_IN,
    "GitHub OIDC: cannot unmarshal response": _SIGN_IN,
    "json decode error; the message was: …": code(
        "https://github.com/AzureAD/microsoft-authentication-library-for-go/blob/main/apps/internal/oauth/ops/internal/"
        "comm/comm.go",
        but="the words after the first three",
    ),
    # azuread
    "authorizing request: …": code(f"{_GO_AZURE_SDK}client/client.go"),
    "…: cannot request token: …": _TOKEN_REQUEST,
    "…: cannot parse response: unexpected EOF": _TOKEN_REQUEST,
    "…: cannot unmarshal response: …": _TOKEN_REQUEST,
    "unmarshaling response body: …": code(f"{_GO_AZURE_SDK}client/client.go"),
    "…: received HTTP status … with response: …": _TOKEN_REQUEST,
    "GitHubOIDCAuthorizer: nil JWT assertion received from GitHub": code(
        f"{_GO_AZURE_SDK}auth/github_oidc_authorizer.go"
    ),
    "is not served by the sandbox's stand-in": _LIMIT,
    '`requested_access_token_version` must be 2 when `sign_in_audience` is "…"': _WORDS,
    "Could not create application": _WORDS,
    "Could not update …": _PRINCIPAL_WORDS,
    "Failed to patch application after creating": _WORDS,
    'An existing "azuread_application" with name "…" (ID: "…") was found and `prevent_duplicate_names` was specified: '
    "To be managed via Terraform, this resource needs to be imported into the State.": _WORDS,
    "specified ID (…) is not valid: expected the form /…/<object ID>": _WORDS,
    "Could not remove initial owner from …": _APPLICATION,
    'Conflicting configuration arguments. "end_date": conflicts with end_date_relative': code(
        *_PASSWORD.addresses, but="the words, which are the plugin SDK's"
    ),
    'Application with object ID "…" was not found': _WORDS,
    "… was not found": _PASSWORD,
    "Adding federated identity credential for …": _FEDERATED,
    'Updating federated identity credential with ID "…" for …': _FEDERATED,
    'Removing federated identity credential "…" from …': _FEDERATED,
    'Parsing federated identity credential with ID "…": expected the form '
    "<object ID>/federatedIdentityCredential/<credential ID>": _FEDERATED,
    "Adding password for …": _PASSWORD,
    "resource … does not support import": _WORDS,
    "an application password cannot be updated": _LIMIT,
    'Removing password credential "…" from …': _PASSWORD,
    'Parsing password credential with ID "…": expected the form <object ID>/password/<key ID>': code(
        *_PASSWORD.addresses, but="the second half"
    ),
    "retrieving …: unexpected status 404 (404 Not Found)": _WORDS,
    'Service principal with object ID "…" was not found': _WORDS,
    'No service principal found for client ID: "…"': _WORDS,
    '… not found: … …s found matching filter: "…"': _WORDS,
    "exactly one of … must be specified": _WORDS,
    "Waiting for …: timeout while waiting for state to become 'Done'": _WORDS,
    "ManagedIdentityAuthorizer: failed to request token from metadata endpoint: …": code(
        f"{_GO_AZURE_SDK}auth/managed_identity_authorizer.go"
    ),
    'unable to determine environment: "…" is not an environment of this provider': _WORDS,
    "…: no managed identity endpoint on this machine": _LIMIT,
    "…no Authorizer could be configured, please check your configuration": code(f"{_GO_AZURE_SDK}auth/auth.go"),
    "…could not configure AzureCli Authorizer: could not parse Azure CLI version: launching Azure CLI: exec: "
    '"az": executable file not found in $PATH': _LIMIT,
    "…… must be configured to authenticate with a …": _WORDS,
    'A resource with the ID "…" already exists: To be managed via Terraform, this resource needs to be imported into '
    'the State. Please see the resource documentation for "azuread_service_principal" for more information.': recorded(
        f"{_AZUREAD}tf/errors.go"
    ),
    "Could not list existing service principals": _WORDS,
    "Could not create service principal": _PRINCIPAL,
    "Failed to patch service principal after creating": _PRINCIPAL,
    "Updating …": _PRINCIPAL,
    "Deleting …": _PRINCIPAL,
    # kubernetes
    'no matches for kind "…" in version "…"': code(
        "https://github.com/kubernetes/apimachinery/blob/master/pkg/api/meta/errors.go"
    ),
    "configured Kubernetes cluster is unreachable: …: … …": _KUBERNETES_PROVIDER,
    "configured Kubernetes cluster is unreachable: unable to load Kubernetes client configuration from kubeconfig "
    "file; set the provider's 'kubeconfig'": code(f"{_KUBERNETES}provider/provider.go", but="the remedy"),
    "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from "
    "Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "
    '"true"': code(f"{_KUBERNETES}provider/provider.go"),
    "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this "
    "resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable "
    'set to "true"': code(f"{_KUBERNETES}provider/provider.go"),
    "the provider's kubeconfig cannot be read (…)": _WORDS,
    "'…' timed out waiting to be Ready…": code(f"{_KUBERNETES}await/error.go"),
    "… '…' timed out waiting to be deleted": _WORDS,
    '… The resource managed by field manager "…" had an apply conflict: …': code(f"{_KUBERNETES}await/await.go"),
    "not found": _WORDS,
    "must be '…', as the resource's type says, or omitted": _WORDS,
    "must have a name: a patch changes an object that exists": _WORDS,
    'resource … was not successfully created by the Kubernetes API server: …s "…" already exists; import it, or set '
    "upsertExistingObjects": _KUBERNETES_PROVIDER,
    # all
    "found no certificate": _AZIDENTITY_CERTIFICATE,
    "found no private key": _AZIDENTITY_CERTIFICATE,
    "found no …": _AZIDENTITY_CERTIFICATE,
    "pkcs12: error reading P12 data: asn1: structure error: tags don't match": code(
        *_GO_PKCS12.addresses, but="the part after the second colon"
    ),
    "pkcs12: error reading P12 data: asn1: syntax error: indefinite length found (not DER)": _GO_PKCS12,
    "pkcs12: error reading P12 data: pkcs12: trailing data found": _GO_PKCS12,
    "certData contains multiple private keys": _AZIDENTITY_CERTIFICATE,
    "don't know how to convert a safe bag of type 1.2.840.113549.1.12.10.1.1": _GO_PKCS12,
    "pkcs12: no MAC in data": _GO_PKCS12,
    "pkcs12: unknown digest algorithm: …": _PKCS12,
    "pkcs12: decryption password incorrect": _PKCS12,
    "pkcs12: expected exactly two items in the authenticated safe": _GO_PKCS12,
    "pkcs12: algorithm … is not supported": _GO_PKCS12,
    "pkcs12: pbes2 algorithm … is not supported": _GO_PKCS12,
    "failed to get Azure environment metadata from …: …": _SIGN_IN,
    "mismatch between supplied … and … - please either remove one or ensure they match": _WORDS,
    "an OIDC token, or a request URL and token, must be configured for OIDC authentication": _WORDS,
    "ADOPipelineOIDCAuthorizer: nil JWT assertion received from ADOPipeline": _SERVICE_CONNECTION,
    "reading …: …": _WORDS,
    "the sandbox's stand-in for … does not know …: omit it, or install the real plugin": _LIMIT,
}
