"""Faults that give an answer another form, and the one that ends a program: as clients see them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest

from crosstenant.sandbox.entra.tokens import issue
from crosstenant.sandbox.host.descendants import descendants
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID

APPLICATIONS = "https://graph.microsoft.com/v1.0/applications"


@pytest.fixture
async def session(running) -> AsyncIterator[aiohttp.ClientSession]:
    with running.store.read() as state:
        caller = next(it for it in state["servicePrincipals"].values() if it["appId"] == CLUSTER_CALLER_ID)
        token = issue(state, caller["_tenant"], caller, "https://graph.microsoft.com", 3599)
    headers = {"Authorization": f"Bearer {token}", "User-Agent": "crosstenant azsdk-python-core/1.0 (Linux)"}
    connector = aiohttp.TCPConnector(ssl=running.tls)
    async with aiohttp.ClientSession(connector=connector, proxy=running.url, headers=headers) as session:
        yield session


def strike(running, **fault) -> None:
    with running.store.change() as state:
        state["faults"].append(new_fault({"service": "graph", **fault}))


@pytest.mark.parametrize(
    ("fault", "status", "begins"),
    [
        ({"answer": "page", "status": 200}, 200, "<!DOCTYPE html>"),
        ({"answer": "page", "status": 403}, 403, "<!DOCTYPE html>"),
        ({"answer": "text", "status": 200}, 200, "upstream connect error"),
        ({"answer": "missing"}, 404, '{"error":{"code":"Request_ResourceNotFound"'),
    ],
)
async def test_an_answer_has_the_form_that_the_fault_names(session, running, fault, status, begins):
    strike(running, **fault)
    async with session.get(APPLICATIONS) as answer:
        assert answer.status == status
        assert (await answer.text()).startswith(begins)


async def test_a_truncated_answer_ends_in_its_middle_and_the_work_is_done(session, running):
    strike(running, method="POST", answer="truncated")
    async with session.post(APPLICATIONS, json={"displayName": "cut off"}) as answer:
        assert answer.status == 201
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
    with running.store.read() as state:
        assert "cut off" in {it["displayName"] for it in state["applications"].values()}


async def test_a_killed_program_is_gone_and_its_request_has_no_answer(session, running, tmp_path):
    script = tmp_path / "victim-of-the-test"
    script.write_text("import time\ntime.sleep(60)\n")
    victim = await asyncio.create_subprocess_exec(sys.executable, str(script))
    assert descendants("victim-of-the-test") == [victim.pid]
    strike(running, method="POST", kill="victim-of-the-test", after=True)
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.post(APPLICATIONS, json={"displayName": "made before the death"})
    assert await asyncio.wait_for(victim.wait(), 5) == -9
    with running.store.read() as state:
        assert "made before the death" in {it["displayName"] for it in state["applications"].values()}


async def test_the_log_names_the_program_that_asks_and_none_of_its_versions(session, running):
    async with session.get(APPLICATIONS) as answer:
        await answer.read()
    assert running.requests[-1]["agent"] == "crosstenant"


async def described(session: aiohttp.ClientSession, object_id: str) -> str | None:
    async with session.get(f"{APPLICATIONS}/{object_id}") as answer:
        return (await answer.json()).get("displayName")


async def test_a_former_answer_is_what_stood_there_before_the_change(session, running):
    strike(running, method="GET", answer="former", times=0)
    async with session.post(APPLICATIONS, json={"displayName": "first"}) as answer:
        object_id = (await answer.json())["id"]
    assert await described(session, object_id) == "first"
    async with session.patch(f"{APPLICATIONS}/{object_id}", json={"displayName": "second"}) as answer:
        assert answer.status == 204
    with running.store.change() as state:
        state["faults"][0]["times"] = 2
    found = [await described(session, object_id) for _ in range(3)]
    assert found == ["first", "first", "second"]


async def test_without_a_change_there_is_no_former_answer(session, running):
    strike(running, method="GET", answer="former", times=-1)
    for _ in range(2):
        async with session.get(APPLICATIONS) as answer:
            assert answer.status == 200
    with running.store.read() as state:
        assert len(state["faults"]) == 1, "it has struck nothing"


async def test_an_aged_token_is_refused_everywhere_and_another_is_not(session, running):
    strike(running, method="POST", answer="aged")
    async with session.get(APPLICATIONS) as answer:
        assert answer.status == 200
    for method in ("POST", "GET"):
        async with session.request(method, APPLICATIONS, json={"displayName": "late"}) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (401, "InvalidAuthenticationToken")
    with running.store.read() as state:
        caller = next(it for it in state["servicePrincipals"].values() if it["appId"] == CLUSTER_CALLER_ID)
        token = issue(state, caller["_tenant"], caller, "https://graph.microsoft.com", 3599)
    async with session.get(APPLICATIONS, headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 200
