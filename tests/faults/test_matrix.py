"""Each call of the plugin under each kind of fault, in this process: the part that `make test` affords.

`make faults` runs every cell and the deaths, and writes docs/faults.md.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from crosstenant.plugin.context import Context
from crosstenant.plugin.served import served_functions, served_resources
from crosstenant.sandbox.world.state import Store
from tests.faults.cells import Cell, applies, calls_of, faults_of_sentence, run_cell
from tests.faults.kinds import AGED, FORMER, KINDS
from tests.faults.known import KNOWN_CALLS
from tests.faults.operations import OPERATIONS

REPRESENTATIVE = (
    ("first reset", "resetServicePrincipalProfile", ("503 after the work", "connection reset", "429, no Retry-After")),
    ("rotation", "resetServicePrincipalProfile", ("reset after the work", "a proxy's page, 200")),
    ("rotation", "operations", (AGED, "text, not JSON", "500")),
    ("first reset", "managedClusters/*", (FORMER,)),
    ("pull check", "/oauth2/token", ("truncated body", "a proxy's page, 403")),
    ("refresh of a cluster", "managedClusters", ("429, Retry-After 1 h", "503", "stale: not found", FORMER)),
    ("refresh of a pull check", "registries", ("stale: not found",)),
    ("pull by nodes", "runCommand", ("503 after the work", "a proxy's page, 200")),
    ("pull by nodes", "commandResults", (AGED,)),
    ("getRegistry", "oauth2/v2.0", ("truncated body", "a proxy's page, 200", "no answer")),
)


async def test_a_call_that_the_matrix_does_not_know_is_seen(inside: Store):
    made = {it for operation in OPERATIONS for it in await calls_of(inside, operation)}
    assert made - KNOWN_CALLS == set(), "add it to tests/faults/known.py, and an operation that makes it"
    assert KNOWN_CALLS - made == set(), "no operation of tests/faults/operations.py makes it any longer"


def test_each_resource_and_function_of_the_plugin_is_in_the_matrix():
    context = cast(
        "Context", SimpleNamespace(tenant=SimpleNamespace(cloud=None), log=None, engine="", node_proofs=None)
    )
    served = {*served_resources(context), *served_functions(context)}
    assert {it.of for it in OPERATIONS} == served, "add an operation to tests/faults/operations.py"


@pytest.mark.parametrize(("name", "path", "kinds"), REPRESENTATIVE)
async def test_a_fault_ends_well_or_in_one_clear_error(inside: Store, name: str, path: str, kinds: tuple[str, ...]):
    (operation,) = [it for it in OPERATIONS if it.name == name]
    found = [it for it in await calls_of(inside, operation) if path in it.path]
    for call in found[:1]:
        for kind in kinds:
            assert applies(call, kind)
            times = "for 4 s" if kind == FORMER else "always" if kind.startswith("429") else "once"
            cell = Cell(operation, call, kind, times)
            result = await run_cell(inside, cell)
            assert result.wrong == (), (cell.name, result.sentence)
            assert result.outcome == "success" or kind not in (AGED, FORMER), (cell.name, result)
    assert found, f"{name} makes no such call"


async def test_a_reset_whose_answer_is_lost_again_and_again_is_repeated_once_in_a_run(inside: Store):
    (operation,) = [it for it in OPERATIONS if it.name == "rotation"]
    (call,) = [it for it in KNOWN_CALLS if it.path.endswith("resetServicePrincipalProfile")]
    result = await run_cell(inside, Cell(operation, call, "503 after the work", "always"))
    assert result.wrong == ()
    assert result.outcome == "error"
    assert "AKS may have begun the reset nevertheless" in result.sentence


def test_what_is_wrong_with_a_sentence_is_found():
    assert faults_of_sentence("Traceback (most recent call last)") != []
    assert faults_of_sentence("cluster X: the service has a problem") == ["the error does not say what to do"]
    assert faults_of_sentence("cluster X: the service has a problem; run again later") == []
    assert set(KINDS) >= {kind for _, _, kinds in REPRESENTATIVE for kind in kinds}
