"""Which environment variables would change a tenant's sign-in, and with which credential."""

from __future__ import annotations

import pytest

from crosstenant.model.credentials.kinds import (
    AzureCli,
    AzurePipelines,
    ClientCertificate,
    ClientSecret,
    Credential,
    GitHubActions,
    ManagedIdentity,
    OidcToken,
    OidcTokenFile,
)
from crosstenant.model.credentials.variables import VARIABLES, Reader, overriding_variable

TENANT = "a0000000-0000-4000-8000-00000000000a"
APP = "a0000000-0000-4000-8000-0000000000c1"

HOST = {"ARM_METADATA_HOSTNAME"}
FILES = {"ARM_CLIENT_ID_FILE_PATH", "ARM_CLIENT_SECRET_FILE_PATH"}
BYTES, PATH = {"ARM_CLIENT_CERTIFICATE"}, {"ARM_CLIENT_CERTIFICATE_PATH"}
PASSWORD = {"ARM_CLIENT_CERTIFICATE_PASSWORD"}
SECRET, ID = {"ARM_CLIENT_SECRET"}, {"ARM_CLIENT_ID"}
TOKEN, FILE = {"ARM_OIDC_TOKEN"}, {"ARM_OIDC_TOKEN_FILE_PATH"}
PIPELINES = {"ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"}
ENDPOINT = {"ARM_MSI_ENDPOINT"}
AUDIENCE, TENANTS = {"ARM_OIDC_AUDIENCE"}, {"ARM_AUXILIARY_TENANT_IDS"}

ACTING: list[tuple[Credential, set[str], set[str]]] = [
    (ClientSecret(APP, "s"), PATH, PATH),
    (ClientCertificate(APP, "c"), PASSWORD, PASSWORD),
    (ClientCertificate(APP, "c", "p"), set(), set()),
    (OidcToken(APP, "t"), PATH | SECRET | FILE, PATH | SECRET),
    (OidcTokenFile(APP, "f"), PATH | SECRET | TOKEN, PATH | SECRET | TOKEN),
    (AzurePipelines(APP, "c", "t", "u"), PATH | SECRET | TOKEN | FILE, PATH | SECRET),
    (
        GitHubActions(APP, "u", "t"),
        PATH | SECRET | TOKEN | FILE | PIPELINES,
        PATH | SECRET | TOKEN | FILE | AUDIENCE,
    ),
    (ManagedIdentity(), PATH | SECRET | ID | ENDPOINT, PATH | SECRET | ID),
    (ManagedIdentity(APP), PATH | SECRET | ENDPOINT, PATH | SECRET),
    (AzureCli(), PATH | SECRET, PATH | SECRET),
]
"""A credential, and the variables that act on azuread and on azure-native beside those that always do."""


@pytest.mark.parametrize(("credential", "azuread", "azure_native"), ACTING, ids=lambda it: type(it).__name__)
def test_variables_that_would_change_the_sign_in(credential: Credential, azuread: set[str], azure_native: set[str]):
    assert acting(credential, "azuread") == azuread | HOST | FILES | BYTES
    assert acting(credential, "azure-native") == azure_native | HOST | TENANTS


def acting(credential: Credential, reader: Reader) -> set[str]:
    given = {"tenant_id": TENANT, **credential.values()}
    names = {it.name for it in VARIABLES} | {"ARM_USE_OIDC", "ARM_USE_DEFAULT_AZURE_CREDENTIAL", "ARM_TENANT_ID"}
    return {name for name in names if overriding_variable(given, reader, {name: "value"})}


def test_empty_variable_is_as_good_as_none():
    given = {"tenant_id": TENANT, "client_id": APP, "client_secret": "s"}
    assert overriding_variable(given, "azuread", {"ARM_CLIENT_CERTIFICATE": ""}) is None
