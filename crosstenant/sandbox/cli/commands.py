"""``crosstenant sandbox``: ``run`` and ``serve``, and the group of all its commands."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
from types import FrameType
from typing import Any

import click

from crosstenant.sandbox.cli import cluster_commands, config_command, identity_commands, state_commands
from crosstenant.sandbox.cli.drift_commands import drift_group
from crosstenant.sandbox.cli.fault_commands import fault_group, fault_option
from crosstenant.sandbox.cli.options import on_state
from crosstenant.sandbox.host.control import reset
from crosstenant.sandbox.host.run import command_environment, run_command
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world.clouds import CLOUDS, cloud_of
from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]


@click.group(name="sandbox")
def sandbox() -> None:
    """Azure on this machine: two tenants, sign-in, Graph, Resource Manager and registries under real host names."""


_pass_option = click.option(
    "--pass-through", multiple=True, metavar="HOST", help="Host (or pattern, *.example.com) to reach on the network."
)
_fresh_option = click.option("--fresh", is_flag=True, help="Start with the seeded state.")
_cloud_option = click.option(
    "--cloud",
    type=click.Choice(list(CLOUDS)),
    help="The Azure cloud of both tenants. Default: that of the state, public for a new one.",
)


@sandbox.command(
    context_settings={"ignore_unknown_options": True},
    epilog="Exit code: that of COMMAND; 127 if it was not found, 126 if it cannot run, 1 if the sandbox cannot start, 2"
    " if the command line is wrong.",
)
@on_state
@fault_option
@_pass_option
@_fresh_option
@_cloud_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(
    store: Store,
    faults: list[Json],
    pass_through: tuple[str, ...],
    fresh: bool,
    cloud: str | None,
    command: tuple[str, ...],
) -> None:
    """Run COMMAND with the sandbox as its Azure: `crosstenant sandbox run -- pulumi preview`."""
    store = _begin(store, fresh, cloud)
    sys.exit(run_command(store, command, faults, pass_through))


@sandbox.command()
@on_state
@fault_option
@_pass_option
@_fresh_option
@_cloud_option
def serve(store: Store, faults: list[Json], pass_through: tuple[str, ...], fresh: bool, cloud: str | None) -> None:
    """Serve until interrupted; print the environment variables for other shells."""
    store = _begin(store, fresh, cloud)
    with store.change() as state:
        state["faults"] += faults
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    with Sandbox(store, pass_through) as running:
        for name, value in command_environment(store, running).items():
            click.echo(f"export {name}={shlex.quote(value)}")
        sys.stdout.flush()
        ended.wait()


def _begin(store: Store, fresh: bool, cloud: str | None) -> Store:
    """The state to start with.

    :raises ValueError: It is of another cloud, and is not to be seeded anew.
    """
    store = open_store(store.path, cloud)
    if fresh:
        reset(store)
    with store.read() as state:
        present = cloud_of(state).name
    if cloud not in (None, present):
        raise ValueError(f"the state {store.path} is of cloud '{present}': add --fresh, or name another file (--state)")
    return store


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
    config_command.config_command,
    cluster_commands.kubeconfig_command,
    cluster_commands.logs_command,
):
    sandbox.add_command(_command)
