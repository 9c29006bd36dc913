"""docs/errors.md says what the plugin says."""

from __future__ import annotations

import re

import pytest

from crosstenant.azure.pull.pull_verdict import Reason
from crosstenant.azure.refusals.refusal_table import REFUSALS, ROLES_BY_ACTION
from error_tables import PAGE, rendered

COMMAND = "run '.venv/bin/python tools/error_tables.py'"


def test_tables_are_those_of_the_code():
    page = PAGE.read_text()
    assert rendered(page) == page, f"docs/errors.md is out of date: {COMMAND}"


def test_every_code_reason_and_action_is_on_the_page():
    page = PAGE.read_text()
    assert [code for it in REFUSALS for code in it.codes if f"`{code}`" not in page] == []
    assert [it.value for it in Reason if f"`{it.value}`" not in page] == []
    assert [action for action in ROLES_BY_ACTION if action not in page] == []


def test_altered_page_is_noticed():
    page = PAGE.read_text()
    assert rendered(page.replace("the client secret has expired", "something else")) == page
    with pytest.raises(ValueError, match="AKS"):
        rendered(page.replace("<!-- table: AKS -->", ""))


def test_links_lead_somewhere():
    page = PAGE.read_text()
    anchors = {
        re.sub(r"[^\w -]", "", it.lower()).replace(" ", "-") for it in re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", page):
        if target.startswith("#"):
            assert target[1:] in anchors
        elif not target.startswith("https://"):
            assert (PAGE.parent / target).is_file()
