"""The kinds of credential: which arguments give which, what is refused, and what never shows."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from crosstenant.model.credentials.arguments import ARGUMENTS, CREDENTIAL_ARGUMENTS, SECRET_NAMES
from crosstenant.model.credentials.kinds import (
    KINDS,
    AppCredential,
    AzureCli,
    AzurePipelines,
    ClientCertificate,
    ClientSecret,
    Credential,
    GitHubActions,
    InlineCertificate,
    ManagedIdentity,
    OidcToken,
    OidcTokenFile,
)
from crosstenant.model.credentials.tenant_check import (
    Problem,
    check_tenant_arguments,
    credential_of,
    given_arguments,
    with_job_address,
)

TENANT = "a0000000-0000-4000-8000-00000000000a"
APP = "a0000000-0000-4000-8000-0000000000c1"
PLANTED = "planted-secret"
INLINE = "MII="
"""The beginning of a PKCS#12 file in base64."""

EXAMPLES: list[Credential] = [
    ClientSecret(APP, PLANTED),
    InlineCertificate(APP, INLINE, PLANTED),
    ClientCertificate(APP, "cert.pfx", PLANTED),
    OidcToken(APP, PLANTED),
    OidcTokenFile(APP, "/run/token"),
    AzurePipelines(APP, "connection", PLANTED, "https://job"),
    GitHubActions(APP, "https://job", PLANTED),
    ManagedIdentity(APP),
    AzureCli(),
]


def name_of(credential: Credential) -> str:
    return type(credential).__name__


def test_there_is_an_example_of_each_kind():
    assert tuple(type(it) for it in EXAMPLES) == KINDS


@pytest.mark.parametrize("credential", EXAMPLES, ids=name_of)
def test_credential_is_read_from_its_own_arguments(credential: Credential):
    given = given_arguments({"tenant_id": TENANT, **credential.values()})
    assert check_tenant_arguments(given) == []
    assert credential_of(given) == credential


@pytest.mark.parametrize("credential", EXAMPLES, ids=name_of)
def test_fields_are_arguments_and_secret_ones_are_not_shown(credential: Credential):
    assert set(credential.argument_names()) <= set(ARGUMENTS)
    for field in dataclasses.fields(credential):
        assert field.repr is (field.name not in SECRET_NAMES)
    hidden = [it for it in credential.values().values() if it in (INLINE, PLANTED)]
    assert [it for it in (INLINE, PLANTED) if it in repr(credential)] == []
    assert credential.secrets() == hidden


def test_each_argument_of_a_credential_belongs_to_a_kind():
    assert {it.name for it in CREDENTIAL_ARGUMENTS} == {name for kind in KINDS for name in kind.argument_names()}


@pytest.mark.parametrize("credential", EXAMPLES, ids=name_of)
def test_program_holds_no_secret(credential: Credential):
    assert PLANTED not in " ".join(credential.program("cluster").values())


@pytest.mark.parametrize("name", [it.name for it in CREDENTIAL_ARGUMENTS])
@pytest.mark.parametrize("empty", ["", None])
def test_empty_argument_is_as_good_as_omitted(name: str, empty: str | None):
    given = given_arguments({"tenant_id": TENANT, name: empty})
    assert given == {"tenant_id": TENANT}
    assert credential_of(given) == AzureCli()


def test_inline_certificate_may_have_line_breaks():
    given = {"tenant_id": TENANT, "client_id": APP, "client_certificate": f"{INLINE[:2]}\n{INLINE[2:]}\n"}
    assert check_tenant_arguments(given) == []


def test_value_that_is_not_known_yet_is_taken_to_be_right():
    later = object()
    given = {"tenant_id": later, "client_id": later, "client_secret": later, "environment": later}
    assert check_tenant_arguments(given) == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"client_secret": "s"}, ("client_id", "that client_secret belongs to")),
        ({"client_id": APP, "client_certificate": "cert.pfx"}, ("client_certificate", "PKCS#12 file in base64")),
        ({"client_id": APP, "client_certificate": f"{INLINE[:2]} {INLINE[2:]}"}, ("client_certificate", "in base64")),
        ({"client_id": APP, "client_certificate": "LS0tLS1CRUdJTg=="}, ("client_certificate", "which PEM is not")),
        (
            {"client_id": APP, "client_certificate": INLINE, "client_certificate_path": "cert.pfx"},
            ("client_certificate_path", "together with client_certificate"),
        ),
        ({"client_certificate": INLINE}, ("client_id", "that client_certificate belongs to")),
        ({"client_id": APP, "oidc_request_token": "t"}, ("oidc_request_url", "oidc_request_token needs it")),
        (
            {"client_id": APP, "ado_service_connection_id": "c"},
            ("oidc_request_token", "ado_service_connection_id needs it"),
        ),
        (
            {"client_id": APP, "client_secret": "s", "client_certificate_password": "p"},
            ("client_certificate_path", "client_certificate_password needs it"),
        ),
        (
            {"client_id": APP, "client_secret": "s", "ado_service_connection_id": "c", "oidc_request_token": "t"},
            ("ado_service_connection_id", "together with client_secret"),
        ),
        ({"use_cli": False}, ("use_cli", "add one of client_secret,")),
        *[
            (
                {"client_id": APP, "oidc_request_url": it, "oidc_request_token": "t"},
                ("oidc_request_url", "https address"),
            )
            for it in (PLANTED, f"http://{PLANTED}", f"//{PLANTED}", f"ftp://x/{PLANTED}")
        ],
        *[
            ({"client_id": APP, name: it}, (name, "must be the path of a file, not its content"))
            for name in ("client_certificate_path", "oidc_token_file_path")
            for it in (f"{PLANTED}\n{PLANTED}", PLANTED * 20, f"{PLANTED * 3}/" * 30)
        ],
    ],
)
def test_first_mistake_is_named(given: dict[str, Any], problem: tuple[str, str]):
    (found,) = check_tenant_arguments({"tenant_id": TENANT, **given})
    assert found.argument == problem[0]
    assert problem[1] in found.reason
    assert PLANTED not in found.reason


def test_every_mistake_in_an_id_is_named_at_once():
    found = check_tenant_arguments({"tenant_id": "a", "subscription_id": "b", "client_id": "c", "environment": "d"})
    assert [it.argument for it in found] == ["tenant_id", "subscription_id", "client_id", "environment"]
    assert found[3] == Problem("environment", "must be an Azure cloud (public, usgovernment, china)")


def test_reason_spells_arguments_as_its_reader_does():
    (found,) = check_tenant_arguments({"tenant_id": TENANT, "client_secret": "s"}, lambda name: f"--{name}")
    assert "that --client_secret belongs to" in found.reason


def test_azure_pipelines_gives_the_address_to_every_step():
    environ = {"SYSTEM_OIDCREQUESTURI": "https://job"}
    given = {"client_id": APP, "ado_service_connection_id": "c", "oidc_request_token": "t"}
    assert with_job_address(given, environ)["oidc_request_url"] == "https://job"
    assert with_job_address({**given, "oidc_request_url": "https://own"}, environ)["oidc_request_url"] == "https://own"
    assert with_job_address({"client_id": APP}, environ) == {"client_id": APP}


def test_secret_of_an_application_is_not_shown():
    assert PLANTED not in repr(AppCredential(APP, PLANTED))
