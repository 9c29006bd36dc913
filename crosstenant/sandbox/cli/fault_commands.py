"""``crosstenant sandbox fault``, and the option that gives a run its faults."""

from __future__ import annotations

import json
from typing import Any

import click

from crosstenant.sandbox.cli.options import on_state
from crosstenant.sandbox.world.faults import parse_fault
from crosstenant.sandbox.world.state import Store

Json = dict[str, Any]


@click.group(name="fault")
def fault_group() -> None:
    """Errors, delays and broken connections on demand."""


@fault_group.command(name="add")
@on_state
@click.argument("fault")
def fault_add(store: Store, fault: str) -> None:
    """Add a FAULT: name=value pairs separated by commas, or JSON.

    \b
    service      login, graph, arm, registry, issuer or * (default)
    method       POST, or * (default)
    path         regular expression that must occur in path and query
    skip         number of matching requests that pass first
    times        number of requests with this fault (default 1; -1 for all)
    status       status of the answer (default 503); 0: the service answers
    code         error code of the answer
    message      message of the answer
    retry_after  Retry-After header of the answer, in seconds
    delay        seconds before the answer
    drop         true: break the connection instead of answering
    after        true: the service does its work first
    answer       error (default), truncated, missing (404), former (what stood
                 there before the latest change), aged (401 to each request
                 with the token of the first), text, page (HTML)
    kill         name of a program of the command in the sandbox, which ends;
                 name+: and all that it has started
    """
    added = parse_fault(fault)
    with store.change() as state:
        state["faults"].append(added)
    click.echo(f"fault {added['id']} is added")


@fault_group.command(name="list")
@on_state
def fault_list(store: Store) -> None:
    """List the faults that still apply."""
    with store.read() as state:
        for fault in state["faults"]:
            click.echo(json.dumps(fault))


@fault_group.command(name="clear")
@on_state
def fault_clear(store: Store) -> None:
    """Remove all faults."""
    with store.change() as state:
        count = len(state["faults"])
        state["faults"] = []
    click.echo(f"{count} fault(s) removed")


def _read_faults(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> list[Json]:
    try:
        return [parse_fault(text) for text in texts]
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


fault_option = click.option(
    "--fault", "faults", multiple=True, callback=_read_faults, metavar="FAULT", help="A fault; see `fault add`."
)
