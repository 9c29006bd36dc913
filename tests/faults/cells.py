"""One cell of the matrix: one operation of the plugin, one kind of call that it makes, and one kind of fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest import mock

import aiohttp

from crosstenant.azure.connections import transport
from crosstenant.errors import OperatorError
from crosstenant.sandbox.host.request_log import request_log, requests
from crosstenant.sandbox.kubernetes.commands import RunCommands
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State, Store
from tests.faults.calls import Call, call_of
from tests.faults.fast_clock import FastClock
from tests.faults.kinds import FORMER, KINDS, LAG_SECONDS, NO_ANSWER, TIMES
from tests.faults.node_pulls import begin
from tests.faults.operation import Operation, Plugin, Run
from tests.faults.operations import prepare
from tests.faults.planted import logged, secrets_in, told_by

LONGEST_SILENCE: Final = 600
"""Seconds that an operation may repeat a request before it says what is wrong."""
NOT_MET: Final = "not met"
"""The outcome where there was no former answer to give: nothing has changed before."""
_BUSY: Final = 120.0
_SILENCE: Final = 1.5
"""Seconds for an answer: a busy machine gives each of them late, and one that never comes is not waited for."""
_OBJECTS: Final = ("applications", "servicePrincipals", "roleAssignments", "resources")


@dataclass(frozen=True)
class Cell:
    """The place of a cell in the table."""

    operation: Operation
    call: Call
    kind: str
    times: str

    @property
    def name(self) -> str:
        return f"{self.operation.name} | {self.call.text} | {self.kind} | {self.times}"


@dataclass(frozen=True)
class Result:
    """What came of it."""

    outcome: str
    """``success``, or ``error``: one clear sentence, after which the next run reached the goal; or ``NOT_MET``."""
    sentence: str
    """The error's text."""
    wrong: tuple[str, ...]
    """What must not be; empty for a good cell."""


def applies(call: Call, kind: str) -> bool:
    """Whether a kind of fault can happen to a call: a read has no work whose answer is lost, for example."""
    if "after the work" in kind:
        return call.method != "GET"
    if kind.startswith("stale"):
        return call.method == "GET" and call.service in ("arm", "graph")
    return not kind.startswith("token") or call.service in ("arm", "graph")


def has_request_id(cell: Cell) -> bool:
    """Whether the answer is a refusal of Azure with a request ID; a storage account's text is shown to no person."""
    fault = KINDS[cell.kind]
    stored = cell.call.path.startswith("/docker/")
    is_refusal = fault.get("answer", "error") in ("error", "aged")
    return bool(fault.get("status") or fault.get("answer") == "aged") and is_refusal and not stored


async def calls_of(store: Store, operation: Operation) -> list[Call]:
    """The kinds of call that an operation makes without a fault, in their order."""
    with quick():
        plugin, run = await prepared(store, operation)
        await operation.step(plugin, run)
        await plugin.end()
    return list(dict.fromkeys(call_of(it) for it in requests(store)))


async def run_cell(store: Store, cell: Cell) -> Result:
    """Runs an operation with the fault, and again without it, as the next update does."""
    with quick(_SILENCE if cell.kind == NO_ANSWER else _BUSY):
        return await _run(store, cell)


async def _run(store: Store, cell: Cell) -> Result:
    operation = cell.operation
    call = {"service": cell.call.service, "method": cell.call.method, "path": cell.call.pattern}
    fault = new_fault({**call, **KINDS[cell.kind], "times": 0})
    plugin, run = await prepared(store, operation, fault)
    objects = count_objects(store)
    _strike(store, fault["id"], TIMES[cell.times])
    with _lagging(store, fault["id"], cell):
        outcome, sentence, wrong = await attempt(plugin, run, operation)
    # The log has a request when it is over, and this process does not wait for that.
    met = fault["delay"] or any(it.get("fault") == fault["id"] for it in requests(store))
    if not met and cell.kind != FORMER:
        wrong.append("no request met the fault")
    if outcome == "error" and has_request_id(cell) and "request ID" not in sentence:
        wrong.append("Azure gave a request ID, and the error does not have it")
    await plugin.end()
    with store.change() as state:
        state["faults"].clear()
    if outcome != "success":
        wrong += await again(store, run, operation)
    wrong += differences(store, operation, objects, _needed(cell))
    return Result(outcome if met or wrong else NOT_MET, sentence, tuple(wrong))


async def attempt(plugin: Plugin, run: Run, operation: Operation) -> tuple[str, str, list[str]]:
    """Runs an operation: the outcome, the error's text, and what is wrong with what was said."""
    outcome, sentence, told, wrong = "success", "", "", list[str]()
    with logged() as lines:
        try:
            await operation.step(plugin, run)
        except OperatorError as error:
            outcome, sentence, told = "error", str(error), told_by(error)
            wrong += faults_of_sentence(sentence)
        except Exception as error:
            outcome, sentence, told = "exception", f"{type(error).__name__}: {error}", told_by(error)
            wrong.append("an exception that an operator reads as an internal error")
    wrong += [f"{it} is in what is said" for it in secrets_in(f"{sentence}\n{plugin.terminal.everything}")]
    wrong += [f"{it} is in an exception or a log" for it in secrets_in("\n".join([told, *lines]))]
    if plugin.silence > LONGEST_SILENCE:
        wrong.append(f"nothing was said for {plugin.silence:.0f} s")
    return outcome, sentence, wrong


async def again(store: Store, run: Run, operation: Operation) -> list[str]:
    """Runs an operation without a fault, as the next update does; a reset that AKS has begun has ended by then."""
    plugin = Plugin(store)
    try:
        await operation.step(plugin, run)
    except Exception as error:
        return [f"the next run fails: {type(error).__name__}: {error}"]
    finally:
        await plugin.end()
    return []


def _strike(store: Store, fault_id: str, times: int) -> None:
    with store.change() as state:
        for fault in (it for it in state["faults"] if it["id"] == fault_id):
            fault["times"] = times


@contextmanager
def _lagging(store: Store, fault_id: str, cell: Cell) -> Iterator[None]:
    """A replica lags by the pauses that are made, and not by the moments that are slept."""
    paused = 0.0

    def on_pause(seconds: float) -> None:
        nonlocal paused
        paused += seconds
        if cell.kind == FORMER and paused >= LAG_SECONDS:
            _strike(store, fault_id, 0)

    with mock.patch.object(FastClock, "on_pause", staticmethod(on_pause)):
        yield


def faults_of_sentence(sentence: str) -> list[str]:
    """What is wrong with an error that an operator reads."""
    wrong = [f"the error has {it!r}" for it in ("Traceback", "\n", "NoneType", "object at 0x") if it in sentence]
    if not re.search(r"run |check |wait |make sure|look for|try again|sign in|give |set |assign|compare", sentence):
        wrong.append("the error does not say what to do")
    return wrong


def count_objects(store: Store) -> dict[str, int]:
    """How many objects there are of each kind, in both tenants."""
    with store.read() as state:
        return {kind: len(state[kind]) for kind in _OBJECTS}


def differences(store: Store, operation: Operation, before: dict[str, int], more_resets: int = 0) -> list[str]:
    """What is wrong in Azure after an operation that has reached its goal: objects, the credential, needless resets."""
    wrong: list[str] = []
    if (after := count_objects(store)) != before:
        wrong.append(f"objects before and after: {before}, {after}")
    with store.read() as state:
        resets = sum(it["kind"] == "resetServicePrincipalProfile" for it in state["operations"].values())
        has = _credential(state)
    if operation.credential and has != operation.credential:
        wrong.append("the cluster has another secret than it must have")
    if resets > operation.resets + more_resets:
        wrong.append(f"{resets} resets where {operation.resets} were needed")
    return wrong


def _needed(cell: Cell) -> int:
    """A reset whose answer is lost is repeated where the application stays the same: AKS shows no secret."""
    lost = cell.kind in ("reset after the work", "503 after the work", "truncated body")
    if not (lost and cell.operation.name == "rotation" and cell.call.path.endswith("resetServicePrincipalProfile")):
        return 0
    # One repetition in the same run; where no answer ever comes, another in the next run.
    return 1 if cell.times == "once" else 2


def _credential(state: State) -> str:
    return state["resources"][seed.CLUSTER.lower()]["_credential"]["secret"]


async def prepared(store: Store, operation: Operation, fault: dict[str, Any] | None = None) -> tuple[Plugin, Run]:
    """Azure and a stack before an operation, with a fault that does not strike yet."""
    store.reset()
    prepare(store, operation)
    if fault:
        with store.change() as state:
            state["faults"].append(fault)
    run = Run()
    if operation.before:
        plugin = Plugin(store)
        await operation.before(plugin, run)
        await plugin.end()
    forget_requests(store)
    return Plugin(store), run


def forget_requests(store: Store) -> None:
    """Empties the request log."""
    Path(request_log(store)).unlink(missing_ok=True)


@contextmanager
def quick(patience: float = _BUSY) -> Iterator[None]:
    """The waits of azure-core are counted and not slept.

    :param patience: Seconds after which a request has no answer.
    """
    from crosstenant.azure.pull import docker_token

    async def sleep(_self: Any, seconds: float) -> None:
        import asyncio

        Plugin.silence += seconds
        if FastClock.on_pause:
            FastClock.on_pause(seconds)
        await asyncio.sleep(min(seconds, 0.02))

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=patience), cookie_jar=aiohttp.DummyCookieJar())

    with (
        mock.patch.object(Plugin, "silence", 0.0),
        mock.patch.object(transport, "READ_SECONDS", patience),
        mock.patch.object(transport.AzureTransport, "sleep", sleep),
        mock.patch.object(docker_token, "registry_session", session),
        mock.patch.object(RunCommands, "begin", begin),
    ):
        yield
