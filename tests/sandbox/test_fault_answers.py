"""Faults that give an answer another form, and the one that ends a program: as clients see them."""

from __future__ import annotations

import asyncio
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from crosstenant.sandbox.entra.tokens import issue
from crosstenant.sandbox.host.descendants import descendants, lives
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.seed import CLUSTER_CALLER_ID

VICTIM = "victim-of-the-test"
GUARD_SECONDS = 240
"""After which what has to come never does: no test depends on how long it takes."""
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


@pytest.mark.parametrize("after", [True, False])
async def test_the_request_of_another_program_than_the_killed_one_is_answered(session, running, tmp_path, after):
    victim = await start(tmp_path, "import time\ntime.sleep(600)\n")
    assert descendants(VICTIM) == [victim.pid]
    strike(running, method="POST", kill=VICTIM, after=after)
    async with session.post(APPLICATIONS, json={"displayName": "made by another"}) as answer:
        assert answer.status == 201
        assert (await answer.json())["displayName"] == "made by another"
    assert victim.returncode == -9 or await asyncio.wait_for(victim.wait(), GUARD_SECONDS) == -9
    assert names(running).count("made by another") == 1


@pytest.mark.parametrize("after", [True, False])
async def test_work_for_a_killed_program_is_done_before_its_death_or_not_at_all(session, running, tmp_path, after):
    host, _, port = running.url.removeprefix("http://").partition(":")
    script = f"""
        import http.client, ssl
        connection = http.client.HTTPSConnection("{host}", {port}, context=ssl._create_unverified_context())
        connection.set_tunnel("graph.microsoft.com", 443)
        headers = {{"Authorization": "{session.headers["Authorization"]}", "Content-Type": "application/json"}}
        connection.request("POST", "/v1.0/applications", '{{"displayName": "asked for"}}', headers)
        print(connection.getresponse().status)
    """
    strike(running, method="POST", kill=VICTIM, after=after)
    victim = await start(tmp_path, textwrap.dedent(script))
    assert await asyncio.wait_for(victim.wait(), GUARD_SECONDS) == -9
    await until_logged(running, 1)
    assert names(running).count("asked for") == int(after)
    assert [it["status"] for it in running.requests if it["method"] == "POST"] == [0]


async def test_a_program_ends_with_all_that_it_has_started_and_nothing_else(session, running, tmp_path):
    sleeps = 'import subprocess, sys, time; subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])'
    bystander = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(600)")
    victim = await start(tmp_path, f"{sleeps}\ntime.sleep(600)\n")
    both: list[int] = []
    while (len(both), len(descendants(VICTIM))) != (2, 1):
        await asyncio.sleep(0.02)
        both = descendants(f"{VICTIM}+")
    assert victim.pid in both
    assert all(map(lives, both))
    strike(running, kill=f"{VICTIM}+")
    async with session.get(APPLICATIONS) as answer:
        assert answer.status == 200
    assert await asyncio.wait_for(victim.wait(), GUARD_SECONDS) == -9
    (child,) = set(both) - {victim.pid}
    assert not lives(child)
    assert bystander.returncode is None
    bystander.kill()
    await bystander.wait()


async def start(folder: Path, text: str) -> asyncio.subprocess.Process:
    """Starts a script of the name that the faults have."""
    (folder / VICTIM).write_text(text)
    return await asyncio.create_subprocess_exec(sys.executable, str(folder / VICTIM))


async def until_logged(running, count: int) -> None:
    """The log has a request when its fault is over."""
    while len(running.requests) < count:  # noqa: ASYNC110 - the file has no event for it
        await asyncio.sleep(0.02)


def names(running) -> list[str]:
    with running.store.read() as state:
        return [it["displayName"] for it in state["applications"].values()]


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
