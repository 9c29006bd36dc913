"""The recipe for two real tenants in docs/sandbox-beliefs.md: short, and commands that a shell can read.

Not proven here: what Azure answers. That is what the recipe is for.
"""

from __future__ import annotations

import subprocess

import pytest

from crosstenant.sandbox.world.open_questions import REGISTRY_EXCHANGE_TENANT
from lib.federation_recipe import STEPS


def test_it_has_at_most_ten_commands():
    assert len(STEPS) <= 10


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.does)
def test_bash_reads_each_command(step):
    assert "\n" not in step.command, "each is pasted as one line"
    done = subprocess.run(["bash", "-n", "-c", step.command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_no_command_prints_a_token():
    for step in STEPS:
        for answer in ("entra.json", "exchange.json"):
            if f"tee {answer}" in step.command:
                assert f"tee {answer} | sed 's/eyJ[^\"]*/(token)/'" in step.command


def test_it_settles_the_open_question_of_the_exchange():
    assert any(f"`{REGISTRY_EXCHANGE_TENANT.setting}`" in step.settles for step in STEPS)
