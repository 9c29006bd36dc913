"""The transports of the clients: the proxy of the environment, and their end."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core import AsyncPipelineClient
from azure.core.exceptions import AzureError
from azure.core.rest import AsyncHttpResponse, HttpRequest

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import Attempt, Clusters
from crosstenant.azure.connections.open_transports import close_all
from crosstenant.azure.connections.proxies import proxy_options
from crosstenant.azure.connections.transport import AzureTransport, NotSentError
from crosstenant.azure.pull.docker_token import prove_pull, registry_session
from crosstenant.azure.pull.pull_verdict import PullRefused
from crosstenant.azure.refusals.refusals import explain
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.arm_id import ArmId
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AppCredential, ClientSecret
from tests.azure.aks_world import APP, CLUSTER, SECRET, TENANT_ID, FakeClock, cluster
from tests.azure.scripted_azure import signed_in

URL = "https://management.azure.com/subscriptions"
OPERATOR = "Basic " + base64.b64encode(b"operator:planted/password").decode()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize("written", ["http://proxy.test:3128", "proxy.test:3128", " http://proxy.test:3128 "])
def test_proxy_may_be_written_without_a_scheme(monkeypatch: pytest.MonkeyPatch, written: str):
    monkeypatch.setenv("HTTPS_PROXY", written)
    options = proxy_options(URL)
    assert (str(options["proxy"]), list(options)) == ("http://proxy.test:3128", ["proxy"])


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_credentials_of_the_proxy_leave_its_address(monkeypatch: pytest.MonkeyPatch, scheme: str):
    monkeypatch.setenv("https_proxy", f"{scheme}operator:planted%2Fpassword@proxy.test:3128")
    options = proxy_options(URL)
    assert str(options["proxy"]) == "http://proxy.test:3128"
    assert options["proxy_headers"] == {"Proxy-Authorization": OPERATOR}


def test_no_proxy_exempts_a_host(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", ".azurecr.io")
    assert proxy_options("https://fabrikamimages.azurecr.io/v2/") == {}
    assert proxy_options(URL)
    assert proxy_options("http://169.254.169.254/metadata") == {}


@pytest.mark.parametrize(
    "written", ["http://[planted", "http://operator:planted@", "http://operator:planted@host:port"]
)
def test_malformed_proxy_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch, written: str):
    monkeypatch.setenv("HTTPS_PROXY", written)
    with pytest.raises(ValueError, match=r"^HTTPS_PROXY must be the address of a proxy, http://<host>:<port>$"):
        proxy_options(URL)


@asynccontextmanager
async def proxy(status: str = "407 Proxy Authentication Required") -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that refuses each connection: its address, and the heads of the requests to it."""
    heads: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", heads


@pytest.mark.parametrize("scheme", ["", "http://"])
async def test_each_client_gives_the_proxy_its_credentials_and_shows_them_to_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str
):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login planted password planted\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with proxy() as (address, heads):
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}operator:planted%2Fpassword@{address}")
        client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
            "", policies=[], transport=AzureTransport()
        )
        async with client:
            with pytest.raises(AzureError) as unreachable:
                await client.send_request(HttpRequest("GET", URL))
        async with registry_session() as session:
            with pytest.raises(PullRefused) as refused:
                await prove_pull(session, "x.azurecr.io", AppCredential("id", "secret"), "hello")
    assert [head.split("\r\n")[0] for head in heads] == [
        "CONNECT management.azure.com:443 HTTP/1.1",
        "CONNECT x.azurecr.io:443 HTTP/1.1",
    ]
    assert all(f"Proxy-Authorization: {OPERATOR}\r\n" in head for head in heads)
    assert "planted" not in f"{unreachable.value} {refused.value}"
    assert refused.value.detail == "the proxy answered 407 to a connection to x.azurecr.io"


_OPEN = "let the proxy pass connections to this host, or exempt the host from it (HTTPS_PROXY, NO_PROXY)"


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("407 Proxy Authentication Required", "give HTTPS_PROXY the user and the password that the proxy asks for"),
        ("403 planted\x1b[2K", _OPEN),
        ("503 Busy", _OPEN),
        ("302 Found", _OPEN),
    ],
)
async def test_refusal_of_the_proxy_is_named_as_such(monkeypatch: pytest.MonkeyPatch, status: str, remedy: str):
    async with proxy(status) as (address, _), AzureTransport() as transport:
        monkeypatch.setenv("HTTPS_PROXY", address)
        with pytest.raises(NotSentError) as refused:
            await transport.send(HttpRequest("GET", URL))
    assert explain(refused.value, doing="reading", on="x") == (
        f"reading x: Azure cannot be reached: the proxy answered {status[:3]} to a connection to"
        f" 'management.azure.com'; {remedy}"
    )


async def test_reset_that_could_not_be_sent_was_not_accepted(monkeypatch: pytest.MonkeyPatch):
    async with proxy() as (address, heads):
        refused, closed = await _unsent_reset(monkeypatch, address), await _unsent_reset(monkeypatch, "127.0.0.1:9")
    assert (refused.maybe_accepted, closed.maybe_accepted) == (False, False)
    assert len(heads) == 8


async def _unsent_reset(monkeypatch: pytest.MonkeyPatch, address: str) -> Attempt:
    monkeypatch.setenv("HTTPS_PROXY", address)
    clock, attempt = FakeClock(), Attempt()
    clusters = Clusters(Tenant(TENANT_ID, PUBLIC, ClientSecret(APP, "unused"), _made=[signed_in()]), clock)

    async def get(cluster_id: ArmId) -> ClusterState:
        return cluster(client_id=APP)

    monkeypatch.setattr(clusters, "get", get)
    said: list[str] = []

    async def note(message: str) -> None:
        said.append(message)

    with pytest.raises(NotSentError):
        await clusters.start_reset(
            CLUSTER,
            AppCredential(APP, SECRET),
            deadline=clock.now() + 5400,
            propagation_deadline=clock.now() + 300,
            on_progress=note,
            attempt=attempt,
        )
    assert said[0].startswith("Azure does not answer (")
    await clusters.aclose()
    return attempt


async def test_certificate_of_an_unknown_authority_says_which_variable_names_it():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
        "", policies=[], transport=AzureTransport()
    )
    server = TestServer(web.Application(), scheme="https")
    await server.start_server(ssl=context)
    async with client:
        with pytest.raises(AzureError) as untrusted:
            await client.send_request(HttpRequest("GET", f"https://127.0.0.1:{server.port}/"))
    await server.close()
    assert "have SSL_CERT_FILE name a file" in explain(untrusted.value, doing="x", on="")


async def test_malformed_proxy_is_a_refusal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://[planted")
    client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
        "", policies=[], transport=AzureTransport()
    )
    async with client:
        with pytest.raises(AzureError, match=r"^HTTPS_PROXY must be"):
            await client.send_request(HttpRequest("GET", URL))
    async with registry_session() as session:
        with pytest.raises(PullRefused, match="HTTPS_PROXY must be"):
            await prove_pull(session, "x.azurecr.io", AppCredential("id", "secret"), "hello")


async def test_transports_of_an_ended_process_are_closed():
    used, unused = AzureTransport(), AzureTransport()
    await used.open()
    session = used.session
    assert session is not None
    await close_all()
    assert session.closed
    assert (used.session, unused.session) == (None, None)
    await close_all()
