"""A machine whose clock is off: what goes by the time of day."""

from __future__ import annotations

import pytest

from crosstenant.sandbox.world.state import Store
from tests.faults.clocks import BY_THE_CLOCK, OFF, run_clock

FAIL = {("sign-in with a certificate", "10 min ahead")}


@pytest.mark.parametrize("off", OFF)
@pytest.mark.parametrize("operation", BY_THE_CLOCK, ids=lambda it: it.name)
async def test_azures_time_counts_and_an_error_names_the_clock(inside: Store, operation, off: str):
    result = await run_clock(inside, operation, off)
    assert result.wrong == (), result.sentence
    assert result.outcome == ("error" if (operation.name, off) in FAIL else "success"), result.sentence
