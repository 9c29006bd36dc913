"""One Entra tenant and the way this process signs in to it.

A process serves one tenant. Its credential comes from what the provider was given and from nothing else: no
``DefaultAzureCredential`` and no ``ARM_*`` or ``AZURE_*`` variables, since a variable holds one value and both tenants
of a chain run in the same environment.

Nothing here knows of Pulumi, and no Azure package is imported before a credential is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crosstenant.model.clouds import Cloud

if TYPE_CHECKING:
    from crosstenant.azure.sign_in.token_sharing import SharedCredential


@dataclass(frozen=True)
class ClientSecret:
    """An application's client ID and secret."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class ClientCertificate:
    """An application's client ID and certificate, a PEM or PKCS#12 file with its private key."""

    client_id: str
    path: str
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class OidcToken:
    """An application's client ID and a federated token, good for as long as the token is."""

    client_id: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class OidcTokenFile:
    """An application's client ID and a file that somebody else renews: it is read again for each sign-in."""

    client_id: str
    path: str


@dataclass(frozen=True)
class GitHubActions:
    """An application's client ID and where a GitHub Actions job asks for its ID token.

    https://docs.github.com/actions/reference/security/oidc
    """

    client_id: str
    request_url: str
    """The job's ``ACTIONS_ID_TOKEN_REQUEST_URL``."""
    request_token: str = field(repr=False)
    """The job's ``ACTIONS_ID_TOKEN_REQUEST_TOKEN``."""


@dataclass(frozen=True)
class AzurePipelines:
    """An application's client ID and the Azure DevOps service connection that is federated with it.

    https://learn.microsoft.com/azure/devops/pipelines/release/configure-workload-identity
    """

    client_id: str
    service_connection_id: str
    request_url: str
    """The job's ``SYSTEM_OIDCREQUESTURI``."""
    request_token: str = field(repr=False)
    """The job's ``System.AccessToken``."""


@dataclass(frozen=True)
class ManagedIdentity:
    """The machine's managed identity; it lives in one tenant and reaches no other."""

    client_id: str | None = None
    """Client ID of a user-assigned identity; ``None`` for the system-assigned one."""


@dataclass(frozen=True)
class AzureCli:
    """Whoever ``az login`` signed in, asked for a token of this tenant."""


Credentials = (
    ClientSecret
    | ClientCertificate
    | OidcToken
    | OidcTokenFile
    | GitHubActions
    | AzurePipelines
    | ManagedIdentity
    | AzureCli
)


@dataclass(frozen=True)
class Tenant:
    """An Entra tenant as one process sees it."""

    tenant_id: str
    """UUID of the tenant."""
    cloud: Cloud
    credentials: Credentials = field(default_factory=AzureCli)
    subscription_id: str | None = None
    """UUID of the subscription to use where an ID names none."""
    _made: list[SharedCredential] = field(default_factory=list["SharedCredential"], repr=False, compare=False)

    @property
    def caller(self) -> str:
        """Who acts in the tenant, for a sentence: ``application 1f...`` or ``the Azure CLI's user``."""
        if isinstance(self.credentials, AzureCli):
            return "the Azure CLI's user"
        client_id = self.credentials.client_id
        if isinstance(self.credentials, ManagedIdentity):
            return f"managed identity {client_id}" if client_id else "the machine's managed identity"
        return f"application {client_id}"

    def credential(self) -> SharedCredential:
        """The tenant's credential for Azure's asynchronous clients: always the same one, so that tokens are shared.

        :raises azure.core.exceptions.ClientAuthenticationError: It cannot even be made (a certificate that is not
            there or cannot be read).
        """
        if not self._made:
            from crosstenant.azure.sign_in.credentials import make_credential
            from crosstenant.azure.sign_in.token_sharing import SharedCredential

            self._made.append(SharedCredential(make_credential(self.tenant_id, self.cloud, self.credentials)))
        return self._made[0]

    async def aclose(self) -> None:
        """Closes the credential's connections; a later ``credential`` makes a new one."""
        while self._made:
            await self._made.pop().close()
