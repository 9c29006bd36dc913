"""Every `crosstenant` command line in the documents is one that the command accepts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from crosstenant.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*/README.md"))]


def command_lines(page: Path) -> Iterator[str]:
    """The lines of code that start with `crosstenant`, each with its continued lines."""
    text = re.sub(r"\\\n\s*", "", page.read_text())
    for line in text.splitlines():
        if re.match(r"(    |\$ )?\s*crosstenant ", line) and (line.startswith((" ", "$")) or _fenced(text, line)):
            yield line.strip().removeprefix("$ ")


def _fenced(text: str, line: str) -> bool:
    return text[: text.index(line)].count("```") % 2 == 1


SHORTENED = {
    f"/subscriptions/.../{kind}/": "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/group/providers/"
    f"Microsoft.{provider}/{kind}/"
    for provider, kind in (("ContainerService", "managedClusters"), ("ContainerRegistry", "registries"))
}
"""ARM IDs as the documents shorten them, and in full."""

LINES = [(page, line) for page in PAGES for line in command_lines(page)]


def accept(command: click.Command, arguments: list[str]) -> None:
    """Parses a command line to its end and runs nothing."""
    context = command.make_context(command.name, list(arguments))
    if isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        _, subcommand, rest = command.resolve_command(context, rest)
        assert subcommand is not None
        accept(subcommand, rest)


def test_command_lines_are_found():
    assert len(LINES) > 10


@pytest.mark.parametrize(("page", "line"), LINES, ids=[f"{page.name}: {line}" for page, line in LINES])
def test_command_line_is_accepted(page: Path, line: str, monkeypatch: pytest.MonkeyPatch):
    # The documents export the tenants' IDs before they run a command.
    for tenant in ("CLUSTER", "REGISTRY"):
        monkeypatch.setenv(f"{tenant}_TENANT_ID", "00000000-0000-4000-8000-000000000000")
    for short, full in SHORTENED.items():
        line = line.replace(short, full)
    words = shlex.split(line, comments=True)
    assert words[0] == "crosstenant"
    while "--" in words:
        inner = words[words.index("--") + 1 :]
        accept(main, words[1:])
        if inner[0] != "crosstenant":
            return
        words = inner
    accept(main, words[1:])
