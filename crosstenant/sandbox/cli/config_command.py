"""``crosstenant sandbox config``: the configuration with which a stack runs in the sandbox."""

from __future__ import annotations

import shlex
from typing import Any

import click

from crosstenant.sandbox.cli.options import on_state
from crosstenant.sandbox.host.state_file import state_path
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.clouds import PUBLIC, cloud_of
from crosstenant.sandbox.world.drift import CLUSTERS, REGISTRIES, resource
from crosstenant.sandbox.world.state import State, Store


@click.command(name="config")
@on_state
@click.option("--cluster", default="aks-prod", show_default=True, help="Name or ARM ID of the cluster.")
@click.option("--registry", default="fabrikamimages", show_default=True, help="Name or ARM ID of the registry.")
def config_command(store: Store, cluster: str, registry: str) -> None:
    """Print the `pulumi config set` lines of a stack that runs in the sandbox.

    They are those of the quickstart and the examples, with the callers that have the permissions of docs/rights.md. For
    a cluster with a managed identity those for FederatedPull are among them, its kubeconfig included. `crosstenant
    sandbox config | sh` sets all in the selected stack.
    """
    with store.read() as state:
        found = resource(state, CLUSTERS, cluster)
        values = _values(state, found, resource(state, REGISTRIES, registry))
    for name, value in values.items():
        secret = "--secret " if name.endswith("Secret") else ""
        click.echo(f"pulumi config set {secret}{name} {shlex.quote(value)}")
    if "identityGroup" in values:
        # On one line it would be 5 kB of certificates.
        where = "" if store.path == state_path(None) else f" --state {shlex.quote(str(store.path))}"
        click.echo(
            f"crosstenant sandbox kubeconfig{where} {shlex.quote(found['name'])} |"
            " pulumi config set --secret kubeconfig"
        )


def _values(state: State, cluster: dict[str, Any], registry: dict[str, Any]) -> dict[str, str]:
    second = registry["id"].startswith(seed.SECOND_REGISTRY_GROUP)
    values = {
        "clusterTenantId": seed.CLUSTER_TENANT,
        "clusterClientId": seed.CLUSTER_CALLER_ID,
        "clusterClientSecret": seed.CLUSTER_CALLER_SECRET,
        "clusterId": cluster["id"],
        "registryTenantId": seed.SECOND_REGISTRY_TENANT if second else seed.REGISTRY_TENANT,
        "registryClientId": seed.SECOND_REGISTRY_CALLER_ID if second else seed.REGISTRY_CALLER_ID,
        "registryClientSecret": seed.SECOND_REGISTRY_CALLER_SECRET if second else seed.REGISTRY_CALLER_SECRET,
        "registryId": registry["id"],
        "repository": "hello",
        "reference": "1.0",
    }
    if cluster["properties"]["servicePrincipalProfile"]["clientId"] == "msi" and not second:
        values["identityGroup"] = seed.IDENTITY_GROUP.rsplit("/", 1)[-1]
    if cloud_of(state) is not PUBLIC:
        values["environment"] = cloud_of(state).name
    return values
