"""A provider's configuration: what is refused, and which sign-in comes of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import CHINA, PUBLIC
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
from crosstenant.plugin.provider_config import (
    PROVIDER_SCHEMA,
    SECRET_CONFIG,
    check_tenant_config,
    in_one_spelling,
    make_tenant,
)
from crosstenant.provider_kit.values import UNKNOWN

A = "a0000000-0000-4000-8000-00000000000a"
APP = "a0000000-0000-4000-8000-0000000000c1"
SECRET = "planted-secret"


@pytest.fixture(autouse=True)
def no_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYSTEM_OIDCREQUESTURI", raising=False)


def test_a_uuid_has_one_spelling_in_the_state():
    config = {
        "tenantId": A.upper(),
        "clientId": f"{{{APP}}}",
        "subscriptionId": UNKNOWN,
        "clientSecret": SECRET.upper(),
    }
    assert in_one_spelling(config) == {**config, "tenantId": A, "clientId": APP}
    assert check_tenant_config(config) == []


@pytest.mark.parametrize(
    ("config", "credentials"),
    [
        ({}, AzureCli()),
        ({"useCli": "true"}, AzureCli()),
        ({"useCli": True, "useMsi": "false"}, AzureCli()),
        ({"clientId": APP, "clientSecret": SECRET, "useCli": False}, ClientSecret(APP, SECRET)),
        ({"clientId": APP, "clientCertificatePath": "/c"}, ClientCertificate(APP, "/c")),
        (
            {"clientId": APP, "clientCertificatePath": "/c", "clientCertificatePassword": SECRET},
            ClientCertificate(APP, "/c", SECRET),
        ),
        ({"clientId": APP, "oidcToken": SECRET}, OidcToken(APP, SECRET)),
        ({"clientId": APP, "oidcTokenFilePath": "/t"}, OidcTokenFile(APP, "/t")),
        (
            {"clientId": APP, "oidcRequestUrl": "https://u", "oidcRequestToken": SECRET},
            GitHubActions(APP, "https://u", SECRET),
        ),
        (
            {
                "clientId": APP,
                "oidcRequestUrl": "https://u",
                "oidcRequestToken": SECRET,
                "adoServiceConnectionId": "sc",
            },
            AzurePipelines(APP, "sc", SECRET, "https://u"),
        ),
        ({"useMsi": "true"}, ManagedIdentity()),
        ({"useMsi": "TRUE", "clientId": APP, "clientSecret": ""}, ManagedIdentity(APP)),
    ],
)
def test_one_kind_of_sign_in(config: dict[str, Any], credentials: Credential, monkeypatch: pytest.MonkeyPatch):
    for name in ("ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_OIDC_TOKEN", "ARM_USE_MSI", "AZURE_CLIENT_ID"):
        monkeypatch.setenv(name, "true")
    config |= {"tenantId": A}
    assert check_tenant_config(config) == []
    assert make_tenant(config) == Tenant(A, PUBLIC, credentials)


def test_tenant_cloud_and_subscription():
    config = {"tenantId": A.upper(), "environment": "china", "subscriptionId": APP}
    assert make_tenant(config) == Tenant(A, CHINA, AzureCli(), APP)


def test_azure_pipelines_gives_the_address_itself(monkeypatch: pytest.MonkeyPatch):
    config = {"tenantId": A, "clientId": APP, "oidcRequestToken": SECRET, "adoServiceConnectionId": "sc"}
    assert [failure.property for failure in check_tenant_config(config)] == ["oidcRequestUrl"]
    monkeypatch.setenv("SYSTEM_OIDCREQUESTURI", "https://dev.azure.com/x")
    assert check_tenant_config(config) == []
    assert make_tenant(config).credentials == AzurePipelines(APP, "sc", SECRET, "https://dev.azure.com/x")


@pytest.mark.parametrize(
    ("config", "name", "reason"),
    [
        ({"environment": "public"}, "tenantId", "is missing"),
        (
            {"tenantId": "contoso.onmicrosoft.com"},
            "tenantId",
            "must be a UUID: give the ID, not a name or a domain",
        ),
        ({"tenantId": A, "subscriptionId": "prod"}, "subscriptionId", "must be a UUID: give the ID"),
        ({"tenantId": A, "clientId": "app", "clientSecret": SECRET}, "clientId", "must be a UUID: give the ID"),
        ({"tenantId": A, "environment": "azurecloud"}, "environment", "public, usgovernment, china"),
        ({"tenantId": A, "clientSecret": SECRET}, "clientId", "that clientSecret belongs to"),
        ({"tenantId": A, "oidcTokenFilePath": "/t"}, "clientId", "that oidcTokenFilePath belongs to"),
        ({"tenantId": A, "clientId": APP}, "clientId", "without a credential"),
        ({"tenantId": A, "clientId": APP, "useCli": True}, "clientId", "omit clientId"),
        ({"tenantId": A, "clientId": APP, "clientCertificatePassword": SECRET}, "clientCertificatePath", "is missing"),
        ({"tenantId": A, "clientId": APP, "oidcRequestToken": SECRET}, "oidcRequestUrl", "is missing"),
        ({"tenantId": A, "clientId": APP, "oidcRequestUrl": "https://u"}, "oidcRequestToken", "is missing"),
        ({"tenantId": A, "clientId": APP, "adoServiceConnectionId": "sc"}, "oidcRequestToken", "is missing"),
        (
            {"tenantId": A, "clientId": APP, "clientSecret": SECRET, "oidcToken": "t"},
            "oidcToken",
            "together with clientSecret",
        ),
        (
            {"tenantId": A, "clientId": APP, "clientSecret": SECRET, "useMsi": "true"},
            "useMsi",
            "together with clientSecret",
        ),
        ({"tenantId": A, "useMsi": True, "useCli": True}, "useCli", "together with useMsi"),
        ({"tenantId": A, "useMsi": "perhaps"}, "useMsi", "must be true or false"),
        ({"tenantId": A, "useCli": False}, "useCli", "no other credential is given"),
    ],
)
def test_refused_with_property_and_remedy(config: dict[str, Any], name: str, reason: str):
    failures = check_tenant_config(config)
    assert [failure.property for failure in failures] == [name]
    assert reason in failures[0].reason
    assert SECRET not in failures[0].reason


def test_provider_without_arguments_is_the_engines_own():
    assert check_tenant_config({}) == []
    assert check_tenant_config({"version": "1.0.0", "tenantId": ""}) == []


def test_unknown_values_are_taken_to_be_right():
    config = {"tenantId": UNKNOWN, "environment": UNKNOWN, "clientId": UNKNOWN, "clientSecret": UNKNOWN}
    assert check_tenant_config(config) == []
    assert check_tenant_config({"tenantId": A, "useMsi": UNKNOWN}) == []
    assert [f.property for f in check_tenant_config({"tenantId": A, "clientSecret": UNKNOWN})] == ["clientId"]


def test_schema_marks_the_secrets():
    inputs = PROVIDER_SCHEMA["inputProperties"]
    assert {name for name, spec in inputs.items() if spec.get("secret")} == SECRET_CONFIG
    assert all(spec["description"] for spec in inputs.values())
