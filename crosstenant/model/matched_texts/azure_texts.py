"""Texts of Azure's services and of the Azure CLI, where no code alone tells the cause."""

from __future__ import annotations

from typing import Final

from crosstenant.model.matched_texts.matched_text import MatchedText

_MANAGED_CLUSTER: Final = "managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), "

CLUSTER_STOPPED: Final = (
    MatchedText(
        "AKS",
        "power state(stopped) or (Succeeded,Stopped) state",
        (
            f"{_MANAGED_CLUSTER}stopping cannot be performed",
            "managed cluster is in (Succeeded,Stopped) state, stopping cannot be performed",
        ),
        "https://github.com/MicrosoftDocs/azure-docs/issues/85161; https://github.com/Azure/AKS/issues/1871",
        pattern=r"power state\(stopped\)|\(\w+, ?stopped\) state",
    ),
    MatchedText("AKS", "is stopped", ("The cluster is stopped.",), "the sandbox", assumed=True),
    MatchedText("AKS", "stopped state", ("The cluster is in stopped state.",), "the sandbox", assumed=True),
)
PRINCIPAL_UNKNOWN: Final = MatchedText(
    "AKS",
    "not found in Active Directory tenant",
    (
        "Operation failed with status: 'Bad Request'. Details: Service principal clientID: XXXX not found in Active"
        " Directory tenant XXXXX, Please see https://aka.ms/aks-sp-help for more details.",
    ),
    "https://github.com/MicrosoftDocs/azure-docs/issues/32883",
)
CREDENTIAL_INVALID: Final = MatchedText(
    "AKS",
    "ServicePrincipalProfile were invalid",
    (
        'Code="BadRequest" Message="The credentials in ServicePrincipalProfile were invalid. Please see'
        " https://aka.ms/aks-sp-help for more details. (Details: adal: Refresh request failed. Status Code = '401'."
        ' Response body: {"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret is'
        " provided.",
    ),
    "https://github.com/pulumi/pulumi-azure-native/issues/304; https://github.com/Azure/azure-cli/issues/13881",
)
MANAGED_IDENTITY_CLUSTER: Final = MatchedText(
    "AKS",
    "not allowed on MSI cluster",
    ("(BadRequest) Updating service principal profile is not allowed on MSI cluster.",),
    "Azure/azure-powershell, a skipped test of Set-AzAksClusterCredential; https://github.com/hashicorp/"
    "terraform-provider-azurerm/issues/6257 for the refusal",
)
RUNNING_OPERATION: Final = MatchedText(
    "AKS",
    "an in progress ... operation",
    (
        "Operation is not allowed because there's an in progress update managed cluster operation (operation ID:"
        " e375d315-218c-4dff-b806-7ab63b0bb63a) on the managed cluster started on UTC 2026-05-22T07:19:23Z. Please wait"
        " for it to finish before starting a new operation.",
    ),
    "https://github.com/Azure/azure-cli-extensions/pull/9855",
    pattern=r"in progress (?P<name>[\w -]+?) operation(?: \(operation ID: [^)]*\))?"
    r".*? started on (?:UTC )?(?P<started>[\d:TZ.+-]+)",
)
RUNNING_OPERATION_OLD: Final = MatchedText(
    "AKS",
    "Another operation (...) is in progress",
    (
        "Operation is not allowed: Another operation (nodepool1 - Updating) is in progress, please wait for"
        " it to finish"
        " before starting a new operation. See https://aka.ms/aks-pending-operation for more details",
        "Operation is not allowed: Another agentpool operation (nodepool1 - Creating) is in progress, please"
        " wait for it"
        " to finish before starting a new operation.",
    ),
    "https://github.com/Azure/azure-workload-identity/issues/417; https://github.com/cilium/cilium/issues/25944",
    pattern=r"Another (?:\w+ )?operation \((?P<name>[^)]+)\) is in progress",
)
ACTION_DENIED: Final = MatchedText(
    "Resource Manager",
    "does not have authorization to perform action '...' over scope '...'",
    (
        "The client 'ed5eb828-25b9-42d5-af64-7282b4d1a781' with object id 'ed5eb828-25b9-42d5-af64-7282b4d1a781' does"
        " not have authorization to perform action 'Microsoft.Authorization/roleAssignments/write' over scope"
        " '/subscriptions/s' or the scope is invalid. If access was recently granted, please refresh your credentials.",
    ),
    "https://github.com/pulumi/pulumi-azure/issues/595",
    pattern=r"client '(?P<client>[^']+)' with object id '(?P<object>[^']+)' does not have authorization"
    r".*? action '(?P<action>[^']+)'.*? over scope '(?P<scope>[^']+)'",
)
OTHER_ISSUER: Final = MatchedText(
    "Resource Manager",
    "the wrong issuer 'https://sts.../...' ... must match the tenant 'https://sts.../...'",
    (
        "The access token is from the wrong issuer 'https://sts.windows.net/a0000000-0000-4000-8000-00000000000a/'. It"
        " must match the tenant 'https://sts.windows.net/b0000000-0000-4000-8000-00000000000b/' associated with this"
        " subscription.",
    ),
    "https://github.com/Azure/azure-sdk-for-net/issues/6377",
    pattern=r"https://sts[.\w]*/(?P<signed_in>[0-9a-f-]{36}).*?https://sts[.\w]*/(?P<owner>[0-9a-f-]{36})",
)
SUBSCRIPTION_NOT_IN_CLI: Final = MatchedText(
    "Azure CLI",
    "Subscription '...' not found",
    (
        "ERROR: Subscription 'b0000000-0000-4000-8000-0000000000a1' not found. Check the spelling and casing and try"
        " again.",
    ),
    "Azure/azure-cli, azure/cli/core/_profile.py, Profile.get_subscription",
    pattern=r"Subscription '[^']*' not found",
)
TENANT_NOT_FOR_CLI_ACCOUNT: Final = MatchedText(
    "Azure CLI",
    "Tenant shouldn't be specified for ... account",
    (
        "ERROR: Tenant shouldn't be specified for managed identity account",
        "ERROR: Tenant shouldn't be specified for Cloud Shell account",
        "ERROR: Tenant shouldn't be specified for MSI account",
    ),
    "Azure/azure-cli, azure/cli/core/_profile.py, Profile.get_raw_token",
    pattern=r"Tenant shouldn't be specified for [\w ]+ account",
)
RUN_COMMAND_DISABLED: Final = MatchedText(
    "AKS",
    "run command is disabled",
    ("Run command is disabled on the managed cluster aks-prod.",),
    "the sandbox; https://learn.microsoft.com/azure/aks/access-private-cluster (that it can be disabled)",
    assumed=True,
    pattern=r"run.?command .*disabled|disableRunCommand",
)
COMMAND_NOT_STARTED: Final = MatchedText(
    "AKS",
    "KubernetesPerformanceError",
    (
        "KubernetesPerformanceError Failed to run command due to cluster perf issue, container"
        " command-357ebc50d40c47a4a247ab6e067d2869 in aks-command namespace did not start within 30s on your cluster,"
        " retry may helps.",
    ),
    "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/connectivity/resolve-az-aks-command-invoke-failures",
)
COMMAND_NOT_ADMITTED: Final = MatchedText(
    "AKS",
    "Failed to run command in managed cluster due to kubernetes failure",
    (
        "KubernetesOperationError Failed to run command in managed cluster due to kubernetes failure. details:"
        ' admission webhook "validation.gatekeeper.sh" denied the request: only images of the mirror',
    ),
    "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/connectivity/resolve-az-aks-command-invoke-failures",
)

AZURE_TEXTS: Final = (
    *CLUSTER_STOPPED,
    PRINCIPAL_UNKNOWN,
    CREDENTIAL_INVALID,
    MANAGED_IDENTITY_CLUSTER,
    RUNNING_OPERATION,
    RUNNING_OPERATION_OLD,
    ACTION_DENIED,
    OTHER_ISSUER,
    SUBSCRIPTION_NOT_IN_CLI,
    TENANT_NOT_FOR_CLI_ACCOUNT,
    RUN_COMMAND_DISABLED,
    COMMAND_NOT_STARTED,
    COMMAND_NOT_ADMITTED,
)
"""All of them."""
