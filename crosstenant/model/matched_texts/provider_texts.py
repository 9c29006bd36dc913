"""Texts of the azuread and azure-native providers, for which the components have advice.

azuread words an error as "SUMMARY: DETAIL" (hashicorp/terraform-provider-azuread, internal/tf/errors.go) and an answer
of Graph as "unexpected status ..." (hashicorp/go-azure-sdk, sdk/client/client.go and sdk/odata/errors.go). azure-native
words an answer of Resource Manager as ``Status=... Code="..." Message="..."``, and one to its look-up before a creation
with the whole body (pulumi/pulumi-azure-native, provider/pkg/provider/crud/crud.go).
"""

from __future__ import annotations

from typing import Final

from crosstenant.model.matched_texts.matched_text import MatchedText

_UUID: Final = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_GRAPH: Final = "unexpected status 400 (400 Bad Request) with error:"

SERVICE_PRINCIPAL_EXISTS: Final = MatchedText(
    "azuread",
    'A resource with the ID "..." already exists',
    (
        'A resource with the ID "0dbd5fb0-0c5b-504a-ba28-635caca3349d" already exists: To be managed via'
        " Terraform, this"
        ' resource needs to be imported into the State. Please see the resource documentation for "azuread_service_'
        'principal" for more information.',
        # A resource ID takes the place of the object ID in other resources of azuread 3.
        'A resource with the ID "/servicePrincipals/0dbd5fb0-0c5b-504a-ba28-635caca3349d" already exists: To'
        " be managed",
    ),
    "recorded from azuread 6.11.1; hashicorp/terraform-provider-azuread, internal/tf/errors.go, ImportAsExistsDiag",
    pattern=rf'ID "(?:/servicePrincipals/)?(?P<id>{_UUID})" already exists',
)
DIRECTORY_FORBIDDEN: Final = MatchedText(
    "azuread",
    "Authorization_RequestDenied",
    (
        "Could not create service principal: unexpected status 403 (403 Forbidden) with error:"
        " Authorization_RequestDenied: Insufficient privileges to complete the operation.",
        "ServicePrincipalsClient.BaseClient.Post(): unexpected status 403 with OData error:"
        " Authorization_RequestDenied:"
        " When using this permission, the backing application of the service principal being created must in the local"
        " tenant",
    ),
    "https://github.com/hashicorp/terraform-provider-azuread/issues/992; hashicorp/go-azure-sdk, sdk/client/client.go",
)
SERVICE_REFERENCE: Final = MatchedText(
    "azuread",
    "ServiceManagementReference",
    (
        f"Could not create application: {_GRAPH} ServiceTreeValueMissing: ServiceManagementReference field is required"
        " for Create, but is missing in the request. Refer to the TSG"
        " `https://aka.ms/service-management-reference-error` for resolving the error",
        f"Could not create application: {_GRAPH} ServiceTreeInvalid: Invalid value provided for property"
        " ServiceManagementReference: Service not found for id 96524024-75b0-497b-ab38-0381399a6a9d Refer to the TSG"
        " `https://aka.ms/service-management-reference-error` for resolving the error",
    ),
    "https://github.com/microsoft-foundry/foundry-agent-webapp/issues/3; https://github.com/Azure/azure-cli/pull/31212",
)
# https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
SECRETS_FORBIDDEN: Final = MatchedText(
    "azuread",
    "CredentialTypeNotAllowedAsPerAppPolicy",
    (
        f'Adding password for application with object ID "0dbd5fb0-0c5b-504a-ba28-635caca3349d": {_GRAPH}'
        " CredentialTypeNotAllowedAsPerAppPolicy: Credential type not allowed as per assigned policy 'p'.",
    ),
    "the code: OfficeDev/microsoft-365-agents-toolkit, aadErrorCode; the message was not seen",
)
LIFETIME_CAPPED: Final = MatchedText(
    "azuread",
    "CredentialInvalidLifetimeAsPerAppPolicy",
    (
        f'Adding password for application with object ID "0dbd5fb0-0c5b-504a-ba28-635caca3349d": {_GRAPH}'
        " CredentialInvalidLifetimeAsPerAppPolicy: Credential lifetime exceeds the max value allowed as per assigned"
        " policy 'aaaaaaa'.",
    ),
    "https://github.com/OfficeDev/microsoft-365-agents-toolkit/issues/10998",
)
SECRET_GONE: Final = MatchedText(
    "azuread",
    "No password credential found with keyId",
    (
        'Removing password credential "b0000000-0000-4000-8000-0000000000f1" from application with object ID'
        f' "0dbd5fb0-0c5b-504a-ba28-635caca3349d": {_GRAPH} Request_BadRequest: No password credential found with keyId'
        " 'b0000000-0000-4000-8000-0000000000f1'.",
    ),
    "hashicorp/vault-plugin-secrets-azure, client.go; hashicorp/terraform-provider-azuread,"
    " internal/services/applications/application_password_resource.go",
)
OBJECT_GONE: Final = MatchedText(
    "azuread",
    "Request_ResourceNotFound",
    (
        'Deleting application with object ID "0dbd5fb0-0c5b-504a-ba28-635caca3349d": unexpected status 404 (404 Not'
        " Found) with error: Request_ResourceNotFound: Resource '0dbd5fb0-0c5b-504a-ba28-635caca3349d' does not exist"
        " or one of its queried reference-property objects are not present.",
    ),
    "hashicorp/terraform-provider-azuread, internal/services/applications/application_resource.go; the code and its"
    " message: https://github.com/Azure/azure-powershell/issues/842",
)
# No cause: which application an error is about, where neither its inputs nor its ID say so.
APPLICATION_NAMED: Final = MatchedText(
    "azuread",
    'Application (Application: "...")',
    (
        'Could not update Application (Application: "0dbd5fb0-0c5b-504a-ba28-635caca3349d"): unexpected status ...',
        'Could not update application with object ID: "0dbd5fb0-0c5b-504a-ba28-635caca3349d": unexpected status ...',
        'Deleting application with object ID "0dbd5fb0-0c5b-504a-ba28-635caca3349d", got status 403: unexpected ...',
    ),
    "hashicorp/terraform-provider-azuread, application_resource.go of version 2 for the later two; the first as its"
    " service_principal_resource.go of version 3 has a service principal",
    pattern=rf"application (?:with object ID:? |\(Application: )['\"](?:/applications/)?(?P<id>{_UUID})['\"]",
)
ROLE_ASSIGNMENT_EXISTS: Final = MatchedText(
    "azure-native",
    "RoleAssignmentExists",
    (
        'Status=409 Code="RoleAssignmentExists" Message="The role assignment already exists. The ID of the'
        " existing role"
        ' assignment is 716c4d159bc8476da3c16ccb70082517."',
        'Status=409 Code="RoleAssignmentExists" Message="The role assignment already exists."',
        'Status=409 Code="RoleAssignmentExists" Message="The role assignment already exists. The ID of the'
        " existing role"
        ' assignment is 716c4d15-9bc8-476d-a3c1-6ccb70082517."',
    ),
    "https://github.com/pulumi/pulumi-azure-native/issues/4597 for the form; the ID as deployments report it, of 2025",
    pattern=rf"RoleAssignmentExists(?:.*?existing role assignment is '?(?P<id>[0-9a-f]{{32}}|{_UUID}))?",
)
OWN_ASSIGNMENT_EXISTS: Final = MatchedText(
    "azure-native",
    "cannot create already existing resource",
    (
        "cannot create already existing resource '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Container"
        "Registry/registries/images/providers/Microsoft.Authorization/roleAssignments/716c4d15-9bc8-476d-a3c1-"
        "6ccb70082517'",
        # A type whose creation is the provider's own is named in the other quotes.
        'cannot create already existing resource "/subscriptions/s/resourceGroups/rg"',
    ),
    "pulumi/pulumi-azure-native, provider/pkg/provider/crud/crud.go and provider.go;"
    " https://github.com/pulumi/pulumi-azure-native/issues/2253",
    pattern=r"cannot create already existing resource(?: (?P<quote>['\"])(?P<id>[^'\"]+)(?P=quote))?",
)
ROLE_CHANGED: Final = MatchedText(
    "azure-native",
    "RoleAssignmentUpdateNotPermitted",
    (
        'autorest/azure: Service returned an error. Status=400 Code="RoleAssignmentUpdateNotPermitted" Message="Tenant'
        ' ID, application ID, principal ID, and scope are not allowed to be updated."',
    ),
    "https://github.com/pulumi/pulumi-azure-native/issues/771",
)
# https://learn.microsoft.com/azure/role-based-access-control/deny-assignments
DENIED_BY_ASSIGNMENT: Final = MatchedText(
    "azure-native",
    "DenyAssignmentAuthorizationFailed",
    (
        "Status=403 Code=\"DenyAssignmentAuthorizationFailed\" Message=\"The client 'c' with object id 'o' has"
        " permission to perform action 'Microsoft.Authorization/roleAssignments/write' on scope '/subscriptions/s/"
        "resourceGroups/rg'; however, the access is denied because of the deny assignment with name"
        " 'Managed by a stack' and Id '716c4d159bc8476da3c16ccb70082517' at scope '/subscriptions/s/resourceGroups"
        "/rg'.\"",
    ),
    "https://github.com/Azure/migAz/issues/266; https://github.com/microsoft/AzureTRE/issues/4776",
    pattern=r"DenyAssignmentAuthorizationFailed(?:.*?deny assignment with name '(?P<name>[^']+)')?",
)
ROLE_FORBIDDEN: Final = MatchedText(
    "azure-native",
    "AuthorizationFailed",
    (
        "cannot check existence of resource '/subscriptions/s/resourcegroups/rg': status code 403,"
        ' {"error":{"code":"AuthorizationFailed","message":"The client \'c\' with object id \'o\' does not have'
        " authorization to perform action 'Microsoft.Resources/subscriptions/resourcegroups/read' over scope"
        " '/subscriptions/s/resourcegroups/rg' or the scope is invalid. If access was recently granted, please refresh"
        ' your credentials."}}',
        "Status=403 Code=\"AuthorizationFailed\" Message=\"The client 'c' with object id 'o' does not have"
        " authorization to perform action 'Microsoft.Authorization/roleAssignments/write' over scope '/subscriptions/s'"
        ' or the scope is invalid. If access was recently granted, please refresh your credentials."',
    ),
    "https://github.com/pulumi/pulumi-azure-native/issues/1511; https://github.com/pulumi/pulumi-azure/issues/595",
    pattern="(?<!DenyAssignment)AuthorizationFailed(?!.*ABAC condition)",
)
# Azure has two sentences: one where a condition is the cause, and an older one that leaves it open.
CONDITION_UNMET: Final = MatchedText(
    "azure-native",
    "ABAC condition",
    (
        "Status=403 Code=\"AuthorizationFailed\" Message=\"The client 'c' with object id 'o' has an authorization with"
        " ABAC condition that is not fulfilled to perform action 'Microsoft.Authorization/roleAssignments/write' over"
        " scope '/subscriptions/s' or the scope is invalid. If access was recently granted, please refresh your"
        ' credentials."',
        "Status=403 Code=\"AuthorizationFailed\" Message=\"The client 'c' with object id 'o' does not have"
        " authorization or an ABAC condition not fulfilled to perform action"
        " 'Microsoft.Authorization/roleAssignments/write' over scope '/subscriptions/s' or the scope is invalid. If"
        ' access was recently granted, please refresh your credentials."',
    ),
    "https://github.com/Azure/enterprise-azure-policy-as-code/issues/787 for the first;"
    " https://learn.microsoft.com/azure/role-based-access-control/troubleshooting for the second",
    pattern="(?P<surely>has an authorization with )?(?:or an )?ABAC condition (?:that is )?not fulfilled",
)
# https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
SCOPE_LOCKED: Final = MatchedText(
    "azure-native",
    "ScopeLocked",
    (
        'Status=409 Code="ScopeLocked" Message="The scope \'/subscriptions/s/resourceGroups/rg/providers/Microsoft'
        ".ContainerRegistry/registries/images/providers/Microsoft.Authorization/roleAssignments/716c4d15-9bc8-476d-"
        "a3c1-6ccb70082517' cannot perform delete operation because following scope(s) are locked: '/subscriptions/s"
        "/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/images'. Please remove the lock and try"
        ' again."',
    ),
    "https://github.com/hashicorp/terraform/issues/15111",
    pattern=r"ScopeLocked(?:.*?are locked: '(?P<scope>[^']+)')?",
)
POLICY_FORBIDS: Final = MatchedText(
    "azure-native",
    "RequestDisallowedByPolicy",
    (
        'Status=403 Code="RequestDisallowedByPolicy" Message="Resource \'716c4d15-9bc8-476d-a3c1-6ccb70082517\' was'
        ' disallowed by policy. Policy identifiers: \'[{\\"policyAssignment\\":{\\"name\\":\\"Allowed roles\\",'
        '\\"id\\":\\"/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/allowed-roles\\"}}]\'."',
        'Status=403 Code="RequestDisallowedByPolicy" Message="Resource \'r\' was disallowed by policy."',
    ),
    "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy",
    pattern=r"RequestDisallowedByPolicy(?:.*?(?P<assignment>/[^\"'\s\\]*/policyAssignments/[^\"'\s\\]+))?",
)
PRINCIPAL_REPLICATING: Final = MatchedText(
    "azure-native",
    "PrincipalNotFound",
    (
        'Status=400 Code="PrincipalNotFound" Message="Principal 716c4d159bc8476da3c16ccb70082517 does not exist in the'
        " directory 0dbd5fb0-0c5b-504a-ba28-635caca3349d. Check that you have the correct principal ID. If you are"
        " creating this principal and then immediately assigning a role, this error might be related to a replication"
        " delay. In this case, set the role assignment principalType property to a value, such as"
        " ServicePrincipal, User,"
        ' or Group.  See https://aka.ms/docs-principaltype"',
    ),
    "https://github.com/Azure-Samples/azure-search-openai-demo/issues/9",
)
ENTRA_CODE: Final = MatchedText(
    "azuread and azure-native",
    "AADSTS...",
    (
        "ClientSecretCredential authentication failed. POST https://login.microsoftonline.com/t/oauth2/v2.0/token"
        " RESPONSE 401 Unauthorized AADSTS7000222: The provided client secret keys for app 'c' are expired.",
        'clientCredentialsToken: received HTTP status 401 with response: {"error":"invalid_client",'
        '"error_description":"AADSTS7000215: Invalid client secret provided. ..."}',
    ),
    "https://learn.microsoft.com/entra/identity-platform/reference-error-codes for the codes; azure-sdk-for-go,"
    " azidentity, and hashicorp/go-azure-sdk, sdk/auth, for the texts around them",
    pattern=r"AADSTS\d+",
)

PROVIDER_TEXTS: Final = (
    SERVICE_PRINCIPAL_EXISTS,
    DIRECTORY_FORBIDDEN,
    SERVICE_REFERENCE,
    SECRETS_FORBIDDEN,
    LIFETIME_CAPPED,
    SECRET_GONE,
    OBJECT_GONE,
    APPLICATION_NAMED,
    ROLE_ASSIGNMENT_EXISTS,
    OWN_ASSIGNMENT_EXISTS,
    ROLE_CHANGED,
    DENIED_BY_ASSIGNMENT,
    ROLE_FORBIDDEN,
    CONDITION_UNMET,
    SCOPE_LOCKED,
    POLICY_FORBIDS,
    PRINCIPAL_REPLICATING,
    ENTRA_CODE,
)
"""All of them."""
