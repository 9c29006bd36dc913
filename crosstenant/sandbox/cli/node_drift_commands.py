"""``crosstenant sandbox drift``: changes of a cluster's nodes, and of what a run-command needs."""

from __future__ import annotations

import click

from crosstenant.sandbox.cli.options import on_cluster, on_state
from crosstenant.sandbox.world import node_drift
from crosstenant.sandbox.world.state import Store


@click.command()
@on_state
@on_cluster
@click.option("--dead", is_flag=True, help="A secret that the application does not have.")
def reset_secret(store: Store, cluster: str, dead: bool) -> None:
    """Reset a cluster by hand to another secret of its application."""
    with store.change() as state:
        click.echo(node_drift.reset_secret(state, cluster, valid=not dead))


@click.command()
@on_state
@on_cluster
@click.option("--registry", required=True, help="Name or ARM ID of the registry.")
@click.argument("how", type=click.Choice([*node_drift.UNREACHABLE, "none"]), default="timeout")
def block_registry(store: Store, cluster: str, registry: str, how: str) -> None:
    """Make a registry unreachable from a cluster's nodes alone."""
    with store.change() as state:
        click.echo(node_drift.block_registry(state, cluster, registry, None if how == "none" else how))


@click.command()
@on_state
@on_cluster
@click.option("--pool", help="Name of the node pool. Default: all.")
@click.option("--undo", is_flag=True, help="Make room again.")
def fill_nodes(store: Store, cluster: str, pool: str | None, undo: bool) -> None:
    """Leave no CPU on a cluster's nodes."""
    with store.change() as state:
        click.echo(node_drift.fill_nodes(state, cluster, pool, full=not undo))


@click.command()
@on_state
@on_cluster
@click.option("--pool", required=True, help="Name of the node pool.")
@click.argument("taint")
def taint_pool(store: Store, cluster: str, pool: str, taint: str) -> None:
    """Give a node pool the taint TAINT (key=value:NoSchedule), or none."""
    with store.change() as state:
        click.echo(node_drift.taint_pool(state, cluster, pool, None if taint == "none" else taint))


@click.command()
@on_state
@on_cluster
@click.option("--undo", is_flag=True, help="Enable it.")
def disable_run_command(store: Store, cluster: str, undo: bool) -> None:
    """Disable a cluster's run-command."""
    with store.change() as state:
        click.echo(node_drift.disable_run_command(state, cluster, disabled=not undo))


@click.command()
@on_state
@on_cluster
@click.option("--azure-rbac", is_flag=True, help="Role assignments decide about rights in the cluster.")
def integrate_entra(store: Store, cluster: str, azure_rbac: bool) -> None:
    """Integrate a cluster with Entra."""
    with store.change() as state:
        click.echo(node_drift.integrate_entra(state, cluster, azure_rbac=azure_rbac))


COMMANDS = (block_registry, disable_run_command, fill_nodes, integrate_entra, reset_secret, taint_pool)
