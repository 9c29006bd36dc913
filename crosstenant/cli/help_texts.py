"""What the help of every command has: whole sentences in lists of commands, and the exit codes."""

from __future__ import annotations

import inspect
from typing import Final

import click

EXIT_CODES: Final = (
    "Exit code: 0 if it is done, 1 if it is not (a message on standard error says why), 2 if the command line is wrong."
)


def complete(command: click.Command) -> click.Command:
    """Completes the help of a command and of all commands below it.

    A list of commands shows the first sentence of each whole, in as many lines as it needs: click cuts it at the
    terminal's width. A command whose own text does not have its exit codes gets the usual ones.
    """
    first, _, _ = inspect.cleandoc(command.help or "").partition("\n\n")
    command.short_help = " ".join(first.split())
    if "Exit code" not in (command.epilog or ""):
        command.epilog = "\n\n".join(text for text in (command.epilog, EXIT_CODES) if text)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            complete(below)
    return command
