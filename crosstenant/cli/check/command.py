"""The command ``crosstenant check``."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from crosstenant.cli.check.chain import Probe, Report
from crosstenant.cli.check.choosing import PULL_SECRET, ChainOptions
from crosstenant.cli.check.federated.from_stack import FederatedStackChain
from crosstenant.cli.check.report import as_json, as_text
from crosstenant.cli.check.stack import StackChain
from crosstenant.cli.check.walk import walk
from crosstenant.cli.tenant_options import TenantOptions, secrets_help, with_tenant_options
from crosstenant.model.arm_id import ArmId

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
@click.option(
    "--with-secret",
    is_flag=True,
    help="Have Pulumi decrypt the stack's secret, to prove a pull with it, and the kubeconfigs of a FederatedPull.",
)
@click.option("--cluster", "clusters", multiple=True, metavar="ID", help="ARM ID of a cluster; may be repeated.")
@click.option("--registry", "registries", multiple=True, metavar="ID", help="ARM ID of a registry; may be repeated.")
@click.option("--client-id", metavar="UUID", help="Client ID of the application that pulls.")
@click.option(
    "--identity", metavar="ID", help="ARM ID of the managed identity that pulls, for a chain without a secret."
)
@click.option(
    "--subject",
    "subjects",
    multiple=True,
    metavar="SUBJECT",
    help="What must be trusted of each cluster without a secret, system:serviceaccount:NAMESPACE:NAME; may be repeated."
    " Default with --identity: anything. With --client-id: the application has federated credentials, and no secret.",
)
@click.option(
    "--kubeconfig",
    "kubeconfigs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Kubeconfig of a cluster, to check its refresher and pull secrets; may be repeated. It is used only for the"
    " API server that Azure reports for the cluster.",
)
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
    identity: str | None,
    subjects: tuple[str, ...],
    kubeconfigs: tuple[Path, ...],
    repository: str | None,
    reference: str | None,
    in_json: bool,
    tenants: TenantOptions,
) -> None:
    """Check the chain from clusters to registries link by link, and change nothing.

    Name a stack; or the application (--client-id) or managed identity (--identity) with its registries, its clusters
    and both tenants. The stack has the tenants' IDs, but not the credentials: without any, the Azure CLI's user signs
    in.

    The proof of a pull with an application needs its secret, from the environment or (with --with-secret) from the
    stack. A chain without a secret is proved in the cluster, whose pull secrets --kubeconfig lets this command check.
    """
    options = ChainOptions(
        stack, folder, with_secret, clusters, registries, client_id, identity, subjects, Probe(repository, reference)
    )
    chosen = options.chosen(tenants.arguments["registry_tenant_id"])
    if isinstance(chosen, FederatedStackChain):
        report = _check_federated(chosen, kubeconfigs, tenants)
    elif kubeconfigs:
        raise click.UsageError("--kubeconfig is for a chain without a secret (--identity, or a stack's FederatedPull)")
    else:
        report = _check(chosen, tenants)
    click.echo(as_json(report) if in_json else as_text(report))
    sys.exit(report.exit_code)


def _check(chosen: StackChain, tenants: TenantOptions) -> Report:
    chain, secret = chosen.chain, os.environ.get(PULL_SECRET) or chosen.secret
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
    return asyncio.run(walk(chain, cluster_tenant, registry_tenant, secret))


def _check_federated(chosen: FederatedStackChain, kubeconfigs: Sequence[Path], tenants: TenantOptions) -> Report:
    from crosstenant.azure.kubernetes.kubeconfig import ApiAccess, KubeconfigError, read_kubeconfig
    from crosstenant.cli.check.federated.walk import walk_federated

    chain = chosen.chain
    clusters: list[ArmId] = [it.cluster_id for it in chain.clusters]
    cluster_tenant = tenants.tenant(
        "cluster", tenant_id=chain.cluster_tenant_id, environment=chain.environment, ids=clusters
    )
    registry_tenant = tenants.tenant(
        "registry", tenant_id=chain.registry_tenant_id, environment=chain.environment, ids=chain.registries
    )
    chain = replace(chain, cluster_tenant_id=cluster_tenant.tenant_id, registry_tenant_id=registry_tenant.tenant_id)
    servers: list[ApiAccess] = []
    unusable: list[str] = []
    texts = [(_text_of(it), str(it), it.parent) for it in kubeconfigs]
    # A stack may run elsewhere than on the machine whose files it names.
    for text, name, files in [*texts, *[(it, "of the stack", None) for it in chosen.kubeconfigs]]:
        try:
            servers.append(read_kubeconfig(text, name, files))
        except KubeconfigError as error:
            unusable.append(str(error))
    return asyncio.run(walk_federated(chain, cluster_tenant, registry_tenant, servers, unusable))


def _text_of(kubeconfig: Path) -> str:
    try:
        return kubeconfig.read_text(errors="replace")
    except OSError as error:
        reason = f"{kubeconfig} cannot be read: {error.strerror}"
        raise click.BadParameter(reason, param_hint="--kubeconfig") from None
