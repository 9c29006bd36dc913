"""A tenant's description is checked before any provider is made."""

import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.tenant_args import TenantArgs, check_tenant, check_variables
from crosstenant.model.clouds import CHINA, PUBLIC
from crosstenant.model.credentials.variables import Reader

TENANT = "a0000000-0000-4000-8000-00000000000a"
APP = "a0000000-0000-4000-8000-0000000000c1"


AT = ArgPath("CrossTenantPull 'x'") / "cluster_tenant"


def check(**fields: object):
    tenant = TenantArgs(**{"tenant_id": TENANT, **fields})  # type: ignore[typeddict-item]
    return check_tenant(AT, tenant, environ={})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"client_id": APP, "client_secret": "s"},
        {"client_id": APP, "client_certificate_path": "cert.pfx"},
        {"client_id": APP, "oidc_token": "t"},
        {"client_id": APP, "oidc_token_file_path": "/var/run/token"},
        {"client_id": APP, "oidc_request_url": "https://token", "oidc_request_token": "t"},
        {"use_msi": True},
        {"use_msi": True, "client_id": APP},
    ],
)
def test_each_kind_of_credential_passes_alone(fields):
    assert check(**fields) is PUBLIC


def test_the_cloud_is_that_of_the_environment():
    assert check(environment="china") is CHINA


@pytest.mark.parametrize(
    ("fields", "property_path", "says"),
    [
        ({"tenant_id": "contoso"}, "cluster_tenant.tenant_id", "must be a UUID: give the ID"),
        ({"tenant_id": ""}, "cluster_tenant.tenant_id", "is missing: give the tenant's UUID"),
        ({"subscription_id": "prod"}, "cluster_tenant.subscription_id", "must be a UUID: give the ID"),
        (
            {"environment": "german"},
            "cluster_tenant.environment",
            "must be an Azure cloud (public, usgovernment, china)",
        ),
        ({"client_secret": "s"}, "cluster_tenant.client_id", "is missing"),
        ({"client_id": APP}, "cluster_tenant.client_id", "without a credential: add one of client_secret"),
        (
            {"client_id": APP, "client_secret": "s", "oidc_token": "t"},
            "cluster_tenant.oidc_token",
            "together with client_secret",
        ),
        (
            {"client_id": APP, "client_secret": "s", "use_msi": True},
            "cluster_tenant.use_msi",
            "together with client_secret",
        ),
        ({"client_id": APP, "oidc_request_url": "u"}, "cluster_tenant.oidc_request_token", "is missing"),
    ],
)
def test_names_the_property_that_is_wrong(fields, property_path: str, says: str):
    with pytest.raises(ArgumentError) as error:
        check(**fields)
    assert error.value.property_path == property_path
    assert says in error.value.reason


@pytest.mark.parametrize(
    ("fields", "reader", "variable"),
    [
        ({"client_id": APP, "client_secret": "s"}, "azuread", "ARM_CLIENT_CERTIFICATE_PATH"),
        ({"client_id": APP, "client_secret": "s"}, "azuread", "ARM_METADATA_HOSTNAME"),
        ({"client_id": APP, "oidc_token": "t"}, "azure-native", "ARM_CLIENT_SECRET"),
        ({"client_id": APP, "oidc_token": "t"}, "azure-native", "ARM_AUXILIARY_TENANT_IDS"),
        ({"client_id": APP, "oidc_token_file_path": "f"}, "azuread", "ARM_OIDC_TOKEN"),
        ({"use_msi": True}, "azuread", "ARM_CLIENT_ID"),
        ({"use_msi": True}, "azuread", "ARM_MSI_ENDPOINT"),
        ({}, "azuread", "ARM_CLIENT_SECRET"),
    ],
)
def test_a_variable_that_would_reach_both_tenants_is_refused(fields, reader: Reader, variable: str):
    with pytest.raises(ArgumentError, match=rf"{variable} would reach the providers of both tenants .*: unset it"):
        check_variables(AT, {"tenant_id": TENANT, **fields}, reader, {variable: "value"})


@pytest.mark.parametrize(
    ("fields", "reader", "variable"),
    [
        ({"client_id": APP, "client_secret": "other"}, "azuread", "ARM_CLIENT_SECRET"),
        ({"client_id": APP, "client_secret": "other"}, "azuread", "ARM_OIDC_TOKEN"),
        ({"client_id": APP, "client_secret": "other"}, "azure-native", "ARM_CLIENT_CERTIFICATE"),
        ({"client_id": APP, "oidc_token": "t"}, "azure-native", "ARM_OIDC_AUDIENCE"),
        ({}, "azuread", "ARM_CLIENT_ID"),
        ({}, "azuread", "ARM_MSI_ENDPOINT"),
        ({"use_msi": True}, "azure-native", "ARM_MSI_ENDPOINT"),
        ({}, "azuread", "ARM_AUXILIARY_TENANT_IDS"),
    ],
)
def test_a_variable_that_would_change_nothing_is_no_matter(fields, reader: Reader, variable: str):
    check_variables(AT, {"tenant_id": TENANT, **fields}, reader, {variable: "value"})


def test_ready_made_providers_need_no_credential():
    assert check_tenant(AT, TenantArgs(tenant_id=TENANT, client_id=APP), credentials=False, environ={}) is PUBLIC
