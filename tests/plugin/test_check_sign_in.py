"""Signing in with a provider's arguments: which of them is wrong."""

from __future__ import annotations

import base64
from typing import Any, cast

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from cryptography.hazmat.primitives import hashes

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import (
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
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.check_sign_in import CheckSignIn
from tests.azure.aks_world import APP, SECRET, TENANT_ID
from tests.azure.azure_answers import entra_answer
from tests.certificate_files import PASSWORD, PBES, pkcs12_file
from tests.fakes import Terminal, as_log


class Signing:
    """A credential that answers as told."""

    def __init__(self, answer: Exception | None = None) -> None:
        self.answer = answer
        self.scopes: list[str] = []

    async def get_token(self, scope: str) -> AccessToken:
        self.scopes.append(scope)
        if self.answer:
            raise self.answer
        return AccessToken("token", 0)


def refusal(code: str) -> ClientAuthenticationError:
    return ClientAuthenticationError(message="...", response=entra_answer("invalid_client", f"{code}: No. {SECRET}"))


async def check(answer: Exception | None, credentials: Credential | None = None) -> tuple[str, str]:
    """The argument that is wrong, and what is wrong with it."""
    tenant = Tenant(TENANT_ID, PUBLIC, credentials or ClientSecret(APP, SECRET))
    signing = Signing(answer)
    tenant._made.append(cast("Any", signing))
    found, failures = await CheckSignIn(Context(tenant, as_log(Terminal()))).call({})
    assert failures == []
    assert signing.scopes == ["https://management.azure.com/.default"]
    return found["argument"], found["problem"]


async def test_a_token_is_no_problem():
    assert await check(None) == ("", "")


@pytest.mark.parametrize(
    ("code", "argument", "remedy"),
    [
        ("AADSTS90002", "tenantId", "check tenantId"),
        ("AADSTS900382", "environment", "to the cloud of both tenants"),
        ("AADSTS700016", "clientId", "check the client ID and the tenant ID"),
        ("AADSTS7000112", "clientId", "enable its service principal"),
        ("AADSTS7000215", "clientSecret", "give the secret's value"),
        ("AADSTS7000222", "clientSecret", "make a new secret"),
        ("AADSTS7002138", "clientSecret", "the case of its letters counts"),
    ],
)
async def test_names_the_argument_that_is_wrong(code: str, argument: str, remedy: str):
    found, problem = await check(refusal(code))
    assert found == argument
    assert problem.startswith(f"application {APP} cannot sign in to tenant {TENANT_ID}: ")
    assert remedy in problem
    assert SECRET not in problem


@pytest.mark.parametrize(
    ("credentials", "argument"),
    [
        (ClientCertificate(APP, "cert.pfx", SECRET), "clientCertificatePath"),
        (OidcToken(APP, SECRET), "oidcToken"),
        (OidcTokenFile(APP, "/token"), "oidcTokenFilePath"),
        (GitHubActions(APP, "https://job", SECRET), "oidcRequestUrl"),
        (AzurePipelines(APP, APP, SECRET, "https://job"), "adoServiceConnectionId"),
        (ManagedIdentity(), "useMsi"),
        (AzureCli(), "tenantId"),
    ],
)
async def test_names_the_kind_of_credential_where_the_code_tells_no_more(credentials: Credential, argument: str):
    found, problem = await check(refusal("AADSTS53003"), credentials)
    assert found == argument
    holds_secret = not isinstance(credentials, (OidcTokenFile, ManagedIdentity, AzureCli))
    assert not (holds_secret and SECRET in problem)


@pytest.mark.parametrize(
    ("code", "credentials", "said"),
    [
        ("AADSTS50027", OidcToken(APP, SECRET), "the OIDC token is malformed; give the whole token and nothing else"),
        (
            "AADSTS700027",
            ClientCertificate(APP, "cert.pfx"),
            "has expired, or its key is another certificate's",
        ),
    ],
)
async def test_what_the_code_says_of_tokens_and_certificates(code: str, credentials: Credential, said: str):
    found, problem = await check(refusal(code), credentials)
    assert (found, said in problem) == ("oidcToken" if code == "AADSTS50027" else "clientCertificatePath", True)


async def test_empty_token_file_is_named():
    empty = ClientAuthenticationError(message="the OIDC token file '/token' is empty: the token must be in it")
    found, problem = await check(empty, OidcTokenFile(APP, "/token"))
    assert found == "oidcTokenFilePath"
    assert "the OIDC token file '/token' is empty: the token must be in it" in problem
    assert "AADSTS" not in problem


async def test_unreachable_login_is_told():
    _, problem = await check(ServiceRequestError("no route"))
    assert "cannot be reached: no route; check the network" in problem


@pytest.mark.parametrize(("digest", "is_read"), [(hashes.SHA256(), True), (hashes.SHA384(), False)])
async def test_inline_certificate_that_azuread_cannot_read_is_told_with_the_command(
    digest: hashes.HashAlgorithm, is_read: bool
):
    file = base64.b64encode(pkcs12_file(PBES.PBESv2SHA256AndAES256CBC, digest)).decode()
    tenant = Tenant(TENANT_ID, PUBLIC, InlineCertificate(APP, file, PASSWORD))
    tenant._made.append(cast("Any", Signing()))
    function = CheckSignIn(Context(tenant, as_log(Terminal())))
    assert await function.call({}) == ({"argument": "", "problem": ""}, [])
    found, _ = await function.call({"by": "azuread"})
    if is_read:
        assert found == {"argument": "", "problem": ""}
        return
    assert found["argument"] == "clientCertificate"
    assert found["problem"].startswith(
        "cannot be used: the azuread provider reads PKCS#12 with a MAC of SHA-1, SHA-256"
    )
    assert "openssl pkcs12 -export -in cert.pfx.pem -out cert-readable.pfx" in found["problem"]
    assert PASSWORD not in found["problem"]


@pytest.mark.parametrize(
    ("credentials", "variable", "by"),
    [
        (ClientSecret(APP, SECRET), "ARM_CLIENT_CERTIFICATE_PATH", "azuread"),
        (ClientSecret(APP, SECRET), "MSAL_FORCE_REGION", "azure-native"),
        (OidcTokenFile(APP, "/token"), "ARM_OIDC_TOKEN", "azure-native"),
        (ManagedIdentity(), "ARM_CLIENT_ID", "azuread"),
        (AzureCli(), "ARM_CLIENT_SECRET", "azuread"),
    ],
)
async def test_variable_that_only_the_engines_plugins_have_is_refused(
    monkeypatch: pytest.MonkeyPatch, credentials: Credential, variable: str, by: str
):
    tenant, signing = Tenant(TENANT_ID, PUBLIC, credentials), Signing()
    tenant._made.append(cast("Any", signing))
    function = CheckSignIn(Context(tenant, as_log(Terminal())))
    monkeypatch.setenv(variable, "planted-value")
    found, failures = await function.call({"by": by})
    assert (found["argument"], failures) == ("", [])
    assert found["problem"].startswith(f"the environment variable {variable} would reach the providers of both tenants")
    assert "planted-value" not in found["problem"]
    assert signing.scopes == []
    # The package's own sign-in reads none of them.
    assert await function.call({}) == ({"argument": "", "problem": ""}, [])


async def test_variable_that_the_provider_does_not_read_is_none(monkeypatch: pytest.MonkeyPatch):
    tenant = Tenant(TENANT_ID, PUBLIC, ClientSecret(APP, SECRET))
    tenant._made.append(cast("Any", Signing()))
    monkeypatch.setenv("MSAL_FORCE_REGION", "westeurope")
    found, _ = await CheckSignIn(Context(tenant, as_log(Terminal()))).call({"by": "azuread"})
    assert found == {"argument": "", "problem": ""}


@pytest.mark.parametrize("variable", ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"])
async def test_azuread_does_not_ask_a_platforms_own_endpoint_for_its_identity(
    monkeypatch: pytest.MonkeyPatch, variable: str
):
    def check_of(credentials: Credential) -> CheckSignIn:
        tenant = Tenant(TENANT_ID, PUBLIC, credentials)
        tenant._made.append(cast("Any", Signing()))
        return CheckSignIn(Context(tenant, as_log(Terminal())))

    good = {"argument": "", "problem": ""}
    identity = check_of(ManagedIdentity())
    assert (await identity.call({"by": "azuread"}))[0] == good
    monkeypatch.setenv(variable, "http://localhost:42356/msi/token")
    found, _ = await identity.call({"by": "azuread"})
    assert found["argument"] == "useMsi"
    assert f"({variable} is set)" in found["problem"]
    assert (await identity.call({"by": "azure-native"}))[0] == (await identity.call({}))[0] == good
    assert (await check_of(ClientSecret(APP, SECRET)).call({"by": "azuread"}))[0] == good
