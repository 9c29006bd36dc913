"""Every row of the drift matrix on the real engine: the alarm, the repair, and a pull by every node.

An alarm has to show all that its rows have made and nothing else. So rows that share no resource are made together, and
a group begins where the one before it left off: its alarm proves that this one's repair left nothing to do. The last
one's is proved by an alarm of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from lib.stack import Outcome
from tests.engine.drift_matrix import RESOURCES, ROWS, Row, groups
from tests.engine.drift_world import Deployed

# They come with each replacement.
_PARTS_OF_A_REPLACEMENT = ("create-replacement", "delete-replaced")


def planned(outcome: Outcome) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What is to change: operation and properties by the resource's name."""
    return {
        it.name: (it.op, it.properties)
        for it in outcome.changes
        if it.is_infrastructure and it.op not in _PARTS_OF_A_REPLACEMENT
    }


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_left_to_repair(_deployments: Callable[[str], Deployed]) -> Iterator[None]:
    yield
    for way in {row.way for row in ROWS}:
        stack = _deployments(way)
        if stack.is_repaired:
            assert stack.alarm().code == 0, "the last repair was no whole one"


@pytest.fixture
def stack(rows: tuple[Row, ...], _deployments: Callable[[str], Deployed]) -> Deployed:
    stack = _deployments(rows[0].way)
    stack.resume()
    return stack


@pytest.mark.parametrize("rows", groups(), ids=["+".join(row.name for row in rows) for rows in groups()])
async def test_drift_is_seen_and_repaired(stack: Deployed, rows: tuple[Row, ...]):
    before, app = stack.azure.state, stack.client_id
    for row in rows:
        stack.put_back(before)
        stack.azure.change(lambda state, row=row: row.make(state, app))
        assert await stack.every_node_pulls() == row.pulls, row.name
    stack.put_back(before)
    for row in rows:
        stack.azure.change(lambda state, row=row: row.make(state, app))

    alarm = stack.alarm()
    assert (alarm.code != 0) == any(row.is_seen for row in rows), alarm.output
    expected = [seen for row in rows for seen in row.seen]
    plan = planned(alarm)
    assert {name: op for name, (op, _) in plan.items()} == {it.resource: it.op for it in expected}, alarm.output
    for seen in expected:
        found = plan[seen.resource][1]
        assert not seen.property or any(it.startswith(seen.property) for it in found), f"{seen}: {found}"
    assert alarm.says(*(words for row in rows for words in row.says)), alarm.output
    assert "Traceback" not in alarm.output

    if any(row.fails for row in rows):
        untouched = stack.cluster
        refused = stack.stack.operate("up", "--refresh", "--continue-on-error")
        assert refused.code != 0, refused.output
        assert refused.says(*(words for row in rows for words in row.fails)), refused.output
        assert "Traceback" not in refused.output
        assert stack.cluster == untouched
    resets = len(stack.azure.resets)
    for row in rows:
        if row.help:
            stack.azure.change(lambda state, remedy=row.help: remedy(state, app))
        stack.ask(**row.asks)
    if any(row.up and (row.is_seen or row.asks) for row in rows):
        stack.up("--refresh")
    assert len(stack.azure.resets) - resets == max(row.resets for row in rows)
    assert await stack.every_node_pulls() == all(row.ends_well for row in rows)
    if any(row.another_world for row in rows):
        assert stack.alarm().code == 0
    elif all(row.is_seen for row in rows):
        stack.leave()


def test_rows_made_together_share_no_resource_and_no_way():
    for rows in groups():
        seen = [it.resource for row in rows for it in row.seen]
        assert len(seen) == len(set(seen)), [row.name for row in rows]
        assert len({row.way for row in rows}) == 1
        assert len({(row.is_seen, bool(row.fails)) for row in rows}) == 1, "they take one road"


def test_the_matrix_knows_every_resource_of_the_stack(deployed: Deployed, consented: Deployed):
    resources = [*deployed.stack.resources(), *consented.stack.resources()]
    links = {it["urn"].rsplit("::", 1)[-1] for it in resources if it["custom"]}
    assert {it for it in links if "-tenant-" not in it} == set(RESOURCES)
    assert {it.resource for row in ROWS for it in row.seen} == set(RESOURCES), "a resource whose drift no row shows"
