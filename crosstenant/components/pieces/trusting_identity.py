"""What clusters act as: an identity or an application with federated credentials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pulumi
from pulumi.resource_hooks import ResourceHook

from crosstenant.components.pieces.hooks import Advise
from crosstenant.components.tenant import TenantProviders
from crosstenant.resources.internal_functions import PresentIdentity


@dataclass(frozen=True)
class CredentialSpec:
    """One federated credential."""

    azure_name: str
    """Its name in Azure."""
    issuer: pulumi.Output[str]
    """To the letter."""
    subject: str
    audience: str


DeclareCredential = Callable[[str, CredentialSpec, pulumi.ResourceOptions], pulumi.CustomResource]
"""Declares the resource of a credential: its name in the stack, the credential, and its options."""


@dataclass(frozen=True)
class TrustingIdentity:
    """The identity whose federated credentials trust the clusters."""

    called: str
    """What it is in a message: ``the identity``, ``the application``."""
    client_id: pulumi.Output[str]
    """UUID that a token request names."""
    principal_id: pulumi.Output[str]
    """Object ID (UUID) of its service principal in the registry tenant."""
    present: pulumi.Output[PresentIdentity]
    """The identity in Azure before this update, which permits federated credentials."""
    providers: TenantProviders
    """The providers of the tenant that has its credentials."""
    provider: pulumi.ProviderResource
    """The one that makes them."""
    advice: Callable[[str], Advise]
    """What to do when Azure refuses one, by the name of its resource."""
    refuse: Callable[[str], list[ResourceHook]]
    """Hooks that refuse one in a preview, by the name of its resource."""
    kept_name: str
    """The property with a credential's name in Azure, which stays when the component is renamed."""
    declare: DeclareCredential
    consent_url: pulumi.Output[str | None]
    """The page on which an administrator of the registry tenant can consent; none for a managed identity."""
