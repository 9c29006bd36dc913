"""How a command of ``crosstenant`` is told of both tenants: options, and variables with the tenant's prefix.

The kinds of sign-in are those of the providers. What is secret comes from a variable alone, since every process of the
machine can read a command line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from crosstenant.model.clouds import CLOUDS, PUBLIC
from crosstenant.plugin.provider_config import SECRET_CONFIG, check_tenant_config, make_tenant

if TYPE_CHECKING:
    from crosstenant.azure.sign_in.tenant import Tenant

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Credential:
    """One property of a tenant's provider configuration, as commands spell it."""

    config: str
    """``clientId``."""
    name: str
    """``client-id``: with the tenant's prefix the option ``--cluster-client-id`` and ``CLUSTER_CLIENT_ID``."""
    help: str
    flag: bool = False

    @property
    def is_secret(self) -> bool:
        """Whether it has a variable only."""
        return self.config in SECRET_CONFIG

    def option(self, side: str) -> str:
        """Its option for a tenant."""
        return f"--{side}-{self.name}"

    def argument(self, side: str) -> str:
        """The name under which ``click`` hands it on."""
        return f"{side}-{self.name}".replace("-", "_")

    def variable(self, side: str) -> str:
        """Its variable for a tenant."""
        return self.argument(side).upper()


CREDENTIALS: Final = (
    Credential("clientId", "client-id", "client ID of the application that signs in. Default: the Azure CLI's user"),
    Credential("clientSecret", "client-secret", "its secret"),
    Credential("clientCertificatePath", "client-certificate-path", "path of its certificate with private key"),
    Credential("clientCertificatePassword", "client-certificate-password", "password of that file"),
    Credential("oidcToken", "oidc-token", "a federated token for it"),
    Credential("oidcTokenFilePath", "oidc-token-file-path", "path of a file with such a token"),
    Credential("oidcRequestUrl", "oidc-request-url", "where a pipeline's job asks for such a token"),
    Credential("oidcRequestToken", "oidc-request-token", "bearer token of that request"),
    Credential("adoServiceConnectionId", "ado-service-connection-id", "Azure DevOps service connection of the job"),
    Credential("useMsi", "use-msi", "sign in as the machine's managed identity", flag=True),
)
SIDES: Final = ("cluster", "registry")
_NAMES: Final = {f"{side}_tenant_id" for side in SIDES} | {it.argument(side) for side in SIDES for it in CREDENTIALS}


@dataclass(frozen=True)
class TenantOptions:
    """What the options and variables of a command say of both tenants."""

    environment: str | None
    arguments: Mapping[str, Any]

    def tenant(self, side: str, *, tenant_id: str | None = None, environment: str | None = None) -> Tenant:
        """One of the tenants; whoever takes it closes it.

        :param side: ``cluster`` or ``registry``.
        :param tenant_id: UUID of the tenant, where the options leave it out.
        :param environment: Its cloud, likewise.
        :raises click.UsageError: Something is missing or wrong; the sentence names the option.
        """
        given = self.arguments[f"{side}_tenant_id"] or tenant_id
        return _tenant(side, given, self.environment or environment or PUBLIC.name, self.arguments)


def on_both_tenants(command: F) -> F:
    """Gives a command the options of both tenants, and the arguments ``cluster_tenant`` and ``registry_tenant``.

    Each is a ``crosstenant.azure.sign_in.tenant.Tenant``; whoever takes it closes it. Wrong options end the command
    with a sentence that names them.
    """

    @wraps(command)
    def wrapped(tenants: TenantOptions, **own: Any) -> Any:
        made = {f"{side}_tenant": tenants.tenant(side) for side in SIDES}
        return command(**made, **own)

    return cast(F, with_tenant_options(wrapped, required=True))


def with_tenant_options(command: Callable[..., Any], *, required: bool = False) -> Callable[..., Any]:
    """Gives a command the options of both tenants, and the argument ``tenants``, a ``TenantOptions``.

    :param command: The command.
    :param required: Whether both tenants' IDs have to be given; otherwise the command may know better.
    """

    @wraps(command)
    def wrapped(environment: str | None, **arguments: Any) -> Any:
        own = {name: value for name, value in arguments.items() if name not in _NAMES}
        return command(tenants=TenantOptions(environment, arguments), **own)

    decorated: Callable[..., Any] = click.option(
        "--environment",
        type=click.Choice(list(CLOUDS)),
        help=f"The Azure cloud of both tenants. Default: {PUBLIC.name}.",
    )(wrapped)
    for side in reversed(SIDES):
        for credential in reversed(CREDENTIALS):
            if not credential.is_secret:
                decorated = click.option(
                    credential.option(side),
                    credential.argument(side),
                    is_flag=credential.flag,
                    envvar=credential.variable(side),
                    help=f"{side.capitalize()} tenant: {credential.help} [${credential.variable(side)}].",
                )(decorated)
        decorated = click.option(
            f"--{side}-tenant-id",
            required=required,
            envvar=f"{side.upper()}_TENANT_ID",
            help=f"UUID of the {side}'s tenant [${side.upper()}_TENANT_ID].",
        )(decorated)
    return decorated


def secrets_help() -> str:
    """A paragraph for a command's help: the variables that hold what is secret."""
    variables = ", ".join(it.variable(side) for side in SIDES for it in CREDENTIALS if it.is_secret)
    return f"What is secret is read from variables alone: {variables}."


def _tenant(side: str, tenant_id: str | None, environment: str, arguments: Mapping[str, Any]) -> Tenant:
    config = {"tenantId": tenant_id, "environment": environment}
    for one in CREDENTIALS:
        value = os.environ.get(one.variable(side)) if one.is_secret else arguments[one.argument(side)]
        if value:
            config[one.config] = value
    failures = check_tenant_config(config)
    if failures:
        spelled = {it.config: it.variable(side) if it.is_secret else it.option(side) for it in CREDENTIALS}
        spelled |= {"tenantId": f"--{side}-tenant-id", "environment": "--environment"}
        name, reason = failures[0].property, failures[0].reason
        words = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in spelled))
        raise click.UsageError(f"{spelled.get(name, name)} {words.sub(lambda it: spelled[it[0]], reason)}")
    return make_tenant(config)
