"""The wire of a run-command: what is sent where, how the end is found, what each refusal means."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast

import aiohttp
import pytest
from aiohttp import web
from azure.core.credentials import AccessToken

from crosstenant.azure.clusters.run_command import RESULT_ACTION, RUN_ACTION, CommandNotRun, CommandResult, RunCommands
from crosstenant.azure.connections import transport
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret
from crosstenant.model.modes import NodePullResult as R
from tests.azure.aks_world import APP, CLUSTER, CLUSTER_ID, TENANT_ID, FakeClock, cluster
from tests.azure.tls_azure import serving

if TYPE_CHECKING:
    from crosstenant.azure.sign_in.token_sharing import SharedCredential

ARM, EVIL = "management.azure.com", "evil.test"
RESULT = f"https://{ARM}{CLUSTER_ID}/commandResults/c1?api-version=2026-04-01"
AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630/.default"


class _Credential:
    async def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        return AccessToken(f"planted-token-for-{scopes[0].split('/')[0].split(':')[0]}", int(time.time()) + 3600)


class Azure:
    """Resource Manager, with one answer after the other."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.asked: list[tuple[str, str, Any]] = []
        self.clock = FakeClock()
        self.waits: list[str] = []
        credential = cast("SharedCredential", _Credential())
        self.commands = RunCommands(
            Tenant(TENANT_ID, PUBLIC, ClientSecret(APP, "unused"), _made=[credential]), self.clock
        )

    async def here(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append((request.method, f"{request.host}{request.path_qs}", json.loads(body) if body else None))
        return self.answers.pop(0)

    async def run(self, seconds: float = 60, **changes: Any) -> CommandResult:
        async def on_wait(message: str) -> None:
            self.waits.append(message)

        deadline = self.clock.now() + seconds
        return await self.commands.run(cluster(**changes), "kubectl get pods", deadline=deadline, on_wait=on_wait)

    async def obstacle(self, *answers: web.Response, **changes: Any) -> CommandNotRun:
        self.answers = list(answers)
        with pytest.raises(CommandNotRun) as caught:
            await self.run(**changes)
        assert "planted-token" not in str(caught.value)
        assert CLUSTER_ID in str(caught.value)
        return caught.value


@pytest.fixture
async def azure(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Azure]:
    world = Azure()
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with serving(dict.fromkeys((ARM, EVIL), world.here)) as new_connector:

        class Led(transport.AzureTransport):
            async def open(self) -> None:
                self.session = self.session or aiohttp.ClientSession(connector=new_connector(), auto_decompress=False)
                await super().open()

        monkeypatch.setattr(transport, "AzureTransport", Led)
        yield world
        await world.commands.aclose()


def accepted(location: str = RESULT, retry_after: str = "1") -> web.Response:
    return web.Response(status=202, headers={"Location": location, "Retry-After": retry_after})


def ended(**properties: Any) -> web.Response:
    return web.json_response({"id": "c1", "properties": {"provisioningState": "Succeeded", **properties}})


def running(status: int) -> web.Response:
    properties = {"provisioningState": "Running", "startedAt": "2026-01-01T00:00:00Z"}
    headers = {"Location": RESULT, "Retry-After": "1"}
    return web.json_response({"id": "c1", "properties": properties}, status=status, headers=headers)


def refusal(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


async def test_command_is_sent_and_its_result_read_when_it_is_there(azure: Azure):
    azure.answers = [accepted(), accepted(retry_after="3"), ended(exitCode=0, logs="text")]
    assert await azure.run() == CommandResult(0, "text")
    place = RESULT.removeprefix("https://")
    assert azure.asked == [
        ("POST", f"{ARM}{CLUSTER_ID}/runCommand?api-version=2026-04-01", {"command": "kubectl get pods"}),
        ("GET", place, None),
        ("GET", place, None),
    ]
    assert azure.clock.sleeps == [1, 3]
    assert azure.waits == ["waiting for the nodes of aks-prod"] * 2


@pytest.mark.parametrize("status", [200, 202])
async def test_command_runs_as_long_as_its_state_says_so(azure: Azure, status: int):
    """The Azure CLI goes by the state in the body, and by no status."""
    azure.answers = [accepted(), running(status), running(status), ended(exitCode=3, logs="text")]
    assert await azure.run() == CommandResult(3, "text")
    assert len(azure.asked) == 4


async def test_command_has_ended_when_its_state_says_so(azure: Azure):
    result = ended(exitCode=0, logs="text")
    result.set_status(202)
    azure.answers = [accepted(), result]
    assert await azure.run() == CommandResult(0, "text")


@pytest.mark.parametrize("properties", [["Succeeded"], "Succeeded", None])
async def test_result_of_another_form_is_an_obstacle(azure: Azure, properties: object):
    obstacle = await azure.obstacle(accepted(), web.json_response({"id": "c1", "properties": properties}))
    assert "it does not say why" in str(obstacle)


async def test_command_that_runs_beyond_the_deadline_may_have_begun(azure: Azure):
    obstacle = await azure.obstacle(accepted(retry_after="15"), *(running(200) for _ in range(100)))
    assert "did not end in time" in str(obstacle)
    assert obstacle.may_have_begun


async def test_entra_integrated_cluster_gets_the_callers_token_for_it(azure: Azure):
    azure.answers = [accepted(), ended(exitCode=0, logs="")]
    await azure.run(takes_cluster_token=True)
    assert azure.asked[0][2]["clusterToken"] == f"planted-token-for-{AKS_SERVER.split('/')[0]}"


@pytest.mark.parametrize(
    ("answer", "result", "words"),
    [
        (refusal(403, "AuthorizationFailed", "no"), R.NOT_PERMITTED, RUN_ACTION),
        (
            refusal(400, "BadRequest", "Run command is disabled on the managed cluster aks-prod."),
            R.RUN_COMMAND_DISABLED,
            "--enable-run-command",
        ),
        (
            refusal(
                409,
                "OperationNotAllowed",
                "managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), running command cannot"
                " be performed",
            ),
            R.CLUSTER_STOPPED,
            "is stopped",
        ),
        (refusal(404, "KubernetesPerformanceError", "did not start within 30s"), R.NO_CAPACITY, "200m CPU"),
        (
            refusal(
                400,
                "KubernetesOperationError",
                "Failed to run command in managed cluster due to kubernetes failure. details: admission webhook",
            ),
            R.ADMISSION_DENIED,
            "aks-command",
        ),
        (refusal(400, "BadRequest", "something new"), R.RUN_COMMAND_FAILED, "something new"),
    ],
)
async def test_each_refusal_is_told_apart(azure: Azure, answer: web.Response, result: R, words: str):
    obstacle = await azure.obstacle(answer)
    assert (obstacle.result, obstacle.may_have_begun) == (result, False)
    assert words in str(obstacle)
    assert len(azure.asked) == 1


async def test_request_is_not_repeated_although_azure_is_unwell(azure: Azure):
    obstacle = await azure.obstacle(refusal(503, "ServiceUnavailable", "busy"))
    assert obstacle.result is R.RUN_COMMAND_FAILED
    assert len(azure.asked) == 1


async def test_command_that_aks_did_not_end(azure: Azure):
    obstacle = await azure.obstacle(accepted(), ended(provisioningState="Failed", reason="timed out\x1b[2K"))
    assert (obstacle.result, obstacle.may_have_begun) == (R.RUN_COMMAND_FAILED, True)
    assert "timed out\\x1b[2K" in str(obstacle)


async def test_cluster_token_in_the_reason_of_aks_is_hidden(azure: Azure):
    token = f"planted-token-for-{AKS_SERVER.split('/')[0]}"
    told = ended(provisioningState="Failed", reason=f"cannot use {token} (Authorization: Bearer {token})")
    obstacle = await azure.obstacle(accepted(), told, takes_cluster_token=True)
    assert "cannot use [secret] (Authorization: Bearer [secret])" in str(obstacle)


async def test_state_in_other_letter_case_is_the_same_state(azure: Azure):
    azure.answers = [
        web.json_response({"properties": {"provisioningState": "succeeded", "exitCode": 0, "logs": "done"}})
    ]
    assert await azure.run() == CommandResult(0, "done")


async def test_accepted_command_without_an_address_may_have_begun(azure: Azure):
    found = await azure.obstacle(web.Response(status=202, headers={"Azure-AsyncOperation": RESULT}))
    assert (found.result, found.may_have_begun) == (R.RUN_COMMAND_FAILED, True)
    assert str(found) == (
        f"AKS accepted the command in cluster {CLUSTER_ID} and names no address of its result: run again later"
    )


def page(status: int) -> web.Response:
    headers = {"Location": RESULT}
    text = "<html><head><title>Blocked</title></head></html>"
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)


@pytest.mark.parametrize("status", [200, 202, 403, 407])
@pytest.mark.parametrize("has_begun", [False, True])
async def test_page_of_a_proxy_is_told_at_once(azure: Azure, status: int, has_begun: bool):
    obstacle = await azure.obstacle(*[accepted()] * has_begun, *[page(status) for _ in range(9)])
    assert f"HTTP status {status} came with a page ('Blocked') where Azure's JSON document was due" in str(obstacle)
    assert RUN_ACTION not in str(obstacle)
    assert len(azure.asked) == 1 + has_begun


async def test_time_limit_ends_the_wait(azure: Azure):
    obstacle = await azure.obstacle(accepted(retry_after="15"), *(accepted(retry_after="15") for _ in range(4)))
    assert "did not end in time" in str(obstacle)
    assert obstacle.may_have_begun


async def test_result_that_may_not_be_read_names_the_right(azure: Azure):
    obstacle = await azure.obstacle(accepted(), refusal(403, "AuthorizationFailed", "no"))
    assert obstacle.result is R.NOT_PERMITTED
    assert RESULT_ACTION in str(obstacle)


@pytest.mark.parametrize("location", [f"https://{EVIL}/x", ""])
async def test_no_token_goes_to_another_host(azure: Azure, location: str):
    obstacle = await azure.obstacle(accepted(location), takes_cluster_token=True)
    assert obstacle.may_have_begun
    assert [it for it in azure.asked if EVIL in it[1]] == []


@pytest.mark.parametrize(
    ("actions", "missing"),
    [
        (["*"], ""),
        ([RUN_ACTION.lower(), RESULT_ACTION.lower()], ""),
        ([RUN_ACTION], RESULT_ACTION),
        (["*/read"], RUN_ACTION),
    ],
)
async def test_missing_right_is_named(azure: Azure, actions: list[str], missing: str):
    azure.answers = [web.json_response({"value": [{"actions": actions, "notActions": []}]}) for _ in range(2)]
    assert await azure.commands.missing_action(CLUSTER) == missing
