"""What the help of each command of `crosstenant` says."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from crosstenant.cli.main import main


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    yield words
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name)


COMMANDS = list(commands(main))


def text_of(words: tuple[str, ...]) -> str:
    done = CliRunner().invoke(main, [*words, "--help"], terminal_width=80)
    assert done.exit_code == 0
    return done.output


def test_commands_are_found():
    assert {("adopt",), ("check",), ("plugin", "install"), ("sandbox", "drift", "lock-registry")} <= set(COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_has_the_exit_codes_once(words: tuple[str, ...]):
    assert text_of(words).count("Exit code") == 1


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_cuts_no_text_at_80_columns(words: tuple[str, ...]):
    text = text_of(words)
    assert "..." not in text.replace("[OPTIONS]...", "").replace("ARGS]...", "").replace("COMMAND...", "")
    assert max(len(line) for line in text.splitlines()) <= 80
