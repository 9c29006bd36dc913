"""The configuration of a ``crosstenant`` provider: one tenant, and one kind of credential for it."""

from __future__ import annotations

import os
from typing import Any, Final

from crosstenant.azure.sign_in import tenant
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.credentials.arguments import ARGUMENTS, SECRET_NAMES, Argument, camel
from crosstenant.model.credentials.tenant_check import (
    UUID_ARGUMENTS,
    check_tenant_arguments,
    given_arguments,
    with_job_address,
)
from crosstenant.model.modes import AzureEnvironment
from crosstenant.provider_kit.field_schema import property_schema
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Failure, Properties

SECRET_CONFIG: Final = frozenset(map(camel, SECRET_NAMES))
"""Names of the configuration properties that are secret."""


def check_tenant_config(config: Properties) -> list[Failure]:
    """What is wrong with a provider's arguments; ``UNKNOWN`` ones are taken to be right.

    A provider without any is the engine's default one, which hosts the components alone.
    """
    given = _given(config)
    if not given:
        return []
    problems = check_tenant_arguments(with_job_address(given, os.environ), camel)
    # Any of them may hold a secret that belongs to another.
    return [Failure(camel(problem.argument), problem.reason, hides_value=True) for problem in problems]


def in_one_spelling(config: Properties) -> Properties:
    """A provider's arguments, each UUID in its one spelling, so that another one does not change the provider."""
    given = _given(config)
    return {**config, **{camel(name): given[name] for name in UUID_ARGUMENTS if name in given}}


def make_tenant(config: Properties) -> Tenant:
    """The tenant of a provider whose arguments have been checked."""
    return tenant.make_tenant(_given(config))


def _given(config: Properties) -> dict[str, Any]:
    return given_arguments({name: config.get(argument.camel_name) for name, argument in ARGUMENTS.items()})


def _field(argument: Argument) -> Field:
    return Field(
        "boolean" if argument.flag else "string",
        f"{argument.description} Secret." if argument.secret else argument.description,
        required=argument.name == "tenant_id",
        secret=argument.secret,
        choices=AzureEnvironment if argument.name == "environment" else None,
    )


PROVIDER_INPUTS: Final[Fields] = {argument.camel_name: _field(argument) for argument in ARGUMENTS.values()}

PROVIDER_SCHEMA: Final[dict[str, Any]] = {
    "description": (
        "Signs in to one Entra tenant, with one of these and nothing from the environment: client secret, client"
        " certificate, OIDC token, OIDC token file, a pipeline's OIDC request (GitHub Actions, Azure Pipelines),"
        " managed identity, or the Azure CLI, which is used if none is given."
    ),
    "inputProperties": {name: property_schema("crosstenant", field) for name, field in PROVIDER_INPUTS.items()},
    "requiredInputs": ["tenantId"],
    # Pulumi's providers have texts alone for outputs.
    "properties": {
        name: property_schema("crosstenant", field) for name, field in PROVIDER_INPUTS.items() if field.kind == "string"
    },
}
"""The package schema's entry for the provider."""
