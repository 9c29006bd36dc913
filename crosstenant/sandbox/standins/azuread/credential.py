"""The credential of an azuread provider, and the environment variables that it reads for omitted arguments.

hashicorp/terraform-provider-azuread, internal/provider. Where a file or the platform gives what an argument gives too,
they must agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.standins.signin import Credential, Variables, agreed, read, read_credential

_VARIABLES: Final[Variables] = {
    "adoPipelineServiceConnectionId": (
        "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID",
        "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
    ),
    "clientCertificate": ("ARM_CLIENT_CERTIFICATE",),
    "clientCertificatePassword": ("ARM_CLIENT_CERTIFICATE_PASSWORD",),
    "clientCertificatePath": ("ARM_CLIENT_CERTIFICATE_PATH",),
    "clientId": ("ARM_CLIENT_ID",),
    "clientIdFilePath": ("ARM_CLIENT_ID_FILE_PATH",),
    "clientSecret": ("ARM_CLIENT_SECRET",),
    "clientSecretFilePath": ("ARM_CLIENT_SECRET_FILE_PATH",),
    "oidcRequestToken": ("ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"),
    "oidcRequestUrl": ("ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"),
    "oidcToken": ("ARM_OIDC_TOKEN",),
    "oidcTokenFilePath": ("ARM_OIDC_TOKEN_FILE_PATH",),
    "tenantId": ("ARM_TENANT_ID",),
}


def azuread_credential(settings: Settings) -> Credential:
    """The credential that the settings name.

    :raises OperatorError: A file that holds part of it cannot be read, or contradicts another setting.
    """
    on_aks = settings.flag("useAksWorkloadIdentity", "ARM_USE_AKS_WORKLOAD_IDENTITY")
    credential = read_credential(
        settings,
        _VARIABLES,
        uses_oidc=settings.flag("useOidc", "ARM_USE_OIDC") or on_aks,
        uses_msi=settings.flag("useMsi", "ARM_USE_MSI"),
    )
    if credential.oidc_token and credential.oidc_token_path:
        _agree(credential.oidc_token, credential.oidc_token_path)
    return _of_workload_identity(settings, credential) if on_aks else credential


def _agree(token: str, path: str) -> str:
    return agreed(token, read(path).decode().strip(), "OIDC token", "supplied OIDC token file contents")


def _of_workload_identity(settings: Settings, credential: Credential) -> Credential:
    """The credential with what the workload identity of an AKS pod gives."""
    environ, by = settings.environ, "that provided by AKS Workload Identity"
    if path := environ.get("AZURE_FEDERATED_TOKEN_FILE"):
        credential = replace(credential, oidc_token=_agree(credential.oidc_token, path))
    if client := environ.get("AZURE_CLIENT_ID"):
        credential = replace(credential, client_id=agreed(credential.client_id, client, "Client ID", by))
    if tenant := environ.get("AZURE_TENANT_ID"):
        credential = replace(credential, tenant_id=agreed(credential.tenant_id, tenant, "Tenant ID", by))
    return credential
