"""Azure's refusals, their meaning and their remedy, as data for messages and documentation.

Codes are those of Entra (https://learn.microsoft.com/entra/identity-platform/reference-error-codes), Azure Resource
Manager (https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors) and AKS
(https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/welcome-azure-kubernetes).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from crosstenant.model.matched_texts.azure_texts import (
    CLUSTER_STOPPED,
    CREDENTIAL_INVALID,
    MANAGED_IDENTITY_CLUSTER,
    PRINCIPAL_UNKNOWN,
)
from crosstenant.model.matched_texts.matched_text import MatchedText
from crosstenant.model.roles import AKS_CONTRIBUTOR, RBAC_ADMINISTRATOR, READER


class Retry(Enum):
    """Whether the same request can succeed later without any change."""

    NEVER = "no"
    PROPAGATION = "until Entra has replicated it"
    """A new application, service principal or secret is not replicated in Entra yet."""
    BUSY = "when the running operation has ended"
    """Another operation holds the resource."""
    THROTTLED = "after the time that Azure names"
    """Too many requests, or a service that is unwell."""


@dataclass(frozen=True)
class Refusal:
    """One refusal of Azure."""

    codes: tuple[str, ...]
    """Azure's codes for it, without regard to case."""
    source: str
    """The service: ``Entra``, ``Resource Manager``, ``AKS``."""
    meaning: str
    """Its meaning, as a clause of a sentence."""
    remedy: str
    """What to do, a clause in the imperative."""
    retry: Retry = Retry.NEVER
    phrases: tuple[MatchedText, ...] = ()
    """Parts of Azure's message, one of which must occur, for a code with several meanings."""


_ENTRA: Final = (
    Refusal(
        ("AADSTS7000215",),
        "Entra",
        "the client secret is not one of the application's, or is not replicated in Entra yet",
        "give the secret's value (not its ID) and the client ID it belongs to; a new secret needs a moment",
        Retry.PROPAGATION,
    ),
    Refusal(
        ("AADSTS700016", "AADSTS7000229"),
        "Entra",
        "the application has no service principal in the tenant",
        "check the client ID and the tenant ID; an application of another tenant needs a service principal there first",
        Retry.PROPAGATION,
    ),
    Refusal(
        ("AADSTS7000222",),
        "Entra",
        "the client secret has expired",
        "make a new secret for the application and give that",
    ),
    Refusal(
        ("AADSTS90002", "AADSTS900023", "AADSTS900021"),
        "Entra",
        "there is no such tenant in this cloud",
        "check tenantId, and environment (public, usgovernment or china)",
    ),
    Refusal(
        ("AADSTS900382", "AADSTS900432", "AADSTS90038", "AADSTS900439"),
        "Entra",
        "the tenant is in another cloud",
        "set environment (public, usgovernment or china) to the cloud of both tenants",
    ),
    Refusal(
        ("AADSTS7000112", "AADSTS7000218", "AADSTS500011"),
        "Entra",
        "the application is disabled or not set up for this kind of sign-in",
        "enable its service principal in the tenant (Enterprise applications), or use another application",
    ),
    Refusal(
        ("AADSTS70021", "AADSTS700211", "AADSTS700213"),
        "Entra",
        "no federated credential of the application matches the OIDC token's issuer and subject",
        "add one to the application, with the subject that Azure names here",
    ),
    # https://github.com/Azure/login/issues/515
    Refusal(
        ("AADSTS7002138",),
        "Entra",
        "a federated credential of the application has the OIDC token's subject in letters of another case",
        "give the credential the subject that Azure names here: the case of its letters counts",
    ),
    Refusal(
        ("AADSTS700212",),
        "Entra",
        "the application's federated credential is for another audience than the OIDC token",
        "set its audience to api://AzureADTokenExchange, which a job's token is requested for in every cloud",
    ),
    Refusal(
        ("AADSTS50027",),
        "Entra",
        "the OIDC token is malformed",
        "give the whole token and nothing else: no white space, line break or quotation mark around it",
    ),
    Refusal(
        ("AADSTS700024",),
        "Entra",
        "the OIDC token or certificate assertion is outside its period of validity",
        "fetch a new one, or give oidcTokenFilePath or oidcRequestUrl so that it is renewed; check the machine's clock",
    ),
    Refusal(
        ("AADSTS700027", "AADSTS5002730"),
        "Entra",
        "the certificate is not one of the application's, has expired, or its key is another certificate's",
        "upload a valid certificate to the application, or give the one that it has, with its own key",
    ),
    Refusal(
        ("AADSTS53003", "AADSTS53000", "AADSTS530003"),
        "Entra",
        "a Conditional Access policy of the tenant forbids the sign-in",
        "have the tenant's administrator exempt this identity, or sign in from where the policy allows",
    ),
    Refusal(
        ("AADSTS50076", "AADSTS50079", "AADSTS700082", "AADSTS50173", "AADSTS70043", "AADSTS50078"),
        "Entra",
        "the Azure CLI's sign-in is too old or needs a second factor",
        "run 'az login --tenant <tenant ID>' again",
    ),
    Refusal(
        ("AADSTS50020", "AADSTS90072"),
        "Entra",
        "the account that the Azure CLI used is not a member or guest of the tenant",
        "run 'az login --tenant <tenant ID>' with an account of the tenant, or have its administrator invite this user;"
        " of several accounts the one counts that sees the subscription (subscription_id; by default that of the first"
        " cluster or registry), and without a subscription the current one ('az account set')",
    ),
)

_RESOURCE_MANAGER: Final = (
    Refusal(
        ("InvalidAuthenticationTokenTenant",),
        "Resource Manager",
        "the subscription belongs to another tenant than the one signed in to",
        "use an ID of this tenant, or the provider of the other one",
    ),
    Refusal(
        ("SubscriptionNotFound",),
        "Resource Manager",
        "the subscription is not visible in the tenant: it is another tenant's, or the caller has no role in it",
        "check the subscription ID and the tenant, and give the caller a role",
    ),
    Refusal(
        ("InvalidAuthenticationToken", "ExpiredAuthenticationToken", "AuthenticationFailed"),
        "Resource Manager",
        "the token was not accepted",
        "check the machine's clock and the environment (public, usgovernment or china), and sign in again",
    ),
    Refusal(
        ("AuthorizationFailed", "LinkedAuthorizationFailed"),
        "Resource Manager",
        "the caller lacks a role",
        "assign one that permits the action at that scope; a new assignment takes some minutes to count",
    ),
    Refusal(
        ("DenyAssignmentAuthorizationFailed",),
        "Resource Manager",
        "a deny assignment forbids the action, whatever roles the caller has",
        "have the deployment stack or managed application that made it exclude the caller",
    ),
    Refusal(
        ("ResourceGroupNotFound",),
        "Resource Manager",
        "there is no such resource group",
        "check the ID",
    ),
    Refusal(
        ("ResourceNotFound",),
        "Resource Manager",
        "there is no such resource",
        "check the ID",
    ),
    Refusal(
        ("MissingSubscriptionRegistration", "SubscriptionNotRegistered", "NoRegisteredProviderFound"),
        "Resource Manager",
        "the subscription is not registered for the resource provider",
        "run 'az provider register --namespace Microsoft.ContainerService' (or Microsoft.ContainerRegistry) there",
    ),
    Refusal(
        ("ReadOnlyDisabledSubscription", "SubscriptionDisabled", "DisabledSubscription"),
        "Resource Manager",
        "the subscription is disabled",
        "ask its owner to enable it",
    ),
    Refusal(
        ("ScopeLocked",),
        "Resource Manager",
        "a lock forbids the change",
        "remove the lock that Azure names, and restore it afterwards",
    ),
    Refusal(
        ("RequestDisallowedByPolicy",),
        "Resource Manager",
        "an Azure Policy assignment forbids the request",
        "change the policy that Azure names, or ask for an exemption",
    ),
    Refusal(
        ("TooManyRequests", "SubscriptionRequestsThrottled", "ThrottledRequest", "ThrottlingException"),
        "Resource Manager",
        "Azure limits the rate of requests",
        "run again later, or with a smaller --parallel",
        Retry.THROTTLED,
    ),
    Refusal(
        ("InternalServerError", "ServiceUnavailable", "ServerTimeout", "GatewayTimeout", "InternalOperationError"),
        "Resource Manager",
        "the service has a problem",
        "run again later; https://azure.status.microsoft says more",
        Retry.THROTTLED,
    ),
)

_AKS: Final = (
    Refusal(
        ("OperationNotAllowed", "BadRequest"),
        "AKS",
        "the cluster is stopped",
        "start it ('az aks start') and run again",
        phrases=CLUSTER_STOPPED,
    ),
    Refusal(
        ("OperationNotAllowed", "Conflict", "ConflictError", "EtagMismatch", "ResourceOperationInProgress"),
        "AKS",
        "another operation is changing the cluster",
        "run again when it has ended, or end it with 'az aks operation-abort'",
        Retry.BUSY,
    ),
    Refusal(
        ("ServicePrincipalNotFound",),
        "AKS",
        "the application has no service principal in the cluster's tenant that AKS can see yet",
        "make sure that the application has one in the cluster's tenant and run again",
        Retry.PROPAGATION,
    ),
    Refusal(
        ("BadRequest", "InvalidParameter", "ServicePrincipalValidationClientError"),
        "AKS",
        "AKS could not sign in with the application's credential",
        "check that client ID and secret belong together and that the secret has not expired",
        Retry.PROPAGATION,
        phrases=(PRINCIPAL_UNKNOWN,),
    ),
    Refusal(
        ("BadRequest", "InvalidParameter", "ServicePrincipalValidationClientError"),
        "AKS",
        "AKS refuses the application's credential",
        "check that client ID and secret belong together and that the secret has not expired",
        phrases=(CREDENTIAL_INVALID,),
    ),
    Refusal(
        ("BadRequest", "InvalidParameter"),
        "AKS",
        "the cluster has a managed identity, and cannot go back to a service principal",
        "let the cluster pull with the identity's image_pull_secret instead",
        phrases=(MANAGED_IDENTITY_CLUSTER,),
    ),
    Refusal(
        ("PropertyChangeNotAllowed",),
        "AKS",
        "AKS accepts another client ID or secret in a reset only, never in an update of the cluster",
        "declare the cluster with this resource's servicePrincipalProfile, so that the update keeps it",
    ),
    Refusal(
        ("CreateRoleAssignmentError",),
        "AKS",
        "AKS could not give the application its role on the node resource group",
        "assign Contributor on the node resource group to the application's service principal and run again",
    ),
    Refusal(
        ("PodDrainFailure", "UpgradeFailed", "UnsatisfiablePDB", "DrainNodeFailed"),
        "AKS",
        "a node could not be drained: a disruption budget forbids evicting a pod",
        "loosen the budget that Azure names ('kubectl get pdb -A') and run again",
    ),
    Refusal(
        ("SubnetIsFull", "InsufficientSubnetSize"),
        "AKS",
        "the node pool's subnet has no address left for a new node",
        "free addresses or enlarge the subnet and run again",
    ),
    Refusal(
        ("QuotaExceeded", "ErrCode_InsufficientVCPUQuota", "InsufficientVCPUQuota", "SkuNotAvailable"),
        "AKS",
        "the subscription has no room for another node of that size",
        "ask for more quota in the region, or make room, and run again",
    ),
    Refusal(
        ("VMExtensionProvisioningError", "VMExtensionError_OutboundConnFail", "ReconcileVMSSAgentPoolFailed"),
        "AKS",
        "a node did not come up",
        "follow the advice that Azure gives here (often: outbound traffic is blocked) and run again",
    ),
    Refusal(
        ("OperationAborted", "Canceled", "OperationCanceled"),
        "AKS",
        "the operation on the cluster was aborted",
        "run again when the cluster may be changed",
    ),
)

REFUSALS: Final = (*_ENTRA, *_RESOURCE_MANAGER, *_AKS)
"""Every explained refusal. Of two rows with one code, the first whose phrases occur in the message counts."""

ROLES_BY_ACTION: Final = {
    "microsoft.containerservice/managedclusters/read": READER.name,
    "microsoft.containerservice/managedclusters/resetserviceprincipalprofile/action": AKS_CONTRIBUTOR.name,
    "microsoft.containerregistry/registries/read": READER.name,
    "microsoft.authorization/roleassignments/read": READER.name,
    "microsoft.authorization/roleassignments/write": RBAC_ADMINISTRATOR.name,
    "microsoft.authorization/roleassignments/delete": RBAC_ADMINISTRATOR.name,
    "microsoft.resources/subscriptions/resourcegroups/read": READER.name,
}
"""The built-in role that permits an action (lower case) and little more."""
