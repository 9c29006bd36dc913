"""The arguments of a tenant, and their checks."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.model.clouds import PUBLIC, Cloud, cloud_named
from crosstenant.model.credentials.certificate_file import unreadable
from crosstenant.model.credentials.kinds import ClientCertificate, OidcTokenFile
from crosstenant.model.credentials.tenant_check import (
    check_credential,
    check_identity,
    given_arguments,
    kind_of,
    with_job_address,
)
from crosstenant.model.credentials.variables import Reader, overriding_variable
from crosstenant.model.modes import AzureEnvironmentText


class TenantArgs(TypedDict):
    """One Entra tenant and its credential.

    Give one kind of credential: a client ID with a secret, a certificate, an OIDC token, file or request; or
    ``use_msi``; or nothing, for the Azure CLI's user (``az login --tenant ID``). ``ARM_*`` variables would reach both
    tenants, so they are never read; the preview refuses those by which azuread or azure-native would sign in otherwise.
    """

    tenant_id: str
    """UUID of the tenant."""

    subscription_id: NotRequired[str]
    """UUID of a subscription of the tenant; of several accounts in the Azure CLI it selects one. Default: that of the
    tenant's first cluster or registry ID."""

    environment: NotRequired[AzureEnvironmentText]
    """The Azure cloud: ``public`` (default), ``usgovernment`` or ``china``; the same for both tenants."""

    client_id: NotRequired[pulumi.Input[str]]
    """Client ID (UUID) of the application that runs the deployment in this tenant."""

    client_secret: NotRequired[pulumi.Input[str]]
    """Its secret. Secret; the stack's state keeps it encrypted. Prefer OIDC, which keeps nothing of lasting value."""

    client_certificate: NotRequired[pulumi.Input[str]]
    """Its certificate with private key, a PKCS#12 file in base64 (``base64 -w0 cert.pfx``). Secret. For a cluster
    tenant without ``cluster_role_assignments``: the azure-native provider, which assigns roles, reads files only."""

    client_certificate_path: NotRequired[str]
    """Path of its certificate with private key: PKCS#12 with SHA-1 and 3DES, which azuread and azure-native read.
    Current tools write another form; the preview refuses it and shows the ``openssl`` command for this one."""

    client_certificate_password: NotRequired[pulumi.Input[str]]
    """Password of the certificate. Secret."""

    oidc_token: NotRequired[pulumi.Input[str]]
    """A federated token for the application. Secret."""

    oidc_token_file_path: NotRequired[str]
    """Path of a file with a federated token, without a line break; each sign-in reads it again."""

    oidc_request_url: NotRequired[pulumi.Input[str]]
    """The address for a federated token: ``ACTIONS_ID_TOKEN_REQUEST_URL`` in GitHub Actions; omit it in Azure
    Pipelines."""

    oidc_request_token: NotRequired[pulumi.Input[str]]
    """Bearer token of that request: ``ACTIONS_ID_TOKEN_REQUEST_TOKEN`` in GitHub Actions, ``System.AccessToken`` in
    Azure Pipelines. Secret."""

    ado_service_connection_id: NotRequired[str]
    """ID (UUID) of the Azure DevOps service connection that is federated with the application. For a cluster tenant
    without ``cluster_role_assignments``: the azure-native provider, which assigns roles, cannot use it."""

    use_msi: NotRequired[bool]
    """Sign in as the machine's managed identity. It works in its own tenant only, so only for one of the two
    tenants."""


def check_tenant(
    at: ArgPath, tenant: TenantArgs, *, credentials: bool = True, environ: Mapping[str, str] = os.environ
) -> Cloud:
    """Checks one tenant's description; returns its cloud.

    :param at: The argument that holds the tenant, ``registry_tenant``.
    :param tenant: The tenant.
    :param credentials: Whether its credentials will be used (they are not when all providers are ready-made).
    :param environ: The environment that provider plugins inherit.
    :raises ArgumentError: Something is wrong; the text names the property and the remedy.
    """
    given = given_arguments(tenant)
    problems = check_identity(given)
    if credentials and not problems:
        problems = check_credential(with_job_address(given, environ))
    if problems:
        raise (at / problems[0].argument).error(problems[0].reason)
    return cloud_named(tenant.get("environment") or PUBLIC.name)


def check_variables(
    at: ArgPath, given: Mapping[str, Any], reader: Reader, environ: Mapping[str, str] = os.environ
) -> None:
    """Checks that no environment variable would change the sign-in of a provider that is made for the tenant.

    :param at: The argument that holds the tenant.
    :param given: The tenant's arguments, from ``given_arguments``, with nothing wrong about them.
    :param reader: The provider.
    :param environ: The environment that provider plugins inherit.
    :raises ArgumentError: One would; the text names it.
    """
    overriding = overriding_variable(given, reader, environ)
    if overriding:
        raise at.error(overriding.refusal)


def check_files(at: ArgPath, given: Mapping[str, Any], reader: Reader) -> None:
    """Checks that a provider of the tenant can read the credential's file, which this package reads in any form.

    A file that cannot be read is left to the sign-in.

    :param at: The argument that holds the tenant.
    :param given: The tenant's arguments, from ``given_arguments``, with nothing wrong about them.
    :param reader: The provider.
    :raises ArgumentError: The provider cannot read the certificate; the text has the command for a readable file.
    """
    kind = kind_of(given)
    if kind not in (ClientCertificate, OidcTokenFile):
        return
    path = str(given[kind.told_by])
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError):
        return
    if kind is ClientCertificate:
        with_password = "client_certificate_password" in given
        reason = unreadable(data, path, reader, with_password=with_password)
        if reason:
            raise (at / kind.told_by).error(f"cannot be used: {reason}")
    elif reader == "azure-native" and data != data.strip():
        # Nothing documents whether Entra accepts it, so this does not end the preview.
        pulumi.log.warn(
            f"{at.component}: {(at / kind.told_by).path}: the file begins or ends with white space. azure-native sends"
            " it with the token, and a sign-in that fails with AADSTS50027 has this reason. Write the file without a"
            " line break (printf '%s' \"$TOKEN\")."
        )
