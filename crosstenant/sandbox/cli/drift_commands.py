"""``crosstenant sandbox drift``: changes outside a stack, one command for each."""

from __future__ import annotations

import click

from crosstenant.sandbox.cli import federation_drift_commands, maintenance_command, node_drift_commands
from crosstenant.sandbox.cli.options import on_cluster, on_state
from crosstenant.sandbox.world import drift, role_drift
from crosstenant.sandbox.world.seed import OLD_CLUSTER_APP_ID
from crosstenant.sandbox.world.state import Store

_client_id = click.option("--client-id", required=True, help="Client ID of the application.")
_tenant = click.option("--tenant", required=True, help="Tenant ID.")
_registry = click.option("--registry", required=True, help="Name or ARM ID of the registry.")
_role = click.option("--role", required=True, help="Name or GUID of the built-in role, such as AcrPush.")


@click.group(name="drift")
def drift_group() -> None:
    """Change Azure outside a stack."""


for _command in (
    *federation_drift_commands.COMMANDS,
    *node_drift_commands.COMMANDS,
    maintenance_command.set_maintenance_command,
):
    drift_group.add_command(_command)


@drift_group.command()
@on_state
@_registry
@_client_id
def remove_role_assignment(store: Store, registry: str, client_id: str) -> None:
    """Remove the application's role assignments on a registry."""
    with store.change() as state:
        click.echo(drift.remove_role_assignment(state, registry, client_id))


@drift_group.command()
@on_state
@on_cluster
@click.option("--client-id", default=OLD_CLUSTER_APP_ID, help="Default: the cluster's first application.")
def reset_cluster(store: Store, cluster: str, client_id: str) -> None:
    """Reset a cluster's credential to another application."""
    with store.change() as state:
        click.echo(drift.reset_cluster(state, cluster, client_id))


@drift_group.command()
@on_state
@_client_id
@click.option("--key-id", help="Key ID of the password. Default: all passwords.")
def remove_secret(store: Store, client_id: str, key_id: str | None) -> None:
    """Remove an application's passwords."""
    with store.change() as state:
        click.echo(drift.remove_secret(state, client_id, key_id))


@drift_group.command()
@on_state
@_tenant
@_client_id
def delete_service_principal(store: Store, tenant: str, client_id: str) -> None:
    """Delete an application's service principal in a tenant."""
    with store.change() as state:
        click.echo(drift.delete_service_principal(state, tenant, client_id))


@drift_group.command()
@on_state
@_tenant
@_client_id
def disable_service_principal(store: Store, tenant: str, client_id: str) -> None:
    """Disable an application's service principal in a tenant."""
    with store.change() as state:
        click.echo(drift.disable_service_principal(state, tenant, client_id))


@drift_group.command()
@on_state
@_client_id
@click.argument("audience", type=click.Choice(["AzureADMyOrg", "AzureADMultipleOrgs"]))
def set_audience(store: Store, client_id: str, audience: str) -> None:
    """Make an application single-tenant or multi-tenant."""
    with store.change() as state:
        click.echo(drift.set_audience(state, client_id, audience))


@drift_group.command()
@on_state
@_registry
@click.argument("mode", type=click.Choice(list(drift.MODES)))
def registry_mode(store: Store, registry: str, mode: str) -> None:
    """Switch a registry between ABAC and legacy permissions."""
    with store.change() as state:
        click.echo(drift.registry_mode(state, registry, mode))


@drift_group.command()
@on_state
@on_cluster
def stop_cluster(store: Store, cluster: str) -> None:
    """Stop a cluster."""
    with store.change() as state:
        click.echo(drift.stop_cluster(state, cluster))


@drift_group.command()
@on_state
@on_cluster
def delete_cluster(store: Store, cluster: str) -> None:
    """Delete a cluster."""
    with store.change() as state:
        click.echo(drift.delete_cluster(state, cluster))


@drift_group.command()
@on_state
@_client_id
def delete_application(store: Store, client_id: str) -> None:
    """Delete an application with the service principal of its own tenant."""
    with store.change() as state:
        click.echo(drift.delete_application(state, client_id))


@drift_group.command()
@on_state
@_client_id
def expire_secret(store: Store, client_id: str) -> None:
    """Let an application's passwords expire."""
    with store.change() as state:
        click.echo(drift.expire_secret(state, client_id))


@drift_group.command()
@on_state
@_client_id
@click.argument("uri")
def set_redirect_uri(store: Store, client_id: str, uri: str) -> None:
    """Make URI the one redirect URI of an application."""
    with store.change() as state:
        click.echo(drift.set_redirect_uri(state, client_id, uri))


@drift_group.command()
@on_state
@on_cluster
def enable_managed_identity(store: Store, cluster: str) -> None:
    """Replace a cluster's application by a managed identity."""
    with store.change() as state:
        click.echo(drift.enable_managed_identity(state, cluster))


@drift_group.command()
@on_state
@_registry
def close_registry(store: Store, registry: str) -> None:
    """Close a registry to public networks."""
    with store.change() as state:
        click.echo(drift.close_registry(state, registry))


@drift_group.command()
@on_state
@_registry
@click.argument("level", type=click.Choice([*drift.LOCKS, "none"]))
def lock_registry(store: Store, registry: str, level: str) -> None:
    """Lock a registry and what is below it (role assignments), or remove its lock."""
    with store.change() as state:
        click.echo(drift.lock_registry(state, registry, None if level == "none" else level))


@drift_group.command()
@on_state
@_registry
def delete_registry(store: Store, registry: str) -> None:
    """Delete a registry with the role assignments on it."""
    with store.change() as state:
        click.echo(drift.delete_registry(state, registry))


@drift_group.command()
@on_state
@_registry
@_client_id
@_role
def change_role(store: Store, registry: str, client_id: str, role: str) -> None:
    """Replace the role of the application's assignment on a registry."""
    with store.change() as state:
        click.echo(role_drift.change_role(state, registry, client_id, role))


@drift_group.command()
@on_state
@_registry
@_client_id
@_role
def add_role(store: Store, registry: str, client_id: str, role: str) -> None:
    """Assign one more role to the application on a registry."""
    with store.change() as state:
        click.echo(role_drift.add_role(state, registry, client_id, role))


@drift_group.command()
@on_state
@_registry
@_client_id
@click.option("--condition", help="The new condition. Default: none.")
def change_condition(store: Store, registry: str, client_id: str, condition: str | None) -> None:
    """Change or remove the condition of the application's role assignment on a registry."""
    with store.change() as state:
        click.echo(role_drift.change_condition(state, registry, client_id, condition))


@drift_group.command()
@on_state
@_registry
@_client_id
def rename_role_assignment(store: Store, registry: str, client_id: str) -> None:
    """Delete the application's role assignment on a registry, and assign the role again under another name."""
    with store.change() as state:
        click.echo(role_drift.rename_role_assignment(state, registry, client_id))
