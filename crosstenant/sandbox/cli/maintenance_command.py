"""``crosstenant sandbox drift set-maintenance``: a cluster's own maintenance configuration."""

from __future__ import annotations

import click

from crosstenant.sandbox.cli.options import on_cluster, on_state
from crosstenant.sandbox.world.maintenance import DAYS, NAMES, set_maintenance
from crosstenant.sandbox.world.state import Store


@click.command(name="set-maintenance")
@on_state
@on_cluster
@click.option("--name", type=click.Choice(list(NAMES)), default=NAMES[0], show_default=True)
@click.option("--day", type=click.Choice(list(DAYS), case_sensitive=False), required=True)
@click.option("--start", default="00:00", show_default=True, help="Time of day in UTC.")
@click.option("--hours", type=click.IntRange(4, 24), default=4, show_default=True)
def set_maintenance_command(store: Store, cluster: str, name: str, day: str, start: str, hours: int) -> None:
    """Give a cluster a weekly maintenance configuration."""
    with store.change() as state:
        click.echo(set_maintenance(state, cluster, name, day, start, hours))
