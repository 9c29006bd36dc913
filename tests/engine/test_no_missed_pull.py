"""Nodes pull without pause while the secret is rotated: no pull is refused.

It proves the order of the steps, with nodes that roll one by one as AKS rolls them. It does not prove how long Entra ID
takes to tell all its replicas of a new secret: the pull check waits for those that it meets. A rotation that fails at
one of its steps is in ``test_rotation_order``, with nodes that pull as well.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.rotation_world import Rotating, each_node_pulls, nodes_pulling


def test_no_pull_is_missed_in_any_rotation(azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path):
    rotating = Rotating.make(azure, make_stack, tmp_path)
    # A period that begins with the day on which the tests run would be the next one already.
    rotating.ask(rotate_every_days=60, rotate_from=rotating.day(-30))
    azure.change(lambda state: state["settings"]["lag"].update(secret=1))
    rotating.up()
    secrets = [*rotating.secrets]

    with nodes_pulling(azure) as result:
        # The next period: as if time had passed, since the clock is the machine's.
        rotating.ask(rotate_every_days=60, rotate_from=rotating.day(0))
        scheduled = rotating.up()
        assert scheduled.changed("azuread:index/applicationPassword:ApplicationPassword")
        secrets += rotating.secrets
        each_node_pulls(azure)

        triggered = {"rotate_every_days": 60, "rotate_from": rotating.day(0)}
        rotating.ask(**triggered, rotation_trigger="1")
        rotating.up()
        secrets += rotating.secrets

    assert len(set(secrets)) == 3
    assert set(rotating.on_nodes) == {secrets[-1]}
    assert result["refusals"] == []
    assert result["pulls"] >= 30, "too few pulls to prove anything"
    assert [len(used) for used in result["used"].values()] == [3] * 5, "a node did not pull with each of its secrets"
