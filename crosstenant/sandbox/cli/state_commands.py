"""Commands that show or change the sandbox's state: objects, settings, the clock, the request log."""

from __future__ import annotations

import json

import click

from crosstenant.sandbox.cli.cluster_commands import move_clock
from crosstenant.sandbox.cli.one_line import one_line
from crosstenant.sandbox.cli.options import on_state
from crosstenant.sandbox.cli.show import overview
from crosstenant.sandbox.host.control import reset
from crosstenant.sandbox.host.request_log import requests
from crosstenant.sandbox.world import state_paths
from crosstenant.sandbox.world.clock import ahead_note, seconds_of
from crosstenant.sandbox.world.settings import set_setting
from crosstenant.sandbox.world.state import State, Store, without_secrets


@click.command()
@on_state
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--reveal", is_flag=True, help="Print secrets and keys as well.")
@click.argument("path", required=False)
def show(store: Store, as_json: bool, reveal: bool, path: str | None) -> None:
    """Show the state, or the object at PATH (such as resources/aks-prod or an ARM ID)."""
    with store.read() as state:
        if path is None and not as_json:
            click.echo(_tables(state, store))
            return
        document = state if reveal else without_secrets(state)
        click.echo(json.dumps(state_paths.get(document, path) if path else document, indent=2))


@click.command(name="reset")
@on_state
def reset_command(store: Store) -> None:
    """Restore the seeded state and empty the request log."""
    reset(store)
    click.echo(f"the state {store.path} is the seeded one again, and the request log is empty")


@click.command(name="set")
@on_state
@click.argument("path")
@click.argument("value")
def set_command(store: Store, path: str, value: str) -> None:
    """Put VALUE at PATH. VALUE is JSON; any other text is a string."""
    try:
        document = json.loads(value)
    except json.JSONDecodeError:
        document = value
    with store.change() as state:
        state_paths.put(state, path, document)
    click.echo(f"'{path}' is set")


@click.command(name="delete")
@on_state
@click.argument("path")
def delete_command(store: Store, path: str) -> None:
    """Remove the object at PATH."""
    with store.change() as state:
        state_paths.remove(state, path)
    click.echo(f"'{path}' is removed")


@click.command()
@on_state
@click.argument("name")
@click.argument("value")
def setting(store: Store, name: str, value: str) -> None:
    """Change a setting: `lag.secret 20`, `reset.seconds 60`, `reset.outcome Failed`."""
    with store.change() as state:
        set_setting(state, name, value)
    click.echo(f"setting '{name}' is now {value}")


@click.group(name="clock")
def clock_group() -> None:
    """The sandbox's clock."""


@clock_group.command(name="forward")
@on_state
@click.argument("duration")
def clock_forward(store: Store, duration: str) -> None:
    """Move the clock forward by DURATION: seconds, or 15m, 12h, 30d. CronJobs that are due meanwhile run."""
    move_clock(store, seconds_of(duration))
    with store.read() as state:
        note = ahead_note(state)
    click.echo(note or "the sandbox's clock shows the machine's time")


@click.command(name="requests")
@on_state
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on each line.")
def requests_command(store: Store, as_json: bool) -> None:
    """Print the requests that the sandbox has answered."""
    for entry in requests(store):
        line = f"{entry['service']:8} {entry['status']:3} {entry['method']:6} {entry['host']}{entry['path']}"
        click.echo(json.dumps(entry) if as_json else one_line(line))


def _tables(state: State, store: Store) -> str:
    """The overview; `set` and `delete` take any value, so an object can have a form of which no row can be made."""
    try:
        return overview(state)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise click.ClickException(
            f"an object of the state {store.path} does not have its form ({type(error).__name__}: {error}):"
            " 'crosstenant sandbox show --json' prints it, 'crosstenant sandbox reset' seeds the state again"
        ) from None
