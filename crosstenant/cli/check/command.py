"""The command ``crosstenant check``."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from crosstenant.cli.check.chain import Chain, Probe
from crosstenant.cli.check.report import as_json, as_text
from crosstenant.cli.check.stack import StackChain, StackError, chains_of, export_stack
from crosstenant.cli.check.walk import walk
from crosstenant.cli.tenant_options import TenantOptions, secrets_help, with_tenant_options
from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, ArmId, is_uuid, parse_arm_id

PULL_SECRET: Final = "CROSSTENANT_PULL_SECRET"  # noqa: S105 (a variable's name)
"""Environment variable with the application's secret."""

_EPILOG: Final = (
    f"{secrets_help()} The application's secret comes from {PULL_SECRET}.\n\n"
    "Exit code: 0 if the chain is whole, 1 if a link is broken, 2 if no link is known to be broken but one could not"
    " be read, or if the command line is wrong."
)


@click.command(epilog=_EPILOG)
@click.option("--stack", help="Pulumi stack to read the chain from.")
@click.option(
    "--cwd",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="Folder of the stack's project. Default: this one.",
)
@click.option("--with-secret", is_flag=True, help="Have Pulumi decrypt the stack's secret, to prove a pull with it.")
@click.option("--cluster", "clusters", multiple=True, metavar="ID", help="ARM ID of a cluster; may be repeated.")
@click.option("--registry", "registries", multiple=True, metavar="ID", help="ARM ID of a registry; may be repeated.")
@click.option("--client-id", metavar="UUID", help="Client ID of the application that pulls.")
@click.option("--repository", help="Repository whose pull to prove. Default: the stack's.")
@click.option("--reference", help="Tag or digest in it whose manifest to fetch.")
@click.option("--json", "in_json", is_flag=True, help="Print one JSON object.")
@with_tenant_options
def check(
    stack: str | None,
    folder: Path,
    with_secret: bool,
    clusters: tuple[str, ...],
    registries: tuple[str, ...],
    client_id: str | None,
    repository: str | None,
    reference: str | None,
    in_json: bool,
    tenants: TenantOptions,
) -> None:
    """Check the chain from clusters to registries link by link, and change nothing.

    Name a stack, or the application with its registries, its clusters and both tenants. The stack has the tenants' IDs,
    but not the credentials: without any, the Azure CLI's user signs in.

    The proof of a pull needs the application secret, from the environment or (with --with-secret) from the stack.
    """
    secret = os.environ.get(PULL_SECRET) or None
    probe = Probe(repository, reference)
    if stack is None:
        if with_secret:
            raise click.UsageError(f"--with-secret needs --stack: give the secret in {PULL_SECRET}")
        chain = _named(clusters, registries, client_id, probe)
    else:
        if clusters or registries:
            raise click.UsageError("--stack names the chain: omit --cluster and --registry")
        try:
            found = chains_of(export_stack(stack, folder, show_secrets=with_secret))
            chosen = _chosen(found, client_id, tenants.arguments["registry_tenant_id"])
        except StackError as error:
            raise click.UsageError(str(error)) from None
        chain, secret = _probing(chosen.chain, probe), secret or chosen.secret
    cluster_tenant = tenants.tenant(
        "cluster", tenant_id=chain.cluster_tenant_id, environment=chain.environment, ids=chain.clusters
    )
    registry_tenant = tenants.tenant(
        "registry",
        tenant_id=chain.registry_tenant_id,
        environment=chain.environment,
        ids=[registry_id for registry_id, _ in chain.registries],
    )
    chain = replace(chain, cluster_tenant_id=cluster_tenant.tenant_id, registry_tenant_id=registry_tenant.tenant_id)
    report = asyncio.run(walk(chain, cluster_tenant, registry_tenant, secret))
    click.echo(as_json(report) if in_json else as_text(report))
    sys.exit(report.exit_code)


def _named(clusters: tuple[str, ...], registries: tuple[str, ...], client_id: str | None, probe: Probe) -> Chain:
    """The chain that the options name."""
    if client_id is None or not registries:
        raise click.UsageError("name a chain: --stack, or --client-id with --registry (and --cluster)")
    if not is_uuid(client_id):
        raise click.BadParameter("must be a UUID: give the application's client ID", param_hint="--client-id")
    return Chain(
        client_id=client_id.lower(),
        cluster_tenant_id="",
        registry_tenant_id="",
        clusters=tuple(_parsed(it, CLUSTER_TYPE, "--cluster") for it in clusters),
        registries=tuple((_parsed(it, REGISTRY_TYPE, "--registry"), probe) for it in registries),
    )


def _parsed(text: str, resource_type: str, option: str) -> ArmId:
    try:
        return parse_arm_id(text, resource_type)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _chosen(found: list[StackChain], client_id: str | None, registry_tenant_id: str | None) -> StackChain:
    """The one chain of a stack that matches the options."""
    left = [
        one
        for one in found
        if (client_id or one.chain.client_id).lower() == one.chain.client_id.lower()
        and (registry_tenant_id or one.chain.registry_tenant_id).lower() == one.chain.registry_tenant_id.lower()
    ]
    if len(left) == 1:
        return left[0]
    names = "; ".join(
        f"--client-id {one.chain.client_id} --registry-tenant-id {one.chain.registry_tenant_id}" for one in found
    )
    what = "several chains" if left else "no such chain"
    raise StackError(f"the stack has {what}: choose one of {names}")


def _probing(chain: Chain, probe: Probe) -> Chain:
    """The chain, with the repository and reference of the options."""
    if not probe.repository and not probe.reference:
        return chain
    return replace(chain, registries=tuple((registry_id, probe) for registry_id, _ in chain.registries))
