"""The transports of the clients: the proxy of the environment, and their end."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from azure.core import AsyncPipelineClient
from azure.core.exceptions import AzureError
from azure.core.rest import AsyncHttpResponse, HttpRequest

from crosstenant.azure.connections.open_transports import close_all
from crosstenant.azure.connections.proxies import proxy_options
from crosstenant.azure.connections.transport import AzureTransport
from crosstenant.azure.pull.docker_token import prove_pull, registry_session
from crosstenant.azure.pull.pull_verdict import PullRefused
from crosstenant.model.credentials.kinds import AppCredential

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
async def proxy() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that refuses each connection: its address, and the heads of the requests to it."""
    heads: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
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
