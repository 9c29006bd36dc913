"""The package schema's entry for ``ServicePrincipalProfile``: what programs in every language see."""

from __future__ import annotations

from typing import Any, Final

_RESET_DOC: Final = "https://learn.microsoft.com/azure/aks/update-credentials"

CLUSTER_ID: Final[dict[str, Any]] = {
    "type": "string",
    "description": (
        "ARM ID of the cluster, `/subscriptions/<subscription ID>/resourceGroups/<group>/providers/"
        "Microsoft.ContainerService/managedClusters/<name>`, as plain text: a cluster of the same program may take its"
        " credential from this resource, and would otherwise wait for itself. Another ID replaces the resource."
    ),
    "willReplaceOnChanges": True,
}

INPUTS: Final[dict[str, Any]] = {
    "clusterId": CLUSTER_ID,
    "clientId": {
        "type": "string",
        "description": (
            "Client ID (UUID) of the application that the cluster acts as. It needs a service principal in the"
            " cluster's tenant. https://learn.microsoft.com/azure/aks/kubernetes-service-principal"
        ),
    },
    "secret": {
        "type": "string",
        "secret": True,
        "description": (
            "A secret of that application, 190 bytes at most. Secret. Another secret resets the cluster's credential,"
            f" which reimages every node: {_RESET_DOC}"
        ),
    },
    "abandonOnDelete": {
        "type": "boolean",
        "default": False,
        "description": (
            "Let go of the cluster when this resource is deleted, even if the cluster still uses the application."
            " Otherwise deleting is refused then, since the cluster would lose its identity."
        ),
    },
    "waitForPrincipalSeconds": {
        "type": "number",
        "default": 300,
        "description": (
            "How long to wait, in seconds, until Entra accepts a secret or service principal that was just made:"
            " 0 to 3600."
        ),
    },
}

_OUTPUTS: Final[dict[str, Any]] = {
    "applied": {
        "type": "string",
        "description": (
            "Whether the cluster has the credential: `true`; `pending` where it did not exist when last looked at and"
            " takes the credential from `servicePrincipalProfile`; `failed` after a reset that failed; `unknown` after"
            " an interrupted reset or an import, or where another client ID was found on the cluster. The next update"
            " makes sure."
        ),
    },
    "clusterClientId": {
        "type": "string",
        "description": "The client ID that the cluster had when last looked at, `msi` for a managed identity.",
    },
    "provisioningState": {
        "type": "string",
        "description": "The cluster's provisioning state when last looked at; none before it exists.",
    },
    "nodePools": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Names of the cluster's node pools when last looked at.",
    },
    "resetAt": {
        "type": "string",
        "description": "UTC time of the last reset by this resource, `2026-01-31T12:00:00Z`; none if it made none.",
    },
    "pendingOperation": {
        "type": "string",
        "secret": True,
        "description": "Address of a reset that was still running when this resource stopped waiting for it. Secret.",
    },
    "servicePrincipalProfile": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "secret": True,
        "description": (
            "`clientId` and `secret`, as the `servicePrincipalProfile` of azure-native's `ManagedCluster` takes them."
            " Secret."
        ),
    },
}

SCHEMA: Final[dict[str, Any]] = {
    "description": (
        "The AKS credential of one cluster: which application of its tenant the cluster acts as, and with which"
        " secret.\n\n"
        "Changing it resets the cluster's credential: AKS cordons, drains and reimages every node, which takes minutes"
        " to well over an hour, and the application becomes the cluster's whole identity in its tenant. It happens"
        " only when the cluster's client ID differs or the secret is another one than this resource applied last, and"
        f" after the secret has signed in. {_RESET_DOC}\n\n"
        "A cluster that does not exist yet only has its credential recorded: declare it with the output"
        " `servicePrincipalProfile`, and it is created with it.\n\n"
        "A cluster with a managed identity is refused, since it cannot go back to a service principal: it pulls with"
        " an image pull secret. The cluster's secret can never be read from Azure, so a secret changed behind Pulumi's"
        " back cannot be seen; another client ID can, and shows as drift.\n\n"
        "Import by the cluster's ARM ID; the next update resets once, since nobody can tell which secret is there."
        " `customTimeouts` bound the whole of a create or update, 90 minutes by default."
    ),
    "inputProperties": INPUTS,
    "requiredInputs": ["clusterId", "clientId", "secret"],
    "properties": {name: {k: v for k, v in spec.items() if k != "default"} for name, spec in INPUTS.items()} | _OUTPUTS,
    "required": ["clusterId", "clientId", "secret", "applied", "servicePrincipalProfile"],
}

SECRETS: Final = frozenset({"secret", "pendingOperation", "servicePrincipalProfile"})
"""Names of the properties that are Pulumi secrets."""
