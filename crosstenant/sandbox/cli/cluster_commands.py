"""Commands for the Kubernetes API of the sandbox's clusters."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import aiohttp
import click

from crosstenant.sandbox.cli.options import on_state
from crosstenant.sandbox.host.private_folder import private_folder
from crosstenant.sandbox.kubelet.cluster_api import ApiError
from crosstenant.sandbox.kubernetes import passing_time
from crosstenant.sandbox.kubernetes.certificates import certificates_of, ensure_certificates
from crosstenant.sandbox.kubernetes.kubeconfig import kubeconfig
from crosstenant.sandbox.kubernetes.settings import has_api
from crosstenant.sandbox.world.clock import forward_clock
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]


@click.command(name="kubeconfig")
@on_state
@click.argument("cluster")
def kubeconfig_command(store: Store, cluster: str) -> None:
    """Print the kubeconfig of CLUSTER (name or ARM ID), for clients in the sandbox."""
    with store.change() as state:
        document = resource(state, CLUSTERS, cluster)
        ensure_certificates(document)
        # YAML has all of JSON.
        click.echo(json.dumps(kubeconfig(document), indent=2))


@click.command(name="logs")
@on_state
@click.option("--cluster", help="Name or ARM ID of the cluster. Default: the one whose API was asked.")
@click.option("--namespace", "-n", default="default", show_default=True)
@click.option("--container", "-c", help="Name of the container. Default: all.")
@click.argument("pod")
def logs_command(store: Store, cluster: str | None, namespace: str, container: str | None, pod: str) -> None:
    """Print the log of POD, or of the last pod whose name begins so; also of one that is gone."""
    with store.read() as state:
        found = _cluster(state, cluster)
        folder = private_folder(store.path) / "kubernetes" / certificates_of(found).folder / "pods" / "logs"
    pods = sorted(folder.glob(f"{namespace}_{pod}*"), key=_age) if folder.is_dir() else []
    files = sorted(pods[-1].glob(f"{container or '*'}.log")) if pods else []
    if not files:
        raise click.ClickException(f"cluster {found['name']} has no log of a pod {namespace}/{pod}")
    for file in files:
        click.echo(file.read_text(errors="replace"), nl=False)


def move_clock(store: Store, seconds: float) -> None:
    """Moves the clock. In the sandbox the CronJobs of the clusters run that are due meanwhile; each run is a line."""
    proxy = os.environ.get("CROSSTENANT_SANDBOX")
    if seconds <= 0 or not passing_time.has_clusters(store):
        with store.change() as state:
            forward_clock(state, seconds)
        return
    if not proxy:
        with store.change() as state:
            forward_clock(state, seconds)
        click.echo("no CronJob ran: the sandbox is not running here", err=True)
        return
    try:
        runs = asyncio.run(passing_time.pass_time(store, seconds, proxy))
    except (ApiError, OSError, aiohttp.ClientError) as error:
        raise click.ClickException(str(error)) from None
    for run in runs:
        ended = "succeeded" if run.succeeded else f"failed: {run.message}"
        click.echo(f"{run.due}: CronJob {run.namespace}/{run.cron_job} of cluster {run.cluster} {ended}")


def _cluster(state: Json, name: str | None) -> Json:
    if name is not None:
        document = resource(state, CLUSTERS, name)
        if not has_api(document):
            raise LookupError(f"no client has asked for the API of cluster {document['name']}")
        return document
    found: list[Json] = [one for one in state["resources"].values() if has_api(one)]
    if len(found) != 1:
        names = ", ".join(one["name"] for one in found) or "none"
        raise LookupError(f"name the cluster (--cluster): clients have asked for the API of {names}")
    return found[0]


def _age(file: Path) -> float:
    return file.stat().st_mtime
