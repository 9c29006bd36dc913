"""The plan of a delivery: which registries are proved, and which namespaces get a pull secret.

A plan has names only, which a program knows before anything is deployed. IDs and hosts, which may be known later, are
in ``RefresherConfig``: its text is placed into the documents as it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from crosstenant.model.federation import ACR_SCOPE, TOKEN_AUDIENCE, subject

REFRESHER: Final = "pull-refresher"
"""Name of the refresher's service account, ConfigMap, roles and CronJob."""

FIRST_JOB: Final = "pull-refresher-first"
"""Name of the Job that fills the pull secrets for the first time and proves the pull."""

PULL_SECRET: Final = "registry-pull"  # noqa: S105 - a name
"""Name of a pull secret whose plan names none."""

DEFAULT_IMAGE: Final = "mcr.microsoft.com/azurelinux/base/python:3.12"
"""The refresher's image: any with ``python3`` 3.9 or newer and the roots of public certificate authorities will do."""

SCRIPT_KEY: Final = "refresh_pull_secrets.py"
CONFIG_KEY: Final = "config.json"

ProofMode = Literal["require", "warn", "skip"]


@dataclass(frozen=True)
class ProvedRegistry:
    """A registry of a pull secret, and the image whose manifest the refresher reads as the proof."""

    login_server: str
    """Host of the registry, ``fabrikamimages.azurecr.io``."""
    repository: str | None = None
    """A repository; without one nothing is proved."""
    reference: str | None = None
    """A tag or digest of it; without one nothing is proved beyond the granted actions."""
    mode: ProofMode = "require"
    """``require``: a refused proof fails the refresher; ``warn``: it warns; ``skip``: nothing is proved."""


@dataclass(frozen=True)
class PullNamespace:
    """A namespace that gets a pull secret."""

    name: str
    """A namespace that exists: a DNS label."""
    secret: str = PULL_SECRET
    """Name of its pull secret."""
    service_accounts: tuple[str, ...] = ()
    """Service accounts that get the secret as their only ``imagePullSecrets``."""


@dataclass(frozen=True)
class RefresherPlan:
    """The refresher of one cluster."""

    namespace: str
    """Its own namespace, a DNS label: who may run pods there may pull."""
    namespaces: tuple[PullNamespace, ...]
    """The namespaces that get a pull secret."""
    schedule: str
    """When it runs, as a CronJob's schedule in UTC: ``7 * * * *``."""
    service_account: str = REFRESHER
    """Its service account."""
    image: str = DEFAULT_IMAGE
    """Its image."""
    audience: str = TOKEN_AUDIENCE
    """The audience of its token for Entra ID: one of ``federation.token_audience``."""

    @property
    def subject(self) -> str:
        """The subject that the federated identity credential must have."""
        return subject(self.namespace, self.service_account)


@dataclass(frozen=True)
class RefresherConfig:
    """What the refresher reads from ``config.json``. Nothing of it is secret."""

    tenant_id: str
    """UUID of the registry tenant."""
    client_id: str
    """Client ID (UUID) of the identity."""
    authority: str
    """Where Entra ID signs in: ``https://login.microsoftonline.com``."""
    registries: Sequence[ProvedRegistry]
    """The registries."""
    namespaces: Sequence[PullNamespace]
    """The namespaces that get a pull secret."""
    period_seconds: int = 3600
    """The longest time between two runs, from ``schedule.longest_gap``."""
    scope: str = ACR_SCOPE
    """OAuth scope of the token for the registries."""

    def text(self) -> str:
        """The text of ``config.json``; the same arguments give the same text."""
        document = {
            "tenantId": self.tenant_id,
            "clientId": self.client_id,
            "authority": self.authority,
            "scope": self.scope,
            "periodSeconds": self.period_seconds,
            "registries": [_registry(it) for it in self.registries],
            "secrets": [{"namespace": it.name, "name": it.secret} for it in self.namespaces],
        }
        return json.dumps(document, indent=2) + "\n"


def content_hash(*texts: str) -> str:
    """The hash of a ConfigMap's content: the first Job has it as an annotation, and runs again when it changes.

    :param texts: The refresher's text and the text of its configuration.
    """
    return sha256("\0".join(texts).encode()).hexdigest()[:16]


def _registry(registry: ProvedRegistry) -> dict[str, str]:
    entry = {"loginServer": registry.login_server, "mode": registry.mode}
    if registry.repository is not None:
        entry["repository"] = registry.repository
    if registry.reference is not None:
        entry["reference"] = registry.reference
    return entry
