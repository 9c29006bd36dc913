"""The inputs and outputs of a ``ServicePrincipalProfile``."""

from __future__ import annotations

from typing import Final

from crosstenant.model.modes import CredentialState
from crosstenant.plugin import forms
from crosstenant.plugin.secret_dates_fields import SECRET_DATES
from crosstenant.plugin.service_principal_profile.hold_fields import HOLDS
from crosstenant.plugin.service_principal_profile.node_fields import NODE_PULL
from crosstenant.plugin.service_principal_profile.wave_fields import WAVES
from crosstenant.provider_kit.fields import Field, Fields, Shape, secrets
from crosstenant.provider_kit.values import Plain

DEFAULT_PRINCIPAL_SECONDS: Final = 300
# https://learn.microsoft.com/azure/aks/kubernetes-service-principal: AKS takes no longer one.
_LONGEST_SECRET_BYTES: Final = 190
_LONGEST_WAIT: Final = 3600
_RESET_DOC: Final = "https://learn.microsoft.com/azure/aks/update-credentials"


def _secret(name: str, value: Plain) -> str | None:
    if empty := forms.secret(name, value):
        return empty
    if value != value.strip():
        return "begins or ends with white space, which is not part of the secret: give only the value"
    length = len(value.encode())
    if length > _LONGEST_SECRET_BYTES:
        return f"has {length} bytes, and AKS takes {_LONGEST_SECRET_BYTES} at most: give one that Entra generated"
    return None


def _seconds(name: str, value: Plain) -> str | None:
    return None if 0 <= value <= _LONGEST_WAIT else f"must be a number of seconds from 0 to {_LONGEST_WAIT}"


CREDENTIAL: Final = Shape(
    "ServicePrincipalCredential",
    "An application's credential, as the `servicePrincipalProfile` of azure-native's `ManagedCluster` takes it.",
    {
        "clientId": Field("string", "Client ID (UUID) of the application.", required=True),
        "secret": Field("string", "The application's secret. Secret.", required=True, secret=True),
    },
)

INPUTS: Final[Fields] = {
    "clusterId": Field(
        "string",
        "ARM ID of the cluster, `/subscriptions/<subscription ID>/resourceGroups/<group>/providers/"
        "Microsoft.ContainerService/managedClusters/<name>`. A cluster of the same program that takes its credential "
        "from this resource waits for it, so its ID must be a text that the program writes, not the cluster's output. "
        "Another ID replaces the resource.",
        required=True,
        replaces=True,
        compared_as=forms.compared_id,
        refusal=forms.cluster_id,
    ),
    "clientId": Field(
        "string",
        "Client ID (UUID) of the application that the cluster uses. It needs a service principal in the cluster's "
        "tenant. https://learn.microsoft.com/azure/aks/kubernetes-service-principal",
        required=True,
        compared_as=str.lower,
        refusal=forms.client_id,
    ),
    "secret": Field(
        "string",
        "A secret of that application, 190 bytes at most. Secret. Another secret resets the cluster's credential, "
        f"which reimages every node: {_RESET_DOC}",
        required=True,
        secret=True,
        refusal=_secret,
    ),
    "secretKeyId": Field(
        "string",
        "Key ID (UUID) of the secret, `secretKeyId` of a `PullIdentity`. With it previews and `crosstenant check` "
        "notice when the application no longer has the secret, where the caller may read the application. It never "
        "causes a reset.",
        compared_as=str.lower,
        refusal=forms.key_id,
    ),
    "abandonOnDelete": Field(
        "boolean",
        "Allow the deletion of this resource even if the cluster still uses the application. By "
        "default deleting is refused then, since the cluster would lose its identity. Where another `clusterId` "
        "replaces the resource, it counts for the former cluster too.",
        default=False,
    ),
    "createdByThisStack": Field(
        "boolean",
        "Allow a cluster that does not exist yet, because the program creates it with the output "
        "`servicePrincipalProfile`. By default a cluster that does not exist is refused, as a wrong ID would be.",
    ),
    "waitForPrincipalSeconds": Field(
        "number",
        "How long to wait, in seconds, until Entra accepts a secret or service principal that was just made: 0 to "
        f"{_LONGEST_WAIT}; {DEFAULT_PRINCIPAL_SECONDS} by default.",
        default=DEFAULT_PRINCIPAL_SECONDS,
        refusal=_seconds,
    ),
    **SECRET_DATES,
    **WAVES,
    **HOLDS,
    **NODE_PULL,
}

OUTPUTS: Final[Fields] = {
    "credentialState": Field(
        "string",
        "Whether the cluster has the credential. `applied`: it has. `pending`: it did not exist when last read, and "
        "takes the credential from `servicePrincipalProfile`. `failed`: the last reset failed. `unknown`: after an "
        "interrupted reset or an import, or where another client ID was found on the cluster. After `failed` and "
        "`unknown` the next update resets again if necessary. `waiting`: it keeps the credential that it has, until "
        "the program lets it be reset; `secret` and `secretKeyId` are of that one, if it is known.",
        required=True,
        choices=CredentialState,
    ),
    "clusterClientId": Field(
        "string", "The client ID that the cluster had when last read, `msi` for a managed identity."
    ),
    "provisioningState": Field("string", "The cluster's provisioning state when last read; none before it exists."),
    "nodePools": Field(
        "array", "Names of the cluster's node pools when last read; none before it exists.", items="string"
    ),
    "resetAt": Field(
        "string", "UTC time of the last reset by this resource, `2026-01-31T12:00:00Z`; none if it made none."
    ),
    "waitsFor": Field(
        "string",
        "What the reset waits for, in a sentence, while the cluster keeps another credential; none where it does not "
        "wait.",
    ),
    "pendingOperation": Field(
        "string",
        "Address of a reset that was still running when this resource stopped waiting for it, or a word that says why "
        "there is none. Secret.",
        secret=True,
    ),
    "nodesRefused": Field(
        "string",
        "Where `nodePullImage` is given and the registry did not accept the credential of the cluster's nodes: which "
        "nodes, and the registry's words. The next update asks them again, and resets the cluster if that is still so.",
    ),
    "servicePrincipalProfile": Field(
        "object",
        "`clientId` and `secret`, as the `servicePrincipalProfile` of azure-native's `ManagedCluster` takes them; none "
        "after an import. Secret.",
        required=True,
        secret=True,
        shape=CREDENTIAL,
    ),
}

SECRETS: Final = secrets(INPUTS, OUTPUTS)
"""Names of the properties that are Pulumi secrets."""

DESCRIPTION: Final = (
    "The AKS credential of one cluster: the application of its tenant that the cluster uses, and its secret.\n\n"
    "A change resets the cluster's credential: AKS cordons, drains and reimages every node, which takes minutes to "
    "well over an hour, and the application becomes the cluster's whole identity in its tenant. A reset happens only "
    "if the cluster's client ID differs or the secret differs from the secret that this resource applied last, and "
    f"after the secret has signed in. {_RESET_DOC}\n\n"
    "A cluster that does not exist is refused, unless `createdByThisStack` is set: then the resource only records the "
    "credential, and the cluster, declared with the output `servicePrincipalProfile`, is created with it.\n\n"
    "A cluster with a managed identity is refused, because it cannot change to a service principal: it pulls with an "
    "image pull secret. Azure never shows a cluster's secret: another client ID is detected, as drift; another secret "
    "only with `nodePullImage`, and when the registry no longer accepts it.\n\n"
    "Import by the cluster's ARM ID; the next update resets once, because the cluster's secret is unknown. "
    "`customTimeouts` limit a whole create or update, 90 minutes by default."
)
