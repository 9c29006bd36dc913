"""Reading from a Kubernetes API server: which host gets the credential, and what is said of a refusal."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from crosstenant.azure.kubernetes.api_server import ApiServer, ApiServerError
from crosstenant.azure.kubernetes.kubeconfig import read_kubeconfig
from tests.azure.api_server_double import HOST, TOKEN, ApiServerDouble, api_server, kubeconfig, status

PATH = "/api/v1/namespaces/apps/secrets/registry-pull"


async def read(double: ApiServerDouble, text: str, *, metadata_only: bool = False) -> object:
    server = ApiServer(read_kubeconfig(text, "f"), [HOST])
    try:
        return await server.get(PATH, metadata_only=metadata_only)
    finally:
        await server.aclose()


@pytest.fixture
async def double(monkeypatch: pytest.MonkeyPatch):
    async with api_server() as found:
        monkeypatch.setenv("HTTPS_PROXY", found.proxy)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        yield found


async def test_an_object_is_read_with_the_token(double: ApiServerDouble):
    double.objects[PATH] = {"metadata": {"name": "registry-pull"}, "data": {"a": "b"}}
    assert await read(double, double.kubeconfig()) == double.objects[PATH]
    assert double.callers == [TOKEN]


async def test_of_a_secret_the_content_is_not_asked_for(double: ApiServerDouble):
    double.objects[PATH] = {"metadata": {"name": "registry-pull"}, "data": {"a": "planted"}}
    found = await read(double, double.kubeconfig(), metadata_only=True)
    assert found == {"kind": "PartialObjectMetadata", "metadata": {"name": "registry-pull"}}
    assert double.requests[0].headers["Accept"] == "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"


async def test_a_client_certificate_signs_in(double: ApiServerDouble):
    own = double.authority.issue_cert("clusterAdmin@contoso.example")
    certificate = b"".join(it.bytes() for it in own.cert_chain_pems)
    user = {
        "client-certificate-data": b64encode(certificate).decode(),
        "client-key-data": b64encode(own.private_key_pem.bytes()).decode(),
    }
    assert await read(double, double.kubeconfig(user=user)) is None
    assert double.callers == ["clusterAdmin@contoso.example"]


async def test_an_absent_object_is_none(double: ApiServerDouble):
    assert await read(double, double.kubeconfig()) is None


@pytest.mark.parametrize("server", ["https://evil.example", f"https://{HOST}:8443", f"https://{HOST}.evil.example"])
async def test_a_server_that_is_not_the_clusters_gets_nothing(double: ApiServerDouble, server: str):
    with pytest.raises(ApiServerError, match="nothing was sent"):
        await read(double, kubeconfig({"server": server}, {"token": TOKEN}))
    assert double.requests == []


async def test_a_server_of_another_authority_gets_nothing(double: ApiServerDouble):
    other = b64encode(trustme.CA().cert_pem.bytes()).decode()
    with pytest.raises(ApiServerError, match=f"{HOST} cannot be reached from here: its certificate is not of the auth"):
        await read(double, double.kubeconfig(authority=other))
    assert double.requests == []


async def test_a_redirect_is_not_followed(double: ApiServerDouble):
    double.answers[PATH] = lambda: web.Response(status=307, headers={"Location": "https://evil.example/"})
    with pytest.raises(ApiServerError, match="answered 307 with no JSON"):
        await read(double, double.kubeconfig())
    assert len(double.requests) == 1


async def test_a_refusal_is_said_in_kubernetes_words(double: ApiServerDouble):
    double.answers[PATH] = lambda: status(403, "Forbidden", 'secrets "registry-pull" is forbidden:\n\x1b[1mUser me')
    with pytest.raises(ApiServerError) as refused:
        await read(double, double.kubeconfig())
    assert str(refused.value).startswith(f'{HOST} refuses to show {PATH}: 403 secrets "registry-pull" is forbidden')
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: status(403, "Forbidden", f"no such token: {TOKEN}, Authorization: Basic YTpi"),
        lambda: web.Response(status=403, text=f"<title>{TOKEN} is blocked, Authorization: Basic YTpi</title>"),
    ],
)
async def test_a_credential_that_an_answer_repeats_is_hidden(
    double: ApiServerDouble, answer: Callable[[], web.Response]
):
    double.answers[PATH] = answer
    with pytest.raises(ApiServerError) as refused:
        await read(double, double.kubeconfig())
    assert TOKEN not in str(refused.value)
    assert "Authorization: Basic [secret]" in str(refused.value)


@pytest.mark.parametrize("body", ["<html><title>Sign in</title>", "[1]", ""])
async def test_what_a_gateway_answers_is_no_object(double: ApiServerDouble, body: str):
    double.answers[PATH] = lambda: web.Response(text=body)
    with pytest.raises(ApiServerError, match="answered 200 with"):
        await read(double, double.kubeconfig())


async def test_the_key_of_a_certificate_stays_in_no_file(
    double: ApiServerDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    one, other = (double.authority.issue_cert(f"{it}@contoso.example") for it in ("a", "b"))
    user = {
        "client-certificate-data": b64encode(one.cert_chain_pems[0].bytes()).decode(),
        "client-key-data": b64encode(other.private_key_pem.bytes()).decode(),
    }
    with pytest.raises(ApiServerError, match="certificate of the kubeconfig and its key do not belong together"):
        await read(double, double.kubeconfig(user=user))
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240


async def test_an_encrypted_key_is_refused_and_no_terminal_asked(double: ApiServerDouble):
    own = double.authority.issue_cert("clusterAdmin@contoso.example")
    key = load_pem_private_key(own.private_key_pem.bytes(), None)
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"planted"))
    user = {
        "client-certificate-data": b64encode(own.cert_chain_pems[0].bytes()).decode(),
        "client-key-data": b64encode(encrypted).decode(),
    }
    with pytest.raises(ApiServerError, match="client key of the kubeconfig is encrypted: give one"):
        await read(double, double.kubeconfig(user=user))
    assert double.requests == []
