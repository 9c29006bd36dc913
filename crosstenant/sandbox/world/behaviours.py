"""How the sandbox behaves beyond its refusals: its lags, durations and defaults, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crosstenant.sandbox.world.provenance import Source, assumed, code, own, page, thread

_REPLICAS: Final = "https://learn.microsoft.com/entra/architecture/architecture"
_RESET: Final = "https://learn.microsoft.com/rest/api/aks/managed-clusters/reset-service-principal-profile"
_ASYNC: Final = "https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations"

_FEDERATION: Final = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations"


@dataclass(frozen=True)
class Behaviour:
    """One behaviour."""

    does: str
    source: Source
    settings: tuple[str, ...] = ()
    """The settings that change it, by name."""


BEHAVIOURS: Final = (
    Behaviour(
        "A new secret is refused until it has replicated; by default at once.",
        page(_REPLICAS, but="how long: minutes are possible, and the default is none"),
        ("lag.secret",),
    ),
    Behaviour(
        "A new service principal is unknown to sign-in, AKS and role assignments until it has replicated.",
        page(_REPLICAS, but="how long, and that sign-in and AKS see it at the same moment"),
        ("lag.servicePrincipal",),
    ),
    Behaviour(
        "A new role assignment counts after a lag.",
        page(
            "https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/role-based-access-control/"
            "troubleshooting.md",
            but="how long at a registry",
        ),
        ("lag.roleAssignment",),
    ),
    Behaviour(
        "Graph's reads lag behind its writes.",
        page(_REPLICAS, but="that all readers see the same old version"),
        ("lag.graphRead",),
    ),
    Behaviour(
        "A reset is a long operation; it reimages the nodes one by one, and each has the new credential after that.",
        page(_RESET, _ASYNC, but="the order of the nodes; the default duration is for tests"),
        ("reset.seconds", "reset.retry_after"),
    ),
    Behaviour("A reset answers 202, or 200 at once.", page(_RESET, but="when it answers 200"), ("reset.status",)),
    Behaviour(
        "A reset that fails leaves cluster and nodes with the old credential.",
        assumed("that no node has the new one", question="cluster-reset"),
        ("reset.outcome", "reset.error_code", "reset.error_message"),
    ),
    Behaviour(
        "A PUT, start, stop or deletion of a cluster is a long operation.",
        page(_ASYNC, but="the durations, which are for tests"),
        ("cluster_put.seconds", "cluster_put.retry_after"),
    ),
    Behaviour(
        "A run-command is a pod in the namespace aks-command; 512 kB of its output come back, the first ones.",
        page(
            "https://learn.microsoft.com/azure/aks/access-private-cluster",
            but="which part of a longer output, that kubectl takes the pod's namespace, and the time limit",
        ),
        ("run_command.limit_seconds",),
    ),
    Behaviour(
        "A run-command runs as an administrator; in an Entra-integrated cluster as the owner of its token.",
        page(
            "https://learn.microsoft.com/azure/aks/access-private-cluster",
            "https://github.com/Azure/AKS/issues/2698",
            but="that the API server alone refuses a token of another audience",
        ),
    ),
    Behaviour(
        "Sign-in knows a new federated credential after a lag.",
        page(_FEDERATION, but="how long: seconds to minutes are possible, and the default is none"),
        ("lag.federatedCredential",),
    ),
    Behaviour(
        "Entra fetches discovery document and keys of a cluster's issuer at each sign-in, if the client trusts it.",
        page(_FEDERATION, but="that it keeps nothing, and compares the issuer before it fetches"),
    ),
    Behaviour(
        "A write of a federated credential takes a moment, and another one of the same identity is refused meanwhile.",
        page(_FEDERATION, but="how long"),
        ("identity.write_seconds",),
    ),
    Behaviour(
        "Writes of one identity's federated credentials are throttled: one in four seconds; by default not at all.",
        page(_FEDERATION, but="how many may come at once before that"),
        ("identity.seconds_between_writes",),
    ),
    Behaviour(
        "A policy with the effect deny refuses the writes of a kind of resource; the setting is the policy's name.",
        page(
            "https://learn.microsoft.com/azure/governance/policy/concepts/effect-deny",
            but="the condition: the sandbox has no policy language, and denies all writes of the kind",
        ),
        ("policy.identity", "policy.federated_credential"),
    ),
    Behaviour(
        "A new cluster has an OIDC issuer from Kubernetes 1.34 on, unless its creator says otherwise.",
        page("https://learn.microsoft.com/azure/aks/use-oidc-issuer", but="that a creator can still say otherwise"),
    ),
    Behaviour(
        "Graph's lists come in pages.",
        page("https://learn.microsoft.com/graph/paging", but="the form of the link"),
        ("page_size",),
    ),
    Behaviour(
        "An access token of a registry lives 75 minutes.",
        page(
            "https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md",
            but="that it is so today; the lifetime stands in a token",
        ),
        ("registry_token_seconds",),
    ),
    Behaviour(
        "A registry redirects a GET of a layer to a storage account, or with dataEndpointEnabled to its own endpoint.",
        page(
            "https://learn.microsoft.com/azure/container-registry/container-registry-dedicated-data-endpoints",
            but="the account's name, the path and the form of the signature",
        ),
    ),
    Behaviour("Requests come from one address.", own("network rules need one"), ("client_ip",)),
    Behaviour("A token of Entra lives 59 minutes and 59 seconds.", assumed("the lifetime: Azure varies it")),
    Behaviour("An assertion may be five minutes early or late.", assumed("the tolerance")),
    Behaviour(
        "Resource Manager checks API version, token, tenant, resource type and rights in this order.",
        assumed("the order"),
    ),
    Behaviour(
        "AKS signs in with a reset's credential before it begins.",
        page(
            "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/support/azure/azure-kubernetes/error-codes/"
            "serviceprincipalvalidationclienterror-error.md",
            but="that a reset does it before it begins, as a creation does",
            question="cluster-reset-wrong-secret",
        ),
    ),
    Behaviour(
        "A registry checks ID and secret in its own tenant, whichever tenant the application belongs to.",
        page("https://learn.microsoft.com/azure/container-registry/authenticate-aks-cross-tenant"),
    ),
    Behaviour(
        "With local accounts every kubeconfig holds an administrator's client certificate, the users' too.",
        page(
            "https://learn.microsoft.com/azure/aks/manage-local-accounts-managed-azure-ad",
            but="the names of user and group, masterclient and system:masters",
        ),
    ),
    Behaviour(
        "A service account's token lives for a day at most; switching on the issuer restarts the API server.",
        page("https://learn.microsoft.com/azure/aks/use-oidc-issuer"),
    ),
    Behaviour(
        "Without an issuer a cluster's tokens name its API server as their issuer.",
        assumed("the address"),
    ),
    Behaviour(
        "A stopped cluster's API server cannot be reached.",
        page("https://learn.microsoft.com/azure/aks/start-stop-cluster", but="how a client is refused"),
    ),
    Behaviour(
        "A node tries a pod's pull secrets first and its own credential after them, and keeps an image that it has.",
        page(
            "https://kubernetes.io/docs/concepts/containers/images/",
            but="that the node's own credential comes last, and that a kept image needs no pull secret",
        ),
    ),
    Behaviour(
        "A node gives its credential to each registry of Azure as basic credentials.",
        code("https://github.com/kubernetes-sigs/cloud-provider-azure/tree/master/pkg/credentialprovider"),
    ),
    Behaviour(
        "A PUT of another client ID or secret is refused.",
        thread("https://github.com/Azure/azure-cli/issues/12713", "https://github.com/Azure/azure-cli/issues/24764"),
    ),
    Behaviour(
        "AcrPull counts for nothing at a registry in ABAC mode.",
        page(
            "https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions"
        ),
    ),
    Behaviour(
        "An orphaned role assignment stays when its service principal is deleted.",
        page(
            "https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/role-based-access-control/"
            "troubleshooting.md"
        ),
    ),
)
