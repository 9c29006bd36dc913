"""Signing in: each kind of credential, from what was given and from nothing else."""

from __future__ import annotations

import asyncio
import base64
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import aio

from crosstenant.azure.sign_in.azure_cli import CliCredential
from crosstenant.azure.sign_in.credentials import make_credential
from crosstenant.azure.sign_in.job_tokens import FederatedCredential, fetch_id_token
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.sign_in.token_sharing import SharedCredential
from crosstenant.model.clouds import CHINA, PUBLIC, US_GOVERNMENT
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
from tests.certificate_files import PASSWORD, pem_file, pkcs12_file

A = "a0000000-0000-4000-8000-00000000000a"
B = "b0000000-0000-4000-8000-00000000000b"
APP = "a0000000-0000-4000-8000-0000000000c1"
SECRETS = ("planted-secret", "planted-password", "planted-token", "planted-request-token")

KINDS: list[tuple[Credential, type[Any], str]] = [
    (ClientSecret(APP, "planted-secret"), aio.ClientSecretCredential, f"application {APP}"),
    (
        InlineCertificate(APP, base64.b64encode(pkcs12_file()).decode(), PASSWORD),
        aio.CertificateCredential,
        f"application {APP}",
    ),
    (OidcToken(APP, "planted-token"), aio.ClientAssertionCredential, f"application {APP}"),
    (OidcTokenFile(APP, "/run/token"), aio.ClientAssertionCredential, f"application {APP}"),
    (GitHubActions(APP, "https://x", "planted-request-token"), FederatedCredential, f"application {APP}"),
    (AzurePipelines(APP, "sc", "planted-request-token", "https://x"), FederatedCredential, f"application {APP}"),
    (ManagedIdentity(), aio.ManagedIdentityCredential, "the machine's managed identity"),
    (ManagedIdentity(APP), aio.ManagedIdentityCredential, f"managed identity {APP}"),
    (AzureCli(), CliCredential, "the Azure CLI's user"),
]


@pytest.mark.parametrize(("credentials", "kind", "caller"), KINDS)
async def test_kind_of_credential(credentials: Credential, kind: type[Any], caller: str):
    tenant = Tenant(A, PUBLIC, credentials)
    made = make_credential(A, PUBLIC, credentials)
    assert type(made) is kind
    assert tenant.caller == caller
    assert not any(secret in repr(tenant) for secret in SECRETS)
    await made.close()


@pytest.mark.parametrize("cloud", [PUBLIC, US_GOVERNMENT, CHINA])
async def test_sign_in_goes_to_the_clouds_own_login_whatever_the_environment_says(
    cloud: Any, monkeypatch: pytest.MonkeyPatch
):
    other = {"TENANT_ID": B, "CLIENT_ID": "other", "CLIENT_SECRET": "other", "AUTHORITY_HOST": "https://elsewhere"}
    for name, value in other.items():
        monkeypatch.setenv(f"AZURE_{name}", value)
        monkeypatch.setenv(f"ARM_{name}", value)
    made: Any = make_credential(A, cloud, ClientSecret(APP, "planted-secret"))
    client = made._client
    assert (client._authority, client._tenant_id, client._client_id) == (f"https://{cloud.login_host}", A, APP)
    assert made._secret == "planted-secret"
    await made.close()


async def test_managed_identity_is_no_pods_workload_identity(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AZURE_TENANT_ID", B)
    monkeypatch.setenv("AZURE_CLIENT_ID", "other")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", "/run/token")
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com")
    made: Any = make_credential(A, PUBLIC, ManagedIdentity())
    assert type(made._credential).__name__ == "ImdsCredential"
    await made.close()


@pytest.mark.parametrize(
    ("endpoint", "header"), [("IDENTITY_ENDPOINT", "IDENTITY_HEADER"), ("MSI_ENDPOINT", "")], ids=["app", "cloud shell"]
)
async def test_managed_identity_is_asked_for_past_the_proxy(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, header: str
):
    def answers(token: str) -> Any:
        async def handler(_: web.Request) -> web.Response:
            known = {"resource": "https://management.azure.com", "token_type": "Bearer", "expires_on": "4102444800"}
            return web.json_response({"access_token": token, **known})

        return handler

    machine, proxy = await pipeline(answers("of the machine")), await pipeline(answers("of the proxy"))
    variables = {"http_proxy": str(proxy.make_url("")), "no_proxy": "", endpoint: str(machine.make_url("/token"))}
    for name, value in {**variables, **({header: "planted-header"} if header else {})}.items():
        monkeypatch.setenv(name, value)
    made = make_credential(A, PUBLIC, ManagedIdentity())
    assert (await made.get_token("https://management.azure.com/.default")).token == "of the machine"
    await made.close()
    await machine.close()
    await proxy.close()


async def test_token_file_is_read_at_each_sign_in(tmp_path: Path):
    file = tmp_path / "token"
    made: Any = make_credential(A, PUBLIC, OidcTokenFile(APP, str(file)))
    file.write_text("first\n")
    assert made._func() == "first"
    file.write_text("second\n")
    assert made._func() == "second"
    for empty in ("", " \n"):
        file.write_text(empty)
        with pytest.raises(ClientAuthenticationError, match=r"token' is empty: the token must be in it before"):
            made._func()
    file.write_text("first", encoding="utf-8-sig")
    with pytest.raises(ClientAuthenticationError, match=r"token' has characters that no token has: .*byte order mark"):
        made._func()
    file.write_text("first", encoding="utf-16")
    with pytest.raises(ClientAuthenticationError, match=r"token' cannot be read: it is not text"):
        made._func()
    unusable: Any = make_credential(A, PUBLIC, OidcTokenFile(APP, "to\0ken"))
    with pytest.raises(ClientAuthenticationError, match=r"ken' cannot be read: embedded null byte"):
        unusable._func()
    await unusable.close()
    file.unlink()
    with pytest.raises(ClientAuthenticationError, match=r"token' cannot be read: No such file"):
        made._func()
    await made.close()


def test_inline_certificate_with_another_password_is_one_sentence():
    inline = InlineCertificate(APP, base64.b64encode(pkcs12_file()).decode(), "planted-password")
    with pytest.raises(ClientAuthenticationError, match="the client certificate cannot be used: ") as caught:
        make_credential(A, PUBLIC, inline)
    assert "planted-password" not in str(caught.value)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificate_that_cannot_be_used(tmp_path: Path, content: str | None):
    file = tmp_path / "certificate.pem"
    if content:
        file.write_text(content)
    with pytest.raises(ClientAuthenticationError, match=r"certificate\.pem' cannot be used") as caught:
        Tenant(A, PUBLIC, ClientCertificate(APP, str(file), "planted-password")).credential()
    assert "planted-password" not in str(caught.value)


@pytest.mark.parametrize(("of_the_file", "given"), [(PASSWORD, None), ("", "planted-password")])
def test_pem_with_and_without_a_password_that_the_arguments_do_not_fit(
    tmp_path: Path, of_the_file: str, given: str | None
):
    file = tmp_path / "certificate.pem"
    file.write_bytes(pem_file(of_the_file))
    with pytest.raises(ClientAuthenticationError, match=r"certificate\.pem' cannot be used: Password was") as caught:
        make_credential(A, PUBLIC, ClientCertificate(APP, str(file), given))
    assert "planted-password" not in str(caught.value)


async def test_tenant_has_one_credential_until_it_is_closed():
    tenant = Tenant(A, PUBLIC, ClientSecret(APP, "planted-secret"))
    first = tenant.credential()
    assert tenant.credential() is first
    assert Tenant(A, PUBLIC, ClientSecret(APP, "planted-secret")).credential() is not first
    await tenant.aclose()
    assert tenant.credential() is not first
    await tenant.aclose()


class Inner:
    """A credential that counts how often it is asked, and takes its time."""

    def __init__(self, lifetime: float = 3600) -> None:
        self.lifetime = lifetime
        self.asked: list[tuple[tuple[str, ...], str | None]] = []
        self.closed = False

    async def get_token(self, *scopes: str, claims: str | None = None, **_: object) -> AccessToken:
        self.asked.append((scopes, claims))
        await asyncio.sleep(0.01)
        return AccessToken(f"token-{len(self.asked)}", int(time.time() + self.lifetime))

    async def close(self) -> None:
        self.closed = True


async def test_many_clients_share_one_sign_in():
    inner = Inner()
    shared = SharedCredential(lambda: inner)  # pyright: ignore[reportArgumentType]
    tokens = await asyncio.gather(*(shared.get_token("a") for _ in range(20)))
    assert {token.token for token in tokens} == {"token-1"}
    await shared.get_token("b")
    assert [scopes for scopes, _ in inner.asked] == [("a",), ("b",)]
    await shared.close()
    assert inner.closed


async def test_token_is_renewed_before_it_ends_and_on_a_challenge():
    short = Inner(lifetime=299)
    shared = SharedCredential(lambda: short)  # pyright: ignore[reportArgumentType]
    assert [(await shared.get_token("a")).token for _ in range(2)] == ["token-1", "token-2"]
    long = Inner()
    shared = SharedCredential(lambda: long)  # pyright: ignore[reportArgumentType]
    await shared.get_token("a")
    assert (await shared.get_token("a", claims="challenge")).token == "token-2"
    assert (await shared.get_token("a")).token == "token-2"
    assert long.asked[1] == (("a",), "challenge")


async def test_a_refused_token_is_replaced_by_that_of_a_new_credential():
    made = [Inner(), Inner()]
    due = iter(made)
    shared = SharedCredential(lambda: next(due))  # pyright: ignore[reportArgumentType, reportCallIssue]
    token = (await shared.get_token("a")).token
    shared.forget("another")
    assert (await shared.get_token("a")).token == token
    shared.forget(token)
    await asyncio.gather(*(shared.get_token("a") for _ in range(3)))
    assert [len(it.asked) for it in made] == [1, 1], "azure-identity keeps its tokens too"
    assert [it.closed for it in made] == [True, False]


async def pipeline(handler: Any) -> TestServer:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    server = TestServer(app)
    await server.start_server()
    return server


async def test_github_job_asks_for_the_audience_of_entra():
    async def handler(request: web.Request) -> web.Response:
        assert request.method == "GET"
        assert dict(request.query) == {"api-version": "2.0", "audience": "api://AzureADTokenExchange"}
        assert request.headers["Authorization"] == "Bearer planted-request-token"
        return web.json_response({"value": "id-token"})

    server = await pipeline(handler)
    job = GitHubActions(APP, str(server.make_url("/token?api-version=2.0")), "planted-request-token")
    assert await fetch_id_token(job) == "id-token"
    await server.close()


async def test_azure_pipelines_job_names_its_service_connection():
    async def handler(request: web.Request) -> web.Response:
        assert request.method == "POST"
        assert dict(request.query) == {"api-version": "7.1", "serviceConnectionId": "sc"}
        assert request.headers["Authorization"] == "Bearer planted-request-token"
        return web.json_response({"oidcToken": "id-token"})

    server = await pipeline(handler)
    job = AzurePipelines(APP, "sc", "planted-request-token", str(server.make_url("/token")))
    assert await fetch_id_token(job) == "id-token"
    await server.close()


@pytest.mark.parametrize(
    ("job", "hint"),
    [
        (GitHubActions(APP, "", "planted-request-token"), "id-token: write"),
        (AzurePipelines(APP, "sc", "planted-request-token", ""), "service connection's ID"),
    ],
)
@pytest.mark.parametrize(("status", "body"), [(403, "no"), (200, "[]"), (200, "{}"), (200, "<html>")])
async def test_job_without_an_id_token(job: Any, hint: str, status: int, body: str):
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    server = await pipeline(handler)
    url = str(server.make_url("/token"))
    job = type(job)(**{**vars(job), "oidc_request_url": url})
    with pytest.raises(ClientAuthenticationError, match=f"could not be fetched: HTTP status {status}") as caught:
        await fetch_id_token(job)
    assert hint in str(caught.value)
    assert "planted-request-token" not in str(caught.value)
    await server.close()


@pytest.mark.parametrize("token", ["planted-token\n", "planted-token\r\n", "\ufeffplanted-token"])
@pytest.mark.parametrize("of", [GitHubActions, AzurePipelines])
async def test_request_token_that_no_header_takes_is_one_sentence(of: type[Any], token: str):
    job = of(APP, "https://job", token) if of is GitHubActions else of(APP, "sc", token, "https://job")
    with pytest.raises(ClientAuthenticationError, match="oidc_request_token has a line break or another") as caught:
        await fetch_id_token(job)
    assert "planted" not in str(caught.value)
