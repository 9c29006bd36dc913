"""The commands with which a person with two tenants settles what is open about a chain without a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Step:
    """One command of bash, what it does, and what its answer settles."""

    does: str
    command: str
    settles: str = ""


BEFORE: Final = """\
A test cluster whose OIDC issuer is on, a test registry with an image, bash, az, kubectl and curl. The last command
removes what the others made; until then every pod of the namespace `default` may pull. First, with your own names:

    A=<UUID of the cluster tenant>  CLUSTER=aks-test  CLUSTER_GROUP=rg-clusters
    B=<UUID of the registry tenant>  REGISTRY=fabrikamimages  REGISTRY_GROUP=rg-registries  IMAGE=hello:1.0
"""

STEPS: Final = (
    Step(
        "Sign in to the cluster tenant",
        "az login --tenant $A && az aks get-credentials --admin --name $CLUSTER --resource-group $CLUSTER_GROUP",
    ),
    Step(
        "Read the issuer, and take a token of a service account",
        "ISSUER=$(az aks show --name $CLUSTER --resource-group $CLUSTER_GROUP --query oidcIssuerProfile.issuerUrl"
        " --output tsv); TOKEN=$(kubectl create token default --audience api://AzureADTokenExchange); echo $ISSUER",
        "the form of the issuer, with its last slash",
    ),
    Step(
        "Make an identity in the registry tenant",
        "az login --tenant $B && read -r CLIENT PRINCIPAL <<< $(az identity create --name pull-test --resource-group"
        " $REGISTRY_GROUP --query '[clientId, principalId]' --output tsv | tr '\\n' ' ')",
    ),
    Step(
        "Let it trust the service account",
        "az identity federated-credential create --name aks --identity-name pull-test --resource-group $REGISTRY_GROUP"
        " --issuer $ISSUER --subject system:serviceaccount:default:default --audiences api://AzureADTokenExchange",
        "whether an identity takes another tenant's issuer, and, with no role but Managed Identity Contributor on the"
        " group, whether that is sufficient. Twice at the same time with two names: the 409",
    ),
    Step(
        "Give it the role",
        "az role assignment create --role AcrPull --assignee-object-id $PRINCIPAL --assignee-principal-type"
        " ServicePrincipal --scope $(az acr show --name $REGISTRY --query id --output tsv)",
    ),
    Step(
        "Sign in as the identity",
        "curl -s https://login.microsoftonline.com/$B/oauth2/v2.0/token -d grant_type=client_credentials"
        " -d client_id=$CLIENT -d scope=https://containerregistry.azure.net/.default"
        " -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        r""" --data-urlencode client_assertion=$TOKEN | tee entra.json | sed 's/eyJ[^"]*/(token)/';"""
        r""" ENTRA=$(sed 's/.*"access_token": *"\([^"]*\)".*/\1/' entra.json)""",
        "the sign-in across tenants. Repeat it from the moment of step 4: the AADSTS code of a new credential, and for"
        " how long. With `$A` in place of `$B`: AADSTS700016",
    ),
    Step(
        "Exchange the token, first with the other tenant's ID",
        "for TENANT in $A $B; do curl -s https://$REGISTRY.azurecr.io/oauth2/exchange -d grant_type=access_token"
        " -d service=$REGISTRY.azurecr.io -d tenant=$TENANT --data-urlencode access_token=$ENTRA | tee exchange.json"
        r""" | sed 's/eyJ[^"]*/(token)/'; done;"""
        r""" REFRESH=$(sed 's/.*"refresh_token": *"\([^"]*\)".*/\1/' exchange.json)""",
        "`registry_exchange_tenant`: the first answer is a token or a refusal",
    ),
    Step(
        "Read the times of the registry's token",
        "echo $REFRESH | cut -d . -f 2 | tr _- /+ | base64 -d 2> /dev/null",
        "the time between `iat` and `exp`: about three hours, or less",
    ),
    Step(
        "Pull with it",
        "kubectl create secret docker-registry pull-test --docker-server=$REGISTRY.azurecr.io"
        " --docker-username=00000000-0000-0000-0000-000000000000 --docker-password=$REFRESH && kubectl run pull-test"
        " --image=$REGISTRY.azurecr.io/$IMAGE --restart=Never --overrides="
        '\'{"spec":{"imagePullSecrets":[{"name":"pull-test"}]}}\' && sleep 60 && kubectl describe pod pull-test',
        "the pull itself: its events say Pulled, or with which words it was refused",
    ),
    Step(
        "Remove everything",
        "kubectl delete pod/pull-test secret/pull-test; az identity delete --name pull-test --resource-group"
        " $REGISTRY_GROUP; rm entra.json exchange.json",
        "whether the role assignment of a deleted identity stays as one of an unknown principal, to be removed in the"
        " portal",
    ),
)

AFTER: Final = """\
Send what the answers said in an issue, without a token: for each step the status, the code and the first words.
"""


def rendered() -> str:
    """The recipe for docs/sandbox-beliefs.md."""
    parts = [BEFORE]
    for number, step in enumerate(STEPS, start=1):
        settles = f" It settles {step.settles}." if step.settles else ""
        parts.append(f"{number}. {step.does}.{settles}\n\n       {step.command}\n")
    return "\n".join([*parts, AFTER])
