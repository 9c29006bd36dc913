"""Answers that azure-core would wait on for long, or whose end it never sees: told at once, with what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.exceptions import ClientAuthenticationError

from crosstenant.azure.connections import transport
from crosstenant.azure.sign_in.job_tokens import FederatedCredential
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientSecret, GitHubActions
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.get_cluster import GetCluster
from crosstenant.plugin.functions.list_namesakes import ListNamesakes
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import Store
from tests.fakes import Terminal, as_log


@pytest.fixture
async def context(inside: Store) -> AsyncIterator[Context]:
    tenant = Tenant(seed.CLUSTER_TENANT, PUBLIC, ClientSecret(seed.CLUSTER_CALLER_ID, seed.CLUSTER_CALLER_SECRET))
    yield Context(tenant, as_log(Terminal()))
    await tenant.aclose()


async def refusal(context: Context) -> str:
    with pytest.raises(OperatorError) as refused:
        await asyncio.wait_for(GetCluster(context).answer({"clusterId": seed.CLUSTER}), 240)
    return str(refused.value)


def strike(store: Store, **fault: object) -> None:
    with store.change() as state:
        state["faults"].append(new_fault({"times": -1, **fault}))


@pytest.mark.parametrize("service", ["arm", "login"])
async def test_an_hour_that_azure_asks_for_is_told_at_once(context: Context, inside: Store, service: str):
    strike(inside, service=service, method="POST" if service == "login" else "GET", status=429, retry_after=3600)
    said = await refusal(context)
    assert seed.CLUSTER in said
    assert "wait 3600 s, as Azure asks, and run again later" in said
    assert "request ID" in said


async def test_a_job_that_signs_in_has_the_same_bound(inside: Store):
    async def job(_: web.Request) -> web.Response:
        return web.json_response({"value": "id-token"})

    app = web.Application()
    app.router.add_get("/", job)
    strike(inside, service="login", method="POST", status=429, retry_after=3600)
    async with TestServer(app) as server:
        credential = FederatedCredential(
            seed.CLUSTER_TENANT, PUBLIC, GitHubActions(seed.CLUSTER_CALLER_ID, str(server.make_url("/")), "t")
        )
        with pytest.raises(ClientAuthenticationError):
            await asyncio.wait_for(credential.get_token(PUBLIC.arm_scope), 60)


async def test_graph_has_the_same_bound(context: Context, inside: Store):
    strike(inside, service="graph", status=503, retry_after=3600)
    # Namesakes are advice: without an answer there are none.
    answer = await asyncio.wait_for(ListNamesakes(context).answer({"displayName": "pull"}), 240)
    assert not any(answer.values())


async def test_a_short_time_that_azure_asks_for_is_waited(context: Context, inside: Store):
    strike(inside, service="arm", status=429, retry_after=1, times=1)
    found = await GetCluster(context).answer({"clusterId": seed.CLUSTER})
    assert found["clusterId"] == seed.CLUSTER


@pytest.mark.parametrize("service", ["arm", "login"])
async def test_an_answer_that_is_cut_off_is_told_as_a_broken_connection(context: Context, inside: Store, service: str):
    strike(inside, service=service, answer="truncated")
    said = await refusal(context)
    assert "the connection to Azure broke off" in said
    assert said.endswith("; run again")


async def test_a_silent_connection_is_given_up(context: Context, inside: Store, monkeypatch: pytest.MonkeyPatch):
    assert transport.READ_SECONDS <= 120
    monkeypatch.setattr(transport, "READ_SECONDS", 0.2)
    strike(inside, service="arm", delay=2.0, drop=True)
    assert "the connection to Azure broke off" in await refusal(context)
