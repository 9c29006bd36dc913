"""A tenant's description is checked before any provider is made."""

import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.tenant_args import TenantArgs, check_tenant
from crosstenant.model.clouds import CHINA, PUBLIC

TENANT = "a0000000-0000-4000-8000-00000000000a"
APP = "a0000000-0000-4000-8000-0000000000c1"


def check(environ: dict[str, str] | None = None, **fields: object):
    tenant = TenantArgs(**{"tenant_id": TENANT, **fields})  # type: ignore[typeddict-item]
    return check_tenant(ArgPath("CrossTenantPull 'x'") / "cluster_tenant", tenant, environ=environ or {})


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
        ({"tenant_id": "contoso"}, "cluster_tenant.tenant_id", "must be a UUID, not 'contoso'"),
        ({"tenant_id": ""}, "cluster_tenant.tenant_id", "is missing: give the tenant's UUID"),
        ({"subscription_id": "prod"}, "cluster_tenant.subscription_id", "must be a UUID, not 'prod'"),
        (
            {"environment": "german"},
            "cluster_tenant.environment",
            "must be an Azure cloud (public, usgovernment, china), not 'german'",
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
    ("fields", "variable"),
    [
        ({"client_id": APP, "client_secret": "s"}, "ARM_CLIENT_CERTIFICATE_PATH"),
        ({"client_id": APP, "client_secret": "s"}, "ARM_CLIENT_ID_FILE_PATH"),
        ({"client_id": APP, "oidc_token": "t"}, "ARM_CLIENT_SECRET"),
        ({}, "ARM_CLIENT_ID"),
        ({"use_msi": True}, "ARM_CLIENT_SECRET"),
    ],
)
def test_a_variable_that_would_reach_both_tenants_is_refused(fields, variable: str):
    with pytest.raises(ArgumentError, match=f"{variable} would reach the providers of both tenants"):
        check({variable: "value"}, **fields)


def test_a_variable_that_is_overridden_by_an_argument_is_no_matter():
    environ = {"ARM_CLIENT_ID": APP, "ARM_CLIENT_SECRET": "s"}
    assert check(environ, client_id=APP, client_secret="other") is PUBLIC


def test_ready_made_providers_need_no_credential():
    tenant = TenantArgs(tenant_id=TENANT, client_id=APP)
    assert (
        check_tenant(ArgPath("X") / "tenant", tenant, credentials=False, environ={"ARM_CLIENT_SECRET": "s"}) is PUBLIC
    )
