"""Answers that name another address: redirects, operations, pages. No credential and no body goes there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from azure.core.exceptions import AzureError, HttpResponseError

from crosstenant.azure.arm import Arm
from crosstenant.azure.caller_rights import permits
from crosstenant.azure.clusters.clusters import Attempt, Clusters, Ending
from crosstenant.azure.clusters.reset_operation import OperationUnreadable
from crosstenant.azure.connections.addresses import ForeignAddressError, is_at, must_be_at
from crosstenant.azure.directory.directory_rights import is_single_tenant
from crosstenant.azure.directory.graph import Graph
from crosstenant.azure.registries.registries import Registries
from crosstenant.azure.role_assignments import roles_of
from crosstenant.model.clouds import PUBLIC
from tests.azure.aks_world import APP, CLUSTER, CLUSTER_ID, OBJECT_ID
from tests.azure.scripted_azure import ARM, EVIL, LOGIN, STATUS, Azure, reset, scripted_azure, silent, start_reset
from tests.azure.tls_azure import REGISTRY_ID


@pytest.mark.parametrize("url", [f"https://{ARM}/x?y=https://z", f"https://{ARM}:443/x", f"https://{ARM.upper()}/x"])
def test_address_at_the_host(url: str):
    assert must_be_at(ARM, url) == url


def test_host_of_a_region_takes_the_token_where_resource_manager_may_name_one():
    regional = f"https://westeurope.{ARM}/x"
    assert must_be_at(ARM, regional, or_region=True) == regional
    assert not is_at(ARM, regional)
    for url in (
        f"https://{EVIL}/x",
        f"https://a.b.{ARM}/x",
        f"https://evil-{ARM}/x",
        f"https://.{ARM}/x",
        "https://evil/x",
    ):
        assert not is_at(ARM, url, or_region=True), url


@pytest.mark.parametrize(
    ("url", "named"),
    [
        (f"https://{EVIL}/token-in-path?token=in-query", f"'{EVIL}'"),
        (f"http://{ARM}/x", f"'{ARM}'"),
        (f"https://{ARM}:8443/x", f"'{ARM}'"),
        (f"https://user:planted@{ARM}/x", f"'{ARM}'"),
        (f"https://{ARM}@evil.test/x", "'evil.test'"),
        (f"https://{ARM}\\@evil.test/x", "'evil.test'"),
        (f"https://{ARM}\t.evil.test/x", "'management.azure.com.evil.test'"),
        (f"//{ARM}/x", f"'{ARM}'"),
        ("https://[bad/t", "something that is not a host"),
        ("", "something that is not a host"),
    ],
)
def test_address_elsewhere_is_refused_and_only_its_host_named(url: str, named: str):
    assert not is_at(ARM, url)
    with pytest.raises(ForeignAddressError) as refused:
        must_be_at(ARM, url)
    assert str(refused.value) == (
        f"the answer names {named} as the next address, which is not https://{ARM}: no credential was sent there; check"
        " for a proxy that changes answers"
    )


@pytest.fixture
async def azure(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Azure]:
    async with scripted_azure(monkeypatch) as azure:
        yield azure


def redirect(status: int) -> Callable[[web.Request], web.StreamResponse]:
    return lambda request: web.Response(status=status, headers={"Location": f"https://{EVIL}{request.path}"})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(azure: Azure, status: int):
    azure.answer = redirect(status)
    clusters, graph, arm = Clusters(azure.tenant), Graph(azure.tenant), Arm(azure.tenant)
    for work in (
        reset(clusters),
        clusters.get(CLUSTER),
        graph.service_principal(APP),
        arm.get(CLUSTER_ID, "2022-04-01"),
    ):
        with pytest.raises(HttpResponseError) as refused:
            await work
        assert refused.value.status_code == status
    with pytest.raises(HttpResponseError, match="is not the JSON object that was due") as unread:
        await Registries(azure.tenant).get(REGISTRY_ID)
    assert unread.value.status_code == status
    assert azure.elsewhere == []
    assert len(azure.asked) == 5
    for client in (clusters, graph, arm):
        await client.aclose()


async def test_sign_in_pages_redirect_is_read_and_not_followed(azure: Azure):
    where = f"https://{EVIL}/?error=invalid_request&error_description=AADSTS50194"
    azure.answer = lambda request: web.Response(status=302, headers={"Location": where})
    assert await is_single_tenant(PUBLIC, APP) is True
    assert azure.asked == [f"GET {LOGIN}/common/oauth2/v2.0/authorize"]


async def test_redirected_reset_is_final_and_not_taken_for_accepted(azure: Azure):
    clusters, attempt = Clusters(azure.tenant), Attempt()

    def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            return redirect(307)(request)
        return web.json_response({"id": CLUSTER_ID, "location": "x", "properties": {"provisioningState": "Succeeded"}})

    azure.answer = answer
    with pytest.raises(HttpResponseError):
        await start_reset(clusters, attempt)
    assert not attempt.maybe_accepted
    assert [one.split()[0] for one in azure.asked] == ["GET", "POST"]
    await clusters.aclose()


@pytest.mark.parametrize(
    "headers",
    [
        {"Azure-AsyncOperation": f"https://{EVIL}/operations/1"},
        {"Location": f"https://{EVIL}/operations/1"},
        {"Azure-AsyncOperation": f"http://{ARM}/operations/1"},
        {"Azure-AsyncOperation": f"https://{EVIL}/operations/1", "Location": STATUS},
    ],
)
async def test_operation_at_another_host_gets_no_token_and_is_not_kept(azure: Azure, headers: dict[str, str]):
    azure.answer = lambda request: web.Response(status=202, headers=headers)
    clusters = Clusters(azure.tenant)
    operation = await reset(clusters)
    assert operation.url == ""
    with pytest.raises(OperationUnreadable) as unreadable:
        await operation.wait(10, silent)
    assert isinstance(unreadable.value.error, ForeignAddressError)
    assert [one.split()[0] for one in azure.asked] == ["POST"]
    await clusters.aclose()


async def test_operation_that_moves_to_another_host_gets_no_token_there(azure: Azure):
    def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            return web.Response(status=202, headers={"Location": STATUS})
        return web.Response(status=202, headers={"Location": f"https://{EVIL}/operations/1"})

    azure.answer = answer
    clusters = Clusters(azure.tenant)
    operation = await reset(clusters)
    assert operation.url == STATUS
    with pytest.raises(OperationUnreadable) as unreadable:
        await operation.wait(10, silent)
    assert isinstance(unreadable.value.error, ForeignAddressError)
    assert len(azure.asked) == 2
    assert azure.elsewhere == []
    await clusters.aclose()


async def test_operation_at_the_clouds_own_host_is_polled(azure: Azure):
    def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            return web.Response(status=202, headers={"Azure-AsyncOperation": STATUS})
        return web.json_response({"status": "Succeeded", "endTime": "2026-01-31T12:00:00.1Z"})

    azure.answer = answer
    clusters = Clusters(azure.tenant)
    operation = await reset(clusters)
    await operation.wait(10, silent)
    assert await clusters.ending(operation.url) == Ending("Succeeded", "2026-01-31T12:00:00Z")
    await clusters.aclose()


async def test_pages_and_recorded_operations_elsewhere_are_not_read(azure: Azure):
    azure.answer = lambda request: web.json_response({"value": [], "nextLink": f"https://{EVIL}/next"})
    clusters, arm = Clusters(azure.tenant), Arm(azure.tenant)
    assert await permits(arm, CLUSTER_ID, "x/read") is None
    with pytest.raises(AzureError):
        await roles_of(arm, CLUSTER_ID, OBJECT_ID)
    assert await clusters.ending(f"https://{EVIL}/operations/1") == Ending(is_hidden=True)
    assert azure.elsewhere == []
    await arm.aclose()
    await clusters.aclose()


@pytest.mark.parametrize("content", ["[" * 100_000, "[]", "<html>", ""])
async def test_answer_that_is_not_an_object_is_an_azure_error(azure: Azure, content: str):
    azure.answer = lambda request: web.Response(text=content, content_type="application/json")
    graph, arm = Graph(azure.tenant), Arm(azure.tenant)
    for work in (graph.service_principal(APP), arm.get(CLUSTER_ID, "2022-04-01")):
        with pytest.raises(AzureError, match="the answer is not the JSON object that was due"):
            await work
    await graph.aclose()
    await arm.aclose()
