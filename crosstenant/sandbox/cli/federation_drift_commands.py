"""``crosstenant sandbox drift``: changes of identities, federated credentials and issuers outside a stack."""

from __future__ import annotations

import click

from crosstenant.sandbox.cli.options import on_cluster, on_state
from crosstenant.sandbox.world import federation_drift
from crosstenant.sandbox.world.state import Store

_trusting = click.option(
    "--identity", required=True, help="Name, ARM ID or client ID of the identity; or client ID of an application."
)


@click.command()
@on_state
@_trusting
@click.option("--name", help="Name of the credential. Default: all credentials.")
def delete_federated_credential(store: Store, identity: str, name: str | None) -> None:
    """Delete federated credentials of a managed identity or an application."""
    with store.change() as state:
        click.echo(federation_drift.delete_federated_credential(state, identity, name))


@click.command()
@on_state
@_trusting
@click.option("--name", required=True, help="Name of the credential.")
@click.option("--issuer", help="The new issuer.")
@click.option("--subject", help="The new subject.")
@click.option("--audience", help="The new audience.")
def change_federated_credential(
    store: Store, identity: str, name: str, issuer: str | None, subject: str | None, audience: str | None
) -> None:
    """Change whom a federated credential trusts."""
    with store.change() as state:
        click.echo(
            federation_drift.change_federated_credential(
                state, identity, name, issuer=issuer, subject=subject, audience=audience
            )
        )


@click.command()
@on_state
@click.option("--identity", required=True, help="Name or ARM ID of the identity.")
def delete_identity(store: Store, identity: str) -> None:
    """Delete a managed identity with its service principal; its role assignments remain."""
    with store.change() as state:
        click.echo(federation_drift.delete_identity(state, identity))


@click.command()
@on_state
@on_cluster
def enable_oidc_issuer(store: Store, cluster: str) -> None:
    """Switch a cluster's OIDC issuer on."""
    with store.change() as state:
        click.echo(federation_drift.enable_issuer(state, cluster))


@click.command()
@on_state
@on_cluster
def rebuild_cluster(store: Store, cluster: str) -> None:
    """Build a cluster again: its OIDC issuer has a new address."""
    with store.change() as state:
        click.echo(federation_drift.rebuild_cluster(state, cluster))


COMMANDS = (
    change_federated_credential,
    delete_federated_credential,
    delete_identity,
    enable_oidc_issuer,
    rebuild_cluster,
)
