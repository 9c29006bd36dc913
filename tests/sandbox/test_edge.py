import asyncio
import base64
import json
import socket
import ssl
import time
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from crosstenant.sandbox.host.proxy import Proxy
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID, CLUSTER_CALLER_SECRET, CLUSTER_TENANT

LOGIN = "https://login.microsoftonline.com"
KEYS = f"{LOGIN}/{CLUSTER_TENANT}/discovery/v2.0/keys"
FORM = {
    "grant_type": "client_credentials",
    "client_id": CLUSTER_CALLER_ID,
    "client_secret": CLUSTER_CALLER_SECRET,
    "scope": "https://graph.microsoft.com/.default",
}


@pytest.fixture
async def session(running):
    context = ssl.create_default_context(cafile=str(running.roots))
    connector = aiohttp.TCPConnector(ssl=context, limit=0)
    async with aiohttp.ClientSession(connector=connector, proxy=running.url) as session:
        yield session


@pytest.fixture
async def bearer(session):
    async with session.post(f"{LOGIN}/{CLUSTER_TENANT}/oauth2/v2.0/token", data=FORM) as answer:
        return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}


def strike(running, **given):
    with running.store.change() as state:
        state["faults"].append(new_fault(given))


def waiting_faults(running):
    """How many faults no request has met yet."""
    with running.store.read() as state:
        return len(state["faults"])


async def test_every_host_answers_under_its_own_certificate(session, bearer):
    expected = {
        KEYS: 200,
        "https://login.windows.net/common/discovery/keys": 200,
        "https://graph.microsoft.com/v1.0/applications": 200,
        "https://management.azure.com/subscriptions?api-version=2022-12-01": 401,
        "https://fabrikamimages.azurecr.io/v2/": 401,
        "https://sandbox.test/faults": 401,
    }
    for url, status in expected.items():
        async with session.get(url, headers=bearer if "graph" in url else {}) as answer:
            assert (url, answer.status) == (url, status)


async def test_control_host_answers_a_command_of_the_sandbox(session, running):
    headers = {"Authorization": f"Bearer {running.environ['CROSSTENANT_SANDBOX_TOKEN']}"}
    async with session.get("https://sandbox.test/faults", headers=headers) as answer:
        assert (answer.status, await answer.json()) == (200, [])


@pytest.mark.parametrize(
    "host", ["get.pulumi.com", "api.pulumi.com", "api.github.com", "github.com", "gitlab.com", "pypi.org"]
)
async def test_download_is_refused_by_an_answer_and_not_by_the_proxy(session, host):
    async with session.get(f"https://{host}/releases/plugins/pulumi-resource-random-v4.0.0.tar.gz") as answer:
        assert answer.status == 403
        assert await answer.text() == (
            "The sandbox has no downloads: install the plugin or package before the sandbox starts, or let the command "
            f"reach the network (--pass-through {host})\n"
        )


async def test_unknown_host_is_refused_in_a_sentence(session):
    with pytest.raises(aiohttp.ClientHttpProxyError) as refused:
        await session.get("https://example.com/")
    assert refused.value.status == 403
    assert refused.value.message.startswith("The sandbox does not emulate example.com and does not pass it through")


async def test_plain_http_is_refused_in_a_sentence(session):
    async with session.get("http://169.254.169.254/metadata/identity") as answer:
        assert answer.status == 403
        assert await answer.text() == "The sandbox serves https only: plain http to 169.254.169.254 is refused\n"


async def test_host_header_of_nobody_is_misdirected(session):
    async with session.get(KEYS, headers={"Host": "example.com"}) as answer:
        assert answer.status == 421


async def test_two_hundred_requests_at_once_are_answered(session, bearer):
    async def get():
        async with session.get("https://graph.microsoft.com/v1.0/applications", headers=bearer) as answer:
            return answer.status, len((await answer.json())["value"])

    assert set(await asyncio.gather(*(get() for _ in range(200)))) == {(200, 4)}


async def test_chunked_bodies_are_read(session):
    async def chunks():
        for name, value in FORM.items():
            yield f"{name}={value}&".encode()

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with session.post(f"{LOGIN}/{CLUSTER_TENANT}/oauth2/v2.0/token", data=chunks(), headers=headers) as answer:
        assert answer.status == 200


async def test_answers_carry_request_ids(session, bearer):
    ours = {**bearer, "client-request-id": "ours"}
    async with session.get("https://graph.microsoft.com/v1.0/applications", headers=ours) as answer:
        assert answer.headers["request-id"]
        assert answer.headers["client-request-id"] == "ours"
    async with session.get(KEYS) as answer:
        assert answer.headers["x-ms-request-id"]
    theirs = {"x-ms-correlation-request-id": "together"}
    async with session.get("https://management.azure.com/subscriptions", headers=theirs) as answer:
        assert answer.headers["x-ms-correlation-request-id"] == "together"


async def test_answers_tell_the_sandboxs_time(session, bearer, running):
    with running.store.change() as state:
        state["clock"]["ahead_seconds"] += 30 * 86400
    async with session.get("https://management.azure.com/subscriptions", headers=bearer) as answer:
        told = parsedate_to_datetime(answer.headers["Date"])
    ahead = told - datetime.now(timezone.utc)
    assert 29.9 < ahead / timedelta(days=1) < 30.1


async def test_requests_are_logged_without_queries_headers_or_bodies(session, bearer, running):
    async with session.get("https://graph.microsoft.com/v1.0/applications?$filter=x", headers=bearer) as answer:
        assert answer.status == 400
    token, listed = running.requests
    del token["time"], listed["time"]
    assert {token.pop("agent"), listed.pop("agent")} == {"Python"}
    assert token == {
        "service": "login",
        "method": "POST",
        "host": "login.microsoftonline.com",
        "path": f"/{CLUSTER_TENANT}/oauth2/v2.0/token",
        "status": 200,
        "tenant": CLUSTER_TENANT,
    }
    assert listed == {
        "service": "graph",
        "method": "GET",
        "host": "graph.microsoft.com",
        "path": "/v1.0/applications",
        "status": 400,
        "tenant": CLUSTER_TENANT,
        "client": CLUSTER_CALLER_ID,
    }
    assert CLUSTER_CALLER_SECRET not in json.dumps(running.requests)


async def test_fault_answers_in_place_of_the_service(session, bearer, running):
    strike(running, service="graph", status=429, retry_after=7, message="slow down")
    async with session.get("https://graph.microsoft.com/v1.0/applications", headers=bearer) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
        error = (await answer.json())["error"]
        assert (error["code"], error["message"]) == ("TooManyRequests", "slow down")
    async with session.get("https://graph.microsoft.com/v1.0/applications", headers=bearer) as answer:
        assert answer.status == 200
    assert "fault" in running.requests[-2]
    assert "fault" not in running.requests[-1]


async def test_delay_holds_one_answer_and_no_other(session, running):
    async def get():
        async with session.get(KEYS) as answer:
            assert answer.status == 200

    strike(running, service="login", status=0, delay=0.5)
    started = time.monotonic()
    await get()
    assert time.monotonic() - started >= 0.5

    strike(running, service="login", status=0, delay=3600)
    held = asyncio.create_task(get())
    while waiting_faults(running):  # noqa: ASYNC110 - the state file has no event for it
        await asyncio.sleep(0.02)
    await get()
    assert not held.done()
    held.cancel()


async def test_dropped_connection_gives_no_answer(session, running):
    strike(running, service="login", drop=True)
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.post(f"{LOGIN}/{CLUSTER_TENANT}/oauth2/v2.0/token", data=FORM)
    async with session.get(KEYS) as answer:
        assert answer.status == 200
    assert [entry["status"] for entry in running.requests] == [0, 200]


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 504}])
async def test_work_may_be_done_and_its_answer_lost(session, bearer, running, fault):
    strike(running, service="graph", method="POST", after=True, **fault)
    body = {"displayName": "made all the same"}
    url = "https://graph.microsoft.com/v1.0/applications"
    if "drop" in fault:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.post(url, json=body, headers=bearer)
    else:
        async with session.post(url, json=body, headers=bearer) as answer:
            assert answer.status == 504
    with running.store.read() as state:
        assert "made all the same" in {one["displayName"] for one in state["applications"].values()}


async def test_defect_is_shown_and_answered_with_500(session, running, capfd):
    with running.store.change() as state:
        del state["tenants"]
    async with session.get(f"{LOGIN}/{CLUSTER_TENANT}/v2.0/.well-known/openid-configuration") as answer:
        assert answer.status == 500
    assert "KeyError: 'tenants'" in capfd.readouterr().err


async def test_full_disk_is_told_in_a_sentence_and_leaves_no_trace(session, bearer, running, full_disk, capfd):
    address, body = "https://graph.microsoft.com/v1.0/applications", {"displayName": "lost"}
    with full_disk():
        async with session.post(address, headers=bearer, json=body) as answer:
            assert answer.status == 500
    assert capfd.readouterr().err == f"crosstenant sandbox: {running.store.path}: File too large\n"
    async with session.post(address, headers=bearer, json={"displayName": "kept"}) as answer:
        assert answer.status == 201
    with running.store.read() as state:
        names = {it["displayName"] for it in state["applications"].values()}
    assert "kept" in names
    assert "lost" not in names


async def test_host_passed_through_is_tunnelled_as_it_is():
    async def echo(reader, writer):
        writer.write(b"echo " + await reader.readline())
        writer.close()

    far = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = Proxy(1, ["*.invalid", "127.0.0.1"])
    port = await proxy.start()
    far_port = far.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"CONNECT 127.0.0.1:{far_port} HTTP/1.1\r\n\r\n".encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.write(b"hello\n")
    assert await reader.read() == b"echo hello\n"
    writer.close()
    await proxy.stop()
    far.close()


async def test_what_is_passed_through_goes_on_by_the_surrounding_proxy():
    asked = []

    async def upstream(reader, writer):
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(upstream, "127.0.0.1", 0)
    proxy = Proxy(1, ["example.com", "*.pulumi.com"], f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    port = await proxy.start()
    for host in (b"example.com", b"get.pulumi.com"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"CONNECT " + host + b":443 HTTP/1.1\r\n\r\n")
        answer = await reader.read()
        assert asked.pop() == b"CONNECT " + host + b":443 HTTP/1.1"
        assert answer.startswith(b"HTTP/1.1 502 " + host + b" cannot be reached: the proxy 127.0.0.1 answers")
        writer.close()
    await proxy.stop()
    server.close()


@pytest.mark.parametrize(
    ("target", "status", "said"),
    [
        (b"aks.hcp.westeurope.azmk8s.io:443", b"502 ", b"the folder must be your own"),
        (b"aks.hcp.westeurope.azmk8s.io:https", b"400 ", b"CONNECT needs host:port"),
    ],
)
async def test_reason_why_a_cluster_cannot_be_reached_is_told(target: bytes, status: bytes, said: bytes):
    async def api_port(host: str) -> int:
        raise ValueError("the folder must be your own")

    proxy = Proxy(1, api_port=api_port)
    port = await proxy.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"CONNECT " + target + b" HTTP/1.1\r\n\r\n")
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert said in answer
    writer.close()
    await proxy.stop()


@pytest.mark.parametrize(
    "line",
    [b"GET http://[bad/t HTTP/1.1", b"GET //[ HTTP/1.1", b"CONNECT x:\xb2 HTTP/1.1", b"CONNECT [::1:443 HTTP/1.1"],
)
async def test_malformed_target_is_refused_in_a_sentence(running, line, caplog):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(running.url.rpartition(":")[2]))
    writer.write(line + b"\r\n\r\n")
    answer = await reader.read()
    writer.close()
    assert answer.startswith((b"HTTP/1.1 403 The sandbox ", b"HTTP/1.1 400 CONNECT needs host:port"))
    assert caplog.records == []


def test_server_name_that_is_none_is_no_defect(running, capfd):
    context = ssl.create_default_context(cafile=str(running.roots))
    with socket.create_connection(("127.0.0.1", int(running.url.rpartition(":")[2])), timeout=30) as connection:
        connection.sendall(b"CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n")
        assert b" 200 " in connection.recv(1024)
        with pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(connection, server_hostname="a b")
    assert "Traceback" not in capfd.readouterr().err


async def test_a_token_of_any_form_is_logged_without_a_defect(session, running, capfd):
    deep = base64.urlsafe_b64encode(b"[" * 5000).decode()
    for token in (f"e30.{deep}.x", "e30.NQ.x", "e30.bnVsbA.x", "...", "\u00ff"):
        async with session.get(
            "https://graph.microsoft.com/v1.0/applications", headers={"Authorization": f"Bearer {token}"}
        ) as answer:
            assert answer.status == 401
    assert "Traceback" not in capfd.readouterr().err
