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
ID_FILE, SECRET_FILE = {"ARM_CLIENT_ID_FILE_PATH"}, {"ARM_CLIENT_SECRET_FILE_PATH"}
BYTES, PATH = {"ARM_CLIENT_CERTIFICATE"}, {"ARM_CLIENT_CERTIFICATE_PATH"}
PASSWORD = {"ARM_CLIENT_CERTIFICATE_PASSWORD"}
SECRET, ID = {"ARM_CLIENT_SECRET"}, {"ARM_CLIENT_ID"}
SECRETS = SECRET | SECRET_FILE
TOKEN, FILE = {"ARM_OIDC_TOKEN"}, {"ARM_OIDC_TOKEN_FILE_PATH"}
PIPELINES = {"ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"}
ENDPOINT = {"ARM_MSI_ENDPOINT"}
REGION = {"AZURE_REGIONAL_AUTHORITY_NAME", "MSAL_FORCE_REGION"}
AUDIENCE, TENANTS = {"ARM_OIDC_AUDIENCE"}, {"ARM_AUXILIARY_TENANT_IDS"}

ACTING: list[tuple[Credential, set[str], set[str]]] = [
    (ClientSecret(APP, "s"), PATH | ID_FILE | SECRET_FILE, PATH | REGION),
    (ClientCertificate(APP, "c"), PASSWORD | ID_FILE, PASSWORD | REGION),
    (ClientCertificate(APP, "c", "p"), ID_FILE, REGION),
    (OidcToken(APP, "t"), PATH | SECRETS | FILE | ID_FILE, PATH | SECRET | REGION),
    (OidcTokenFile(APP, "f"), PATH | SECRETS | TOKEN | ID_FILE, PATH | SECRET | TOKEN | REGION),
    (AzurePipelines(APP, "c", "t", "u"), PATH | SECRETS | TOKEN | FILE | ID_FILE, PATH | SECRET | REGION),
    (
        GitHubActions(APP, "u", "t"),
        PATH | SECRETS | TOKEN | FILE | PIPELINES | ID_FILE,
        PATH | SECRET | TOKEN | FILE | AUDIENCE | REGION,
    ),
    (ManagedIdentity(), PATH | SECRETS | ID | ENDPOINT | ID_FILE, PATH | SECRET | ID),
    (ManagedIdentity(APP), PATH | SECRETS | ENDPOINT | ID_FILE, PATH | SECRET),
    (AzureCli(), PATH | SECRETS, PATH | SECRET),
]
"""A credential, and the variables that act on azuread and on azure-native beside those that always do."""


@pytest.mark.parametrize(("credential", "azuread", "azure_native"), ACTING, ids=lambda it: type(it).__name__)
def test_variables_that_would_change_the_sign_in(credential: Credential, azuread: set[str], azure_native: set[str]):
    assert acting(credential, "azuread") == azuread | HOST | BYTES
    assert acting(credential, "azure-native") == azure_native | HOST | TENANTS


def acting(credential: Credential, reader: Reader) -> set[str]:
    given = {"tenant_id": TENANT, **credential.values()}
    names = {it.name for it in VARIABLES} | {"ARM_USE_OIDC", "ARM_USE_DEFAULT_AZURE_CREDENTIAL", "ARM_TENANT_ID"}
    return {name for name in names if overriding_variable(given, reader, {name: "value"})}


def test_empty_variable_is_as_good_as_none():
    given = {"tenant_id": TENANT, "client_id": APP, "client_secret": "s"}
    assert overriding_variable(given, "azuread", {"ARM_CLIENT_CERTIFICATE": ""}) is None


SECRET_GIVEN = {"client_id": APP, "client_secret": "s"}
TOKEN_GIVEN = {"client_id": APP, "oidc_token": "t"}
REQUEST_GIVEN = {"client_id": APP, "oidc_request_url": "u", "oidc_request_token": "t"}
ONE_MORE = f'["{TENANT}"]'


@pytest.mark.parametrize(
    ("fields", "reader", "environ"),
    [
        (SECRET_GIVEN, "azure-native", {"MSAL_FORCE_REGION": "DisableMsalForceRegion"}),
        (SECRET_GIVEN, "azure-native", {"AZURE_REGIONAL_AUTHORITY_NAME": "disablemsalforceregion"}),
        # The second is read only where the first is not set.
        (
            SECRET_GIVEN,
            "azure-native",
            {"AZURE_REGIONAL_AUTHORITY_NAME": "DisableMsalForceRegion", "MSAL_FORCE_REGION": "westeurope"},
        ),
        (SECRET_GIVEN, "azure-native", {"ARM_AUXILIARY_TENANT_IDS": "[]"}),
        (SECRET_GIVEN, "azure-native", {"ARM_AUXILIARY_TENANT_IDS": " [ ]\n"}),
        ({}, "azure-native", {"ARM_AUXILIARY_TENANT_IDS": "null"}),
        (TOKEN_GIVEN, "azure-native", {"ARM_AUXILIARY_TENANT_IDS": ONE_MORE}),
        (REQUEST_GIVEN, "azure-native", {"ARM_AUXILIARY_TENANT_IDS": ONE_MORE}),
        ({"use_msi": True}, "azure-native", {"ARM_AUXILIARY_TENANT_IDS": ONE_MORE}),
        (REQUEST_GIVEN, "azure-native", {"ARM_OIDC_AUDIENCE": "api://AzureADTokenExchange"}),
        (
            {"use_msi": True},
            "azuread",
            {"ARM_MSI_ENDPOINT": "http://169.254.169.254/metadata/identity/oauth2/token"},
        ),
    ],
)
def test_variable_with_a_value_that_does_nothing_is_as_good_as_none(
    fields: dict[str, object], reader: Reader, environ: dict[str, str]
):
    assert overriding_variable({"tenant_id": TENANT, **fields}, reader, environ) is None


@pytest.mark.parametrize(
    ("fields", "name", "value", "effect"),
    [
        (SECRET_GIVEN, "AZURE_REGIONAL_AUTHORITY_NAME", "westeurope", "names the host"),
        (SECRET_GIVEN, "MSAL_FORCE_REGION", "westeurope", "names the host"),
        (SECRET_GIVEN, "ARM_AUXILIARY_TENANT_IDS", ONE_MORE, "further tenants"),
        ({}, "ARM_AUXILIARY_TENANT_IDS", ONE_MORE, "further tenants"),
        # What is not a list of texts ends the provider, whatever it signs in with.
        (TOKEN_GIVEN, "ARM_AUXILIARY_TENANT_IDS", " ", "must be a JSON list"),
        (TOKEN_GIVEN, "ARM_AUXILIARY_TENANT_IDS", TENANT, "must be a JSON list"),
        ({"use_msi": True}, "ARM_AUXILIARY_TENANT_IDS", "{}", "must be a JSON list"),
        (SECRET_GIVEN, "ARM_AUXILIARY_TENANT_IDS", "false", "must be a JSON list"),
        (SECRET_GIVEN, "ARM_AUXILIARY_TENANT_IDS", "[1]", "must be a JSON list"),
        (SECRET_GIVEN, "ARM_AUXILIARY_TENANT_IDS", "[" * 100_000, "must be a JSON list"),
        # An audience counts to the letter.
        (REQUEST_GIVEN, "ARM_OIDC_AUDIENCE", "api://azureadtokenexchange", "another audience"),
    ],
)
def test_variable_with_a_value_that_acts_is_found_with_its_effect(
    fields: dict[str, object], name: str, value: str, effect: str
):
    found = overriding_variable({"tenant_id": TENANT, **fields}, "azure-native", {name: value})
    assert found is not None
    assert (found.name, effect in found.effect) == (name, True)


@pytest.mark.parametrize(
    ("fields", "name", "effect"),
    [
        (SECRET_GIVEN, "ARM_CLIENT_SECRET_FILE_PATH", "must hold what the arguments give"),
        (TOKEN_GIVEN, "ARM_CLIENT_SECRET_FILE_PATH", "is used in place of"),
        ({}, "ARM_CLIENT_SECRET_FILE_PATH", "is used in place of"),
        (SECRET_GIVEN, "ARM_CLIENT_ID_FILE_PATH", "must hold what the arguments give"),
        ({"use_msi": True}, "ARM_CLIENT_ID_FILE_PATH", "selects the identity"),
        ({"use_msi": True, "client_id": APP}, "ARM_CLIENT_ID_FILE_PATH", "must hold what the arguments give"),
    ],
)
def test_file_that_azuread_reads_is_found_with_what_its_content_does(fields: dict[str, object], name: str, effect: str):
    found = overriding_variable({"tenant_id": TENANT, **fields}, "azuread", {name: "/file"})
    assert found is not None
    assert effect in found.effect
