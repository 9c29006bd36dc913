"""The configuration of a ``crosstenant`` provider: one tenant, and one way to sign in to it.

Checked in form only: nobody signs in before something of the tenant is used.
"""

from __future__ import annotations

import os
from typing import Any, Final

from crosstenant.azure.sign_in.tenant import (
    AzureCli,
    AzurePipelines,
    ClientCertificate,
    ClientSecret,
    Credentials,
    GitHubActions,
    ManagedIdentity,
    OidcToken,
    OidcTokenFile,
    Tenant,
)
from crosstenant.model.arm_id import is_uuid
from crosstenant.model.clouds import CLOUDS, PUBLIC, cloud_named
from crosstenant.provider_kit.resource import Failure, Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain

SECRET_CONFIG: Final = frozenset({"clientSecret", "clientCertificatePassword", "oidcToken", "oidcRequestToken"})
"""Names of the configuration properties that are secret."""

# By the property that tells, in the order in which the documentation lists the kinds of sign-in.
_KINDS: Final = (
    "clientSecret",
    "clientCertificatePath",
    "oidcToken",
    "oidcTokenFilePath",
    "oidcRequestUrl",
    "useMsi",
    "useCli",
)
_OF_AN_APPLICATION: Final = _KINDS[:5]
_FLAGS: Final = ("useMsi", "useCli")
_HALVES: Final = {
    "clientCertificatePassword": "clientCertificatePath",
    "oidcRequestToken": "oidcRequestUrl",
    "oidcRequestUrl": "oidcRequestToken",
    "adoServiceConnectionId": "oidcRequestToken",
}


def check_tenant_config(config: Properties) -> list[Failure]:
    """What is wrong with a provider's arguments; ``UNKNOWN`` ones are taken to be right.

    A provider without any is the engine's default one, which hosts the components alone.
    """
    given = {name: value for name, value in config.items() if name in _PROPERTIES and value not in (None, "")}
    if not given:
        return []
    failures = [
        *_check_uuid(given, "tenantId", "az account show --query tenantId"),
        *_check_uuid(given, "subscriptionId", "az account show --query id", required=False),
        *_check_uuid(given, "clientId", "the application's page in the Entra admin center", required=False),
        *_check_environment(given.get("environment")),
        *(
            Failure(name, f"'{given[name]}' is neither true nor false")
            for name in _FLAGS
            if name in given and given[name] is not UNKNOWN and _as_bool(given[name]) is None
        ),
    ]
    return failures or _check_credentials(_with_job_address(given))


def make_tenant(config: Properties) -> Tenant:
    """The tenant of a provider whose arguments have been checked."""
    given = _with_job_address({name: value for name, value in config.items() if value not in (None, "")})
    return Tenant(
        tenant_id=str(given["tenantId"]).lower(),
        cloud=cloud_named(str(given.get("environment", PUBLIC.name))),
        credentials=_credentials(given),
        subscription_id=given.get("subscriptionId"),
    )


def _credentials(given: Properties) -> Credentials:
    client_id = given.get("clientId")
    if client_id is None:
        return ManagedIdentity() if _as_bool(given.get("useMsi")) else AzureCli()
    match _kinds(given):
        case ["clientSecret"]:
            return ClientSecret(client_id, given["clientSecret"])
        case ["clientCertificatePath"]:
            return ClientCertificate(client_id, given["clientCertificatePath"], given.get("clientCertificatePassword"))
        case ["oidcToken"]:
            return OidcToken(client_id, given["oidcToken"])
        case ["oidcTokenFilePath"]:
            return OidcTokenFile(client_id, given["oidcTokenFilePath"])
        case ["oidcRequestUrl"] if "adoServiceConnectionId" in given:
            return AzurePipelines(
                client_id, given["adoServiceConnectionId"], given["oidcRequestUrl"], given["oidcRequestToken"]
            )
        case ["oidcRequestUrl"]:
            return GitHubActions(client_id, given["oidcRequestUrl"], given["oidcRequestToken"])
        case ["useMsi"]:
            return ManagedIdentity(client_id)
        case _:
            return AzureCli()


def _with_job_address(given: Properties) -> Properties:
    # Azure Pipelines gives the address to every step by itself, but never a token: it serves each tenant alike.
    if "adoServiceConnectionId" in given and "oidcRequestUrl" not in given:
        address = os.environ.get("SYSTEM_OIDCREQUESTURI")
        return given | {"oidcRequestUrl": address} if address else given
    return given


def _kinds(given: Properties) -> list[str]:
    return [kind for kind in _KINDS if kind in given and (kind not in _FLAGS or _as_bool(given[kind]) is not False)]


def _check_uuid(given: Properties, name: str, where: str, *, required: bool = True) -> list[Failure]:
    value = given.get(name)
    if value is None:
        return [Failure(name, f"is missing: give the UUID ({where})")] if required else []
    if value is UNKNOWN or (isinstance(value, str) and is_uuid(value)):
        return []
    return [Failure(name, f"'{value}' is no UUID: give the ID, not a name or a domain ({where})")]


def _check_environment(value: Plain) -> list[Failure]:
    if value is None or value is UNKNOWN:
        return []
    try:
        cloud_named(str(value))
    except ValueError as error:
        return [Failure("environment", str(error))]
    return []


def _check_credentials(given: Properties) -> list[Failure]:
    kinds = _kinds(given)
    if len(kinds) > 1:
        return [Failure(kinds[1], f"is given beside {kinds[0]}: keep one kind of credential and remove the other")]
    for half, other in _HALVES.items():
        if half in given and other not in given:
            return [Failure(other, f"is missing: {half} needs it")]
    if kinds and kinds[0] in _OF_AN_APPLICATION and "clientId" not in given:
        return [Failure("clientId", f"is missing: the client ID of the application that {kinds[0]} belongs to")]
    if "clientId" in given and (not kinds or kinds == ["useCli"]):
        remedy = f"add one of {', '.join(_OF_AN_APPLICATION)} or useMsi, or remove clientId to use the Azure CLI's user"
        return [Failure("clientId", f"is given without a credential: {remedy}")]
    if not kinds and _as_bool(given.get("useCli")) is False:
        return [Failure("useCli", f"is false and no other credential is given: add one of {', '.join(_KINDS[:-1])}")]
    return []


def _as_bool(value: Plain) -> bool | None:
    """The engine keeps provider arguments as text, so a flag may be ``"true"``; ``None`` for what is no flag."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


_PROPERTIES: Final[dict[str, Any]] = {
    "tenantId": {"type": "string", "description": "UUID of the Entra tenant to sign in to."},
    "subscriptionId": {
        "type": "string",
        "description": "UUID of the subscription to use where an ARM ID names none.",
    },
    "environment": {
        "type": "string",
        "description": f"The Azure cloud: {', '.join(f'`{name}`' for name in CLOUDS)}. Default: `{PUBLIC.name}`.",
    },
    "clientId": {
        "type": "string",
        "description": (
            "Client ID (UUID) of the application to sign in as, or of a user-assigned managed identity with `useMsi`."
        ),
    },
    "clientSecret": {"type": "string", "secret": True, "description": "The application's secret. Secret."},
    "clientCertificatePath": {
        "type": "string",
        "description": "Path of the application's certificate with its private key, PEM or PKCS#12.",
    },
    "clientCertificatePassword": {
        "type": "string",
        "secret": True,
        "description": "Password of the certificate's file. Secret.",
    },
    "oidcToken": {"type": "string", "secret": True, "description": "A federated token for the application. Secret."},
    "oidcTokenFilePath": {
        "type": "string",
        "description": "Path of a file with a federated token; it is read again for each sign-in.",
    },
    "oidcRequestUrl": {
        "type": "string",
        "description": (
            "Where a pipeline's job asks for a federated token: `ACTIONS_ID_TOKEN_REQUEST_URL` in GitHub Actions,"
            " `SYSTEM_OIDCREQUESTURI` (the default there) in Azure Pipelines."
        ),
    },
    "oidcRequestToken": {
        "type": "string",
        "secret": True,
        "description": (
            "Bearer token of that request: `ACTIONS_ID_TOKEN_REQUEST_TOKEN` in GitHub Actions, `System.AccessToken` in"
            " Azure Pipelines. Secret."
        ),
    },
    "adoServiceConnectionId": {
        "type": "string",
        "description": "ID of the Azure DevOps service connection that is federated with the application.",
    },
    "useMsi": {"type": "boolean", "description": "Sign in as the machine's managed identity."},
    "useCli": {
        "type": "boolean",
        "description": "Sign in as the Azure CLI's user; the default where no other credential is given.",
    },
}

PROVIDER_SCHEMA: Final[dict[str, Any]] = {
    "description": (
        "Signs in to one Entra tenant, with one of these and nothing from the environment: client secret, client"
        " certificate, OIDC token, OIDC token file, a pipeline's OIDC request (GitHub Actions, Azure Pipelines),"
        " managed identity, or the Azure CLI, which is used if none is given."
    ),
    "inputProperties": _PROPERTIES,
    "requiredInputs": ["tenantId"],
    "properties": {name: spec for name, spec in _PROPERTIES.items() if spec["type"] == "string"},
}
"""The package schema's entry for the provider."""
