"""The arguments that describe a tenant and its credential.

``TenantArgs``, ``Provider``, the schema, the options of the commands and ``tenant_from_config`` have these arguments.
Type checkers need the fields of the first two in full; a test compares them with this table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from crosstenant.model.clouds import CLOUDS, PUBLIC


@dataclass(frozen=True)
class Argument:
    """One argument, under its Python name."""

    name: str
    """``client_secret``."""
    description: str
    """Its meaning and form, in Markdown."""
    secret: bool = False
    flag: bool = False
    """Whether it is a boolean."""

    @property
    def camel_name(self) -> str:
        """``clientSecret``: its name in the engine, in other languages and in a stack's configuration."""
        return camel(self.name)


def camel(name: str) -> str:
    """``client_secret`` as ``clientSecret``."""
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)


TENANT_ARGUMENTS: Final = (
    Argument("tenant_id", "UUID of the Entra tenant to sign in to."),
    Argument(
        "subscription_id",
        "UUID of a subscription of the tenant. It selects the Azure CLI's account, where that has several.",
    ),
    Argument(
        "environment",
        f"The Azure cloud: {', '.join(f'`{name}`' for name in CLOUDS)}. Default: `{PUBLIC.name}`.",
    ),
)
"""The arguments that identify the tenant."""

CREDENTIAL_ARGUMENTS: Final = (
    Argument(
        "client_id",
        "Client ID (UUID) of the application that signs in, or of a user-assigned managed identity. Default: the Azure"
        " CLI's user signs in.",
    ),
    Argument("client_secret", "The application's secret.", secret=True),
    Argument(
        "client_certificate",
        "The application's certificate with its private key: a PKCS#12 file in base64.",
        secret=True,
    ),
    Argument(
        "client_certificate_path",
        "Path of the application's certificate with its private key, PEM or PKCS#12.",
    ),
    Argument("client_certificate_password", "Password of the certificate.", secret=True),
    Argument("oidc_token", "A federated token for the application.", secret=True),
    Argument("oidc_token_file_path", "Path of a file with a federated token; it is read again for each sign-in."),
    Argument(
        "oidc_request_url",
        "Where a pipeline's job asks for a federated token: `ACTIONS_ID_TOKEN_REQUEST_URL` in GitHub Actions,"
        " `SYSTEM_OIDCREQUESTURI` (the default there) in Azure Pipelines.",
    ),
    Argument(
        "oidc_request_token",
        "Bearer token of that request: `ACTIONS_ID_TOKEN_REQUEST_TOKEN` in GitHub Actions, `System.AccessToken` in"
        " Azure Pipelines.",
        secret=True,
    ),
    Argument(
        "ado_service_connection_id",
        "ID (UUID) of the Azure DevOps service connection that is federated with the application.",
    ),
    Argument("use_msi", "Sign in as the machine's managed identity, which reaches its own tenant only.", flag=True),
    Argument("use_cli", "Sign in as the Azure CLI's user; the default where no other credential is given.", flag=True),
)
"""The arguments of the credential."""

ARGUMENTS: Final = {argument.name: argument for argument in (*TENANT_ARGUMENTS, *CREDENTIAL_ARGUMENTS)}
"""All arguments, by name."""

IMPLIED: Final = "use_cli"
"""The argument that only the provider has: elsewhere the Azure CLI's user is the default."""

SECRET_NAMES: Final = frozenset(name for name, argument in ARGUMENTS.items() if argument.secret)
"""Names of the arguments that are secret."""
