"""The ``crosstenant`` command."""

from __future__ import annotations

import io
import sys
from importlib.metadata import version

import click

from crosstenant.cli.help_texts import EXIT_CODES, complete


class _Commands(click.Group):
    """Loads a subcommand when it is used: each needs its own libraries, and the sandbox needs its extra."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["adopt", "check", "plugin", "sandbox"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "adopt":
            from crosstenant.cli.adopt.commands import adopt

            return complete(adopt)
        if cmd_name == "check":
            from crosstenant.cli.check.command import check

            return complete(check)
        if cmd_name == "plugin":
            from crosstenant.cli.plugin.commands import plugin

            return complete(plugin)
        if cmd_name != "sandbox":
            return None
        if sys.platform == "win32":
            raise click.ClickException(
                "the sandbox does not run on Windows: run it in WSL or in a Linux container; adopt and check run here"
            )
        try:
            from crosstenant.sandbox.cli.commands import sandbox
        except ModuleNotFoundError as error:
            if (error.name or "").startswith(__name__.split(".")[0]):
                raise
            raise click.ClickException(
                f"the sandbox needs '{error.name}', which is not installed: pip install 'pulumi-crosstenant[sandbox]'"
            ) from None
        return complete(sandbox)

    def invoke(self, ctx: click.Context) -> object:
        """Runs a subcommand. What ends it may repeat an option's value, or what another program said."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            from crosstenant.azure.refusals.masking import hide

            error.message = hide(error.message)  # pyright: ignore[reportAttributeAccessIssue] - nothing has read it yet
            raise


@click.group(cls=_Commands, epilog=EXIT_CODES)
@click.version_option(version("pulumi-crosstenant"), prog_name="crosstenant")
def main() -> None:
    """An AKS cluster in one Entra tenant pulls from a container registry in another."""
    for stream in (sys.stdout, sys.stderr):
        # A file or pipe on Windows has the machine's code page, which lacks characters of names in Azure.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
