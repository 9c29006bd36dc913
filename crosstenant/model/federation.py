"""Federated identity credentials: who may sign in as an identity with a token of a cluster, and Azure's limits on them.

Limits and regions: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations. The
subject of a cluster's token: https://learn.microsoft.com/azure/aks/workload-identity-overview.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

from crosstenant.model.clouds import CHINA, PUBLIC, US_GOVERNMENT, Cloud

CREDENTIAL_LIMIT: Final = 20
"""The federated identity credentials that one identity or application can hold."""

ACR_SCOPE: Final = "https://containerregistry.azure.net/.default"
"""OAuth scope of an Entra token for a container registry, in every cloud."""

_AUDIENCES: Final = {
    PUBLIC.name: "api://AzureADTokenExchange",
    US_GOVERNMENT.name: "api://AzureADTokenExchangeUSGov",
    CHINA.name: "api://AzureADTokenExchangeChina",
}

TOKEN_AUDIENCE: Final = _AUDIENCES[PUBLIC.name]
"""The audience of a cluster's token for Entra in the public cloud."""

OPERATOR_AUDIENCE: Final = "api://AzureADTokenExchange"
"""The audience of the token that the External Secrets Operator asks a cluster for, in every cloud
(https://github.com/external-secrets/external-secrets/blob/v0.16.2/pkg/generator/acr/acr.go)."""

# Azure's documentation lists them by display name; an ARM location has no spaces.
REGIONS_WITHOUT_CREDENTIALS: Final = frozenset({"malaysiasouth", "newzealandnorth"})
"""Regions whose user-assigned identities cannot hold a federated identity credential."""

_CREDENTIAL_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}")
_IDENTITY_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,127}")
_DNS_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DNS_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")

IDENTITY_NAME_RULE: Final = (
    "must be 3 to 128 letters, digits, hyphens and underscores, and begin with a letter or digit"
)
NAMESPACE_RULE: Final = (
    "must be 1 to 63 lower-case letters, digits and hyphens, and begin and end with a letter or digit"
)
OBJECT_NAME_RULE: Final = (
    "must be 1 to 253 lower-case letters, digits, hyphens and dots, and begin and end with a letter or digit"
)


def token_audience(cloud: Cloud) -> str:
    """The audience that a cluster's token, and the federated identity credential, must have for Entra.

    :param cloud: The cloud of both tenants.
    """
    return _AUDIENCES[cloud.name]


def subject(namespace: str, service_account: str) -> str:
    """The subject of a service account's token.

    :param namespace: The service account's namespace.
    :param service_account: Its name.
    """
    return f"system:serviceaccount:{namespace}:{service_account}"


def is_credential_name(text: str) -> bool:
    """Whether Azure accepts this name of a federated identity credential: 3 to 120 letters, digits, hyphens and
    underscores, the first a letter or digit."""
    return _CREDENTIAL_NAME.fullmatch(text) is not None


def is_identity_name(text: str) -> bool:
    """Whether Azure accepts this name of a user-assigned identity; ``IDENTITY_NAME_RULE`` says which.

    https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftmanagedidentity
    """
    return _IDENTITY_NAME.fullmatch(text) is not None


def is_namespace_name(text: str) -> bool:
    """Whether Kubernetes accepts this name of a namespace (a DNS label); ``NAMESPACE_RULE`` says which.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
    """
    return _DNS_LABEL.fullmatch(text) is not None


def is_object_name(text: str) -> bool:
    """Whether Kubernetes accepts this name of a secret or service account; ``OBJECT_NAME_RULE`` says which."""
    return len(text) <= 253 and _DNS_NAME.fullmatch(text) is not None


def has_credentials(location: str) -> bool:
    """Whether identities of this region can hold federated identity credentials.

    :param location: A region, ``westeurope`` or ``West Europe``.
    """
    return location.replace(" ", "").lower() not in REGIONS_WITHOUT_CREDENTIALS


def credential_name(prefix: str, cluster: str) -> str:
    """The name of the credential for a cluster, in Azure's form.

    :param prefix: The component's name.
    :param cluster: The cluster's name in the stack.
    """
    text = f"{prefix}-{cluster}"
    return _fitted(text, re.sub(r"[^A-Za-z0-9_-]", "-", text), 120)


def identity_name(component: str, stack: str) -> str:
    """The name of the identity that a stack makes, in Azure's form.

    :param component: The component's name.
    :param stack: The stack's name, which tells the identities of two stacks of one program apart.
    """
    text = f"{component}-{stack}"
    return _fitted(text, re.sub(r"[^A-Za-z0-9_-]", "-", text), 64)


def dns_label(text: str) -> str:
    """A name as a DNS label, the form of a Kubernetes namespace.

    :param text: Any name. One that must be changed gets a part of its hash, so that two never become one.
    """
    return _fitted(text, re.sub(r"[^a-z0-9-]", "-", text.lower()), 63)


def _fitted(text: str, plain: str, length: int) -> str:
    plain = plain.strip("-_")
    if plain == text and len(text) <= length:
        return text
    tail = sha256(text.encode()).hexdigest()[:8]
    return f"{plain[: length - 9].rstrip('-_')}-{tail}".lstrip("-")
