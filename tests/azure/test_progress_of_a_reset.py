"""Answers about a reset in forms that nobody documents: what AKS has accepted, or may have, stays known."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable
from typing import Final

import pytest
from aiohttp import web
from azure.core.exceptions import AzureError, ServiceResponseError

from crosstenant.azure.clusters.clusters import Attempt, Clusters, Ending
from crosstenant.azure.clusters.reset_operation import OperationUnreadable
from crosstenant.azure.connections import transport
from tests.azure.aks_world import CLUSTER_ID
from tests.azure.scripted_azure import STATUS, Azure, reset, scripted_azure, silent, start_reset

_IDLE: Final = {"id": CLUSTER_ID, "location": "x", "properties": {"provisioningState": "Succeeded"}}
_OTHER_FORMS: Final[dict[str, Callable[[], web.Response]]] = {
    "null": lambda: web.json_response(None),
    "list": lambda: web.json_response([{"status": "Succeeded"}]),
    "text": lambda: web.json_response("Succeeded"),
    "status is a number": lambda: web.json_response({"status": 5}),
    "status is a list": lambda: web.json_response({"status": ["Succeeded"]}),
    "nested": lambda: web.Response(text="[" * 100_000, content_type="application/json"),
    "page": lambda: web.Response(text="<html>Sign in</html>", content_type="text/html"),
}


@pytest.fixture
async def azure(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Azure]:
    async with scripted_azure(monkeypatch) as azure:
        yield azure


@pytest.mark.parametrize("form", _OTHER_FORMS)
@pytest.mark.parametrize("readable", [0, 4])
async def test_status_of_another_form_says_nothing_about_the_reset(azure: Azure, form: str, readable: int):
    def answer(request: web.Request) -> web.Response:
        if request.method == "POST":
            return web.Response(status=202, headers={"Azure-AsyncOperation": STATUS})
        return web.json_response({"status": "InProgress"}) if len(azure.asked) < 2 + readable else _OTHER_FORMS[form]()

    azure.answer = answer
    clusters = Clusters(azure.tenant)
    operation = await reset(clusters)
    with pytest.raises(OperationUnreadable):
        await operation.wait(60, silent)
    assert len(azure.asked) == 2 + readable
    await clusters.aclose()


@pytest.mark.parametrize("form", [{}, {"status": None}, {"status": ""}, {"status": 5}, {"status": ["Succeeded"]}, []])
async def test_status_of_another_form_is_not_that_of_an_operation_which_azure_has_forgotten(azure: Azure, form: object):
    azure.answer = lambda request: web.json_response(form)
    clusters = Clusters(azure.tenant)
    assert await clusters.ending(STATUS) == Ending(is_hidden=True)
    await clusters.aclose()


@pytest.mark.parametrize(
    ("status", "known", "runs"),
    [("succeeded", "Succeeded", False), ("CANCELED", "Canceled", False), ("InProgress", "InProgress", True)],
)
async def test_status_in_other_letter_case_is_the_same_status(azure: Azure, status: str, known: str, runs: bool):
    azure.answer = lambda request: web.json_response({"status": status})
    clusters = Clusters(azure.tenant)
    ending = await clusters.ending(STATUS)
    assert (ending.status, ending.is_running) == (known, runs)
    await clusters.aclose()


async def test_page_behind_a_location_is_not_the_end(azure: Azure):
    def answer(request: web.Request) -> web.Response:
        if request.method == "POST":
            return web.Response(status=202, headers={"Location": STATUS})
        return _OTHER_FORMS["page"]()

    azure.answer = answer
    clusters = Clusters(azure.tenant)
    operation = await reset(clusters)
    with pytest.raises(OperationUnreadable, match="the answer is not one of AKS"):
        await operation.wait(60, silent)
    await clusters.aclose()


@pytest.mark.parametrize(
    ("status", "body", "may_be"), [(201, "", True), (204, "", True), (201, "<html>", False), (202, "<html>", False)]
)
async def test_reset_with_another_status_may_have_been_accepted(azure: Azure, status: int, body: str, may_be: bool):
    azure.answer = lambda request: (
        web.Response(status=status, text=body, content_type="text/html")
        if request.method == "POST"
        else web.json_response(_IDLE)
    )
    clusters, attempt = Clusters(azure.tenant), Attempt()
    with pytest.raises(AzureError):
        await start_reset(clusters, attempt)
    assert attempt.maybe_accepted is may_be
    assert [one.split()[0] for one in azure.asked] == ["GET", "POST"]
    await clusters.aclose()


@pytest.mark.parametrize("status", [200, 202])
async def test_empty_answer_with_a_compression_is_an_answer(azure: Azure, status: int):
    headers = {"Content-Encoding": "gzip", "Azure-AsyncOperation": STATUS}
    azure.answer = lambda request: (
        web.Response(status=status, headers=headers)
        if request.method == "POST"
        else web.Response(
            body=gzip.compress(b'{"status": "Succeeded"}'),
            headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
        )
    )
    clusters = Clusters(azure.tenant)
    operation = await reset(clusters)
    await operation.wait(60, silent)
    assert operation.url == STATUS
    await clusters.aclose()


async def test_answer_that_is_not_compressed_as_it_says_is_none(azure: Azure):
    headers = {"Content-Encoding": "gzip", "Azure-AsyncOperation": STATUS}
    azure.answer = lambda request: web.Response(status=202, headers=headers, body=b"not gzip")
    clusters = Clusters(azure.tenant)
    with pytest.raises(ServiceResponseError, match="the answer is not compressed as it says"):
        await reset(clusters)
    await clusters.aclose()


@pytest.mark.parametrize("headers", [{}, {"Location": ""}, {"Azure-AsyncOperation": "", "Retry-After": "5"}])
@pytest.mark.parametrize("body", ["", "{}", "null", '{"status": "Succeeded"}'])
async def test_accepted_reset_without_an_address_is_not_taken_for_done(
    azure: Azure, headers: dict[str, str], body: str
):
    azure.answer = lambda request: web.Response(status=202, headers=headers, text=body, content_type="application/json")
    clusters = Clusters(azure.tenant)
    operation = await reset(clusters)
    assert operation.url == ""
    with pytest.raises(OperationUnreadable, match="AKS accepted it and names no operation"):
        await operation.wait(10, silent)
    assert len(azure.asked) == 1
    await clusters.aclose()


async def test_end_is_not_seen_an_hour_late(azure: Azure, monkeypatch: pytest.MonkeyPatch):
    waited: list[float] = []

    async def sleep(transport: object, seconds: float) -> None:
        waited.append(seconds)

    headers = {"Azure-AsyncOperation": STATUS, "Retry-After": "86400"}
    azure.answer = lambda request: (
        web.Response(status=202, headers=headers)
        if request.method == "POST"
        else web.json_response({"status": "InProgress" if len(azure.asked) < 4 else "Succeeded"}, headers=headers)
    )
    clusters = Clusters(azure.tenant)
    monkeypatch.setattr(transport.AzureTransport, "sleep", sleep)
    operation = await reset(clusters)
    await operation.wait(60, silent)
    assert waited == [120, 120]
    await clusters.aclose()


@pytest.mark.parametrize(
    "wait", ["nan", "inf", "-5", "1.5", "soon", "\u00b2", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Foo", "9" * 30]
)
async def test_a_wait_of_any_form_does_not_hide_that_a_reset_was_accepted(azure: Azure, wait: str):
    headers = {"Azure-AsyncOperation": STATUS, "Retry-After": wait}
    azure.answer = lambda request: (
        web.Response(status=202, headers=headers)
        if request.method == "POST"
        else web.json_response({"status": "Succeeded"}, headers={"Retry-After": wait, "x-ms-retry-after-ms": wait})
    )
    clusters = Clusters(azure.tenant)
    operation = await reset(clusters)
    assert operation.url == STATUS
    assert (await clusters.ending(STATUS)).status == "Succeeded"
    await clusters.aclose()
