"""docs/sandbox-beliefs.md lists what the sandbox believes, with the sources that its code states."""

from __future__ import annotations

import re

from crosstenant.sandbox.world.behaviours import BEHAVIOURS
from crosstenant.sandbox.world.open_questions import QUESTIONS
from crosstenant.sandbox.world.provenance import Kind
from crosstenant.sandbox.world.seed import seed
from crosstenant.sandbox.world.settings import setting_names
from lib.beliefs import refusals
from sandbox_beliefs import PAGE, rendered
from tests.contract.questions import QUESTIONS as CONTRACT

SOURCES = [
    *(one.source for one in refusals()),
    *(it.source for it in BEHAVIOURS),
    *(it.source for it in QUESTIONS),
]


def test_page_is_what_the_command_makes():
    assert rendered() == PAGE.read_text(), "run '.venv/bin/python tools/sandbox_beliefs.py'"


def test_assumed_refusals_come_before_the_known_ones():
    heads = re.findall(r"^## (.+)$", PAGE.read_text(), re.MULTILINE)
    assert heads[:5] == [
        "Open questions",
        "A chain without a secret, asked of two real tenants",
        "Assumed refusals",
        "Refusals that are known in part",
        "Refusals that are known",
    ]


def test_every_refusal_is_in_the_section_of_its_source():
    section = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    for one in refusals():
        title = {Kind.ASSUMED: "Assumed refusals", Kind.OWN: "Without a belief"}.get(
            one.source.kind, "Refusals that are known in part" if one.source.assumed else "Refusals that are known"
        )
        assert (one.text.replace("|", "\\|").replace("<", "&lt;") or "any") in section[title], one.where


def test_named_questions_are_those_of_the_contract():
    named = {it.question for it in SOURCES if it.question}
    assert named - set(CONTRACT) == set()
    assert len(named) > 20


def test_every_setting_is_a_behaviour_or_an_open_question():
    listed = [name for it in BEHAVIOURS for name in it.settings] + [it.setting for it in QUESTIONS]
    assert len(listed) == len(set(listed))
    assert set(setting_names(seed())) - set(listed) == set()


def test_addresses_are_whole():
    addresses = {address for it in SOURCES for address in it.addresses}
    assert [it for it in addresses if not re.fullmatch(r"https://[\w.-]+/[\w./#-]+", it)] == []
