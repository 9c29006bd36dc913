"""``crosstenant sandbox``: runs commands in the sandbox, and looks at or changes its state from any other process."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import sys
import threading
from types import FrameType
from typing import Any

import click

from crosstenant.sandbox.cli.drift_commands import drift_group
from crosstenant.sandbox.cli.options import on_state
from crosstenant.sandbox.cli.show import overview
from crosstenant.sandbox.entra.consent import consent
from crosstenant.sandbox.host.control import federated_token, requests, reset
from crosstenant.sandbox.host.run import command_environment, run_command
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.kubelet import node_pull as kubelet
from crosstenant.sandbox.world import drift, paths
from crosstenant.sandbox.world.adjust import forward_clock, seconds_of, set_setting, without_secrets
from crosstenant.sandbox.world.faults import parse_fault
from crosstenant.sandbox.world.seed import (
    FEDERATION_AUDIENCE,
    GITHUB_ISSUER,
    GITHUB_SUBJECT,
    SECOND_REGISTRY,
    add_registry_tenant,
)
from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]


@click.group(name="sandbox")
def sandbox() -> None:
    """Azure on this machine: two tenants, sign-in, Graph, Resource Manager and registries under their real names."""


sandbox.add_command(drift_group)


def _read_faults(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> list[Json]:
    try:
        return [parse_fault(text) for text in texts]
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_fault_option = click.option(
    "--fault", "faults", multiple=True, callback=_read_faults, metavar="FAULT", help="A fault; see `fault add`."
)
_pass_option = click.option(
    "--pass-through", multiple=True, metavar="HOST", help="Host (or pattern, *.example.com) to reach on the network."
)
_fresh_option = click.option("--fresh", is_flag=True, help="Begin with the seeded state.")


@sandbox.command(context_settings={"ignore_unknown_options": True})
@on_state
@_fault_option
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
@_fault_option
@_pass_option
@_fresh_option
def serve(store: Store, faults: list[Json], pass_through: tuple[str, ...], fresh: bool) -> None:
    """Serve until interrupted, and print the environment for other shells to export."""
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


@sandbox.command()
@on_state
@click.option("--json", "as_json", is_flag=True, help="The whole document.")
@click.option("--reveal", is_flag=True, help="Show secrets and keys as well.")
@click.argument("path", required=False)
def show(store: Store, as_json: bool, reveal: bool, path: str | None) -> None:
    """Show the state, or the object at PATH (such as resources/aks-prod or an ARM ID)."""
    with store.read() as state:
        if path is None and not as_json:
            click.echo(overview(state))
            return
        document = state if reveal else without_secrets(state)
        click.echo(json.dumps(paths.get(document, path) if path else document, indent=2))


@sandbox.command(name="reset")
@on_state
def reset_command(store: Store) -> None:
    """Put the seeded state back and empty the request log."""
    reset(store)


@sandbox.command(name="set")
@on_state
@click.argument("path")
@click.argument("value")
def set_command(store: Store, path: str, value: str) -> None:
    """Put the JSON VALUE at PATH, whatever is there; text that is not JSON is taken as it is."""
    try:
        document = json.loads(value)
    except json.JSONDecodeError:
        document = value
    with store.change() as state:
        paths.put(state, path, document)


@sandbox.command(name="delete")
@on_state
@click.argument("path")
def delete_command(store: Store, path: str) -> None:
    """Remove the object at PATH."""
    with store.change() as state:
        paths.remove(state, path)


@sandbox.command()
@on_state
@click.argument("name")
@click.argument("value")
def setting(store: Store, name: str, value: str) -> None:
    """Change a setting: `lag.secret 20`, `reset.seconds 60`, `reset.outcome Failed`."""
    with store.change() as state:
        set_setting(state, name, value)


@sandbox.group(name="fault")
def fault_group() -> None:
    """Errors, delays and broken connections on demand."""


@fault_group.command(name="add")
@on_state
@click.argument("fault")
def fault_add(store: Store, fault: str) -> None:
    """Add a FAULT: name=value pairs parted by commas, or JSON.

    \b
    service      login, graph, arm, registry or * (default)
    method       POST, or * (default)
    path         regular expression that path and query must contain
    skip         requests to let pass first
    times        requests to strike (default 1; -1 for all)
    status       of the answer (default 503); 0 to let the service answer
    code         error code of the answer
    message      its text
    retry_after  its Retry-After header, in seconds
    delay        seconds before the answer
    drop         true: break the connection instead of answering
    after        true: let the service do its work first
    """
    added = parse_fault(fault)
    with store.change() as state:
        state["faults"].append(added)
    click.echo(added["id"])


@fault_group.command(name="list")
@on_state
def fault_list(store: Store) -> None:
    """List the faults that have yet to strike."""
    with store.read() as state:
        for fault in state["faults"]:
            click.echo(json.dumps(fault))


@fault_group.command(name="clear")
@on_state
def fault_clear(store: Store) -> None:
    """Remove all faults."""
    with store.change() as state:
        state["faults"] = []


@sandbox.group(name="clock")
def clock_group() -> None:
    """The sandbox's clock."""


@clock_group.command(name="forward")
@on_state
@click.argument("span")
def clock_forward(store: Store, span: str) -> None:
    """Move the clock on by SPAN: seconds, or 15m, 12h, 30d."""
    with store.change() as state:
        forward_clock(state, seconds_of(span))


@sandbox.command(name="requests")
@on_state
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def requests_command(store: Store, as_json: bool) -> None:
    """Print the requests that the sandbox has answered."""
    for entry in requests(store):
        line = f"{entry['service']:8} {entry['status']:3} {entry['method']:6} {entry['host']}{entry['path']}"
        click.echo(json.dumps(entry) if as_json else line)


@sandbox.command(name="consent")
@on_state
@click.option("--tenant", required=True, help="Tenant ID or domain.")
@click.option("--client-id", required=True, help="Client ID of the application.")
def consent_command(store: Store, tenant: str, client_id: str) -> None:
    """Grant an application access to a tenant, as its administrator does by the consent link."""
    with store.change() as state:
        consent(state, tenant, client_id)


@sandbox.command(name="add-registry-tenant")
@on_state
def add_registry_tenant_command(store: Store) -> None:
    """Add a second tenant with a registry, for stacks that pull from more than one."""
    with store.change() as state:
        add_registry_tenant(state)
    click.echo(SECOND_REGISTRY)


@sandbox.command()
@on_state
@click.option("--issuer", default=GITHUB_ISSUER, show_default=True)
@click.option("--subject", default=GITHUB_SUBJECT, show_default=True)
@click.option("--audience", default=FEDERATION_AUDIENCE, show_default=True)
def assertion(store: Store, issuer: str, subject: str, audience: str) -> None:
    """Print a federated token of an issuer that the sandbox plays, such as a CI system's."""
    with store.read() as state:
        click.echo(federated_token(state, issuer, subject, audience))


@sandbox.command()
@on_state
@click.option("--cluster", required=True, help="Name or ARM ID of the cluster.")
@click.option("--node", help="Name of the node, or all. Default: the first.")
@click.argument("image")
def pull(store: Store, cluster: str, node: str | None, image: str) -> None:
    """Pull IMAGE as a node of a cluster does, with the credential that the node holds."""
    proxy = os.environ.get("CROSSTENANT_SANDBOX")
    if not proxy:
        raise click.ClickException(
            "no sandbox is running here: use `crosstenant sandbox run -- crosstenant sandbox pull`"
        )
    with store.read() as state:
        nodes = [dict(one) for one in kubelet.nodes_of(drift.resource(state, drift.CLUSTERS, cluster), node)]
    for one in nodes:
        try:
            got = asyncio.run(kubelet.pull(image, one, proxy))
        except kubelet.PullRefused as error:
            raise click.ClickException(str(error)) from None
        click.echo(
            f"node {got.node} pulled {got.registry}/{got.repository}@{got.digest} as application {got.client_id}; "
            f"layer {got.blob} verified, {got.blob_size} bytes"
        )
