"""The sandbox answers as stated and as recorded; nothing reaches a real tenant from here."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world.faults import new_fault
from crosstenant.sandbox.world.state import State, Store
from tests.contract.caller import SetUpFailed
from tests.contract.clean_up import remove_leftovers
from tests.contract.page import PAGE, rendered
from tests.contract.question import QUESTIONS as REGISTERED
from tests.contract.question import Question, refused
from tests.contract.questions import QUESTIONS
from tests.contract.replies import Reply
from tests.contract.run import SANDBOX_ANSWERS, Run, run
from tests.contract.tenants import Estate, sandbox_estate
from tests.contract.world import World

COMMAND = "run '.venv/bin/python -m tests.contract' and read the difference"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, State, State]]:
    """One run in the sandbox, with the state before and after it."""
    store = open_store(tmp_path_factory.mktemp("contract") / "state.json")
    with sandbox_estate(store) as estate:
        before = state_of(store)
        found = run(estate)
        yield found, before, state_of(store)


def state_of(store: Store) -> State:
    with store.read() as state:
        return copy.deepcopy(state)


@pytest.mark.parametrize("identifier", list(QUESTIONS))
def test_sandbox_answers_as_stated(identifier: str, asked: tuple[Run, State, State]):
    answer = asked[0].answers[identifier]
    assert answer["holds"], json.dumps(answer, indent=2)


def test_recorded_answers_are_the_present_ones(asked: tuple[Run, State, State]):
    recorded = json.loads(SANDBOX_ANSWERS.read_text())["answers"]
    changed = [name for name, answer in asked[0].answers.items() if answer != recorded.get(name)]
    assert changed == [], f"the sandbox answers otherwise than recorded: {COMMAND}"
    assert SANDBOX_ANSWERS.read_text() == asked[0].text, COMMAND


def test_page_has_the_questions():
    page = PAGE.read_text()
    assert rendered(page) == page, COMMAND


def test_ids_are_stable_words():
    assert [name for name in QUESTIONS if not re.fullmatch(r"[a-z]+(-[a-z]+)+", name)] == []
    assert REGISTERED is QUESTIONS


def test_run_removes_what_it_made(asked: tuple[Run, State, State]):
    found, before, after = asked
    assert found.left_behind == []
    for kind in ("applications", "servicePrincipals", "roleAssignments", "resources"):
        assert after[kind].keys() == before[kind].keys(), kind


def test_no_value_of_the_run_is_written(asked: tuple[Run, State, State]):
    found, before, _ = asked
    uuids = re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", found.text, re.IGNORECASE)
    assert uuids == []
    for tenant in before["tenants"].values():
        assert tenant["displayName"] not in found.text
    for word in ("eyJ", "sandbox-cluster-tenant-owner-secret", "fabrikam", "aks-prod", "westeurope", "8Q~"):
        assert word not in found.text


@pytest.mark.parametrize("identifier", list(QUESTIONS))
def test_statement_does_not_hold_for_another_answer(identifier: str, asked: tuple[Run, State, State]):
    """No statement holds by itself."""
    question, replies = QUESTIONS[identifier], asked[0].replies[identifier]
    other = Reply(replies[-1].request, 418, {}, {})
    assert not question.holds([*replies[:-1], other])
    if question.statement.text.startswith("refused"):
        changed = {"error": {"code": "AnotherCode"}}
        assert not question.holds([*replies[:-1], replace(replies[-1], body=changed)])


def _breaks(world: World) -> Reply:
    world.complete("breaks", in_registry_tenant=True)
    raise RuntimeError("the question breaks")


def test_run_removes_what_it_made_after_a_failure_and_asks_on(tmp_path: Path):
    store = open_store(tmp_path / "state.json")
    breaking = Question("test-breaks", "nothing", refused(400, "None"), _breaks, "")
    with sandbox_estate(store) as estate:
        before = state_of(store)
        found = run(estate, [breaking, QUESTIONS["roles-same-twice"]])
        after = state_of(store)
    assert found.answers["test-breaks"]["failed"] == "the question failed: RuntimeError"
    assert not found.answers["test-breaks"]["holds"]
    assert found.answers["roles-same-twice"]["holds"]
    for kind in ("applications", "servicePrincipals", "roleAssignments"):
        assert after[kind].keys() == before[kind].keys(), kind


def _swapped(estate: Estate) -> Estate:
    return replace(estate, cluster_tenant=estate.registry_tenant, registry_tenant=estate.cluster_tenant)


def _with_wrong_secret(estate: Estate) -> Estate:
    return replace(estate, registry_tenant=replace(estate.registry_tenant, client_secret="not-the-one"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_swapped, "401 .*InvalidAuthenticationTokenTenant"),
        (_with_wrong_secret, "401 .*AADSTS7000215"),
        (lambda estate: replace(estate, abac_registry=f"{estate.abac_registry}x"), "404 .*ResourceNotFound"),
        (lambda estate: replace(estate, cluster=f"{estate.cluster}x"), "404 .*ResourceNotFound"),
        (lambda estate: replace(estate, abac_registry=estate.registry), "the abac-registry is not in ABAC mode"),
        (lambda estate: replace(estate, registry=estate.abac_registry), "the registry is in ABAC mode"),
    ],
    ids=["tenants", "secret", "registry", "cluster", "plain twice", "abac twice"],
)
def test_wrong_settings_end_the_run_before_anything_is_made(
    tmp_path: Path, change: Callable[[Estate], Estate], words: str
):
    store = open_store(tmp_path / "state.json")
    with sandbox_estate(store) as estate:
        before = state_of(store)
        with pytest.raises(SetUpFailed, match=words) as failed:
            run(change(estate))
        assert "not-the-one" not in str(failed.value)
    assert state_of(store)["applications"].keys() == before["applications"].keys()
    asked = [it for it in requests(store) if it["method"] not in ("GET", "CONNECT") and it["service"] != "login"]
    assert asked == []


def test_run_without_a_network_ends_in_a_sentence(tmp_path: Path):
    def unheard(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno -2] Name or service not known")

    with sandbox_estate(open_store(tmp_path / "state.json")) as estate:
        offline = replace(estate, client=httpx.Client(transport=httpx.MockTransport(unheard)))
        with pytest.raises(SetUpFailed, match=r"^no answer \(ConnectError\): check the network and the proxy$"):
            run(offline)


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        ({"drop": True}, "no answer: RemoteProtocolError"),
        ({"status": 504}, "set-up failed: POST https://graph.microsoft.com/v1.0/applications: 504"),
    ],
    ids=["connection", "gateway"],
)
def test_what_was_made_without_an_answer_is_removed(tmp_path: Path, answer: dict[str, Any], failed: str):
    store = open_store(tmp_path / "state.json")
    with store.change() as state:
        fault = {"service": "graph", "method": "POST", "path": "/applications$", "after": True, **answer}
        state["faults"].append(new_fault(fault))
    with sandbox_estate(store) as estate:
        before = state_of(store)
        found = run(estate, [QUESTIONS["graph-read-after-write"]])
        after = state_of(store)
    assert found.answers["graph-read-after-write"]["failed"].startswith(failed)
    assert found.left_behind == []
    assert after["applications"].keys() == before["applications"].keys()


def _interrupts(world: World) -> Reply:
    world.complete("interrupts")
    raise KeyboardInterrupt


def test_interrupted_run_removes_what_it_made_and_tells_the_rest(tmp_path: Path):
    store = open_store(tmp_path / "state.json")
    with store.change() as state:
        fault = {"service": "graph", "method": "DELETE", "path": "applications", "status": 403, "code": "Denied"}
        state["faults"].append(new_fault(fault))
    told: list[str] = []
    with sandbox_estate(store) as estate:
        before = state_of(store)
        with pytest.raises(KeyboardInterrupt):
            run(estate, [Question("test-interrupts", "nothing", refused(400, "None"), _interrupts, "")], told.append)
        after = state_of(store)
    assert after["servicePrincipals"].keys() == before["servicePrincipals"].keys()
    assert told == ["  not removed  application crosstenant-contract-interrupts: 403 Denied"]


def test_what_cannot_be_removed_is_reported(tmp_path: Path):
    store = open_store(tmp_path / "state.json")
    with store.change() as state:
        fault = {"service": "graph", "method": "DELETE", "status": 403, "code": "Denied", "times": -1}
        state["faults"].append(new_fault(fault))
    with sandbox_estate(store) as estate:
        found = run(estate, [QUESTIONS["graph-read-after-write"]])
    assert found.left_behind == ["application crosstenant-contract-read-after-write: 403 Denied"]


def test_clean_removes_what_an_interrupted_run_left(tmp_path: Path):
    store = open_store(tmp_path / "state.json")
    with sandbox_estate(store) as estate:
        before = state_of(store)
        interrupted = World(estate)
        _ = interrupted.pulling
        removed, left = remove_leftovers(estate)
        after = state_of(store)
    assert (removed, left) == (4, [])  # two role assignments, a service principal, an application
    for kind in ("applications", "servicePrincipals", "roleAssignments"):
        assert after[kind].keys() == before[kind].keys(), kind


def test_questions_that_need_a_cluster_are_left_out_without_one(tmp_path: Path):
    told: list[str] = []
    with sandbox_estate() as estate:
        object.__setattr__(estate, "cluster", None)
        found = run(estate, [QUESTIONS["cluster-get"], QUESTIONS["registry-challenge"]], told.append)
    assert list(found.answers) == ["registry-challenge"]
    assert told[0] == "  not asked  cluster-get: there is no cluster"
