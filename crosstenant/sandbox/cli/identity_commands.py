"""Commands in the role of an administrator who consents, a CI system that signs a token, or a node that pulls."""

from __future__ import annotations

import asyncio
import os

import click

from crosstenant.sandbox.cli.options import on_cluster, on_state
from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.entra.consent import consent
from crosstenant.sandbox.kubelet import node_pull as kubelet
from crosstenant.sandbox.kubelet.image_pull import NodePullRefused
from crosstenant.sandbox.world import drift
from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.seed import (
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
    SECOND_REGISTRY,
    SECOND_REGISTRY_TENANT,
    add_registry_tenant,
)
from crosstenant.sandbox.world.state import Store


@click.command(name="consent")
@on_state
@click.option("--tenant", required=True, help="Tenant ID or domain.")
@click.option("--client-id", required=True, help="Client ID of the application.")
def consent_command(store: Store, tenant: str, client_id: str) -> None:
    """Consent to an application in a tenant, as an administrator does on the consent page."""
    with store.change() as state:
        consent(state, tenant, client_id)
    click.echo(f"tenant {tenant} has the service principal of application {client_id}")


@click.command(name="add-registry-tenant")
@on_state
def add_registry_tenant_command(store: Store) -> None:
    """Add a second registry tenant, for stacks that pull from more than one."""
    with store.change() as state:
        add_registry_tenant(state)
    click.echo(f"registry tenant {SECOND_REGISTRY_TENANT} is added; its registry is", err=True)
    click.echo(SECOND_REGISTRY)


@click.command()
@on_state
@click.option("--issuer", default=GITHUB_ISSUER, show_default=True)
@click.option("--subject", default=GITHUB_SUBJECT, show_default=True)
@click.option("--audience", help="Default: the audience that the cloud's portal proposes.")
def assertion(store: Store, issuer: str, subject: str, audience: str | None) -> None:
    """Print a federated token of an issuer that the sandbox emulates, such as a CI system."""
    with store.read() as state:
        click.echo(federated_token(state, issuer, subject, audience or cloud_of(state).federation_audience))


@click.command()
@on_state
@on_cluster
@click.option("--node", help="Name of the node, or all. Default: the first node.")
@click.argument("image")
def pull(store: Store, cluster: str, node: str | None, image: str) -> None:
    """Pull IMAGE as a cluster's node does, with the credential of the node."""
    proxy = os.environ.get("CROSSTENANT_SANDBOX")
    if not proxy:
        raise click.ClickException(
            "the sandbox is not running here: use `crosstenant sandbox run -- crosstenant sandbox pull`"
        )
    with store.read() as state:
        nodes = [dict(one) for one in kubelet.nodes_of(drift.resource(state, drift.CLUSTERS, cluster), node)]
    for one in nodes:
        try:
            got = asyncio.run(kubelet.pull(image, one, proxy))
        except NodePullRefused as error:
            raise click.ClickException(str(error)) from None
        click.echo(
            f"node {got.node} pulled {got.image.registry}/{got.image.repository}@{got.image.digest} as application "
            f"{got.client_id}; layer {got.image.blob} verified, {got.image.blob_size} bytes"
        )
