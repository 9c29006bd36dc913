"""`python -m tests.contract`: asks the sandbox, or two real tenants; compares the answers; cleans up.

docs/contract.md describes it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click
import httpx

from tests.contract.caller import SetUpFailed
from tests.contract.clean_up import remove_leftovers
from tests.contract.compare import differences, newest
from tests.contract.normalise import SecretInAnswer
from tests.contract.page import PAGE, rendered
from tests.contract.run import SANDBOX_ANSWERS, file_of, run
from tests.contract.tenants import SWITCH, SettingsError, azure_estate, sandbox_estate


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Asks the questions and writes the answers."""
    if context.invoked_subcommand is not None:
        return
    try:
        # An empty or other value of the variable is refused rather than read as the sandbox.
        with azure_estate(os.environ) if SWITCH in os.environ else sandbox_estate() as estate:
            click.echo(f"asking {'the sandbox' if estate.kind == 'sandbox' else 'two real tenants'}")
            found = run(estate, tell=click.echo)
    except (SettingsError, SetUpFailed, SecretInAnswer) as error:
        raise click.ClickException(str(error)) from None
    path = file_of(found)
    path.parent.mkdir(exist_ok=True)
    path.write_text(found.text)
    if found.kind == "sandbox":
        PAGE.write_text(rendered(PAGE.read_text()))
    click.echo(f"{len(found.answers)} answers are in {os.path.relpath(path)}")
    _report(found.left_behind)
    if not all(it["holds"] for it in found.answers.values()):
        sys.exit(1)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def compare(file: Path | None) -> None:
    """Shows the differences between the sandbox's answers and Azure's: FILE, or the newest ones."""
    file = file or newest()
    if file is None:
        raise click.ClickException("there are no answers of Azure yet: see docs/contract.md")
    found = list(differences(json.loads(SANDBOX_ANSWERS.read_text()), json.loads(file.read_text())))
    for text in found:
        click.echo(text)
    click.echo(f"{len(found)} differences between the sandbox and {file.name}")
    sys.exit(1 if found else 0)


@main.command()
def clean() -> None:
    """Removes what an interrupted run has left in the two real tenants."""
    try:
        with azure_estate(os.environ) as estate:
            removed, left = remove_leftovers(estate)
    except (SettingsError, SetUpFailed) as error:
        raise click.ClickException(str(error)) from None
    except httpx.TransportError as error:
        raise click.ClickException(f"no answer ({type(error).__name__}): run it again") from None
    click.echo(f"{removed} objects removed")
    _report(left)


def _report(left: list[str]) -> None:
    if left:
        raise click.ClickException(
            f"not removed: {'; '.join(left)}; run 'python -m tests.contract clean', or remove them by hand"
        )


if __name__ == "__main__":
    main(prog_name="python -m tests.contract")
