import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from crosstenant.azure.pull.docker_token import prove_pull, registry_session
from crosstenant.azure.pull.pull_verdict import Existence, PullProof, PullRefused, Reason, not_proved
from crosstenant.model.credentials.kinds import AppCredential
from tests.azure.tls_azure import (
    CHALLENGE,
    CLIENT_ID,
    DIGEST,
    HOST,
    LAYER,
    LAYERS,
    NO_APPLICATION,
    NO_REPOSITORY,
    NO_ROLE,
    NO_TAG,
    SECRET,
    SIGNED,
    Registry,
    granted,
    jwt,
    manifest_of,
    pull_token,
    said,
    serving,
)

DEEP = "[" * 100_000
DEEP_TOKEN = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"RS256"}', DEEP.encode(), b"signature")
)

Prove = Callable[..., Awaitable[PullProof]]


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
async def prove(registry: Registry) -> AsyncIterator[Prove]:
    async with (
        serving({HOST: registry.answer, LAYERS: registry.answer}) as new_connector,
        aiohttp.ClientSession(connector=new_connector()) as session,
    ):

        async def run(
            repository: str = "hello", reference: str | None = None, host: str = HOST, look: bool = False
        ) -> PullProof:
            credential = AppCredential(CLIENT_ID, SECRET)
            return await prove_pull(session, host, credential, repository, reference, look=look)

        yield run


async def refused(work: Awaitable[PullProof]) -> PullRefused:
    with pytest.raises(PullRefused) as caught:
        await work
    assert SECRET not in str(caught.value)
    return caught.value


async def test_manifest_and_a_byte_of_a_layer_are_fetched(registry: Registry, prove: Prove):
    assert await prove("hello", "1.0") == PullProof(("pull",), DIGEST, LAYER, Existence.PRESENT)
    assert registry.asked == [
        "GET /v2/",
        f"GET /oauth2/token?service={HOST}&scope=repository:hello:pull",
        "GET /v2/hello/manifests/1.0",
        f"GET /v2/hello/blobs/{LAYER}",
        "GET /layer?sig=planted.signature%2F1",
    ]
    assert [it.headers.get("Range") for it in registry.requests[3:]] == ["bytes=0-0", "bytes=0-0"]


async def test_secret_goes_to_the_token_service_only(registry: Registry, prove: Prove):
    await prove("hello", "1.0")
    challenge, token, manifest, blob, layer = (request.headers.get("Authorization") for request in registry.requests)
    assert challenge is None
    assert layer is None
    assert manifest == blob
    assert token == "Basic " + base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
    assert manifest == f"Bearer {pull_token('hello', 'pull')}"


async def test_token_that_grants_pull_is_enough_without_reference(registry: Registry, prove: Prove):
    registry.token = granted(pull_token("backend/api", "pull", "metadata/read"))
    assert await prove("backend/api") == PullProof(("metadata/read", "pull"))
    assert registry.asked[1:] == [f"GET /oauth2/token?service={HOST}&scope=repository:backend/api:pull"]


@pytest.mark.parametrize(
    "token",
    [
        jwt({"access": []}),
        jwt({"sub": "x"}),
        pull_token("hello", "metadata/read"),
        pull_token("other", "pull"),
    ],
)
async def test_token_that_does_not_grant_pull_is_a_missing_role(registry: Registry, prove: Prove, token: str):
    registry.token = granted(token)
    refusal = await refused(prove())
    assert refusal.reason is Reason.ROLE_MISSING
    assert "'hello' grants" in refusal.detail


async def test_unreadable_token_proves_a_sign_in_only(registry: Registry, prove: Prove):
    registry.token = granted("opaque")
    assert await prove() == PullProof(None)
    assert (await prove("hello", "1.0")).is_pull


async def test_deeply_nested_token_proves_a_sign_in_only(registry: Registry, prove: Prove):
    registry.token = granted(DEEP_TOKEN)
    assert await prove() == PullProof(None)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (NO_APPLICATION, Reason.SERVICE_PRINCIPAL_MISSING),
        (
            said(401, "UNAUTHORIZED", "AADSTS700016: Application was not found in the directory"),
            Reason.SERVICE_PRINCIPAL_MISSING,
        ),
        (said(401, "UNAUTHORIZED", "Invalid clientid or client secret."), Reason.SECRET_WRONG),
        (said(401, "UNAUTHORIZED", "AADSTS7000215: Invalid client secret provided."), Reason.SECRET_WRONG),
        (
            said(401, "UNAUTHORIZED", "AADSTS7000222: The provided client secret keys for app 'x' are expired."),
            Reason.SECRET_EXPIRED,
        ),
        (said(401, "UNAUTHORIZED", "AADSTS7000112: Application 'x' is disabled."), Reason.SERVICE_PRINCIPAL_DISABLED),
        (NO_ROLE, Reason.ROLE_MISSING),
        (
            said(403, "DENIED", "client with IP '192.0.2.7' is not allowed access. Refer https://aka.ms/acr/firewall"),
            Reason.NETWORK_BLOCKED,
        ),
        (said(403, "DENIED", "requested access to the resource is denied"), Reason.ROLE_MISSING),
        (said(429, "TOOMANYREQUESTS", "too many requests"), Reason.THROTTLED),
        (said(503, "UNAVAILABLE", "try later"), Reason.THROTTLED),
        (said(500, "UNKNOWN", "oops"), Reason.UNREACHABLE),
        (said(418, "TEAPOT", "short and stout"), Reason.UNEXPECTED),
        (said(401, "UNAUTHORIZED", "aad access token with sp failed client id must be guid"), Reason.UNEXPECTED),
        (lambda: web.Response(status=200, text="no json"), Reason.UNEXPECTED),
        (lambda: web.json_response({"access_token": "a\r\nb"}), Reason.UNEXPECTED),
        (lambda: web.json_response([]), Reason.UNEXPECTED),
        (lambda: web.Response(text=DEEP), Reason.UNEXPECTED),
        (lambda: web.Response(text=DEEP, status=418), Reason.UNEXPECTED),
    ],
)
async def test_refusals_at_the_token(registry: Registry, prove: Prove, answer, reason: Reason):
    registry.token = answer
    assert (await refused(prove("hello", "1.0"))).reason is reason
    assert len(registry.requests) == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (NO_ROLE, Reason.ROLE_MISSING),
        (lambda: web.Response(status=401), Reason.ROLE_MISSING),
        (said(403, "DENIED", "requested access to the resource is denied"), Reason.ROLE_MISSING),
        (said(403, "DENIED", "client with IP '192.0.2.7' is not allowed access."), Reason.NETWORK_BLOCKED),
        (NO_TAG, Reason.TAG_ABSENT),
        (said(404, "NAME_UNKNOWN", "repository name not known to registry"), Reason.REPOSITORY_ABSENT),
        (lambda: web.Response(status=200), Reason.UNEXPECTED),
        (lambda: web.Response(status=307, headers={"Location": "https://elsewhere.test/"}), Reason.UNEXPECTED),
    ],
)
async def test_refusals_at_the_manifest(registry: Registry, prove: Prove, answer, reason: Reason):
    registry.manifest = answer
    assert (await refused(prove("hello", "1.0"))).reason is reason


async def test_image_of_an_index_is_fetched(registry: Registry, prove: Prove):
    other, linux = "sha256:" + "0a" * 32, "sha256:" + "0b" * 32
    answers = {
        "/v2/hello/manifests/1.0": manifest_of(
            manifests=[
                {"digest": other, "platform": {"os": "windows", "architecture": "amd64"}},
                {"digest": linux, "platform": {"os": "linux", "architecture": "amd64", "variant": "v1"}},
            ]
        ),
        f"/v2/hello/manifests/{linux}": manifest_of(
            linux, layers=[{"digest": other, "urls": ["https://elsewhere.test/"]}, {"digest": LAYER}]
        ),
    }
    registry.manifest = lambda: answers[registry.requests[-1].path]
    assert await prove("hello", "1.0") == PullProof(("pull",), DIGEST, LAYER, Existence.PRESENT)
    assert registry.asked[4] == f"GET /v2/hello/blobs/{LAYER}"


@pytest.mark.parametrize("content", [{}, {"layers": []}, {"layers": [{"digest": "x"}], "config": {}}, {"layers": 1}])
async def test_manifest_without_a_layer_is_no_pull(registry: Registry, prove: Prove, content: dict[str, Any]):
    registry.manifest = lambda: manifest_of(**content)
    proof = await prove("hello", "1.0")
    assert (proof.manifest_digest, proof.is_pull) == (DIGEST, False)
    assert not_proved(proof, "hello", "1.0").startswith("that layers can be fetched: the manifest of '1.0' names none")


async def test_layer_that_the_registry_itself_gives_is_a_pull(registry: Registry, prove: Prove):
    registry.blob = lambda: web.Response(body=b"x" * 100_000)
    assert (await prove("hello", "1.0")).is_pull
    assert len(registry.requests) == 4


@pytest.mark.parametrize(
    ("step", "answer", "reason", "detail"),
    [
        ("layer", said(403, "AuthenticationFailed", "sig"), Reason.LAYERS_BLOCKED, f"{LAYERS}, to which {HOST} redi"),
        ("layer", lambda: web.Response(status=302, headers={"Location": SIGNED}), Reason.LAYERS_BLOCKED, "302"),
        ("layer", said(503, "ServerBusy", "x", {"Retry-After": "7"}), Reason.THROTTLED, "answered 503"),
        ("blob", lambda: web.Response(status=502, text="<html>"), Reason.LAYERS_BLOCKED, "a layer of 'hello' was due"),
        ("blob", NO_ROLE, Reason.ROLE_MISSING, "answered 401"),
        ("blob", said(404, "BLOB_UNKNOWN", "blob unknown to registry"), Reason.TAG_ABSENT, "BLOB_UNKNOWN"),
    ],
)
async def test_refusals_at_the_layer(registry: Registry, prove: Prove, step, answer, reason: Reason, detail: str):
    setattr(registry, step, answer)
    refusal = await refused(prove("hello", "1.0"))
    assert (refusal.reason, detail in refusal.detail) == (reason, True), refusal.detail
    assert "planted.signature" not in refusal.detail


async def test_storage_that_cannot_be_reached_blocks_layers(registry: Registry, prove: Prove):
    # The certificate is not that host's.
    registry.blob = lambda: web.Response(
        status=307, headers={"Location": "https://fabrikamimages.weu.data.azurecr.io/l"}
    )
    refusal = await refused(prove("hello", "1.0"))
    assert refusal.reason is Reason.LAYERS_BLOCKED
    assert "the certificate of fabrikamimages.weu.data.azurecr.io is not trusted" in refusal.detail


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.test/layer?sig=planted",
        "https://blob.core.windows.net.evil.test/layer",
        f"http://{LAYERS}/layer",
        f"https://{LAYERS}:8443/layer",
        f"https://u@{LAYERS}/layer",
        "https://other.weu.data.azurecr.io/layer",
        "https://account.blob.core.chinacloudapi.cn/layer",
        f"https://{HOST}/layer",
        "/layer",
        "",
    ],
)
async def test_layer_is_fetched_from_no_other_host(registry: Registry, prove: Prove, location: str):
    registry.blob = lambda: web.Response(status=307, headers={"Location": location})
    refusal = await refused(prove("hello", "1.0"))
    assert (refusal.reason, len(registry.requests)) == (Reason.UNEXPECTED, 4)
    assert "nothing was sent there" in refusal.detail
    assert "planted" not in refusal.detail


@pytest.mark.parametrize(
    ("answer", "existence"),
    [
        (lambda: web.json_response({"name": "hello", "tags": None}), Existence.PRESENT),
        (NO_REPOSITORY, Existence.ABSENT),
        (NO_ROLE, Existence.UNKNOWN),
        (said(404, "NOT_FOUND", "404 page not found"), Existence.UNKNOWN),
    ],
)
async def test_repository_is_looked_for(registry: Registry, prove: Prove, answer, existence: Existence):
    registry.tags = answer
    assert await prove("hello", look=True) == PullProof(("pull",), existence=existence)
    assert registry.asked[2:] == ["GET /v2/hello/tags/list?n=1"]


async def test_repository_that_cannot_be_looked_for_now_is_asked_for_again(registry: Registry, prove: Prove):
    registry.tags = said(503, "UNAVAILABLE", "try later")
    assert (await refused(prove("hello", look=True))).reason is Reason.THROTTLED


async def test_unknown_manifest_of_an_absent_repository_is_told_as_that(registry: Registry, prove: Prove):
    registry.manifest, registry.tags = NO_TAG, NO_REPOSITORY
    assert (await refused(prove("hello", "1.0"))).reason is Reason.REPOSITORY_ABSENT
    registry.tags = NO_ROLE
    assert (await refused(prove("hello", "1.0"))).reason is Reason.TAG_ABSENT


async def test_network_rules_show_at_the_challenge(registry: Registry, prove: Prove):
    registry.challenge = said(403, "DENIED", "client with IP '192.0.2.7' is not allowed access.")
    refusal = await refused(prove())
    assert refusal.reason is Reason.NETWORK_BLOCKED
    assert refusal.detail == (
        f"{HOST} answered 403 where the challenge was due: DENIED: client with IP '192.0.2.7' is not allowed access."
    )


def page(status: int) -> Callable[[], web.Response]:
    text = "<html><head><title>Access denied\x1b[2J</title></head><body>by the proxy</body></html>"
    return lambda: web.Response(status=status, text=text, content_type="text/html")


@pytest.mark.parametrize("step", ["challenge", "token", "manifest"])
@pytest.mark.parametrize("status", [400, 403, 404, 407, 418, 500, 502, 504])
async def test_page_of_a_proxy_is_no_word_of_the_registry(registry: Registry, prove: Prove, step: str, status: int):
    setattr(registry, step, page(status))
    refusal = await refused(prove("hello", "1.0"))
    assert refusal.reason is Reason.UNREACHABLE
    assert f"{HOST} answered {status} where" in refusal.detail
    assert refusal.detail.endswith(r", with a page ('Access denied\x1b[2J') that is not a registry's answer")


async def test_plain_text_of_a_proxy_is_no_word_of_the_registry_either(registry: Registry, prove: Prove):
    registry.challenge = lambda: web.Response(status=403, text="upstream connect error")
    refusal = await refused(prove())
    assert refusal.reason is Reason.UNREACHABLE
    assert (
        refusal.detail
        == f"{HOST} answered 403 where the challenge was due, with a text that is not a registry's answer"
    )


async def test_answer_without_a_token_is_told_with_its_status(registry: Registry, prove: Prove):
    registry.token = page(200)
    assert (await refused(prove())).detail == f"{HOST} answered 200 with no token where one was due"


async def test_throttled_registry_says_how_long(registry: Registry, prove: Prove):
    registry.token = said(429, "TOOMANYREQUESTS", "slow down", {"Retry-After": "7"})
    assert (await refused(prove())).retry_after == 7


@pytest.mark.parametrize(
    "header",
    [
        f'Bearer realm="https://evil.azurecr.io/oauth2/token",service="{HOST}"',
        f'Bearer realm="http://{HOST}/oauth2/token",service="{HOST}"',
        f'Bearer realm="https://{HOST}:8443/oauth2/token",service="{HOST}"',
        f'Bearer realm="https://{HOST}@evil.test/oauth2/token",service="{HOST}"',
        f'Bearer realm="https://user@{HOST}/oauth2/token",service="{HOST}"',
        f'Bearer realm="https://{HOST}.evil.test/oauth2/token",service="{HOST}"',
        f'Bearer realm="//{HOST}/oauth2/token",service="{HOST}"',
        f'Bearer realm="https://[bad/t",service="{HOST}"',
        f'Bearer realm="https://{HOST}:x/t",service="{HOST}"',
        f'Bearer realm="https://{HOST}/oauth2/token"',
        f'Bearer service="{HOST}"',
        'Basic realm="x"',
        f'Bearer realm="https://{HOST}/oauth2/token",realm="https://{HOST}/x",service="s"',
        f'Bearer realm="https://{HOST}/oauth2/token,service="{HOST}"',
    ],
)
async def test_secret_is_not_sent_after_another_challenge(registry: Registry, prove: Prove, header: str):
    registry.challenge = lambda: web.Response(status=401, headers={"Www-Authenticate": header})
    assert (await refused(prove())).reason is Reason.UNEXPECTED
    assert registry.asked == ["GET /v2/"]


async def test_bearer_is_picked_out_of_several_challenges(registry: Registry, prove: Prove):
    def challenge() -> web.Response:
        response = web.Response(status=401)
        response.headers.add("Www-Authenticate", 'Basic realm="x"')
        response.headers.add("Www-Authenticate", CHALLENGE)
        return response

    registry.challenge = challenge
    assert await prove() == PullProof(("pull",))


async def test_redirects_are_not_followed(registry: Registry, prove: Prove):
    registry.token = lambda: web.Response(status=302, headers={"Location": f"https://{HOST}/elsewhere"})
    refusal = await refused(prove())
    assert (refusal.reason, len(registry.requests)) == (Reason.UNEXPECTED, 2)
    assert "redirects are not followed" in refusal.detail


@pytest.mark.parametrize("host", ["evil.test/x.azurecr.io", "a@b.azurecr.io", "x.azurecr.io:8443", "azurecr", ""])
async def test_login_server_that_is_no_host_is_asked_nothing(registry: Registry, prove: Prove, host: str):
    assert (await refused(prove(host=host))).reason is Reason.UNEXPECTED
    assert registry.asked == []


async def test_secret_is_blotted_out_of_what_the_registry_says(registry: Registry, prove: Prove):
    registry.token = said(401, "UNAUTHORIZED", f"Invalid client secret '{SECRET}' " + "x" * 500)
    refusal = await refused(prove())
    assert "'[secret]'" in refusal.detail
    assert len(refusal.detail) <= 303


async def test_no_form_of_a_credential_stays_in_what_the_registry_says(registry: Registry, prove: Prove):
    basic = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
    registry.token = said(401, "UNAUTHORIZED", f"refused Authorization: Basic {basic} ({basic[1:]})")
    assert basic[8:40] not in (await refused(prove())).detail
    registry.token = granted("opaque-token-of-registry-1")
    registry.manifest = said(418, "TEAPOT", "refused Bearer opaque-token-of-registry-1")
    assert "opaque" not in (await refused(prove("hello", "1.0"))).detail


async def test_untrusted_certificate_is_not_reachable(registry: Registry):
    async with (
        serving({HOST: registry.answer}) as new_connector,
        aiohttp.ClientSession(connector=new_connector()) as session,
    ):
        refusal = await refused(prove_pull(session, "other.azurecr.io", AppCredential(CLIENT_ID, SECRET), "hello"))
    assert refusal.reason is Reason.UNREACHABLE
    assert "certificate of other.azurecr.io is not trusted" in refusal.detail


async def test_closed_port_is_not_reachable():
    async with serving({HOST: Registry().answer}) as new_connector:
        connector = new_connector()
    async with aiohttp.ClientSession(connector=connector) as session:
        refusal = await refused(prove_pull(session, HOST, AppCredential(CLIENT_ID, SECRET), "hello"))
    assert refusal.reason is Reason.UNREACHABLE


async def test_proxy_of_the_environment_is_used_and_its_refusal_told(monkeypatch):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("NO_PROXY", "localhost")
    async with server, registry_session() as session:
        refusal = await refused(prove_pull(session, HOST, AppCredential(CLIENT_ID, SECRET), "hello"))
    assert refusal.reason is Reason.UNREACHABLE
    assert refusal.detail == f"the proxy answered 502 to a connection to {HOST}"
