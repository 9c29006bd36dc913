"""Where the refusals of Azure Resource Manager, of AKS and of role assignments come from."""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.provenance import assumed, code, own, page, thread

_COMMON: Final = (
    "https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/azure-resource-manager/troubleshooting/"
    "common-deployment-errors.md"
)
_ROLES: Final = (
    "https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/role-based-access-control/troubleshooting.md"
)
_FEDERATION: Final = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations"
_AKS_SUPPORT: Final = "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/support/azure/azure-kubernetes/"
_AKS: Final = f"{_AKS_SUPPORT}error-codes/"

AUTHORIZATION_FAILED: Final = page(
    _COMMON,
    _ROLES,
    but="the status; and that the words 'or an ABAC condition not fulfilled' stand there only where a condition is not",
)
INVALID_API_VERSION_PARAMETER: Final = thread(
    "https://github.com/hashicorp/vault-plugin-secrets-azure/issues/13",
    "https://github.com/ansible-collections/azure/issues/1739",
    but="the list, which is not Azure's",
)
INVALID_AUTHENTICATION_TOKEN_TENANT: Final = page(
    _COMMON,
    "https://github.com/Azure/azure-sdk-for-net/issues/6377",
    but="the end of the text, and the challenge",
    question="token-of-other-tenant",
)
INVALID_FILTER: Final = thread(
    "https://github.com/Azure/azure-sdk-for-net/issues/18748",
    "https://github.com/Azure/azure-sdk-for-net/issues/2757",
    but="which filters Azure has beyond its documentation",
)
INVALID_REQUEST_CONTENT: Final = page(_COMMON, but="the text")
INVALID_RESOURCE_NAMESPACE: Final = page(_COMMON, but="the text")
INVALID_SUBSCRIPTION_ID: Final = thread(
    "https://github.com/Azure/apiops/issues/460",
    "https://github.com/velero-io/velero/issues/2987",
    but="that the status is 400, as in the first report, and not 404, as in the second",
)
LOCATION_REQUIRED: Final = page(_COMMON, but="the text")
MISSING_API_VERSION_PARAMETER: Final = thread(
    "https://github.com/cloudquery/cloudquery/issues/6626", "https://github.com/Azure/azure-sdk-for-go/issues/22571"
)
NO_REGISTERED_PROVIDER_FOUND: Final = page(_COMMON, but="the text; and the list of API versions is not Azure's")
RESOURCE_ELSEWHERE: Final = page(_COMMON, but="the text")
RESOURCE_GROUP_NOT_FOUND: Final = page(_COMMON, but="the text")
RESOURCE_NOT_FOUND: Final = page(_COMMON, but="the text")
SCOPE_LOCKED: Final = thread(
    "https://github.com/hashicorp/terraform/issues/15111",
    "https://github.com/MicrosoftDocs/azure-docs/issues/110791",
    but="that the caller's permissions are checked first",
)
SUBSCRIPTION_NOT_FOUND: Final = page(_COMMON, but="the text")
UNSUPPORTED_MEDIA_TYPE: Final = thread(
    "https://github.com/Azure/azure-cli/issues/10143", "https://github.com/Azure/azure-cli/issues/13056"
)
RESOURCE_GROUP_LETTERS: Final = thread(
    "https://github.com/Azure/azure-cli/issues/14481",
    "https://github.com/microsoft/microsoft-foundry-for-vscode/issues/53",
    but="the status",
)
RESOURCE_GROUP_NAME: Final = page(
    "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules", but="code and text"
)
INVALID_RESOURCE_GROUP_LOCATION: Final = thread(
    "https://github.com/trailofbits/algo/issues/1814", "https://github.com/Azure/azure-cli/issues/22242"
)

REQUEST_DISALLOWED_BY_POLICY: Final = page(
    "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy",
    but="which other properties stand in the error's additionalInfo",
)

# Managed identities
CONCURRENT_CREDENTIALS: Final = thread(
    "https://github.com/pulumi/pulumi-azure-native/issues/4343",
    "https://github.com/Azure/bicep-registry-modules/issues/1447",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/29242",
    but="how long a write takes",
    question="identities-credentials-at-once",
)
CREDENTIALS_THROTTLED: Final = page(_FEDERATION, but="code and text, and how many writes may come at once")
CREDENTIAL_AUDIENCE: Final = page(_FEDERATION, but="the code", question="identities-credential-two-audiences")
CREDENTIAL_EMPTY: Final = page(_FEDERATION, but="the code", question="identities-credential-without-subject")
CREDENTIAL_EXISTS: Final = page(_FEDERATION, but="the code", question="identities-credential-same-subject")
CREDENTIAL_FORM: Final = page(_FEDERATION, but="code and text", question="identities-credential-issuer-form")
CREDENTIAL_NAME: Final = page(_FEDERATION, but="the code", question="identities-credential-name")
IDENTITY_NAME: Final = page(
    "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules", but="code and text"
)
IDENTITY_NOT_FOUND: Final = page(_FEDERATION, but="the code", question="identities-credential-without-identity")
NO_CREDENTIALS_IN_REGION: Final = page(
    _FEDERATION,
    but="the code, and which regions it is true of today",
    question="identities-region-without-credentials",
)
TOO_MANY_CREDENTIALS: Final = page(_FEDERATION, but="status, code and text", question="identities-credential-too-many")

# AKS
ANOTHER_OPERATION: Final = thread("https://github.com/Azure/azure-workload-identity/issues/417")
OPERATION_IN_PROGRESS: Final = thread(
    "https://github.com/Azure/azure-cli-extensions/pull/9855", but="the name of the cluster in it, and the address"
)
CLUSTER_STOPPED: Final = thread("https://github.com/MicrosoftDocs/azure-docs/issues/85161", but="the rest of the text")
CLUSTER_TOKEN_MISSING: Final = thread(
    "https://github.com/Azure/azure-rest-api-specs/issues/22480",
    "https://github.com/Azure/azure-rest-api-specs/issues/22467",
    but="the status",
)
COMMAND_NOT_ADMITTED: Final = page(
    f"{_AKS_SUPPORT}connectivity/tcp/resolve-az-aks-command-invoke-failures.md",
    "https://github.com/Azure/aks-baseline-automation/pull/37",
    but="the status",
)
COMMAND_NOT_FOUND: Final = assumed("code and text", question="cluster-run-command-result-absent")
COMMAND_NOT_STARTED: Final = page(
    f"{_AKS_SUPPORT}connectivity/tcp/resolve-az-aks-command-invoke-failures.md",
    "https://github.com/Azure/azure-cli/issues/27776",
    but="that the request itself is refused, and at once: AKS waits 30 seconds",
)
NOT_EMULATED: Final = own(
    "Azure has more requests than the sandbox; the codes are near to those of what Azure does not have"
)
NO_RUN_COMMAND_HERE: Final = own("a command needs kubectl and a cluster's Kubernetes API on this machine")
RUN_COMMAND_DISABLED: Final = assumed(
    "status, code and text", "https://learn.microsoft.com/azure/aks/access-private-cluster"
)
CLUSTER_EXISTS: Final = assumed("code and text")
ETAG_MISMATCH: Final = assumed("code and text")
FAILED_OPERATION: Final = own("code and text are those of settings.reset, InternalOperationError without")
ISSUER_CANNOT_BE_DISABLED: Final = thread("https://github.com/Azure/AKS-Construction/issues/531", but="the status")
INVALID_PARAMETER: Final = page(f"{_AKS}invalidparameter-error.md", but="the text of each property")
MAINTENANCE_NAME: Final = thread("https://github.com/Azure/ARO-HCP/pull/3260", but="the status")
MAINTENANCE_OF_CONTROL_PLANE: Final = thread("https://github.com/Azure/AgentBaker/pull/6529")
MAINTENANCE_WINDOW: Final = page(
    "https://learn.microsoft.com/rest/api/aks/maintenance-configurations/create-or-update", but="code and text"
)
MISSING_PARAMETER: Final = thread(
    "https://github.com/Azure/terraform-azurerm-avm-res-containerservice-managedcluster/issues/184",
    "https://github.com/Azure/ARO-HCP/pull/629",
    but="the status",
)
MANAGED_IDENTITY_CLUSTER: Final = code(
    "https://github.com/Azure/azure-powershell/blob/main/src/Aks/Aks.Test/ScenarioTests/KubernetesTests.cs",
    but="the status",
    question="cluster-reset-managed-identity",
)
NEVER_CREATED: Final = assumed("code and text")
OPERATION_NOT_FOUND: Final = assumed("code and text")
NODE_GROUP_NAME: Final = thread("https://github.com/Azure-Terraform/terraform-azurerm-kubernetes/issues/33")
NO_SYSTEM_POOL: Final = thread(
    "https://github.com/Azure/AKS/issues/1602",
    "https://github.com/ansible-collections/azure/issues/166",
    but="the code",
)
POOL_NAME: Final = thread(
    "https://github.com/Azure/AKS/issues/3300",
    "https://github.com/crossplane/crossplane/issues/304",
    but="that a name which stands twice gets it",
)
POOL_NOT_FOUND: Final = assumed("code and text")
DNS_PREFIX: Final = thread(
    "https://github.com/pulumi/pulumi-azure-native/issues/571", but="the text for a prefix with other characters"
)
PROPERTY_CHANGE_NOT_ALLOWED: Final = thread(
    "https://github.com/Azure/azure-cli/issues/12713",
    "https://github.com/rancher/rancher/issues/29998",
    "https://github.com/Azure/azure-cli/issues/24764",
)
SERVICE_PRINCIPAL_NOT_FOUND: Final = thread(
    "https://github.com/MicrosoftDocs/azure-docs/issues/32883",
    but="the code, and the status: see the open questions",
    question="cluster-reset-unknown-application",
)
SERVICE_PRINCIPAL_VALIDATION_CLIENT_ERROR: Final = page(
    f"{_AKS}serviceprincipalvalidationclienterror-error.md",
    f"{_AKS}bad-request-or-invalid-client-secret-error.md",
    but="which of three codes AKS gives: see the open questions",
    question="cluster-reset-wrong-secret",
)

# Role assignments
BAD_REQUEST_FORMAT: Final = thread(
    "https://github.com/Azure/azure-cli/issues/2458",
    "https://github.com/pulumi/pulumi-azure-native/issues/779",
    but="which bodies get it beside one whose role is not an ID",
)
INVALID_CONDITION: Final = page(
    "https://learn.microsoft.com/azure/role-based-access-control/conditions-troubleshoot",
    "https://github.com/Azure/azure-cli/issues/15683",
    but="the code",
    question="roles-bad-condition",
)
INVALID_CONDITION_VERSION: Final = assumed("code and text")
INVALID_PRINCIPAL_ID: Final = thread(
    "https://github.com/Azure-Samples/azure-search-openai-demo/issues/2848",
    "https://github.com/Azure/azure-powershell/issues/16627",
    but="which of the two sentences Azure has for which ID",
)
INVALID_ROLE_ASSIGNMENT_ID: Final = thread(
    "https://github.com/Azure/azure-service-operator/issues/2586",
    "https://github.com/Azure/azure-sdk-for-python/issues/4621",
)
INVALID_ROLE_DEFINITION_ID: Final = assumed("code and text")
PRINCIPAL_NOT_FOUND: Final = page(
    _ROLES, "https://github.com/Azure/azure-sdk-for-net/issues/1652", question="roles-unknown-principal"
)
ROLE_ASSIGNMENT_EXISTS: Final = thread(
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/28557",
    "https://github.com/hashicorp/terraform-provider-azurerm/pull/28694",
    but="the sentence with the ID, which newer reports have",
    question="roles-same-under-another-name",
)
ROLE_ASSIGNMENT_FILTER: Final = thread(
    "https://github.com/Azure/azure-rest-api-specs/issues/28255", but="the code and the status"
)
ROLE_ASSIGNMENT_NOT_FOUND: Final = thread(
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/8584", but="the text", question="roles-get-absent"
)
ROLE_ASSIGNMENT_UPDATE_NOT_PERMITTED: Final = page(_ROLES, question="roles-other-role-under-same-name")
ROLE_DEFINITION_DOES_NOT_EXIST: Final = assumed("text and status")
ROLE_DEFINITION_FILTER: Final = assumed("code and text")
UNMATCHED_PRINCIPAL_TYPE: Final = thread(
    "https://github.com/Azure/modern-web-app-pattern-dotnet/pull/129",
    but="the status",
    question="roles-wrong-principal-type",
)

# Registries
ADMIN_USER_DISABLED: Final = thread(
    "https://github.com/MicrosoftDocs/azure-docs/issues/57954", but="the status, and the code"
)
INVALID_REGISTRY_NAME: Final = assumed("code and text")
INVALID_REGISTRY_PROPERTY: Final = assumed("code and text")
INVALID_SKU: Final = assumed("code and text")
PROPERTY_OF_TIER: Final = page(
    "https://learn.microsoft.com/azure/container-registry/container-registry-skus", but="status, code and text"
)
PUBLIC_NETWORK_ACCESS_OF_TIER: Final = thread(
    "https://github.com/Azure-Samples/dotNET-Frontend-AB-Testing-on-Azure-Container-Apps/issues/5", but="the status"
)
REGISTRY_NAME_IN_USE: Final = thread("https://github.com/MicrosoftDocs/azure-dev-docs/issues/1303", but="the status")
SKU_REQUIRED: Final = assumed("code and text")
