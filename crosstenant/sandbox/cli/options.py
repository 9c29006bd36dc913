"""The option that names the state file, and errors in one sentence, for all commands of the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.host.state_file import open_store, state_path

on_cluster = click.option("--cluster", required=True, help="Name or ARM ID of the cluster.")
"""Gives a command the cluster that it changes as the argument ``cluster``."""


def on_state(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the option ``--state``, and the state that it names as the argument ``store``.

    A wrong path, name or value ends the command with the message of the error.
    """

    @wraps(command)
    def wrapped(state: Path | None, **arguments: Any) -> Any:
        try:
            return command(store=open_store(state_path(state)), **arguments)
        except BrokenPipeError:
            raise  # click ends the command in silence, as a pipe's reader expects
        except OSError as error:
            raise click.ClickException(f"{error.filename or state_path(state)}: {error.strerror}") from None
        except KeyError as error:
            raise click.ClickException(
                f"the state {state_path(state)} has no {error}: 'crosstenant sandbox reset' seeds it again"
            ) from None
        except (LookupError, ValueError, SignInRefusal) as error:
            raise click.ClickException(str(error.args[0] if error.args else error)) from None

    return click.option(
        "--state",
        type=click.Path(path_type=Path, dir_okay=False),
        help="State file. Default: $CROSSTENANT_SANDBOX_STATE, else .sandbox/state.json in this folder.",
    )(wrapped)
