"""Two secrets in turn: the previous one stays good until the next rotation, or until it is revoked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.rotation_world import Rotating, nodes_pulling


def test_the_previous_secret_stays_for_one_more_rotation(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    rotating = Rotating.make(azure, make_stack, tmp_path, rotate_every_days=40)
    rotating.up()
    (first,) = rotating.secrets

    def keep(periods_ago: int, **more: object) -> None:
        rotating.ask(rotate_every_days=40, keep_previous=True, rotate_from=rotating.day(-10 - 40 * periods_ago), **more)

    with nodes_pulling(azure) as result:
        keep(1)
        rotating.up()
        assert rotating.secrets[0] == first, "the only secret does not become the previous one"
        second = rotating.secrets[-1]
        assert rotating.secrets == [first, second]
        assert rotating.on_cluster == second

        keep(2)
        rotating.up()
        third = rotating.secrets[-1]
        assert rotating.secrets == [second, third]
        assert rotating.on_cluster == third

        keep(2, rotation_trigger="1")
        rotating.up()
        fourth = rotating.secrets[-1]
        assert rotating.secrets == [third, fourth]
        assert rotating.on_cluster == fourth
        assert rotating.is_quiet()

        # After a leak: a new one, and none of the others.
        keep(2, rotation_trigger="2", revoke_previous=True)
        rotating.up()
        (fifth,) = rotating.secrets
        assert fifth not in (first, second, third, fourth)
        assert rotating.on_cluster == fifth

    assert result["refusals"] == []
    assert result["pulls"] >= 30, "too few pulls to prove anything"
