"""The credential of an azure-native provider, and the environment variables that it reads for omitted arguments.

pulumi/pulumi-azure-native, provider/pkg/provider/auth_azidentity.go: ``readAuthConfig``. A flag is on only as ``true``.
"""

from __future__ import annotations

import json
from typing import Final, cast

from crosstenant.errors import OperatorError
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.standins.signin import Credential, Variables, read_credential

_VARIABLES: Final[Variables] = {
    "clientCertificatePassword": ("ARM_CLIENT_CERTIFICATE_PASSWORD",),
    "clientCertificatePath": ("ARM_CLIENT_CERTIFICATE_PATH",),
    "clientId": ("ARM_CLIENT_ID",),
    "clientSecret": ("ARM_CLIENT_SECRET",),
    # There is no such argument.
    "oidcAudience": ("ARM_OIDC_AUDIENCE",),
    "oidcRequestToken": ("ACTIONS_ID_TOKEN_REQUEST_TOKEN",),
    "oidcRequestUrl": ("ACTIONS_ID_TOKEN_REQUEST_URL",),
    "oidcToken": ("ARM_OIDC_TOKEN",),
    "oidcTokenFilePath": ("ARM_OIDC_TOKEN_FILE_PATH",),
    "tenantId": ("ARM_TENANT_ID",),
}
_FROM_ENVIRONMENT: Final[Variables] = {
    "clientId": ("AZURE_CLIENT_ID",),
    "clientSecret": ("AZURE_CLIENT_SECRET",),
    "tenantId": ("AZURE_TENANT_ID",),
}
"""What Azure's default credential takes first; none of the provider's arguments."""


def azure_native_credential(settings: Settings) -> Credential:
    """The credential that the settings name.

    :raises OperatorError: It cannot be had, or the settings are malformed.
    """
    _check_auxiliary_tenants(settings)
    # Preferred to every credential that the arguments give.
    if _flag(settings, "useDefaultAzureCredential", "ARM_USE_DEFAULT_AZURE_CREDENTIAL"):
        return _default_credential(settings)
    return read_credential(
        settings,
        _VARIABLES,
        uses_oidc=_flag(settings, "useOidc", "ARM_USE_OIDC"),
        uses_msi=_flag(settings, "useMsi", "ARM_USE_MSI"),
        strips_token_file=False,
    )


def _flag(settings: Settings, name: str, variable: str) -> bool:
    return settings.text(name, variable) == "true"


def _default_credential(settings: Settings) -> Credential:
    environment = Settings({}, settings.environ)
    found = read_credential(environment, _FROM_ENVIRONMENT, uses_oidc=False, uses_msi=False)
    if found.method != "secret":
        raise OperatorError("DefaultAzureCredential: failed to acquire a token.")
    return found


def _check_auxiliary_tenants(settings: Settings) -> None:
    text = settings.text("auxiliaryTenantIds", "ARM_AUXILIARY_TENANT_IDS")
    try:
        # The originals decode it as a list of texts, for which null is an empty one.
        found: object = json.loads(text or "null")
        items = cast(list[object], found) if isinstance(found, list) else []
        well_formed = (found is None or isinstance(found, list)) and all(isinstance(it, str) for it in items)
    except ValueError:
        well_formed = False
    if not well_formed:
        raise OperatorError(f"failed to unmarshal '{text}' as Auxiliary Tenants")
