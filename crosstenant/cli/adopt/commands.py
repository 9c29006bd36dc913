"""The command ``crosstenant adopt``."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crosstenant.azure.connections.answer_forms import form_due
from crosstenant.azure.refusals.explained import explained
from crosstenant.azure.refusals.masking import hide
from crosstenant.cli.adopt.findings import Finding, State, findings, hand_made_secrets
from crosstenant.cli.adopt.import_document import import_document
from crosstenant.cli.adopt.live_chain import ChainError, ChainQuery, LiveChain, read_chain
from crosstenant.cli.adopt.program import program, secret_settings
from crosstenant.cli.tenant_options import on_both_tenants, secrets_help
from crosstenant.errors import OperatorError
from crosstenant.model.argument_text import quoted_name
from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, ArmId, is_uuid, parse_arm_id
from crosstenant.model.outside_text import in_one_line

if TYPE_CHECKING:
    from crosstenant.azure.sign_in.tenant import Tenant

_NAME = re.compile(r"[A-Za-z0-9][-.\w]{0,60}")
_WAYS = ("managed", "consented")


def _arm_ids(resource_type: str) -> object:
    def read(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> list[ArmId]:
        try:
            ids = [parse_arm_id(text, resource_type) for text in texts]
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
        if len({one.key for one in ids}) < len(ids):
            raise click.BadParameter("the same is given twice")
        return ids

    return read


def _name(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    if not _NAME.fullmatch(text):
        raise click.BadParameter(f"{quoted_name(text)} must be letters, digits, '-', '_' and '.': it names a resource")
    return text


def _uuid(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    if text is not None and not is_uuid(text):
        raise click.BadParameter("must be a UUID: give the service principal's object ID")
    return text


@click.command(epilog=secrets_help())
@click.option(
    "--cluster",
    "clusters",
    multiple=True,
    required=True,
    metavar="ID",
    callback=_arm_ids(CLUSTER_TYPE),
    help="ARM ID of a cluster. The application of the first cluster is adopted.",
)
@click.option(
    "--registry",
    "registries",
    multiple=True,
    required=True,
    metavar="ID",
    callback=_arm_ids(REGISTRY_TYPE),
    help="ARM ID of a registry that it pulls from.",
)
@click.option("--name", default="pull", show_default=True, callback=_name, help="The component's name in the stack.")
@click.option(
    "--out",
    default="adopted",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write import.json and __main__.py into.",
)
@click.option(
    "--registry-service-principal",
    "mode",
    type=click.Choice(_WAYS),
    default="managed",
    show_default=True,
    help="Whether the stack manages the service principal in the registry tenant, or only reads it.",
)
@click.option(
    "--registry-principal",
    metavar="ID",
    callback=_uuid,
    help="Object ID of that service principal, where the caller may not read that directory.",
)
@on_both_tenants
def adopt(
    clusters: list[ArmId],
    registries: list[ArmId],
    name: str,
    out: Path,
    mode: str,
    registry_principal: str | None,
    cluster_tenant: Tenant,
    registry_tenant: Tenant,
) -> None:
    """Take a chain that was made by hand into a stack.

    Reads both tenants and changes nothing: the application of the cluster, its service principals, its pull roles.
    Reports what exists, what is missing and what differs, and writes a document for `pulumi import --file` and a
    program for it.
    """
    consented = mode == "consented"
    if registry_principal and not consented:
        raise click.UsageError("--registry-principal goes with --registry-service-principal consented only")
    if cluster_tenant.tenant_id == registry_tenant.tenant_id:
        raise click.UsageError(f"both tenants are {cluster_tenant.tenant_id}: the registry must be in another")
    document, source = out / "import.json", out / "__main__.py"
    for file in (document, source):
        if file.exists():
            raise click.ClickException(f"{file} exists already: remove it, or give another folder with --out")
    query = ChainQuery(clusters, registries, consented, registry_principal)
    try:
        with explained("reading the chain of", str(clusters[0]), cluster_tenant), form_due():
            chain = asyncio.run(_read(cluster_tenant, registry_tenant, query))
            report = findings(chain, consented=consented)
            imported = import_document(chain, name, registry_tenant.tenant_id, consented=consented)
            text = program(chain, name, cluster_tenant, registry_tenant, consented=consented)
    except (ChainError, OperatorError) as error:
        raise click.ClickException(in_one_line(str(error))) from None
    out.mkdir(parents=True, exist_ok=True)
    document.write_text(json.dumps(imported, indent=4) + "\n", encoding="ascii")
    source.write_text(text, encoding="ascii")
    for finding in report:
        click.echo(_line(finding))
    click.echo()
    for line in _next_steps(chain, report, document, source, secret_settings(cluster_tenant, registry_tenant)):
        click.echo(line)


async def _read(cluster_tenant: Tenant, registry_tenant: Tenant, query: ChainQuery) -> LiveChain:
    try:
        return await read_chain(cluster_tenant, registry_tenant, query)
    finally:
        await cluster_tenant.aclose()
        await registry_tenant.aclose()


def _line(finding: Finding) -> str:
    return f"{finding.state.value:<8} {finding.link:<27} {hide(in_one_line(finding.text))}"


def _next_steps(
    chain: LiveChain, report: Sequence[Finding], document: Path, source: Path, settings: Sequence[str]
) -> list[str]:
    lines = [f"Wrote {document} and {source}. Next, in the folder of the Pulumi project:"]
    if any(finding.state is State.STOPS for finding in report):
        lines.append("  first correct what is marked 'stops' above")
    lines += [f"  pulumi config set --secret {setting}" for setting in settings]
    lines += [
        f"  paste {source} into the program",
        "  pulumi refresh --run-program    (adds the providers to the state; changes nothing in Azure)",
        f"  pulumi import --file {shlex.quote(str(document))} --generate-code=false --protect=false",
        "  pulumi preview                  (the differences, a new secret, one reset of each cluster; no replacement)",
        "  pulumi up",
    ]
    removals = [
        f"  az ad app credential delete --id {chain.client_id} --key-id {key_id}" for key_id in hand_made_secrets(chain)
    ]
    if removals:
        lines += ["Then, when nothing else uses them, remove the secrets that were made by hand:", *removals]
    return lines
