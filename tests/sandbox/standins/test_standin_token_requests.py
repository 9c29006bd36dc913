"""Token requests that fail for a while: each stand-in asks again when, and as often as, its original does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from crosstenant.errors import OperatorError
from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.standins.azure_native.package import prepare
from crosstenant.sandbox.standins.azuread.package import sign_in
from crosstenant.sandbox.standins.http import Answer, Http
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_TENANT,
    FEDERATION_AUDIENCE,
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
)
from tests.sandbox.standins.standin_world import credential, read_state

LOGIN = f"https://login.microsoftonline.com/{CLUSTER_TENANT}/oauth2/v2.0/token"
GRAPH = "https://graph.microsoft.com/"
JOB = "https://job.example/token"
BROKEN = Answer(0, {}, "POST login.microsoftonline.com: connection reset")
CUT_OFF = Answer(0, {}, "not all of it", cut_off=True)
BUSY = Answer(503, {}, "")
PAGE = Answer(200, {}, "<!DOCTYPE html><title>Sign in to the network</title>")


def busy(seconds: str) -> Answer:
    return Answer(429, {"retry-after": seconds}, "")


class Troubled:
    """HTTP with answers of others before its own, for the addresses that begin with a text."""

    def __init__(self, http: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self._send: Callable[..., Awaitable[Answer]] = http.send
        self.asked: list[str] = []
        self._answers: list[Answer] = []
        self._prefix = LOGIN
        monkeypatch.setattr(http, "send", self.send)

    def answer(self, *answers: Answer, prefix: str = LOGIN) -> None:
        self._prefix, self._answers = prefix, list(answers)

    async def send(self, method: str, url: str, **rest: Any) -> Answer:
        self.asked.append(f"{method} {url}")
        if url.startswith(self._prefix) and self._answers:
            return self._answers.pop(0)
        return await self._send(method, url, **rest)


@pytest.fixture
def troubled(http, monkeypatch):
    return Troubled(http, monkeypatch)


@pytest.fixture
def ask(http, clock):
    """Signs in as a provider does: ``await ask("azuread")``; returns the application that the token is of."""

    async def asked(plugin: str, **config: str) -> str:
        settings = Settings({**credential("cluster", "caller"), **config}, {})
        if plugin == "azuread":
            return (await (await sign_in(settings, http, clock.sleep)).claims())["appid"]
        return (await prepare(settings, http, sleep=clock.sleep).claims())["appid"]

    return asked


@pytest.mark.parametrize(
    ("plugin", "answers", "waits"),
    [
        ("azuread", [BROKEN, BUSY, Answer(500, {}, ""), Answer(520, {}, "")], [1, 2, 4, 8]),
        ("azuread", [busy("300"), busy("0")], [300, 0]),
        ("azure-native", [BROKEN, BUSY, Answer(408, {}, "")], [0.8, 2.4, 5.6]),
        ("azure-native", [busy("60"), busy("0"), Answer(504, {}, "")], [60, 2.4, 5.6]),
    ],
)
async def test_token_request_is_repeated_until_it_is_answered(troubled, ask, clock, plugin, answers, waits):
    troubled.answer(*answers)
    assert await ask(plugin) == CLUSTER_CALLER_ID
    assert clock.waits == waits
    assert troubled.asked == [f"POST {LOGIN}"] * (len(waits) + 1)


@pytest.mark.parametrize(
    ("plugin", "answer", "tries", "message"),
    [
        (
            "azuread",
            BROKEN,
            5,
            f'cannot request token: Post "{LOGIN}": POST {LOGIN} giving up after 5 attempt(s): POST',
        ),
        ("azuread", BUSY, 5, f'cannot request token: Post "{LOGIN}": POST {LOGIN} giving up after 5 attempt(s)'),
        ("azuread", CUT_OFF, 1, "clientCredentialsToken: cannot parse response: unexpected EOF"),
        ("azuread", PAGE, 1, "clientCredentialsToken: cannot unmarshal response: invalid character '<' looking for"),
        ("azuread", Answer(501, {}, "no"), 1, "clientCredentialsToken: received HTTP status 501 with response: no"),
        ("azuread", Answer(408, {}, "late"), 1, "clientCredentialsToken: received HTTP status 408 with response: late"),
        (
            "azure-native",
            BROKEN,
            4,
            "ClientSecretCredential authentication failed. POST login.microsoftonline.com: con",
        ),
        ("azure-native", Answer(503, {}, "busy"), 4, "ClientSecretCredential authentication failed. busy"),
        ("azure-native", CUT_OFF, 1, "ClientSecretCredential authentication failed. not all of it"),
        ("azure-native", PAGE, 1, "ClientSecretCredential authentication failed. json decode error"),
        ("azure-native", Answer(520, {}, "odd"), 1, "ClientSecretCredential authentication failed. odd"),
        ("azure-native", busy("61"), 1, "ClientSecretCredential authentication failed."),
    ],
)
async def test_token_request_is_given_up(troubled, ask, plugin: str, answer: Answer, tries: int, message: str):
    troubled.answer(*[answer] * 10)
    with pytest.raises(OperatorError) as failed:
        await ask(plugin)
    assert message in str(failed.value)
    assert len(troubled.asked) == tries


@pytest.mark.parametrize("plugin", ["azuread", "azure-native"])
async def test_refusal_is_final(troubled, ask, clock, plugin: str):
    with pytest.raises(OperatorError, match="AADSTS7000215"):
        await ask(plugin, clientSecret="wrong")
    assert (len(troubled.asked), clock.waits) == (1, [])


@pytest.mark.parametrize(
    ("answers", "waits", "message"),
    [
        ([BUSY, BROKEN], [1, 2], None),
        ([Answer(401, {}, "who?")], [], "githubAssertion: received HTTP status 401 with response: who?"),
        ([Answer(200, {}, "{}")], [], "GitHubOIDCAuthorizer: nil JWT assertion received from GitHub"),
        ([BUSY] * 5, [1, 2, 4, 8], "githubAssertion: cannot request token: Get "),
    ],
)
async def test_azuread_repeats_the_request_for_a_federated_token(
    store, troubled, ask, clock, answers: list[Answer], waits: list[float], message: str | None
):
    given = federated_token(read_state(store), GITHUB_ISSUER, GITHUB_SUBJECT, FEDERATION_AUDIENCE)
    config = {"clientSecret": "", "useOidc": "true", "oidcRequestUrl": JOB, "oidcRequestToken": "x"}
    troubled.answer(*answers, Answer(200, {}, f'{{"value": "{given}"}}'), prefix=JOB)
    if message is None:
        assert await ask("azuread", **config) == CLUSTER_CALLER_ID
    else:
        with pytest.raises(OperatorError) as failed:
            await ask("azuread", **config)
        assert str(failed.value).startswith(f"building client: unable to obtain access token: {message}")
    assert clock.waits == waits


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (BUSY, "GitHub OIDC: 503 with response: "),
        (Answer(0, {}, "connection reset"), "GitHub OIDC: couldn't request token: connection reset"),
        (PAGE, "GitHub OIDC: cannot unmarshal response"),
    ],
)
async def test_azure_native_asks_once_for_a_federated_token(troubled, ask, clock, answer: Answer, message: str):
    config = {"clientSecret": "", "useOidc": "true", "oidcRequestUrl": JOB, "oidcRequestToken": "x"}
    troubled.answer(answer, prefix=JOB)
    with pytest.raises(OperatorError) as failed:
        await ask("azure-native", **config)
    assert str(failed.value) == f"ClientAssertionCredential authentication failed. {message}"
    assert (len(troubled.asked), clock.waits) == (1, [])


@pytest.mark.parametrize(
    ("plugin", "sent"),
    [("azuread", "audience=mine&v=2"), ("azure-native", "audience=api%3A%2F%2FAzureADTokenExchange&v=2")],
)
async def test_audience_in_the_address_of_the_job_stays_for_azuread_alone(store, troubled, ask, plugin: str, sent: str):
    given = federated_token(read_state(store), GITHUB_ISSUER, GITHUB_SUBJECT, FEDERATION_AUDIENCE)
    config = {"clientSecret": "", "useOidc": "true", "oidcRequestUrl": f"{JOB}?audience=mine&v=2"}
    troubled.answer(Answer(200, {}, f'{{"value": "{given}"}}'), prefix=JOB)
    assert await ask(plugin, **config, oidcRequestToken="x") == CLUSTER_CALLER_ID
    assert troubled.asked[0] == f"GET {JOB}?{sent}"


async def test_machines_endpoint_is_asked_again(troubled, http, clock):
    settings = Settings({"useMsi": "true", "msiEndpoint": "http://169.254.169.254/token", "environment": "public"}, {})
    troubled.answer(*[BUSY] * 9, prefix="http://169.254.169.254/")
    with pytest.raises(OperatorError, match=r"metadata endpoint: Get .* giving up after 5 attempt\(s\)"):
        await sign_in(settings, http, clock.sleep)
    assert clock.waits == [2, 4, 8, 16]


async def test_renewal_that_is_refused_is_an_error_of_the_request(troubled, http, clock, monkeypatch):
    settings = Settings(credential("cluster", "owner"), {})
    graph = await sign_in(settings, http, clock.sleep)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3500)
    troubled.answer(
        Answer(401, {}, '{"error_description": "AADSTS7000222: The provided client secret keys are expired."}')
    )
    with pytest.raises(OperatorError) as failed:
        await graph.call("GET", "/applications")
    assert str(failed.value) == (
        "authorizing request: clientCredentialsToken: received HTTP status 401 with response: AADSTS7000222: The"
        " provided client secret keys are expired."
    )


@pytest.mark.parametrize("answer", [Answer(status, {}, "") for status in (408, 424, 429, 500, 507, 520)])
async def test_graph_is_asked_again_while_it_is_busy(troubled, http, clock, answer: Answer):
    graph = await sign_in(Settings(credential("cluster", "owner"), {}), http, clock.sleep)
    troubled.answer(answer, prefix=GRAPH)
    assert (await graph.call("GET", "/applications"))["value"]
    assert clock.waits == [1]


@pytest.mark.parametrize(
    ("method", "answer", "message"),
    [
        ("GET", CUT_OFF, "parsing response body: unexpected EOF"),
        ("GET", PAGE, "unmarshaling response body: invalid character '<' looking for beginning of value"),
        ("PATCH", CUT_OFF, "parsing response body: unexpected EOF"),
        ("GET", Answer(501, {}, ""), "unexpected status 501 (501 Not Implemented) received with no body"),
        ("GET", Answer(403, {}, "<p>no</p>"), "unexpected status 403 (403 Forbidden) with response: <p>no</p>"),
    ],
)
async def test_graph_is_not_asked_again(troubled, http, clock, method: str, answer: Answer, message: str):
    graph = await sign_in(Settings(credential("cluster", "owner"), {}), http, clock.sleep)
    troubled.answer(answer, prefix=GRAPH)
    with pytest.raises(OperatorError) as failed:
        await graph.call(method, "/applications")
    assert str(failed.value) == message
    assert clock.waits == []


@pytest.mark.parametrize(
    ("sent", "is_cut_off"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", True),
        (b"HTTP/1.1 200 OK\r\nContent-Le", False),
        (b"", False),
    ],
)
async def test_answer_that_breaks_off_is_told_from_none(sent: bytes, is_cut_off: bool):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(sent)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    http = Http()
    try:
        found = await http.send("GET", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    finally:
        await http.close()
        server.close()
    assert (found.status, found.cut_off) == (0, is_cut_off)


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        ([busy("100")] * 3, [100, 100, 100]),
        ([busy("121")], []),
        ([BUSY, busy("0"), BUSY, BUSY], [20, 60, 120]),
    ],
)
async def test_resource_manager_is_asked_again_when_it_says_unless_that_is_too_late(
    troubled, http, clock, answers: list[Answer], waits: list[float]
):
    arm = prepare(Settings(credential("cluster", "caller"), {}), http, sleep=clock.sleep)
    troubled.answer(*answers, prefix="https://management.azure.com/")
    await arm.send("GET", "/subscriptions/s", "2022-12-01")
    assert clock.waits == waits


@pytest.mark.parametrize(
    ("method", "answer", "message"),
    [
        ("GET", PAGE, f"unexpected response from Azure: '{PAGE.text}', HTTP status: 200 OK"),
        ("PUT", PAGE, f"unexpected response from Azure: '{PAGE.text}', HTTP status: 200 OK"),
        ("GET", Answer(403, {}, "<p>no</p>"), "RESPONSE 403: 403 Forbidden ERROR CODE UNAVAILABLE <p>no</p>"),
        ("GET", Answer(404, {}, '{"message": "no route"}'), 'Status=404 Message="{"message": "no route"}"'),
        ("GET", Answer(400, {}, '{"error": {"code": "Bad", "message": "m"}}'), 'Status=400 Code="Bad" Message="m"'),
    ],
)
async def test_answer_of_resource_manager_is_worded(troubled, http, clock, method: str, answer: Answer, message: str):
    arm = prepare(Settings(credential("cluster", "owner"), {}), http, sleep=clock.sleep)
    troubled.answer(answer, prefix="https://management.azure.com/")
    with pytest.raises(OperatorError) as failed:
        await (arm.get("/subscriptions/s", "1") if method == "GET" else arm.put("/subscriptions/s", "1", {}))
    assert str(failed.value) == message
