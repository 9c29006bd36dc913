"""The options of both tenants for a command of ``crosstenant``, and environment variables with the tenant's prefix.

The kinds of credential are those of the providers. Secrets come from variables only, because every process of the
machine can read a command line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from crosstenant.model.arm_id import ArmId
from crosstenant.model.clouds import CLOUDS, PUBLIC
from crosstenant.model.credentials.arguments import ARGUMENTS, CREDENTIAL_ARGUMENTS, IMPLIED, Argument
from crosstenant.model.credentials.kinds import ManagedIdentity
from crosstenant.model.credentials.tenant_check import check_tenant_arguments, given_arguments, with_job_address

if TYPE_CHECKING:
    from crosstenant.azure.sign_in.tenant import Tenant

F = TypeVar("F", bound=Callable[..., Any])

SIDES: Final = ("cluster", "registry")
_CREDENTIALS: Final = tuple(argument for argument in CREDENTIAL_ARGUMENTS if argument.name != IMPLIED)


def option(side: str, name: str) -> str:
    """The option for an argument of a tenant: ``--cluster-client-id``."""
    return f"--{side}-{name}".replace("_", "-")


def variable(side: str, name: str) -> str:
    """The variable for an argument of a tenant: ``CLUSTER_CLIENT_ID``."""
    return f"{side}_{name}".upper()


_NAMES: Final = {f"{side}_{it.name}" for side in SIDES for it in (ARGUMENTS["tenant_id"], *_CREDENTIALS)}


@dataclass(frozen=True)
class TenantOptions:
    """The values of a command's options and variables for both tenants."""

    environment: str | None
    arguments: Mapping[str, Any]

    def tenant(
        self,
        side: str,
        *,
        tenant_id: str | None = None,
        environment: str | None = None,
        ids: Sequence[ArmId] = (),
    ) -> Tenant:
        """One of the tenants; the caller closes it.

        :param side: ``cluster`` or ``registry``.
        :param tenant_id: UUID of the tenant, if the options omit it.
        :param environment: Its cloud, if the options omit it.
        :param ids: Clusters or registries of the tenant: the first one's subscription selects the Azure CLI's account.
        :raises click.UsageError: An option is missing or wrong; the message names it.
        """
        chosen = self.arguments[f"{side}_tenant_id"] or tenant_id
        tenant = _tenant(side, chosen, self.environment or environment or PUBLIC.name, self.arguments)
        return replace(tenant, subscription_id=ids[0].subscription_id) if ids else tenant


def on_both_tenants(command: F) -> F:
    """Gives a command the options of both tenants, and the arguments ``cluster_tenant`` and ``registry_tenant``.

    Each is a ``crosstenant.azure.sign_in.tenant.Tenant``, which the command closes, with the subscription of the first
    of the command's own ``clusters`` or ``registries`` (ARM IDs). Wrong options end the command with a message that
    names them.
    """

    @wraps(command)
    def wrapped(tenants: TenantOptions, **own: Any) -> Any:
        ids = {"cluster": own.get("clusters", ()), "registry": own.get("registries", ())}
        made = {f"{side}_tenant": tenants.tenant(side, ids=ids[side]) for side in SIDES}
        return command(**made, **own)

    return cast(F, with_tenant_options(wrapped, required=True))


def with_tenant_options(command: Callable[..., Any], *, required: bool = False) -> Callable[..., Any]:
    """Gives a command the options of both tenants, and the argument ``tenants``, a ``TenantOptions``.

    :param command: The command.
    :param required: Whether both tenants' IDs are required.
    :raises click.UsageError: One managed identity is to sign in to both.
    """

    @wraps(command)
    def wrapped(environment: str | None, **arguments: Any) -> Any:
        of_cluster, of_registry = (option(side, ManagedIdentity.told_by) for side in SIDES)
        if all(arguments[f"{side}_{ManagedIdentity.told_by}"] for side in SIDES):
            raise click.UsageError(
                f"{of_cluster} and {of_registry} cannot be used together, because a machine's managed identity can sign"
                " in to its own tenant only: give one of the tenants another kind of credential"
            )
        own = {name: value for name, value in arguments.items() if name not in _NAMES}
        return command(tenants=TenantOptions(environment, arguments), **own)

    decorated: Callable[..., Any] = click.option(
        "--environment",
        type=click.Choice(list(CLOUDS)),
        help=f"The Azure cloud of both tenants. Default: {PUBLIC.name}.",
    )(wrapped)
    for side in reversed(SIDES):
        for argument in reversed(_CREDENTIALS):
            if not argument.secret:
                decorated = click.option(
                    option(side, argument.name),
                    f"{side}_{argument.name}",
                    is_flag=argument.flag,
                    envvar=variable(side, argument.name),
                    help=f"{side.capitalize()} tenant: {_help(argument)} [${variable(side, argument.name)}].",
                )(decorated)
        decorated = click.option(
            f"--{side}-tenant-id",
            required=required,
            envvar=f"{side.upper()}_TENANT_ID",
            help=f"UUID of the {side} tenant [${side.upper()}_TENANT_ID].",
        )(decorated)
    return decorated


def secrets_help() -> str:
    """A paragraph for a command's help: the variables for secrets."""
    variables = ", ".join(variable(side, it.name) for side in SIDES for it in _CREDENTIALS if it.secret)
    return f"Secrets are read from environment variables only: {variables}."


def _help(argument: Argument) -> str:
    text = argument.description.replace("`", "").rstrip(".")
    return text[0].lower() + text[1:] if text[1].islower() else text


def _tenant(side: str, tenant_id: str | None, environment: str, arguments: Mapping[str, Any]) -> Tenant:
    from crosstenant.azure.sign_in.tenant import make_tenant

    values: dict[str, Any] = {"tenant_id": tenant_id, "environment": environment}
    for it in _CREDENTIALS:
        value = os.environ.get(variable(side, it.name)) if it.secret else arguments[f"{side}_{it.name}"]
        values[it.name] = value or None

    def spelled(name: str) -> str:
        if name == "environment":
            return "--environment"
        return variable(side, name) if ARGUMENTS[name].secret else option(side, name)

    given = given_arguments(values)
    problems = check_tenant_arguments(with_job_address(given, os.environ), spelled)
    if problems:
        raise click.UsageError(f"{spelled(problems[0].argument)} {problems[0].reason}")
    return make_tenant(given)
