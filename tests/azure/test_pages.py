"""Pages and texts of a proxy, a firewall or a gateway, in the place of Azure's JSON documents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from azure.core.exceptions import AzureError, DecodeError

from crosstenant.azure.arm import Arm
from crosstenant.azure.clusters.clusters import Clusters, Ending
from crosstenant.azure.clusters.reset_watch import is_denied
from crosstenant.azure.connections.documents import json_due, page_in
from crosstenant.azure.directory.graph import Graph
from crosstenant.azure.refusals.refusals import explain
from crosstenant.azure.registries.registries import Registries
from crosstenant.azure.sign_in.secret_proof import SignInError, prove_secret
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AppCredential
from tests.azure.aks_world import APP, CLUSTER, CLUSTER_ID, SECRET, TENANT_ID, FakeClock
from tests.azure.scripted_azure import STATUS, Azure
from tests.azure.test_foreign_addresses import azure
from tests.azure.tls_azure import REGISTRY_ID

__all__ = ["azure"]

PAGE = "<html><title>Blocked</title><body>no</body></html>"
PLACE = "where Azure's JSON document was due"
PROXY = "look for a proxy or a firewall that answers in Azure's place (HTTPS_PROXY, NO_PROXY)"

Work = Callable[[], Awaitable[Any]]


@pytest.fixture
async def works(azure: Azure) -> AsyncIterator[dict[str, Work]]:
    """Every kind of request that reads an answer."""
    clusters, graph, arm = Clusters(azure.tenant), Graph(azure.tenant), Arm(azure.tenant)
    yield {
        "reset": lambda: clusters._post_reset(CLUSTER, AppCredential(APP, SECRET)),
        "cluster": lambda: clusters.get(CLUSTER),
        "graph": lambda: graph.service_principal(APP),
        "arm": lambda: arm.get(CLUSTER_ID, "2022-04-01"),
        "registry": lambda: Registries(azure.tenant).get(REGISTRY_ID),
    }
    for client in (clusters, graph, arm):
        await client.aclose()


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
@pytest.mark.parametrize("status", [200, 403, 404, 407])
async def test_page_is_told_with_its_status_and_is_never_an_absence(
    azure: Azure, works: dict[str, Work], status: int, kind: str
):
    azure.answer = lambda request: web.Response(status=status, text=PAGE, content_type=kind)
    for name, work in works.items():
        with pytest.raises(AzureError) as caught:
            await work()
        text = explain(caught.value, doing="reading", on=name)
        assert text == f"reading {name}: HTTP status {status} came with a page ('Blocked') {PLACE}; {PROXY}"


async def test_page_of_a_gateway_that_is_unwell(azure: Azure):
    azure.answer = lambda request: web.Response(status=500, text=PAGE, content_type="text/html")
    with pytest.raises(AzureError) as caught:
        await Clusters(azure.tenant)._post_reset(CLUSTER, AppCredential(APP, SECRET))
    assert explain(caught.value, doing="reset", on="c") == (
        "reset c: the service has a problem; run again later; https://azure.status.microsoft says more. HTTP status 500"
        f" came with a page ('Blocked') {PLACE}"
    )


async def silent(message: str) -> None:
    pass


async def test_page_in_place_of_a_sign_in(azure: Azure):
    azure.answer = lambda request: web.Response(status=403, text=PAGE, content_type="text/html")
    with pytest.raises(SignInError) as caught:
        await prove_secret(TENANT_ID, PUBLIC, AppCredential(APP, SECRET), deadline=0, on_wait=silent, clock=FakeClock())
    assert str(caught.value) == (
        f"signing in as application {APP} to tenant {TENANT_ID}: a page ('Blocked') came where the sign-in's JSON"
        f" document was due; {PROXY}"
    )


async def test_redirect_with_a_page_is_told_as_a_redirect(azure: Azure, works: dict[str, Work]):
    azure.answer = lambda request: web.Response(status=302, text=PAGE, content_type="text/html")
    with pytest.raises(AzureError) as caught:
        await works["registry"]()
    assert "redirects to another address, which is not followed" in explain(caught.value, doing="reading", on="x")


async def test_json_that_is_not_what_was_due(azure: Azure, works: dict[str, Work]):
    azure.answer = lambda request: web.json_response([])
    with pytest.raises(AzureError) as caught:
        await works["arm"]()
    assert explain(caught.value, doing="reading", on="x") == (
        f"reading x: the answer is not the JSON object that was due (HTTP status 200); {PROXY}"
    )


async def test_page_in_place_of_an_operation_is_no_missing_right_and_no_absence(azure: Azure):
    azure.answer = lambda request: web.Response(status=404, text=PAGE, content_type="text/html")
    clusters, arm = Clusters(azure.tenant), Arm(azure.tenant)
    assert await clusters.ending(STATUS) == Ending(is_hidden=True)
    with pytest.raises(AzureError) as caught:
        await arm.get(STATUS)
    assert not is_denied(caught.value)
    await clusters.aclose()
    await arm.aclose()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ""),
        (" \n", ""),
        ('{"a": 1}', ""),
        (b"[" * 100_000, ""),
        ('"text"', ""),
        (PAGE, "a page ('Blocked')"),
        (PAGE.upper().encode(), "a page ('BLOCKED')"),
        ("<html><title lang='en'>\n a\x1b[2J\nb </title>", r"a page ('a\x1b[2J b')"),
        (f"<title>{'x' * 500}</title>", f"a page ('{'x' * 80}')"),
        ("<html>", "a page"),
        (b"\xff\xfe", "a text"),
        ("upstream connect error", "a text"),
    ],
)
def test_what_stands_in_the_place_of_json(content: str | bytes, expected: str):
    assert page_in(content) == expected


def test_error_of_a_parser_without_an_answer():
    with pytest.raises(DecodeError, match="not the JSON object that was due") as caught, json_due():
        raise ValueError
    assert caught.value.response is None
