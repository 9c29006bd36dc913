"""The commands of ``crosstenant plugin``."""

from __future__ import annotations

from pathlib import Path

import click

from crosstenant._version import VERSION
from crosstenant.cli.plugin.engine import old_pulumi, what_the_engine_takes
from crosstenant.cli.plugin.launcher import own_executable, write_launcher
from crosstenant.errors import OperatorError
from crosstenant.plugin_search import cache_folder, project_folder


@click.group()
def plugin() -> None:
    """Make the Pulumi engine find this package's plugin."""


@plugin.command(
    epilog="Exit code: 0 if the engine takes a plugin of the package's version that starts, 1 if not, 2 if the command"
    " line is wrong."
)
@click.option("--check", is_flag=True, help="Change nothing; say what the engine takes.")
@click.option(
    "--cwd",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="Folder of the project whose Pulumi.yaml counts. Default: this one.",
)
def install(check: bool, folder: Path) -> None:
    """Install the plugin into Pulumi's plugin cache (in PULUMI_HOME, else ~/.pulumi).

    It starts the plugin of this Python environment, which no longer has to be active. Each version of the package has
    a folder of its own there, so that stacks with an older one keep theirs. Then it says what the engine takes: a
    plugin that the project names, or one on PATH, comes first.
    """
    try:
        if not check:
            launcher = write_launcher(cache_folder(VERSION), own_executable())
            click.echo(f"installed: {launcher}")
        click.echo(what_the_engine_takes(project_folder(folder)))
    except OperatorError as refused:
        raise click.ClickException(str(refused)) from None
    if warning := old_pulumi():
        click.echo(f"warning: {warning}", err=True)
