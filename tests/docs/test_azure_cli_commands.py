"""docs/sandbox.md lists exactly the Azure CLI's commands that tests/clients/az runs."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "clients" / "az"
GROUPS = "account|acr|ad|aks|group|identity|login|logout|resource|role"


def run_by_tests() -> set[str]:
    """The commands in strings of the tests, `"acr show --name ..."`, and in the script."""
    found: set[str] = set()
    for file in TESTS.glob("*.py"):
        found |= set(re.findall(rf'"((?:{GROUPS})(?: [a-z][a-z-]*)*)(?: --| ?["{{])', file.read_text()))
    found |= set(re.findall(r"_tenant ([a-z-]+(?: [a-z][a-z-]*)*) --", (TESTS / "four_steps.sh").read_text()))
    return found


def shown() -> set[str]:
    """The commands in the table of docs/sandbox.md."""
    section = (ROOT / "docs" / "sandbox.md").read_text().split("## The Azure CLI\n", 1)[1]
    found: set[str] = set()
    for group, names in re.findall(r"^    az ([a-z-]+(?: [a-z][a-z-]*)*)(?: {2,}(.+))?$", section, re.MULTILINE):
        found |= {f"{group} {name}" for name in names.split(", ")} if names else {group}
    return found


def test_the_document_lists_what_the_tests_run():
    assert {"login", "acr show", "ad sp create-for-rbac"} <= run_by_tests()
    assert shown() == run_by_tests()
