"""The variables that a preview refuses are those by which the stand-ins sign in otherwise, and no others."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from crosstenant.errors import OperatorError
from crosstenant.model.credentials.arguments import camel
from crosstenant.model.credentials.kinds import (
    AzureCli,
    AzurePipelines,
    ClientCertificate,
    ClientSecret,
    GitHubActions,
    InlineCertificate,
    ManagedIdentity,
    OidcToken,
    OidcTokenFile,
)
from crosstenant.model.credentials.kinds import Credential as Given
from crosstenant.model.credentials.variables import VARIABLES, Reader, overriding_variable
from crosstenant.sandbox.standins.azure_native.credential import azure_native_credential
from crosstenant.sandbox.standins.azuread.credential import azuread_credential
from crosstenant.sandbox.standins.clouds import PUBLIC, in_region
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.standins.signin import Credential

TENANT, APP = "a0000000-0000-4000-8000-00000000000a", "a0000000-0000-4000-8000-0000000000c1"
FILE, OTHER_FILE = (base64.b64encode(it).decode() for it in (b"0", b"other"))
GIVEN = (
    ClientSecret(APP, "s"),
    InlineCertificate(APP, FILE),
    InlineCertificate(APP, FILE, "p"),
    ClientCertificate(APP, "c"),
    ClientCertificate(APP, "c", "p"),
    OidcToken(APP, "t"),
    OidcTokenFile(APP, "f"),
    AzurePipelines(APP, APP, "t", "https://u"),
    GitHubActions(APP, "https://u", "t"),
    ManagedIdentity(),
    ManagedIdentity(APP),
    AzureCli(),
)
"""Every kind of credential, with and without what may be omitted."""
HARMLESS = {
    *("ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID", "ARM_ENVIRONMENT", "AZURE_ENVIRONMENT", "ARM_PARTNER_ID"),
    *("ARM_USE_OIDC", "ARM_USE_MSI", "ARM_USE_CLI", "ARM_USE_AKS_WORKLOAD_IDENTITY"),
    *("ARM_USE_DEFAULT_AZURE_CREDENTIAL", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"),
    *("AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST", "ARM_OIDC_REQUEST_URL", "ARM_OIDC_REQUEST_TOKEN"),
    *("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"),
}
"""Variables for which the providers are given an argument, or which they do not read."""
# What these change is not the credential: tests/sandbox/standins/test_standin_environment.py.
BESIDE: set[str] = {"ARM_METADATA_HOSTNAME", "ARM_MSI_ENDPOINT", "ARM_AUXILIARY_TENANT_IDS"}
READERS: dict[Reader, Callable[[Settings], Credential]] = {
    "azuread": azuread_credential,
    "azure-native": azure_native_credential,
}


@pytest.mark.parametrize("given", GIVEN, ids=lambda it: "-".join(it.values()) or "nothing")
@pytest.mark.parametrize("reader", READERS)
def test_the_table_is_what_the_stand_ins_do(given: Given, reader: Reader, tmp_path: Path):
    if reader == "azure-native" and given.azure_native_refusal:
        return
    (tmp_path / "file").write_text("other")
    names = ({it.name for it in VARIABLES} | HARMLESS) - BESIDE
    environs = {name: {name: _value(name, tmp_path / "file")} for name in names}
    usual = _signs_in(given, reader, {})
    acting = {name for name, environ in environs.items() if _signs_in(given, reader, environ) != usual}
    arguments = {"tenant_id": TENANT, **given.values()}
    assert acting == {name for name, environ in environs.items() if overriding_variable(arguments, reader, environ)}


def _value(name: str, file: Path) -> str:
    if name.endswith("_PATH") or name == "AZURE_FEDERATED_TOKEN_FILE":
        return str(file)
    return "true" if name.startswith("ARM_USE") else OTHER_FILE if name == "ARM_CLIENT_CERTIFICATE" else "other"


def _signs_in(given: Given, reader: Reader, environ: dict[str, str]) -> tuple[str, ...]:
    """What a provider signs in with that is told of the credential what the components tell it."""
    config = {camel(name): value for name, value in given.values().items() if value is not True}
    flags = {"useOidc": given.uses_oidc, "useMsi": isinstance(given, ManagedIdentity)}
    flags |= {
        "useCli": isinstance(given, AzureCli),
        "useAksWorkloadIdentity": False,
        "useDefaultAzureCredential": False,
    }
    if connection := config.pop("adoServiceConnectionId", None):
        config["adoPipelineServiceConnectionId"] = connection
    config |= {"tenantId": TENANT, "environment": "public", **{name: str(it).lower() for name, it in flags.items()}}
    try:
        it = READERS[reader](Settings(config, environ))
    except OperatorError as error:
        return ("refused", str(error))
    token = (it.oidc_token,) if it.oidc_token else (it.oidc_token_path,) if it.oidc_token_path else ()
    request = (it.oidc_request_url, it.oidc_request_token, it.oidc_audience, it.service_connection_id)
    host = in_region(PUBLIC, environ).login_host if reader == "azure-native" else ""
    used = {
        "certificate": (str(it.certificate) if it.certificate else it.certificate_path, it.certificate_password, host),
        "secret": (it.secret, host),
        "oidc": (*(token or request), host),
    }
    client = () if it.method == "cli" else (it.client_id,)
    return (it.method, it.tenant_id, *client, *used.get(it.method, ()))
