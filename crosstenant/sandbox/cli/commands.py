"""``crosstenant sandbox``: ``run`` and ``serve``, and the group of all its commands."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
from types import FrameType
from typing import Any

import click

from crosstenant.sandbox.cli import identity_commands, state_commands
from crosstenant.sandbox.cli.drift_commands import drift_group
from crosstenant.sandbox.cli.fault_commands import fault_group, fault_option
from crosstenant.sandbox.cli.options import on_state
from crosstenant.sandbox.host.control import reset
from crosstenant.sandbox.host.run import command_environment, run_command
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]


@click.group(name="sandbox")
def sandbox() -> None:
    """Azure on this machine: two tenants, sign-in, Graph, Resource Manager and registries under real host names."""


_pass_option = click.option(
    "--pass-through", multiple=True, metavar="HOST", help="Host (or pattern, *.example.com) to reach on the network."
)
_fresh_option = click.option("--fresh", is_flag=True, help="Start with the seeded state.")


@sandbox.command(context_settings={"ignore_unknown_options": True})
@on_state
@fault_option
@_pass_option
@_fresh_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(store: Store, faults: list[Json], pass_through: tuple[str, ...], fresh: bool, command: tuple[str, ...]) -> None:
    """Run COMMAND with the sandbox as its Azure: `crosstenant sandbox run -- pulumi preview`."""
    if fresh:
        reset(store)
    sys.exit(run_command(store, command, faults, pass_through))


@sandbox.command()
@on_state
@fault_option
@_pass_option
@_fresh_option
def serve(store: Store, faults: list[Json], pass_through: tuple[str, ...], fresh: bool) -> None:
    """Serve until interrupted; print the environment variables for other shells."""
    if fresh:
        reset(store)
    with store.change() as state:
        state["faults"] += faults
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    with Sandbox(store, pass_through) as running:
        for name, value in command_environment(store, running).items():
            click.echo(f"export {name}={shlex.quote(value)}")
        sys.stdout.flush()
        ended.wait()


for _command in (
    drift_group,
    fault_group,
    state_commands.show,
    state_commands.reset_command,
    state_commands.set_command,
    state_commands.delete_command,
    state_commands.setting,
    state_commands.clock_group,
    state_commands.requests_command,
    identity_commands.consent_command,
    identity_commands.add_registry_tenant_command,
    identity_commands.assertion,
    identity_commands.pull,
):
    sandbox.add_command(_command)
