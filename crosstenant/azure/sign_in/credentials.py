"""Each kind of sign-in as a credential of azure-identity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ClientAuthenticationError
from cryptography.exceptions import UnsupportedAlgorithm

from crosstenant.azure.connections.retries import BoundedRetryPolicy
from crosstenant.azure.connections.transport import AzureTransport
from crosstenant.azure.sign_in.azure_cli import CliCredential
from crosstenant.azure.sign_in.job_tokens import FederatedCredential
from crosstenant.model.clouds import Cloud
from crosstenant.model.credentials.kinds import (
    AzureCli,
    AzurePipelines,
    ClientCertificate,
    ClientSecret,
    Credential,
    GitHubActions,
    InlineCertificate,
    ManagedIdentity,
    OidcToken,
    OidcTokenFile,
)

# A TypeError: a password that is missing, or that an unencrypted PEM file does not need.
_UNUSABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm)


def make_credential(
    tenant_id: str, cloud: Cloud, credentials: Credential, subscription_id: str | None = None
) -> AsyncTokenCredential:
    """The credential that signs in to one tenant of one cloud.

    :param tenant_id: UUID of the tenant.
    :param cloud: Its cloud.
    :param credentials: How to sign in.
    :param subscription_id: UUID of a subscription of the tenant, if one is known: it selects the Azure CLI's account.
    :raises azure.core.exceptions.ClientAuthenticationError: A certificate cannot be read.
    """
    made = MAKERS[type(credentials)](tenant_id, cloud, credentials)
    if subscription_id and isinstance(made, CliCredential):
        return CliCredential(tenant_id, subscription_id)
    return made


def _secret(tenant_id: str, cloud: Cloud, it: ClientSecret) -> AsyncTokenCredential:
    from azure.identity import aio

    return aio.ClientSecretCredential(tenant_id, it.client_id, it.client_secret, **_settings(cloud))


def _token(tenant_id: str, cloud: Cloud, it: OidcToken) -> AsyncTokenCredential:
    from azure.identity import aio

    return aio.ClientAssertionCredential(tenant_id, it.client_id, lambda: it.oidc_token, **_settings(cloud))


def _token_file(tenant_id: str, cloud: Cloud, it: OidcTokenFile) -> AsyncTokenCredential:
    from azure.identity import aio

    read = _reader(it.oidc_token_file_path)
    return aio.ClientAssertionCredential(tenant_id, it.client_id, read, **_settings(cloud))


def _managed_identity(tenant_id: str, cloud: Cloud, it: ManagedIdentity) -> AsyncTokenCredential:
    from azure.identity import aio

    del tenant_id, cloud
    # A proxy would see the token in clear, or answer with the identity of its own machine:
    # https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#proxies
    transport = AzureTransport(through_proxy=False)
    # azure-identity would take a pod's AZURE_TENANT_ID for a managed identity, of whichever tenant that is.
    return aio.ManagedIdentityCredential(
        client_id=it.client_id, transport=transport, _exclude_workload_identity_credential=True
    )


def _inline_certificate(tenant_id: str, cloud: Cloud, it: InlineCertificate) -> AsyncTokenCredential:
    import base64

    from azure.identity import aio

    try:
        # PKCS#12: what the arguments' check has found to be base64.
        data = base64.b64decode(it.client_certificate)
        return aio.CertificateCredential(
            tenant_id,
            it.client_id,
            certificate_data=data,
            password=it.client_certificate_password,
            **_settings(cloud),
        )
    except _UNUSABLE as error:
        raise ClientAuthenticationError(message=f"the client certificate cannot be used: {error}") from error


def _certificate(tenant_id: str, cloud: Cloud, it: ClientCertificate) -> AsyncTokenCredential:
    from azure.identity import aio

    try:
        return aio.CertificateCredential(
            tenant_id,
            it.client_id,
            it.client_certificate_path,
            password=it.client_certificate_password,
            **_settings(cloud),
        )
    except (OSError, *_UNUSABLE) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ClientAuthenticationError(
            message=f"the client certificate '{it.client_certificate_path}' cannot be used: {reason}"
        ) from error


def _settings(cloud: Cloud) -> dict[str, Any]:
    return {"authority": cloud.login_host, "transport": AzureTransport(), "retry_policy_class": BoundedRetryPolicy}


def _reader(path: str) -> Callable[[], str]:
    def read() -> str:
        try:
            token = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            of_path = error.strerror if isinstance(error, OSError) else str(error)
            reason = "it is not text" if isinstance(error, UnicodeDecodeError) else of_path
            raise ClientAuthenticationError(message=f"the OIDC token file '{path}' cannot be read: {reason}") from error
        if not token:
            # Entra would answer that the assertion is missing, as if no credential were configured (AADSTS7000216).
            raise ClientAuthenticationError(
                message=f"the OIDC token file '{path}' is empty: the token must be in it before Pulumi starts"
            )
        if not token.isascii():
            raise ClientAuthenticationError(
                message=f"the OIDC token file '{path}' has characters that no token has: write only the token to it,"
                " without a byte order mark"
            )
        return token

    return read


MAKERS: Final[dict[type[Credential], Callable[[str, Cloud, Any], AsyncTokenCredential]]] = {
    ClientSecret: _secret,
    InlineCertificate: _inline_certificate,
    ClientCertificate: _certificate,
    OidcToken: _token,
    OidcTokenFile: _token_file,
    AzurePipelines: FederatedCredential,
    GitHubActions: FederatedCredential,
    ManagedIdentity: _managed_identity,
    AzureCli: lambda tenant_id, _cloud, _cli: CliCredential(tenant_id),
}
"""What makes the credential of each kind."""
