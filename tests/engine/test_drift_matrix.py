"""Every row of the drift matrix on the real engine: the alarm, the repair, silence, and a pull by every node."""

from __future__ import annotations

import pytest
from drift_matrix import PROFILE, RESOURCES, ROWS, Row
from drift_world import Deployed

from lib.stack import Outcome

# They come with each replacement.
_PARTS_OF_A_REPLACEMENT = ("create-replacement", "delete-replaced")


def planned(outcome: Outcome) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What is to change: operation and properties by the resource's name."""
    return {
        it.name: (it.op, it.properties)
        for it in outcome.changes
        if it.is_infrastructure and it.op not in _PARTS_OF_A_REPLACEMENT
    }


@pytest.fixture
def stack(row: Row, request: pytest.FixtureRequest) -> Deployed:
    return request.getfixturevalue("consented" if row.way == "consented" else "deployed")


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_drift_is_seen_and_repaired(stack: Deployed, row: Row):
    stack.azure.change(lambda state: row.make(state, stack.client_id))
    assert stack.every_node_pulls() == row.pulls

    alarm = stack.alarm()
    assert (alarm.code == 0) == (not row.seen and not row.says), alarm.output
    plan = planned(alarm)
    assert {name: op for name, (op, _) in plan.items()} == {it.resource: it.op for it in row.seen}
    for seen in row.seen:
        found = plan[seen.resource][1]
        assert not seen.property or any(it.startswith(seen.property) for it in found), f"{seen}: {found}"
    assert alarm.says(*row.says), alarm.output
    assert "Traceback" not in alarm.output

    if row.fails:
        untouched = stack.azure.state["resources"].get(stack.cluster_key)
        refused = stack.stack.operate("up", "--refresh")
        assert refused.code != 0, refused.output
        assert refused.says(*row.fails), refused.output
        assert "Traceback" not in refused.output
        assert stack.azure.state["resources"].get(stack.cluster_key) == untouched
    elif row.first and not row.asks:
        return  # Not seen, and nothing of the stack's to repair.
    if row.help:
        stack.azure.change(lambda state: row.help(state, stack.client_id))
    stack.ask(**row.asks)

    resets = len(stack.azure.resets)
    repair = stack.up("--refresh")
    assert len(stack.azure.resets) - resets == row.resets, repair.output
    assert stack.alarm().code == 0
    assert stack.every_node_pulls() == row.ends_well


def test_the_matrix_knows_every_resource_of_the_stack(deployed: Deployed):
    links = {it["urn"].rsplit("::", 1)[-1] for it in deployed.stack.resources() if it["custom"]}
    assert {it for it in links if "-tenant-" not in it} == set(RESOURCES)
    seen = {it.resource for row in ROWS for it in row.seen}
    assert seen == set(RESOURCES), "a resource whose drift no row shows"
    assert PROFILE in seen
